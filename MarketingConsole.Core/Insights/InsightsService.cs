using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Insights;

/// <summary>The manager's figures. Every report is for whole days of the shop's calendar.</summary>
public sealed class InsightsService : IDisposable
{
    private readonly IDbContextFactory<ConsoleDb> _dbs;
    private readonly SalesLog _sales;
    private readonly TwinRefresher _twins;
    private readonly ShopCalendar _calendar;
    private readonly TimeProvider _time;
    private readonly Kept<Ledger> _ledger;
    private readonly IDisposable _listening;

    public InsightsService(IDbContextFactory<ConsoleDb> dbs, SalesLog sales, TwinRefresher twins, ShopCalendar calendar, ChangeFeed feed, TimeProvider time)
    {
        ArgumentNullException.ThrowIfNull(feed);
        (_dbs, _sales, _twins, _calendar, _time, _ledger) = (dbs, sales, twins, calendar, time, new Kept<Ledger>(time));
        _listening = feed.Subscribe<ConsentChanged>(_ => _ledger.Changed());
    }

    public DateOnly Today => ShopCalendar.DateOf(_calendar.Day(_time.GetUtcNow().UtcDateTime));

    public void Dispose()
    {
        _listening.Dispose();
        _ledger.Dispose();
    }

    public async Task<RevenueReport> RevenueAsync(InsightPeriod period, CancellationToken cancellationToken) => RevenueReport.Of(await _sales.ReadAsync(cancellationToken), period);

    public async Task<CohortReport> CohortsAsync(InsightPeriod period, CancellationToken cancellationToken) => CohortReport.Of(await _sales.ReadAsync(cancellationToken), period.To);

    /// <summary>From the start of the first day to the end of the last, or now when that is earlier.</summary>
    public async Task<FlowReport> FlowsAsync(InsightPeriod period, CancellationToken cancellationToken)
    {
        var now = _time.GetUtcNow().UtcDateTime;
        var end = _calendar.StartOf(period.To.AddDays(1)).AddMilliseconds(-1);
        return FlowReport.Of(await _sales.ReadAsync(cancellationToken), await _twins.RhythmAsync(cancellationToken), _calendar.StartOf(period.From), end < now ? end : now);
    }

