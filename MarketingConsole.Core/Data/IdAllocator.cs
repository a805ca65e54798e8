using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Data;

/// <summary>Next free id of a table whose ids the application hands out in blocks, so that rows can be written in bulk.</summary>
public sealed class IdCounter
{
    public required string Name { get; set; }
    public int Next { get; set; }
}

internal sealed class IdCounterConfiguration : IEntityTypeConfiguration<IdCounter>
{
    public void Configure(EntityTypeBuilder<IdCounter> b)
    {
        b.HasKey(x => x.Name);
        b.Property(x => x.Name).HasMaxLength(40);
    }
}

/// <summary>Hands out blocks of ids; safe across processes, because the counter's row is updated before it is read.</summary>
public sealed class IdAllocator(IDbContextFactory<ConsoleDb> dbs)
{
    public const string Customers = "customers", Products = "products", Stores = "stores";

    /// <returns>The first of <paramref name="count"/> ids that nobody else gets.</returns>
    public async Task<int> TakeAsync(string name, int count, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(count);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        for (var attempt = 0; ; attempt++)
        {
            await using (var transaction = await db.Database.BeginTransactionAsync(cancellationToken))
            {
                if (await db.IdCounters.Where(x => x.Name == name).ExecuteUpdateAsync(s => s.SetProperty(x => x.Next, x => x.Next + count), cancellationToken) == 1)
                {
                    var next = await db.IdCounters.Where(x => x.Name == name).Select(x => x.Next).SingleAsync(cancellationToken);
                    await transaction.CommitAsync(cancellationToken);
                    return next - count;
                }
            }

            try
            {
                db.IdCounters.Add(new IdCounter { Name = name, Next = 1 });
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException) when (attempt == 0)
            {
                db.ChangeTracker.Clear(); // another process made the counter first
            }
        }
    }
}
