using System.Globalization;
using System.Linq.Expressions;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Twins;

/// <summary>Lists twins: search, filters, sort, pages.</summary>
public sealed class TwinListService(IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, TimeProvider time)
{
    private const int FewFound = 2000;

    /// <returns>One page and the number of all that match. Unknown values sort last whichever way.</returns>
    public async Task<TwinList> ListAsync(TwinFilter filter, CancellationToken cancellationToken)
    {
        var rules = filter.Allows is null ? null : await consent.RulesAsync(cancellationToken);
        var size = Math.Clamp(filter.PageSize, 1, TwinFilter.MaxPageSize);
        var skip = (int)Math.Min((Math.Max(1L, filter.Page) - 1) * size, int.MaxValue);
        await using var counting = await dbs.CreateDbContextAsync(cancellationToken);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        // Words are looked for in every customer: once is enough when few are found, else the list and its count would both do it.
        var found = filter.Search.Length == 0 ? null : await Searched(db, filter).Select(x => x.Id).Take(FewFound + 1).ToListAsync(cancellationToken);
        found = found?.Count > FewFound ? null : found;
        var total = Task.Run(() => Matching(counting, filter, found, rules, ordered: false).CountAsync(cancellationToken), cancellationToken); // SQLite's driver is synchronous: count beside the page
        var query = Matching(db, filter, found, rules, ordered: true);
        var ids = await (filter.Sort switch
        {
            TwinSort.Name => PageAsync(query, x => x.Customer.LastName != null, x => x.Customer.LastName, x => x.Customer.FirstName),
            TwinSort.Value365 => PageAsync<long, int>(query, null, x => x.Twin.Revenue365Cents, null),
            TwinSort.Orders => PageAsync<int, int>(query, null, x => x.Twin.Orders, null),
            TwinSort.LastSeen => PageAsync<DateTime?, int>(query, x => x.Twin.LastSeenAt != null, x => x.Twin.LastSeenAt, null),
            TwinSort.Chance => PageAsync<double?, int>(query, x => x.Twin.ChanceToBuy != null, x => x.Twin.ChanceToBuy, null),
            _ => PageAsync<long, int>(query, null, x => x.Twin.RevenueCents, null),
        });
        var rows = await db.Customers.Where(x => ids.Contains(x.Id)).Join(db.Twins, x => x.Id, x => x.CustomerId, (c, t) => new Pair { Id = c.Id, Customer = c, Twin = t }).Select(Row).ToDictionaryAsync(x => x.Id, cancellationToken);
        return new TwinList([.. ids.Where(rows.ContainsKey).Select(x => rows[x])], await total);

        // Ids alone, so that an index answers and a far page skips no whole rows. Databases disagree on where nulls sort, and an expression that settles it
        // would keep them from using the index: known values first, then the rest.
        async Task<List<int>> PageAsync<TKey, TThen>(IQueryable<Pair> all, Expression<Func<Pair, bool>>? known, Expression<Func<Pair, TKey>> key, Expression<Func<Pair, TThen>>? then)
        {
            var valued = known is null ? all : all.Where(known);
            var ordered = filter.Ascending ? valued.OrderBy(key) : valued.OrderByDescending(key);
            ordered = then is null ? ordered : filter.Ascending ? ordered.ThenBy(then) : ordered.ThenByDescending(then);
            var page = await ordered.ThenBy(x => x.Id).Skip(skip).Take(size).Select(x => x.Id).ToListAsync(cancellationToken);
            if (known is null || page.Count == size)
            {
                return page;
            }

            var before = page.Count > 0 || skip == 0 ? skip + page.Count : await valued.CountAsync(cancellationToken);
            var unknown = Expression.Lambda<Func<Pair, bool>>(Expression.Not(known.Body), known.Parameters);
            page.AddRange(await all.Where(unknown).OrderBy(x => x.Id).Skip(Math.Max(0, skip - before)).Take(size - page.Count).Select(x => x.Id).ToListAsync(cancellationToken));
            return page;
        }
    }

