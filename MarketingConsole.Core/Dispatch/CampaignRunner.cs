using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <summary>One occurrence from audience to sums: plan, send, count. Started again for the same occurrence, it goes on where it stopped.</summary>
internal sealed class CampaignRunner(IDbContextFactory<ConsoleDb> dbs, CampaignService campaigns, AudiencePlanner planner, CampaignSender sender, DispatchEvents events, TransportChooser transports, ChangeFeed feed, TimeProvider time)
{
    private static readonly CampaignStatus[] Live = [CampaignStatus.Approved, CampaignStatus.Scheduled, CampaignStatus.Running, CampaignStatus.Finished, CampaignStatus.Stopped];

    public async Task RunAsync(JobContext job, DispatchArgument argument, CancellationToken cancellationToken)
    {
        var (id, occurrence) = (argument.CampaignId, argument.Occurrence ?? new DateTimeOffset(job.At, TimeSpan.Zero).ToUnixTimeSeconds());
        var campaign = await campaigns.GetAsync(id, cancellationToken);
        if (campaign?.Summary.Status == CampaignStatus.Paused)
        {
            throw new JobStoppedException("The campaign is paused. Nothing was sent.");
        }

        if (campaign is not { Approval: not null, Summary.Status: not CampaignStatus.Archived })
        {
            throw new DispatchStoppedException("The campaign is not approved in its current version. Nothing was sent.");
        }

        var (plan, version) = (campaign.Plan, campaign.Summary.Version);
        var planned = await ClaimAsync(job.RunId, id, occurrence, version, cancellationToken);
        await SetStatusAsync(id, CampaignStatus.Running, cancellationToken);
        try
        {
            var transport = transports.For(plan.Channel) ?? throw new DispatchStoppedException(TransportChooser.Missing(plan.Channel));
            if (!planned)
            {
                job.Report(0, 0, "Choosing who gets what");
                var size = await planner.PlanAsync(id, occurrence, plan, argument.CustomerIds, x => job.Report(x, 0), cancellationToken);
                await using var db = await dbs.CreateDbContextAsync(cancellationToken);
                await db.CampaignRuns.Where(x => x.CampaignId == id && x.Occurrence == occurrence).ExecuteUpdateAsync(s => s.SetProperty(x => x.Planned, true).SetProperty(x => x.Audience, size), cancellationToken);
                await job.LogAsync($"Audience of {size} customers planned.");
            }

            await RecoverAsync(job, id, occurrence, transport, cancellationToken);
            var before = await CountAsync(id, occurrence, cancellationToken);
            var (done, total) = (before.Sent + before.Failed, before.Sent + before.Failed + before.Waiting);
            await job.LogAsync($"{before.Waiting} messages to send{(done > 0 ? $", {done} ended before" : "")}.");
            job.Report(done, total, "Sending");
            await sender.SendAsync(plan, version, id, occurrence, transport, ended =>
            {
                job.Report(done + ended, total);
            }, cancellationToken);
        }
        finally
        {
            await FinishAsync(job, id, occurrence, plan);
        }
    }

    /// <summary>Makes this run the only one that works on the occurrence.</summary>
    /// <returns>True when the audience is already planned.</returns>
    private async Task<bool> ClaimAsync(int runId, int id, long occurrence, int version, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.CampaignRuns.AsNoTracking().SingleOrDefaultAsync(x => x.CampaignId == id && x.Occurrence == occurrence, cancellationToken) is not { } run)
        {
            run = new CampaignRun { CampaignId = id, Occurrence = occurrence, CampaignVersion = version, JobRunId = runId, StartedAt = time.GetUtcNow().UtcDateTime };
            db.CampaignRuns.Add(run);
            await db.SaveChangesAsync(cancellationToken);
            return false;
        }

        if (run.Planned && run.CampaignVersion != version)
        {
            throw new DispatchStoppedException($"This occurrence was planned with version {run.CampaignVersion} of the campaign, which is now version {version}. Its waiting messages are not sent.");
        }

