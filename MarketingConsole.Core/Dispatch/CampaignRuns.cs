using System.Text.Json;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <summary>How far the runs of one version of a campaign are.</summary>
internal enum RunState { None, Unfinished, Finished }

/// <summary>Stops the runs of a paused campaign and takes them up again.</summary>
internal sealed class CampaignRuns(IDbContextFactory<ConsoleDb> dbs, CampaignService campaigns, JobService jobs)
{
    private const string Kind = "DispatchCampaign";

    public async Task<RunState> StateAsync(int id, int version, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var finished = await db.CampaignRuns.Where(x => x.CampaignId == id && x.CampaignVersion == version).Select(x => x.FinishedAt != null).ToListAsync(cancellationToken);
        return finished.Count == 0 ? RunState.None : finished.Contains(false) ? RunState.Unfinished : RunState.Finished;
    }

    /// <summary>Asks every run of the campaign that waits or sends to stop.</summary>
    public async Task StopAsync(int id, CancellationToken cancellationToken)
    {
        foreach (var run in await ActiveAsync(id, cancellationToken))
        {
            await jobs.CancelAsync(run, cancellationToken);
        }
    }

    /// <summary>Starts a run for each occurrence of the current version that has messages waiting and no run at work.</summary>
    public async Task GoOnAsync(int id, string startedBy, CancellationToken cancellationToken)
    {
        if (await campaigns.GetAsync(id, cancellationToken) is not { Approval: not null, Summary: { Status: CampaignStatus.Approved or CampaignStatus.Scheduled or CampaignStatus.Running } summary } campaign)
        {
            return;
        }

        foreach (var run in await ActiveAsync(id, cancellationToken, stopping: true))
        {
            await jobs.WaitAsync(run, cancellationToken); // it may still be handing over its last messages
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var occurrences = await db.CampaignRuns.Where(x => x.CampaignId == id && x.CampaignVersion == summary.Version)
            .Select(x => new { x.Occurrence, Over = x.FinishedAt != null || db.JobRuns.Any(j => j.Id == x.JobRunId && j.Status <= JobStatus.Running) }).ToListAsync(cancellationToken);
        foreach (var x in occurrences.Where(x => !x.Over))
        {
            await jobs.StartAsync<DispatchCampaignJob>($"Go on sending “{summary.Name}”", new DispatchArgument(id, x.Occurrence), startedBy, cancellationToken);
        }

        if (occurrences.Count == 0 && campaign.Plan.Schedule.Kind is ScheduleKind.Now or ScheduleKind.Once && await LastAsync(db, id, cancellationToken) is { } stopped)
        {
            await jobs.RepeatAsync(stopped, startedBy, cancellationToken); // it was paused between its start and its first step
        }
    }

    private async Task<List<int>> ActiveAsync(int id, CancellationToken cancellationToken, bool stopping = false)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var active = await db.JobRuns.Where(x => x.Kind == Kind && x.Status <= JobStatus.Running && (!stopping || x.CancelRequested)).Select(x => new { x.Id, x.ArgumentJson }).ToListAsync(cancellationToken);
        return [.. active.Where(x => IsOf(x.ArgumentJson, id)).Select(x => x.Id)];
    }

    /// <returns>The run cancelled last, unless it ended in another way.</returns>
    private static async Task<int?> LastAsync(ConsoleDb db, int id, CancellationToken cancellationToken)
    {
        var approvedAt = await db.CampaignApprovals.Where(x => x.CampaignId == id && x.Approved).MaxAsync(x => x.DecidedAt, cancellationToken);
        var ended = await db.JobRuns.Where(x => x.Kind == Kind && x.CreatedAt >= approvedAt).OrderByDescending(x => x.Id).Select(x => new { x.Id, x.Status, x.ArgumentJson }).ToListAsync(cancellationToken);
        return ended.FirstOrDefault(x => IsOf(x.ArgumentJson, id)) is { Status: JobStatus.Cancelled } last ? last.Id : null;
    }

    private static bool IsOf(string argumentJson, int id) => JsonSerializer.Deserialize<DispatchArgument>(argumentJson, JsonSerializerOptions.Web)?.CampaignId == id;
}