    /// <summary>Campaigns with a run that started in the period.</summary>
    public async Task<CampaignReport> CampaignsAsync(InsightPeriod period, CancellationToken cancellationToken)
    {
        var (start, end) = (_calendar.StartOf(period.From), _calendar.StartOf(period.To.AddDays(1)));
        await using var db = await _dbs.CreateDbContextAsync(cancellationToken);
        var runs = db.CampaignRuns.Where(x => x.StartedAt >= start && x.StartedAt < end);
        var sums = await db.Dispatches.Where(x => runs.Any(r => r.CampaignId == x.CampaignId && r.Occurrence == x.Occurrence)).GroupBy(x => new { x.CampaignId, x.Status })
            .Select(x => new
            {
                x.Key.CampaignId,
                x.Key.Status,
                Count = x.Count(),
                Cents = x.Sum(d => d.RevenueCents),
                Squares = x.Sum(d => (double)d.RevenueCents * d.RevenueCents),
                Opened = x.Count(d => d.OpenedAt != null),
                Clicked = x.Count(d => d.ClickedAt != null),
                Bought = x.Count(d => d.ConvertedAt != null),
            }).ToListAsync(cancellationToken);
        var names = await db.Campaigns.Where(x => runs.Any(r => r.CampaignId == x.Id)).Select(x => new { x.Id, x.Name }).ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken);
        return new CampaignReport(period,
        [
            .. sums.GroupBy(x => x.CampaignId).Select(g =>
            {
                GroupSums Of(params DispatchStatus[] statuses)
                {
                    var rows = g.Where(x => statuses.Contains(x.Status)).ToList();
                    return new GroupSums(rows.Sum(x => x.Count), rows.Sum(x => x.Cents), rows.Sum(x => x.Squares));
                }

                var sent = g.Where(x => x.Status == DispatchStatus.Sent).ToList();
                return new CampaignResult(g.Key, names.GetValueOrDefault(g.Key, $"Campaign {g.Key}"), sent.Sum(x => x.Count), sent.Sum(x => x.Opened), sent.Sum(x => x.Clicked), sent.Sum(x => x.Bought),
                    Of(DispatchStatus.Planned, DispatchStatus.Sending, DispatchStatus.Sent, DispatchStatus.Failed), Of(DispatchStatus.HeldOut));
            }).OrderByDescending(x => x.Sent).ThenBy(x => x.CampaignId),
        ]);
    }

    /// <summary>At the end of each bucket's last day, and of the last day.</summary>
    public async Task<ConsentReport> ConsentAsync(InsightPeriod period, CancellationToken cancellationToken)
    {
        var ledger = await _ledger.GetAsync(LedgerStateAsync, LedgerAsync, cancellationToken);
        var starts = period.Buckets();
        var last = period.To < Today ? period.To : Today;
        var days = starts.Skip(1).Select(x => x.AddDays(-1)).Append(period.To).Where(x => x < last).Append(last).Distinct();
        return ConsentReport.Of(period, ledger.Subjects, ledger.Words, ledger.Rules, [.. days.Select(x => (x, _calendar.StartOf(x.AddDays(1))))]);
    }

    public async Task<SegmentReport> SegmentsAsync(InsightPeriod period, CancellationToken cancellationToken)
    {
        var (start, end) = (_calendar.StartOf(period.From), _calendar.StartOf(period.To.AddDays(1)));
        await using var db = await _dbs.CreateDbContextAsync(cancellationToken);
        var segments = await db.Segments.Where(x => x.DeletedAt == null).OrderByDescending(x => x.Size).ThenBy(x => x.Id).Select(x => new { x.Id, x.Name, x.Size }).ToListAsync(cancellationToken);
        var shown = segments.Take(SegmentReport.Shown).ToList();
        var ids = shown.Select(x => x.Id).ToList();
        var sizes = (await db.SegmentSizes.AsNoTracking().Where(x => ids.Contains(x.SegmentId) && x.At >= start && x.At < end).OrderBy(x => x.At).ToListAsync(cancellationToken)).ToLookup(x => x.SegmentId);
        return new SegmentReport(period,
            [.. shown.Select(s => new SegmentHistory(s.Id, s.Name, s.Size, [.. sizes[s.Id].GroupBy(x => _calendar.Day(x.At)).Select(g => (ShopCalendar.DateOf(g.Key), g.Last().Size))]))],
            segments.Count - shown.Count);
    }

    public async Task<ProductReport> ProductsAsync(InsightPeriod period, CancellationToken cancellationToken)
    {
        var now = await SoldAsync(period.From, period.To, cancellationToken);
        var before = period.Before is { } days ? await SoldAsync(days.From, days.To, cancellationToken) : null;
        await using var db = await _dbs.CreateDbContextAsync(cancellationToken);
        var products = await db.Products.AsNoTracking().Select(x => new { x.Id, x.Name, x.Category }).ToDictionaryAsync(x => x.Id, cancellationToken);
        IReadOnlyList<SoldLine> Top(Func<int, string> name)
        {
            var earlier = before?.GroupBy(x => name(x.Key), StringComparer.Ordinal).ToDictionary(x => x.Key, x => x.Sum(p => p.Value.Cents), StringComparer.Ordinal);
            return [.. now.GroupBy(x => name(x.Key), StringComparer.Ordinal)
                .Select(x => new SoldLine(x.Key, x.Sum(p => p.Value.Cents), x.Sum(p => p.Value.Pieces), earlier?.GetValueOrDefault(x.Key)))
                .OrderByDescending(x => x.RevenueCents).ThenBy(x => x.Name, StringComparer.Ordinal).Take(ProductReport.Shown)];
        }

        return new ProductReport(period, Top(x => products.GetValueOrDefault(x)?.Category is { Length: > 0 } category ? category : "(no category)"), Top(x => products.GetValueOrDefault(x)?.Name ?? "(unknown)"));
    }

    private async Task<Dictionary<int, (long Cents, int Pieces)>> SoldAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken)
    {
        var (first, last) = (ShopCalendar.DayOf(from), ShopCalendar.DayOf(to));
        await using var db = await _dbs.CreateDbContextAsync(cancellationToken);
        return await db.EventItems.Where(x => x.Day >= first && x.Day <= last).GroupBy(x => x.ProductId)
            .Select(g => new { g.Key, Cents = g.Sum(x => x.Returned ? -x.AmountCents : x.AmountCents), Pieces = g.Sum(x => x.Returned ? -x.Quantity : x.Quantity) })
            .ToDictionaryAsync(x => x.Key, x => (x.Cents, x.Pieces), cancellationToken);
    }

    private async Task<object> LedgerStateAsync(CancellationToken cancellationToken)
    {
        await using var db = await _dbs.CreateDbContextAsync(cancellationToken);
        return (await db.ConsentEntries.CountAsync(cancellationToken), await db.ConsentEntries.MaxAsync(x => (long?)x.Id, cancellationToken), await db.ConsentRules.CountAsync(cancellationToken),
            await db.Customers.CountAsync(cancellationToken), await db.Customers.MaxAsync(x => (DateTime?)x.UpdatedAt, cancellationToken));
    }

    private async Task<Ledger> LedgerAsync(CancellationToken cancellationToken)
    {
        await using var db = await _dbs.CreateDbContextAsync(cancellationToken);
        var subjects = await db.Customers.Where(x => x.ErasedAt == null).Select(x => new ConsentSubject(x.Id, x.Jurisdiction, x.CreatedAt)).ToArrayAsync(cancellationToken);
        var words = await db.ConsentEntries.Select(x => new ConsentWord(x.CustomerId, x.Purpose, x.Granted, x.At)).ToArrayAsync(cancellationToken);
        Array.Sort(words, (a, b) => a.At != b.At ? a.At.CompareTo(b.At) : b.Granted.CompareTo(a.Granted));
        return new Ledger(subjects, words, await db.ConsentRules.AsNoTracking().ToListAsync(cancellationToken));
    }

    private sealed record Ledger(ConsentSubject[] Subjects, ConsentWord[] Words, IReadOnlyList<ConsentRule> Rules);
}
