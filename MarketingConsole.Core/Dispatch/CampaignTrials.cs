using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins.Uplift;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <summary>The lots that campaigns with an offer drew: who was to be written to, who was held out. Occurrences that did not finish are left out, for there only those held out would count in full.</summary>
internal sealed class CampaignTrials(IDbContextFactory<ConsoleDb> dbs)
{
    /// <param name="customers">Of so many at most; of more, of an even sample.</param>
    public async Task<IReadOnlyList<OfferTrial>> ReadAsync(int customers, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var days = (await db.Campaigns.Where(x => db.CampaignRuns.Any(r => r.CampaignId == x.Id && r.HeldOut > 0)).Select(x => new { x.Id, x.PlanJson }).ToListAsync(cancellationToken))
            .Select(x => (x.Id, Plan: CampaignPlan.FromJson(x.PlanJson))).Where(x => x.Plan.OfferIds.Count > 0).ToDictionary(x => x.Id, x => x.Plan.AttributionDays);
        int[] ids = [.. days.Keys];
        var lots = db.Dispatches.Where(x => ids.Contains(x.CampaignId) && (x.Status == DispatchStatus.Sent || x.Status == DispatchStatus.Failed || x.Status == DispatchStatus.HeldOut)
                && db.CampaignRuns.Any(r => r.CampaignId == x.CampaignId && r.Occurrence == x.Occurrence && r.FinishedAt != null));
        var every = Math.Max(1, (await lots.Select(x => x.CustomerId).Distinct().CountAsync(cancellationToken) + customers - 1) / customers);
        var rows = await lots.Where(x => x.CustomerId % every == 0).Select(x => new { x.CustomerId, x.CampaignId, x.CreatedAt, HeldOut = x.Status == DispatchStatus.HeldOut }).ToListAsync(cancellationToken);
        return rows.ConvertAll(x => new OfferTrial(x.CustomerId, x.CampaignId, x.CreatedAt, days[x.CampaignId], !x.HeldOut));
    }
}
