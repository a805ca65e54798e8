using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Insights;

/// <param name="Day">Days since 1970-01-01 in the shop's time zone.</param>
/// <param name="Cents">Order total, or the amount given back as a negative number.</param>
public readonly record struct Sale(int CustomerId, int Day, DateTime At, long Cents, bool Returned)
{
    public DateOnly Date => ShopCalendar.DateOf(Day);
}

/// <summary>All purchases and returns as narrow rows, sorted by customer and time: what revenue, cohorts and lifecycle flows are computed from.
/// Read from one covering index (about a second for a million) and kept until the database says something else.</summary>
public sealed class SalesLog : IDisposable
{
    private readonly IDbContextFactory<ConsoleDb> _dbs;
    private readonly Kept<Sale[]> _kept;
    private readonly IDisposable[] _listening;

    public SalesLog(IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(feed);
        (_dbs, _kept) = (dbs, new Kept<Sale[]>(time));
        _listening = [feed.Subscribe<EventsWritten>(_ => _kept.Changed()), feed.Subscribe<CustomerErased>(_ => _kept.Changed())];
    }

    public Task<Sale[]> ReadAsync(CancellationToken cancellationToken) => _kept.GetAsync(StateAsync, LoadAsync, cancellationToken);

    public void Dispose()
    {
        Array.ForEach(_listening, x => x.Dispose());
        _kept.Dispose();
    }

    private async Task<object> StateAsync(CancellationToken cancellationToken)
    {
        await using var db = await _dbs.CreateDbContextAsync(cancellationToken);
        return await db.Events.Where(x => x.Type == EventType.Purchase || x.Type == EventType.Return).GroupBy(_ => 1)
            .Select(x => new { Rows = x.Count(), Cents = x.Sum(e => e.AmountCents), Customers = x.Sum(e => (long)e.CustomerId), Days = x.Sum(e => (long)e.Day) })
            .FirstOrDefaultAsync(cancellationToken) ?? (object)"none";
    }

    private async Task<Sale[]> LoadAsync(CancellationToken cancellationToken)
    {
        await using var db = await _dbs.CreateDbContextAsync(cancellationToken);
        var sales = await db.Events.AsNoTracking().Where(x => x.Type == EventType.Purchase || x.Type == EventType.Return)
            .Select(x => new Sale(x.CustomerId, x.Day, x.At, x.Type == EventType.Return ? -x.AmountCents : x.AmountCents, x.Type == EventType.Return)).ToArrayAsync(cancellationToken);
        Array.Sort(sales, (a, b) => a.CustomerId != b.CustomerId ? a.CustomerId.CompareTo(b.CustomerId) : a.At.CompareTo(b.At));
        return sales;
    }
}
