using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Campaigns;

/// <summary>Halts an approved campaign and lets it go on: a paused one starts no run, a running one stops and keeps what waits. The approval stays.</summary>
public sealed class CampaignPauses(IDbContextFactory<ConsoleDb> dbs, CampaignService campaigns, ChangeFeed feed, TimeProvider time)
{
    public static bool CanPause(CampaignStatus status) => status is CampaignStatus.Approved or CampaignStatus.Scheduled or CampaignStatus.Running;

    public async Task<SaveResult> PauseAsync(int id, string actor, CancellationToken cancellationToken = default)
    {
        if (await campaigns.GetAsync(id, cancellationToken) is not { } campaign)
        {
            return SaveResult.Refused(new FieldError("id", $"There is no campaign {id}."));
        }

        if (!CanPause(campaign.Summary.Status) || !await MoveAsync(id, [CampaignStatus.Approved, CampaignStatus.Scheduled, CampaignStatus.Running], CampaignStatus.Paused, actor, "campaign.paused", cancellationToken))
        {
            return SaveResult.Refused(new FieldError("status", $"Only a campaign that is scheduled or being sent can be paused; this one is {campaign.Summary.Status}."));
        }

        feed.Publish(new CampaignChanged(id));
        return SaveResult.Saved(id);
    }

    public async Task<SaveResult> ResumeAsync(int id, string actor, CancellationToken cancellationToken = default)
    {
        if (await campaigns.GetAsync(id, cancellationToken) is not { } campaign)
        {
            return SaveResult.Refused(new FieldError("id", $"There is no campaign {id}."));
        }

        if (campaign.Summary.Status == CampaignStatus.Paused && campaign.Approval is null)
        {
            return SaveResult.Refused(new FieldError("status", "An offer or a segment of this campaign changed after its approval: change the campaign and ask for approval again."));
        }

        if (!await MoveAsync(id, [CampaignStatus.Paused], CampaignStatus.Approved, actor, "campaign.resumed", cancellationToken))
        {
            return SaveResult.Refused(new FieldError("status", $"Only a paused campaign can go on; this one is {campaign.Summary.Status}."));
        }

        feed.Publish(new CampaignResumed(id, actor));
        feed.Publish(new CampaignChanged(id));
        return SaveResult.Saved(id);
    }

    private async Task<bool> MoveAsync(int id, CampaignStatus[] from, CampaignStatus to, string actor, string action, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        if (await db.Campaigns.Where(x => x.Id == id && from.Contains(x.Status)).ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, to), cancellationToken) == 0)
        {
            return false;
        }

        CampaignService.Audit(db, time.GetUtcNow().UtcDateTime, actor, action, id, "");
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return true;
    }
}