        var mine = await db.CampaignRuns.Where(x => x.CampaignId == id && x.Occurrence == occurrence
                && (x.JobRunId == null || x.JobRunId == runId || !db.JobRuns.Any(j => j.Id == x.JobRunId && j.Status <= JobStatus.Running)))
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.JobRunId, runId).SetProperty(x => x.CampaignVersion, version), cancellationToken);
        return mine == 1 ? run.Planned : throw new DispatchStoppedException($"Run {run.JobRunId} is already sending this occurrence.");
    }

    /// <summary>Settles messages a dead process left between "handing over" and "handed over".</summary>
    private async Task RecoverAsync(JobContext job, int id, long occurrence, ITransport transport, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var open = db.Dispatches.Where(x => x.CampaignId == id && x.Occurrence == occurrence && x.Status == DispatchStatus.Sending);
        var count = transport.Repeatable
            ? await open.ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, DispatchStatus.Planned).SetProperty(x => x.SentAt, (DateTime?)null), cancellationToken)
            : await open.ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, DispatchStatus.Sent).SetProperty(x => x.Reason, DispatchReason.LostInCrash), cancellationToken);
        if (count > 0)
        {
            await job.LogAsync(transport.Repeatable ? $"{count} messages were being handed over when the process died; they are handed over again under the same id."
                : $"{count} messages were being handed over when the process died; the mail server may have them, so they are not sent again.", warning: true);
        }
    }

    private async Task FinishAsync(JobContext job, int id, long occurrence, CampaignPlan plan)
    {
        await events.WriteSentAsync(id, occurrence, CancellationToken.None);
        var sums = await CountAsync(id, occurrence, CancellationToken.None);
        await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
        var run = await db.CampaignRuns.SingleAsync(x => x.CampaignId == id && x.Occurrence == occurrence);
        (run.Sent, run.Failed, run.Skipped, run.HeldOut) = (sums.Sent, sums.Failed, sums.Skipped, sums.HeldOut);
        run.FinishedAt = run.Planned && sums.Waiting == 0 ? time.GetUtcNow().UtcDateTime : null;
        await db.SaveChangesAsync();
        job.Report(sums.Sent + sums.Failed, sums.Sent + sums.Failed + sums.Waiting, sums.Waiting == 0 ? "Done" : "Stopped");
        foreach (var (name, value) in new (string, int)[] { ("audience", run.Audience), ("sent", sums.Sent), ("failed", sums.Failed), ("skipped", sums.Skipped), ("held out", sums.HeldOut), ("waiting", sums.Waiting) })
        {
            job.SetCount(name, value);
        }

        await job.LogAsync($"{(sums.Waiting == 0 ? "Done" : "Stopped")}: {sums.Sent} sent, {sums.Failed} failed, {sums.Skipped} skipped, {sums.HeldOut} held out, {sums.Waiting} waiting.", warning: sums.Waiting > 0);
        foreach (var (reason, count) in await db.Dispatches.Where(x => x.CampaignId == id && x.Occurrence == occurrence && x.Status == DispatchStatus.Skipped)
            .GroupBy(x => x.Reason).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(x => x.Key ?? "", x => x.Count))
        {
            job.SetCount($"skipped: {reason}", count);
        }

        await SetStatusAsync(id, plan.Schedule.Kind is not (ScheduleKind.Now or ScheduleKind.Once) ? CampaignStatus.Scheduled : run.FinishedAt is null ? CampaignStatus.Stopped : CampaignStatus.Finished, CancellationToken.None);
        feed.Publish(new CampaignRunChanged(id, occurrence));
        if (run.Planned && sums.All != run.Audience)
        {
            throw new InvalidOperationException($"The sums do not add up: {sums} is not the audience of {run.Audience}.");
        }
    }

    private async Task<Sums> CountAsync(int id, long occurrence, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var by = await db.Dispatches.Where(x => x.CampaignId == id && x.Occurrence == occurrence).GroupBy(x => x.Status).Select(g => new { g.Key, Count = g.Count() }).ToDictionaryAsync(x => x.Key, x => x.Count, cancellationToken);
        int Of(DispatchStatus status) => by.GetValueOrDefault(status);
        return new Sums(Of(DispatchStatus.Sent), Of(DispatchStatus.Failed), Of(DispatchStatus.Skipped), Of(DispatchStatus.HeldOut), Of(DispatchStatus.Planned) + Of(DispatchStatus.Sending));
    }

    private async Task SetStatusAsync(int id, CampaignStatus to, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await db.Campaigns.Where(x => x.Id == id && Live.Contains(x.Status)).ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, to), cancellationToken);
        feed.Publish(new CampaignRunChanged(id, 0));
    }

    private sealed record Sums(int Sent, int Failed, int Skipped, int HeldOut, int Waiting)
    {
        public int All => Sent + Failed + Skipped + HeldOut + Waiting;
    }
}

/// <summary>A campaign's run or its status moved.</summary>
public sealed record CampaignRunChanged(int CampaignId, long Occurrence);
