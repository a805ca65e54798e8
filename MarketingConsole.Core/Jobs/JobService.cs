using System.Collections.Concurrent;
using System.Text.Json;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Quartz;

namespace MarketingConsole.Core.Jobs;

/// <summary>Starts, follows and cancels job runs.</summary>
public sealed partial class JobService(ISchedulerFactory schedulers, IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed, TimeProvider time, ILogger<JobService> log)
{
    internal const string TitleKey = "title", ArgumentKey = "argument";
    private readonly ConcurrentDictionary<int, CancellationTokenSource> _running = new();

    /// <summary>Starts <typeparamref name="TJob"/> now, in the background; it survives a restart of the process.</summary>
    /// <param name="argument">Serialised as JSON; read by <see cref="JobContext.Argument{T}"/>.</param>
    /// <returns>Id of the run.</returns>
    public async Task<int> StartAsync<TJob>(string title, object argument, string startedBy, CancellationToken cancellationToken = default) where TJob : ConsoleJob
    {
        var json = JsonSerializer.Serialize(argument, JsonSerializerOptions.Web);
        var runId = await CreateRunAsync(typeof(TJob), title, json, startedBy, cancellationToken);
        await QueueAsync(typeof(TJob), runId, cancellationToken);
        return runId;
    }

    /// <summary>Asks a run to stop. A run that has not started never will.</summary>
    public async Task CancelAsync(int runId, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        await db.JobRuns.Where(x => x.Id == runId && x.Status == JobStatus.Waiting)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, JobStatus.Cancelled).SetProperty(x => x.FinishedAt, now), cancellationToken);
        await db.JobRuns.Where(x => x.Id == runId && x.Status == JobStatus.Running)
            .ExecuteUpdateAsync(s => s.SetProperty(x => x.CancelRequested, true), cancellationToken);
        if (_running.TryGetValue(runId, out var cancellation))
        {
            await cancellation.CancelAsync();
        }
    }

    /// <summary>Waits until the run has ended.</summary>
    public async Task<JobRun> WaitAsync(int runId, CancellationToken cancellationToken = default)
    {
        while (true)
        {
            await using (var db = await dbs.CreateDbContextAsync(cancellationToken))
            {
                var run = await db.JobRuns.AsNoTracking().SingleAsync(x => x.Id == runId, cancellationToken);
                if (run.Status > JobStatus.Running)
                {
                    return run;
                }
            }

            await Task.Delay(TimeSpan.FromMilliseconds(50), time, cancellationToken);
        }
    }

    internal async Task<int> CreateRunAsync(Type job, string title, string argumentJson, string startedBy, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var run = new JobRun
        {
            Kind = job.Name.EndsWith("Job", StringComparison.Ordinal) ? job.Name[..^3] : job.Name,
            Title = title,
            ArgumentJson = argumentJson,
            StartedBy = startedBy,
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        db.JobRuns.Add(run);
        await db.SaveChangesAsync(cancellationToken);
        return run.Id;
    }

    internal async Task ExecuteAsync(int runId, Func<JobContext, CancellationToken, Task> work, CancellationToken stopping)
    {
        JobRun run;
        await using (var db = await dbs.CreateDbContextAsync(CancellationToken.None))
        {
            run = await db.JobRuns.SingleAsync(x => x.Id == runId, stopping);
            if (run.Status > JobStatus.Running)
            {
                return; // cancelled before it began, or finished just before a crash
            }

            run.Status = JobStatus.Running;
            run.StartedAt ??= time.GetUtcNow().UtcDateTime;
            run.Attempts++;
            await db.SaveChangesAsync(CancellationToken.None);
        }

        using var cancellation = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        _running[runId] = cancellation;
        var context = new JobContext(run, dbs, feed, time);
        var (status, error) = (JobStatus.Finished, (string?)null);
        try
        {
            if (run.CancelRequested)
            {
                await cancellation.CancelAsync();
            }

            feed.Publish(context.Progress(JobStatus.Running));
            await work(context, cancellation.Token);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            return; // the host stops: the row stays "running" and Quartz starts it again
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            status = JobStatus.Cancelled;
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            (status, error) = (JobStatus.Failed, exception.Message);
            RunFailed(log, run.Kind, runId, exception);
        }
        finally
        {
            _running.TryRemove(runId, out _);
        }

        await using (var db = await dbs.CreateDbContextAsync(CancellationToken.None))
        {
            context.Save(db);
            var now = time.GetUtcNow().UtcDateTime;
            await db.JobRuns.Where(x => x.Id == runId).ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, status)
                .SetProperty(x => x.Error, error).SetProperty(x => x.FinishedAt, now), CancellationToken.None);
        }

        feed.Publish(context.Progress(status));
    }

    private async Task QueueAsync(Type jobType, int runId, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var job = JobBuilder.Create().OfType(jobType).WithIdentity($"run-{runId}", "runs").UsingJobData(ConsoleJob.RunIdKey, runId.ToString(System.Globalization.CultureInfo.InvariantCulture)).RequestRecovery().Build();
        await scheduler.ScheduleJob(job, TriggerBuilder.Create().WithIdentity($"run-{runId}", "runs").StartNow().Build(), cancellationToken: cancellationToken);
    }

    [LoggerMessage(LogLevel.Error, "Job {Kind}, run {RunId}, failed")]
    private static partial void RunFailed(ILogger logger, string kind, int runId, Exception exception);
}
