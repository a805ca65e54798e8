using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <param name="Sent">Taken over by the mail server or receiver.</param>
/// <param name="Delivered">Sent and not bounced afterwards.</param>
/// <param name="Opened">By the person; customers, not opens.</param>
/// <param name="MachineOpened">Opened by a proxy or scanner and never by the person.</param>
/// <param name="Bought">Customers with a purchase within the attribution window.</param>
public sealed record ResponseCounts(int Sent, int Delivered, int Opened, int MachineOpened, int Clicked, int Bought, long RevenueCents);

/// <summary>Compares customers meant to get the message (sent or failed) with those held out by chance.</summary>
/// <param name="Treated">Customers meant to get it.</param>
/// <param name="Buyers">Difference of the share that bought; null without a holdout.</param>
/// <param name="RevenueCents">Difference of the revenue per customer in cents; null without a holdout.</param>
public sealed record Lift(int Treated, int TreatedBought, int HeldOut, int HeldOutBought, Difference? Buyers, Difference? RevenueCents)
{
    public string Sentence => Buyers is null ? "No customer was held out, so there is nothing to compare with."
        : Buyers.Reliable ? Buyers.Value > 0 ? "More customers bought than without the message." : "Fewer customers bought than without the message."
        : "No reliable difference from the customers who were held out.";
}

public sealed record VariantResult(int Variant, string Name, ResponseCounts Counts);

public sealed record OccurrenceResult(long Occurrence, DateTime At, int Audience, int Failed, int Skipped, int HeldOut, int Waiting, int? JobRunId, ResponseCounts Counts, Lift Lift);

public sealed record CampaignResult(int CampaignId, int AttributionDays, int Audience, int Failed, int Skipped, int HeldOut, ResponseCounts Counts, Lift Lift,
    IReadOnlyList<VariantResult> Variants, IReadOnlyList<OccurrenceResult> Occurrences);

/// <summary>What came of a campaign.</summary>
public sealed class CampaignResults(IDbContextFactory<ConsoleDb> dbs)
{
    /// <returns>Null when there is no such campaign.</returns>
    public async Task<CampaignResult?> GetAsync(int campaignId, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Campaigns.AsNoTracking().Where(x => x.Id == campaignId).Select(x => x.PlanJson).SingleOrDefaultAsync(cancellationToken) is not { } json)
        {
            return null;
        }

        var plan = CampaignPlan.FromJson(json);
        var cells = await db.Dispatches.Where(x => x.CampaignId == campaignId).GroupBy(x => new { x.Occurrence, x.Variant, x.Status }).Select(g => new Cell(g.Key.Occurrence, g.Key.Variant, g.Key.Status, g.Count(),
            g.Sum(x => x.OpenedAt != null ? 1 : 0), g.Sum(x => x.ClickedAt != null ? 1 : 0), g.Sum(x => x.ConvertedAt != null ? 1 : 0), g.Sum(x => x.RevenueCents), g.Sum(x => (double)x.RevenueCents * x.RevenueCents))).ToListAsync(cancellationToken);
        // Driven by the campaign's own events: a look-up per dispatch makes SQLite scan every open of the shop each time.
        var signs = await db.Events.Where(e => e.CampaignId == campaignId && (e.Type == EventType.EmailBounce || (e.Type == EventType.EmailOpen && e.Machine)))
            .Join(db.Dispatches.Where(x => x.CampaignId == campaignId && x.Status == DispatchStatus.Sent), e => e.CustomerId, x => x.CustomerId, (e, x) => new { x.Occurrence, x.Variant, x.CustomerId, x.OpenedAt, x.SentAt, e.Type, e.At })
            .ToListAsync(cancellationToken);
        var extra = signs.GroupBy(x => (x.Occurrence, x.Variant, x.CustomerId)).Select(g => new
        {
            g.Key.Occurrence,
            g.Key.Variant,
            Machine = g.Any(x => x.Type == EventType.EmailOpen && x.OpenedAt is null) ? 1 : 0,
            Bounced = g.Any(x => x.Type == EventType.EmailBounce && x.At >= x.SentAt) ? 1 : 0,
        }).ToList();
        var runs = await db.CampaignRuns.AsNoTracking().Where(x => x.CampaignId == campaignId).OrderByDescending(x => x.Occurrence).ToListAsync(cancellationToken);

        ResponseCounts Counts(Func<long, int, bool> mine)
        {
            var sent = cells.Where(x => x.Status == DispatchStatus.Sent && mine(x.Occurrence, x.Variant)).ToList();
            var (count, more) = (sent.Sum(x => x.Count), extra.Where(x => mine(x.Occurrence, x.Variant)).ToList());
            return new ResponseCounts(count, count - more.Sum(x => x.Bounced), sent.Sum(x => x.Opened), more.Sum(x => x.Machine), sent.Sum(x => x.Clicked), sent.Sum(x => x.Bought), sent.Sum(x => x.Cents));
        }

        int Of(long? occurrence, params DispatchStatus[] statuses) => cells.Where(x => (occurrence is null || x.Occurrence == occurrence) && statuses.Contains(x.Status)).Sum(x => x.Count);
        return new CampaignResult(campaignId, plan.AttributionDays, cells.Sum(x => x.Count), Of(null, DispatchStatus.Failed), Of(null, DispatchStatus.Skipped), Of(null, DispatchStatus.HeldOut),
            Counts((_, _) => true), LiftOf(cells),
            [.. plan.Variants.Select((x, i) => new VariantResult(i, x.Name, Counts((_, variant) => variant == i)))],
            [.. runs.Select(x => new OccurrenceResult(x.Occurrence, x.StartedAt, x.Audience, Of(x.Occurrence, DispatchStatus.Failed), Of(x.Occurrence, DispatchStatus.Skipped), Of(x.Occurrence, DispatchStatus.HeldOut),
                Of(x.Occurrence, DispatchStatus.Planned, DispatchStatus.Sending), x.JobRunId, Counts((occurrence, _) => occurrence == x.Occurrence), LiftOf(cells.Where(c => c.Occurrence == x.Occurrence))))]);
    }

    private static Lift LiftOf(IEnumerable<Cell> cells)
    {
        var groups = cells.Where(x => x.Status is DispatchStatus.Sent or DispatchStatus.Failed or DispatchStatus.HeldOut).ToLookup(x => x.Status == DispatchStatus.HeldOut);
        var (size, bought, cents, squares) = Sum(groups[false]);
        var (heldSize, heldBought, heldCents, heldSquares) = Sum(groups[true]);
        return new Lift(size, bought, heldSize, heldBought, DifferenceInterval.OfProportions(bought, size, heldBought, heldSize), DifferenceInterval.OfMeans(cents, squares, size, heldCents, heldSquares, heldSize));
    }

    private static (int Size, int Bought, double Cents, double Squares) Sum(IEnumerable<Cell> cells) =>
        cells.Aggregate((0, 0, 0.0, 0.0), (sum, x) => (sum.Item1 + x.Count, sum.Item2 + x.Bought, sum.Item3 + x.Cents, sum.Item4 + x.Squares));

    private sealed record Cell(long Occurrence, int Variant, DispatchStatus Status, int Count, int Opened, int Clicked, int Bought, long Cents, double Squares);
}
