using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Segments;

/// <summary>Which campaigns write to, or leave out, which segment.</summary>
internal sealed class SegmentUses(IDbContextFactory<ConsoleDb> dbs)
{
    /// <returns>Names of campaigns by segment id; archived campaigns do not count.</returns>
    public async Task<IReadOnlyDictionary<int, IReadOnlyList<string>>> CampaignsAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var campaigns = await db.Campaigns.Where(x => x.Status != CampaignStatus.Archived).OrderBy(x => x.Name).Select(x => new { x.Name, x.PlanJson }).ToListAsync(cancellationToken);
        return campaigns.SelectMany(x => (Plan: CampaignPlan.FromJson(x.PlanJson), x.Name) is var (plan, name) ? plan.Include.Concat(plan.Exclude).Distinct().Select(id => (Id: id, Name: name)) : [])
            .GroupBy(x => x.Id).ToDictionary(x => x.Key, x => (IReadOnlyList<string>)[.. x.Select(c => c.Name)]);
    }
}
