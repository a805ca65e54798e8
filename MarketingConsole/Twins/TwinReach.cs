using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Twins;

/// <param name="Reason">Why skipped or failed.</param>
public sealed record Reached(int CampaignId, string Campaign, DateTime At, DispatchStatus Status, string? Reason, DateTime? OpenedAt, DateTime? ClickedAt, DateTime? ConvertedAt, long RevenueCents);

/// <summary>What stands downstream of a twin: the campaigns that reached it. It lives beside the page, because the twins' own folder must not look downstream.</summary>
internal sealed class TwinReach(IDbContextFactory<ConsoleDb> dbs)
{
    private const int Shown = 20;

    public async Task<IReadOnlyList<Reached>> CampaignsAsync(int customerId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Dispatches.Where(x => x.CustomerId == customerId).Join(db.Campaigns, x => x.CampaignId, x => x.Id, (d, c) => new { d, c.Name }).OrderByDescending(x => x.d.CreatedAt).Take(Shown)
            .Select(x => new Reached(x.d.CampaignId, x.Name, x.d.SentAt ?? x.d.CreatedAt, x.d.Status, x.d.Reason, x.d.OpenedAt, x.d.ClickedAt, x.d.ConvertedAt, x.d.RevenueCents)).ToListAsync(cancellationToken);
    }
}
