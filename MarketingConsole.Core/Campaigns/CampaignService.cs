using System.Globalization;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Campaigns;

/// <summary>Lists, reads and saves campaigns. Every change raises the version and so ends an approval; see <see cref="CampaignApprovals"/> for decisions.</summary>
public sealed class CampaignService(IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed, TimeProvider time)
{
    public const int LongestName = 120;

    public async Task<IReadOnlyList<CampaignSummary>> ListAsync(bool archived = false, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Campaigns.AsNoTracking().Where(x => archived || x.Status != CampaignStatus.Archived).OrderByDescending(x => x.UpdatedAt)
            .Select(x => new CampaignSummary(x.Id, x.Name, x.Status, x.Channel, x.Version, x.CreatedBy, x.ChangedBy, x.UpdatedAt)).ToListAsync(cancellationToken);
    }

    public async Task<CampaignDetails?> GetAsync(int id, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is not { } x)
        {
            return null;
        }

        var seal = await CampaignSeal.OfAsync(db, x.Name, x.PlanJson, cancellationToken);
        var decisions = await db.CampaignApprovals.AsNoTracking().Where(a => a.CampaignId == id).OrderByDescending(a => a.Id)
            .Select(a => new CampaignDecision(a.Version, a.Approved, a.DecidedBy, a.DecidedAt, a.Note, a.PlanHash)).ToListAsync(cancellationToken);
        return new CampaignDetails(new(x.Id, x.Name, x.Status, x.Channel, x.Version, x.CreatedBy, x.ChangedBy, x.UpdatedAt),
            CampaignPlan.FromJson(x.PlanJson), x.CreatedAt, seal, InForce(decisions, x.Version, seal), decisions);
    }

    /// <summary>The plan that may be carried out now, or null: no approval, refused, or anything changed since.</summary>
    public async Task<CampaignPlan?> ApprovedPlanAsync(int campaignId, CancellationToken cancellationToken = default) =>
        await GetAsync(campaignId, cancellationToken) is { Approval: not null, Summary.Status: not (CampaignStatus.Archived or CampaignStatus.Paused) } campaign ? campaign.Plan : null;

    public async Task<SaveResult> CreateAsync(string name, CampaignPlan plan, string actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (CheckName(name) is { } error)
        {
            return SaveResult.Refused(error);
        }

        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var campaign = new Campaign { Name = name.Trim(), PlanJson = plan.ToJson(), Channel = plan.Channel, CreatedBy = actor, ChangedBy = actor, CreatedAt = now, UpdatedAt = now };
        db.Campaigns.Add(campaign);
        await db.SaveChangesAsync(cancellationToken);
        Audit(db, now, actor, "campaign.created", campaign.Id, campaign.Name);
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        feed.Publish(new CampaignChanged(campaign.Id));
        return SaveResult.Saved(campaign.Id);
    }

    /// <summary>Saves a draft as far as it is; what is incomplete shows in its review. Nothing happens when nothing changed.</summary>
    /// <param name="version">The version the author saw: a save over somebody else's change is refused.</param>
    /// <returns>The new version as <see cref="SaveResult.Id"/>.</returns>
    public async Task<SaveResult> SaveAsync(int id, int version, string name, CampaignPlan plan, string actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(plan);
        if (CheckName(name) is { } error)
        {
            return SaveResult.Refused(error);
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is not { } old)
        {
            return SaveResult.Refused(new FieldError("id", $"There is no campaign {id}."));
        }

        if (old.Status is CampaignStatus.Running or CampaignStatus.Archived)
        {
            return SaveResult.Refused(new FieldError("status", old.Status == CampaignStatus.Running ? "It is being sent now: pause it or wait until the run has ended, then change it." : "It is archived: bring it back first."));
        }

        var (json, now) = (plan.ToJson(), time.GetUtcNow().UtcDateTime);
        name = name.Trim();
        if (old.Version == version && old.Name == name && old.PlanJson == json)
        {
            return SaveResult.Saved(version);
        }

        // The scheduler takes up an approved campaign on its own: that is nobody's change.
        var taken = old.Status == CampaignStatus.Approved ? CampaignStatus.Scheduled : old.Status;
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var changed = await db.Campaigns.Where(x => x.Id == id && x.Version == version && (x.Status == old.Status || x.Status == taken)).ExecuteUpdateAsync(s => s.SetProperty(x => x.Name, name)
            .SetProperty(x => x.PlanJson, json).SetProperty(x => x.Channel, plan.Channel).SetProperty(x => x.Version, version + 1)
            .SetProperty(x => x.Status, CampaignStatus.Draft).SetProperty(x => x.ChangedBy, actor).SetProperty(x => x.UpdatedAt, now), cancellationToken);
        if (changed == 0)
        {
            return SaveResult.Refused(new FieldError("version", $"{old.ChangedBy} changed this campaign meanwhile (version {old.Version}); reload it before you save."));
        }

        if (old.Status != CampaignStatus.Draft)
        {
            Audit(db, now, actor, "campaign.approval-ended", id, $"version {version} was {old.Status}; changed to version {version + 1}");
            await db.SaveChangesAsync(cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        feed.Publish(new CampaignChanged(id));
        return SaveResult.Saved(version + 1);
    }

    /// <summary>Puts a campaign away, or back as a draft.</summary>
    public async Task<bool> ArchiveAsync(int id, bool archived, string actor, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var (now, to) = (time.GetUtcNow().UtcDateTime, archived ? CampaignStatus.Archived : CampaignStatus.Draft);
        var changed = await db.Campaigns.Where(x => x.Id == id && x.Status != CampaignStatus.Running && (x.Status == CampaignStatus.Archived) != archived)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, to).SetProperty(x => x.UpdatedAt, now), cancellationToken);
        if (changed == 1)
        {
            Audit(db, now, actor, archived ? "campaign.archived" : "campaign.restored", id, "");
            await db.SaveChangesAsync(cancellationToken);
            feed.Publish(new CampaignChanged(id));
        }

        return changed == 1;
    }

    internal static CampaignDecision? InForce(IReadOnlyList<CampaignDecision> newestFirst, int version, string seal) =>
        newestFirst.FirstOrDefault(x => x.Version == version) is { Approved: true } newest && newest.Seal == seal ? newest : null;

    internal static void Audit(ConsoleDb db, DateTime at, string actor, string action, int id, string detail) =>
        db.AuditEntries.Add(new AuditEntry { At = at, Actor = actor, Action = action, Subject = string.Create(CultureInfo.InvariantCulture, $"campaign {id}"), Detail = detail });

    private static FieldError? CheckName(string name) => string.IsNullOrWhiteSpace(name) ? new("name", "Give the campaign a name.")
        : name.Trim().Length > LongestName ? new("name", $"The name has {name.Trim().Length} characters; {LongestName} are allowed.") : null;
}
