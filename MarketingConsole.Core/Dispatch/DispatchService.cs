using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <summary>What a person can do with an occurrence: send its failed or waiting messages again.</summary>
public sealed class DispatchService(IDbContextFactory<ConsoleDb> dbs, CampaignService campaigns, JobService jobs, TimeProvider time)
{
    /// <summary>Gives failed messages a new chance and sends whatever waits. Addresses that bounced stay failed.</summary>
    /// <returns>Id of the new run, or why there is none.</returns>
    public async Task<(int? RunId, string? Error)> RetryFailedAsync(int campaignId, long occurrence, string actor, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.CampaignRuns.AsNoTracking().SingleOrDefaultAsync(x => x.CampaignId == campaignId && x.Occurrence == occurrence, cancellationToken) is not { } run)
        {
            return (null, "There is no such run.");
        }

        if (await db.JobRuns.AnyAsync(x => x.Id == run.JobRunId && x.Status <= JobStatus.Running, cancellationToken))
        {
            return (null, "It is still being sent: wait until it has ended or cancel it.");
        }

        var campaign = await campaigns.GetAsync(campaignId, cancellationToken);
        if (campaign?.Summary.Status == CampaignStatus.Paused)
        {
            return (null, "The campaign is paused: let it go on, and the messages that wait are sent.");
        }

        if (campaign is not { Approval: not null, Summary.Status: not CampaignStatus.Archived })
        {
            return (null, "The campaign is no longer approved: have it approved again first.");
        }

        var failed = await db.Dispatches.Where(x => x.CampaignId == campaignId && x.Occurrence == occurrence && x.Status == DispatchStatus.Failed
                && !db.Events.Any(e => e.CustomerId == x.CustomerId && e.CampaignId == campaignId && e.Type == Events.EventType.EmailBounce))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, DispatchStatus.Planned).SetProperty(x => x.Attempts, 0).SetProperty(x => x.SentAt, (DateTime?)null), cancellationToken);
        var waiting = await db.Dispatches.CountAsync(x => x.CampaignId == campaignId && x.Occurrence == occurrence && (x.Status == DispatchStatus.Planned || x.Status == DispatchStatus.Sending), cancellationToken);
        if (waiting == 0)
        {
            return (null, "Nothing is left to send: the addresses that failed do not exist.");
        }

        db.AuditEntries.Add(new AuditEntry { At = time.GetUtcNow().UtcDateTime, Actor = actor, Action = "dispatch.retried", Subject = $"campaign {campaignId}", Detail = $"occurrence {occurrence}, {waiting} messages" });
        await db.SaveChangesAsync(cancellationToken);
        return (await jobs.StartAsync<DispatchCampaignJob>(failed > 0 ? $"Send {waiting} messages of “{campaign.Summary.Name}” again" : $"Send the rest of “{campaign.Summary.Name}”", new DispatchArgument(campaignId, occurrence), actor, cancellationToken), null);
    }

    /// <summary>The occurrence a job run works on; null when it is no dispatch.</summary>
    public async Task<(int CampaignId, long Occurrence)?> OccurrenceOfAsync(int jobRunId, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.CampaignRuns.Where(x => x.JobRunId == jobRunId).Select(x => new { x.CampaignId, x.Occurrence }).FirstOrDefaultAsync(cancellationToken) is { } x ? (x.CampaignId, x.Occurrence) : null;
    }
}
