using System.Text.Json;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Campaigns;

/// <summary>What an approval is bound to: the plan, and the offers and segment rules it names, so that neither can be changed behind the approver's back.</summary>
internal static class CampaignSeal
{
    public static async Task<string> OfAsync(ConsoleDb db, string name, string planJson, CancellationToken cancellationToken)
    {
        var plan = CampaignPlan.FromJson(planJson);
        var (offerIds, segmentIds) = (plan.OfferIds.ToArray(), plan.Include.Concat(plan.Exclude).ToArray());
        var offers = await db.Offers.AsNoTracking().Where(x => offerIds.Contains(x.Id)).OrderBy(x => x.Id)
            .Select(x => new { x.Id, x.Kind, x.Value, x.Code, x.CategoriesJson, x.SkusJson, x.ValidFrom, x.ValidTo, x.StockLimit, x.BudgetCents, x.UnitCostCents, x.LinkUrl, x.Name })
            .ToListAsync(cancellationToken);
        var rules = await db.Segments.AsNoTracking().Where(x => segmentIds.Contains(x.Id)).OrderBy(x => x.Id).Select(x => new { x.Id, x.RuleJson }).ToListAsync(cancellationToken);
        return CampaignPlan.Hash(JsonSerializer.Serialize(new { name, planJson, offers, rules }));
    }
}
