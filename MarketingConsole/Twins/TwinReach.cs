using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Segments;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Twins;

/// <param name="Why">The segment's rule in a sentence, or its description where the rule cannot be read.</param>
public sealed record InSegment(int Id, string Name, string Why, DateTime Since);

/// <param name="Reason">Why skipped or failed.</param>
public sealed record Reached(int CampaignId, string Campaign, DateTime At, DispatchStatus Status, string? Reason, DateTime? OpenedAt, DateTime? ClickedAt, DateTime? ConvertedAt, long RevenueCents);

/// <summary>What stands downstream of a twin: its segments and the campaigns that reached it. It lives beside the page, because the twins' own folder must not look downstream.</summary>
internal sealed class TwinReach(IDbContextFactory<ConsoleDb> dbs, string currency)
{
    private const int Shown = 20;

    public async Task<IReadOnlyList<InSegment>> SegmentsAsync(int customerId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var rows = await db.SegmentMembers.Where(x => x.CustomerId == customerId).Join(db.Segments.Where(x => x.DeletedAt == null), x => x.SegmentId, x => x.Id, (m, s) => new { s.Id, s.Name, s.Description, s.RuleJson, m.EnteredAt })
            .OrderBy(x => x.Name).ToListAsync(cancellationToken);
        if (rows.Count == 0)
        {
            return [];
        }

        var names = new RuleNames(await db.Segments.ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken), await db.Stores.ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken),
            await db.Campaigns.ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken), currency);
        return [.. rows.Select(x => new InSegment(x.Id, x.Name, RuleJson.TryRead(x.RuleJson).Rule is { } rule ? RuleSentence.Of(rule, names) : x.Description, x.EnteredAt))];
    }

    public async Task<IReadOnlyList<Reached>> CampaignsAsync(int customerId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Dispatches.Where(x => x.CustomerId == customerId).Join(db.Campaigns, x => x.CampaignId, x => x.Id, (d, c) => new { d, c.Name }).OrderByDescending(x => x.d.CreatedAt).Take(Shown)
            .Select(x => new Reached(x.d.CampaignId, x.Name, x.d.SentAt ?? x.d.CreatedAt, x.d.Status, x.d.Reason, x.d.OpenedAt, x.d.ClickedAt, x.d.ConvertedAt, x.d.RevenueCents)).ToListAsync(cancellationToken);
    }
}