    /// <returns>Countries of the customers, for the filter.</returns>
    public async Task<IReadOnlyList<string>> CountriesAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Customers.Where(x => x.Country != null).Select(x => x.Country!).Distinct().OrderBy(x => x).ToListAsync(cancellationToken);
    }

    /// <param name="keyOrId">The shop's own key, or the console's id.</param>
    /// <returns>The customer's id, or null.</returns>
    public async Task<int?> FindAsync(string keyOrId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await db.Database.OpenConnectionAsync(cancellationToken);
        return await ByAsync("Key", keyOrId) ?? (int.TryParse(keyOrId, out var number) ? await ByAsync("Id", number) : null);

        // By hand: programs ask for one customer after another, and the query would cost several times what its answer does.
        async Task<int?> ByAsync(string column, object value)
        {
            await using var command = db.Database.GetDbConnection().CreateCommand();
            command.CommandText = $"SELECT \"Id\" FROM \"Customers\" WHERE \"{column}\" = @value";
            var parameter = command.CreateParameter();
            (parameter.ParameterName, parameter.Value) = ("@value", value);
            command.Parameters.Add(parameter);
            return await command.ExecuteScalarAsync(cancellationToken) is { } id ? Convert.ToInt32(id, CultureInfo.InvariantCulture) : null;
        }
    }

    /// <param name="ordered">The caller sorts, so the table sorted by must take part.</param>
    /// <param name="found">The customers the search found; null when it was not made yet.</param>
    private IQueryable<Pair> Matching(ConsoleDb db, TwinFilter filter, List<int>? found, ConsentRuleSet? rules, bool ordered)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var customers = found is null ? Searched(db, filter) : db.Customers.AsNoTracking().Where(x => EF.Parameter(found).Contains(x.Id));
        customers = filter.Country is { } country ? customers.Where(x => x.Country == country) : customers;
        customers = filter.Allows is { } purpose ? customers.Where(rules!.Allowed(db, purpose, now)) : customers;
        var twins = db.Twins.AsNoTracking();
        twins = filter.Stage is { } stage ? twins.Where(x => x.Stage == stage) : twins;
        if (filter.Value is { } value)
        {
            var (from, below) = value switch
            {
                ValueBand.None => (long.MinValue, 1L),
                ValueBand.Under100 => (1, 100_00),
                ValueBand.From100To500 => (100_00, 500_00),
                ValueBand.From500To2000 => (500_00, 2000_00),
                _ => (2000_00, long.MaxValue),
            };
            twins = twins.Where(x => x.RevenueCents >= from && x.RevenueCents < below);
        }

        twins = filter.Seen switch
        {
            null => twins,
            SeenBand.Never => twins.Where(x => x.LastSeenAt == null),
            SeenBand.Longer => twins.Where(x => x.LastSeenAt < now.AddDays(-365)),
            { } seen => Since(twins, now.AddDays(seen switch { SeenBand.Week => -7, SeenBand.Month => -30, SeenBand.Quarter => -90, _ => -365 })),
        };
        // Every customer has a twin: a table that neither filters nor sorts is left out, which saves a look-up a customer.
        var byCustomer = filter.Search.Length > 0 || filter.Country is not null || filter.Allows is not null || (ordered && filter.Sort == TwinSort.Name);
        var byTwin = filter.Stage is not null || filter.Value is not null || filter.Seen is not null || (ordered && filter.Sort != TwinSort.Name);
        return !byCustomer ? twins.Select(t => new Pair { Id = t.CustomerId, Customer = null!, Twin = t })
            : !byTwin ? customers.Select(c => new Pair { Id = c.Id, Customer = c, Twin = null! })
            : customers.Join(twins, x => x.Id, x => x.CustomerId, (c, t) => new Pair { Id = t.CustomerId, Customer = c, Twin = t });
    }

    private static IQueryable<Customer> Searched(ConsoleDb db, TwinFilter filter)
    {
        var customers = db.Customers.AsNoTracking().Where(x => x.ErasedAt == null);
        foreach (var word in CustomerText.Fold(filter.Search).Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            customers = customers.Where(x => x.SearchText.Contains(word));
        }

        return customers;
    }

    private static IQueryable<Twin> Since(IQueryable<Twin> twins, DateTime from) => twins.Where(x => x.LastSeenAt >= from);

    private static readonly Expression<Func<Pair, TwinRow>> Row = x => new TwinRow(x.Customer.Id, x.Customer.Key, x.Customer.FirstName, x.Customer.LastName, x.Customer.Email, x.Customer.Country, x.Customer.City, x.Customer.Tier,
        x.Twin.Stage, x.Twin.StageReason, x.Twin.Orders, x.Twin.RevenueCents, x.Twin.Revenue365Cents, x.Twin.AverageBasketCents, x.Twin.MedianGapDays, x.Twin.LastOrderAt, x.Twin.LastSeenAt, x.Twin.ChanceToBuy,
        x.Twin.NextOrderFrom, x.Twin.NextOrderTo, x.Twin.TopCategory);

    private sealed class Pair
    {
        public required int Id { get; init; }
        public required Customer Customer { get; init; }
        public required Twin Twin { get; init; }
    }
}
