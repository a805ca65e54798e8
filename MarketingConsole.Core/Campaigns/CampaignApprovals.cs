using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Campaigns;

/// <summary>Four eyes: whoever made or last changed a campaign cannot approve it; an approval holds for one version with its offers and segment rules.</summary>
public sealed class CampaignApprovals(IDbContextFactory<ConsoleDb> dbs, CampaignReviewer reviewer, ChangeFeed feed, TimeProvider time)
{
    /// <param name="note">Why it may be sent although the checks warn; required when they do.</param>
    public async Task<SaveResult> RequestAsync(int id, int version, string actor, string note = "", CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, cancellationToken);
        if (Stale(campaign, id, version) is { } stale)
        {
            return SaveResult.Refused(stale);
        }

        if (campaign!.Status != CampaignStatus.Draft)
        {
            return SaveResult.Refused(new FieldError("status", $"Only a draft can be put up for approval; this campaign is {campaign.Status}."));
        }

        var review = await reviewer.ReviewAsync(CampaignPlan.FromJson(campaign.PlanJson), cancellationToken);
        if (review.Errors.Count > 0)
        {
            return SaveResult.Refused([.. review.Errors]);
        }

        if (review.Warnings.Count > 0 && string.IsNullOrWhiteSpace(note))
        {
            return SaveResult.Refused(new FieldError("note", $"The checks warn {review.Warnings.Count} times: say in a note why it may go out all the same."));
        }

        return await MoveAsync(db, campaign, CampaignStatus.AwaitingApproval, actor, "campaign.approval-asked", note, null, cancellationToken);
    }

    /// <summary>Records a yes or a no to exactly <paramref name="version"/> as <paramref name="seal"/> describes it.</summary>
    /// <param name="seal">What the decider saw, from <see cref="CampaignDetails.Seal"/>.</param>
    public async Task<SaveResult> DecideAsync(int id, int version, string seal, bool approve, CampaignActor actor, string note = "", CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var campaign = await db.Campaigns.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, cancellationToken);
        if (Stale(campaign, id, version) is { } stale)
        {
            return SaveResult.Refused(stale);
        }

        // A key stands for whoever made it: nobody approves their own work through one.
        var owners = (await db.ApiKeys.AsNoTracking().Select(x => new { x.Name, x.CreatedBy }).ToListAsync(cancellationToken)).ToLookup(x => "key:" + x.Name, x => x.CreatedBy);
        var refusals = from author in Behind(campaign!.CreatedBy, owners) from other in Behind(campaign.ChangedBy, owners) from decider in Behind(actor.Name, owners) select WhyNot(author, other, actor with { Name = decider });
        if (refusals.FirstOrDefault(x => x is not null) is { } why)
        {
            return SaveResult.Refused(new FieldError("actor", why));
        }

        if (campaign.Status != CampaignStatus.AwaitingApproval)
        {
            return SaveResult.Refused(new FieldError("status", $"Nobody has asked for approval: the campaign is {campaign.Status}."));
        }

        var current = await CampaignSeal.OfAsync(db, campaign.Name, campaign.PlanJson, cancellationToken);
        if (!string.Equals(current, seal, StringComparison.Ordinal))
        {
            return SaveResult.Refused(new FieldError("seal", "An offer or a segment of this campaign changed since you opened it: reload and look again."));
        }

        if (!approve && string.IsNullOrWhiteSpace(note))
        {
            return SaveResult.Refused(new FieldError("note", "Say what has to change."));
        }

        if (approve && (await reviewer.ReviewAsync(CampaignPlan.FromJson(campaign.PlanJson), cancellationToken)).Errors is { Count: > 0 } errors)
        {
            return SaveResult.Refused([.. errors]);
        }

        var decision = new CampaignApproval { CampaignId = id, Version = version, PlanHash = current, Approved = approve, DecidedBy = actor.Name, DecidedAt = time.GetUtcNow().UtcDateTime, Note = note.Trim() };
        return await MoveAsync(db, campaign, approve ? CampaignStatus.Approved : CampaignStatus.Draft, actor.Name, approve ? "campaign.approved" : "campaign.rejected", note, decision, cancellationToken);
    }

    /// <summary>Why this person may not decide; null when they may.</summary>
    public static string? WhyNot(string createdBy, string changedBy, CampaignActor actor)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return !actor.MayApprove ? "Only a manager or an admin approves campaigns."
            : Same(actor.Name, createdBy) ? "You made this campaign: somebody else has to approve it."
            : Same(actor.Name, changedBy) ? "You changed this campaign last: somebody else has to approve it." : null;
    }

    private static IEnumerable<string> Behind(string name, ILookup<string, string> owners) => owners[name].Prepend(name);

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);

    private static FieldError? Stale(Campaign? campaign, int id, int version) => campaign is null ? new("id", $"There is no campaign {id}.")
        : campaign.Version != version ? new("version", $"This is version {version}; {campaign.ChangedBy} has since made version {campaign.Version}. Reload and look again.") : null;

    private async Task<SaveResult> MoveAsync(ConsoleDb db, Campaign campaign, CampaignStatus to, string actor, string action, string note, CampaignApproval? decision, CancellationToken cancellationToken)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Campaigns.Where(x => x.Id == campaign.Id && x.Version == campaign.Version && x.Status == campaign.Status)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, to), cancellationToken) == 0)
        {
            return SaveResult.Refused(new FieldError("version", "The campaign changed at this very moment: reload and look again."));
        }

        if (decision is not null)
        {
            db.CampaignApprovals.Add(decision);
        }

        CampaignService.Audit(db, time.GetUtcNow().UtcDateTime, actor, action, campaign.Id, $"version {campaign.Version}{(note.Length > 0 ? ": " + note.Trim() : "")}");
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        feed.Publish(new CampaignChanged(campaign.Id));
        if (to == CampaignStatus.Approved)
        {
            feed.Publish(new CampaignApproved(campaign.Id, campaign.Version));
        }

        return SaveResult.Saved(campaign.Id);
    }
}
