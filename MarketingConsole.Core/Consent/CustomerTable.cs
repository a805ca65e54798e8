using System.Reflection;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata;

namespace MarketingConsole.Core.Consent;

/// <summary>One table of facts about customers. The list comes from the model: whatever entity has a <c>CustomerId</c> is exported and erased,
/// also one that is added later.</summary>
internal abstract class CustomerTable(string name)
{
    /// <summary>As in <see cref="ConsoleDb"/>, lower camel case: events, segmentMembers.</summary>
    public string Name => name;

    public abstract Task<int> CountAsync(ConsoleDb db, int customerId, CancellationToken cancellationToken);

    public abstract Task<IReadOnlyList<object>> RowsAsync(ConsoleDb db, int customerId, CancellationToken cancellationToken);

    /// <summary>Deletes the customer's rows, or gives those that stay to <paramref name="pseudonym"/>.</summary>
    public abstract Task<int> EraseAsync(ConsoleDb db, int customerId, int pseudonym, CancellationToken cancellationToken);

    public static IReadOnlyList<CustomerTable> Of(IModel model) =>
    [
        .. model.GetEntityTypes().Where(x => x.FindProperty("CustomerId") is not null).OrderBy(x => x.GetTableName(), StringComparer.Ordinal)
            .Select(x => (CustomerTable)Activator.CreateInstance(typeof(Rows<>).MakeGenericType(x.ClrType), char.ToLowerInvariant(x.GetTableName()![0]) + x.GetTableName()![1..])!),
    ];

    private sealed class Rows<T>(string name) : CustomerTable(name) where T : class
    {
        private static readonly KeptAnonymousAttribute? Kept = typeof(T).GetCustomAttribute<KeptAnonymousAttribute>();

        public override Task<int> CountAsync(ConsoleDb db, int customerId, CancellationToken cancellationToken) => Of(db, customerId).CountAsync(cancellationToken);

        public override async Task<IReadOnlyList<object>> RowsAsync(ConsoleDb db, int customerId, CancellationToken cancellationToken) => await Of(db, customerId).AsNoTracking().ToListAsync<object>(cancellationToken);

        public override Task<int> EraseAsync(ConsoleDb db, int customerId, int pseudonym, CancellationToken cancellationToken)
        {
            var rows = Of(db, customerId).TagWith(AppendOnlyGuard.Exempt);
            return Kept is null ? rows.ExecuteDeleteAsync(cancellationToken) : rows.ExecuteUpdateAsync(s =>
            {
                s.SetProperty(x => EF.Property<int>(x, "CustomerId"), pseudonym);
                foreach (var text in Kept.Clear)
                {
                    s.SetProperty(x => EF.Property<string?>(x, text), (string?)null);
                }
            }, cancellationToken);
        }

        private static IQueryable<T> Of(ConsoleDb db, int customerId) => db.Set<T>().Where(x => EF.Property<int?>(x, "CustomerId") == customerId);
    }
}
