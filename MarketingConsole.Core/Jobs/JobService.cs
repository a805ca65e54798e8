using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using Quartz;

namespace MarketingConsole.Core.Jobs;

/// <summary>Starts, follows and cancels job runs.</summary>
public sealed partial class JobService(ISchedulerFactory schedulers, IEnumerable<JobType> types, IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed, TimeProvider time, ILogger<JobService> log)
{
    internal const string TitleKey = "title", ArgumentKey = "argument", Group = "runs";
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

    /// <summary>As <see cref="StartAsync"/>, but the same key starts only once, whoever asks and however often.</summary>
    public async Task<int> StartOnceAsync<TJob>(string key, string title, object argument, string startedBy, CancellationToken cancellationToken = default) where TJob : ConsoleJob
    {
        var runId = await CreateRunAsync(typeof(TJob), title, JsonSerializer.Serialize(argument, JsonSerializerOptions.Web), startedBy, cancellationToken, key);
        await QueueAsync(typeof(TJob), runId, cancellationToken);
        return runId;
    }

    /// <summary>Starts a new run with the title and argument of one that has ended. A job that keeps its place goes on where that one stopped.</summary>
    /// <returns>Id of the new run; null when there is no such run or it has not ended.</returns>
    public async Task<int?> RepeatAsync(int runId, string startedBy, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.JobRuns.AsNoTracking().SingleOrDefaultAsync(x => x.Id == runId && x.Status > JobStatus.Running, cancellationToken) is not { } run || TypeOf(run.Kind) is not { } type)
        {
            return null;
        }

        var again = await CreateRunAsync(type, run.Title, run.ArgumentJson, startedBy, cancellationToken, scheduledAt: run.ScheduledAt ?? run.CreatedAt);
        await QueueAsync(type, again, cancellationToken);
        return again;
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

    internal async Task StartScheduledAsync(Type job, string key, DateTime at, string title, string argumentJson, CancellationToken cancellationToken)
    {
        var runId = await CreateRunAsync(job, title, argumentJson, "schedule", cancellationToken, key, at);
        await QueueAsync(job, runId, cancellationToken);
    }

    /// <summary>Queues runs that are waiting or running in our table but unknown to Quartz: the process died between the two.</summary>
    internal async Task QueueLostAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        foreach (var run in await db.JobRuns.AsNoTracking().Where(x => x.Status <= JobStatus.Running).Select(x => new { x.Id, x.Kind }).ToListAsync(cancellationToken))
        {
            if (TypeOf(run.Kind) is { } type)
            {
                await QueueAsync(type, run.Id, cancellationToken);
            }
        }
    }

    private async Task<int> CreateRunAsync(Type job, string title, string argumentJson, string startedBy, CancellationToken cancellationToken, string? key = null, DateTime? scheduledAt = null)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var run = new JobRun
        {
            Kind = job.Name.EndsWith("Job", StringComparison.Ordinal) ? job.Name[..^3] : job.Name,
            Title = title,
            ArgumentJson = argumentJson,
            StartedBy = startedBy,
            Key = key,
            ScheduledAt = scheduledAt,
            CreatedAt = time.GetUtcNow().UtcDateTime,
        };
        db.JobRuns.Add(run);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
            return run.Id;
        }
        catch (DbUpdateException) when (key is not null)
        {
            return await db.JobRuns.Where(x => x.Key == key).Select(x => (int?)x.Id).SingleOrDefaultAsync(cancellationToken) ?? throw new InvalidOperationException($"The run {key} could not be stored.");
        }
    }

    private Type? TypeOf(string kind) => types.FirstOrDefault(x => x.Type.Name == kind + "Job" || x.Type.Name == kind)?.Type;

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
        using var watched = new CancellationTokenSource();
        var watch = WatchAsync(runId, cancellation, watched.Token);
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
            await using var db = await dbs.CreateDbContextAsync(CancellationToken.None);
            context.Save(db);
            throw; // the host stops: the row stays "running" and Quartz hands the firing back for recovery
        }
        catch (OperationCanceledException) when (cancellation.IsCancellationRequested)
        {
            status = JobStatus.Cancelled;
        }
        catch (JobStoppedException exception)
        {
            (status, error) = (JobStatus.Cancelled, exception.Message);
        }
        catch (Exception exception) when (exception is not OutOfMemoryException)
        {
            (status, error) = (JobStatus.Failed, exception.Message);
            RunFailed(log, run.Kind, runId, exception);
        }
        finally
        {
            _running.TryRemove(runId, out _);
            await watched.CancelAsync();
            await watch;
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

    /// <summary>Notices a wish to cancel that another node took.</summary>
    private async Task WatchAsync(int runId, CancellationTokenSource cancellation, CancellationToken ended)
    {
        try
        {
            using var timer = new PeriodicTimer(TimeSpan.FromSeconds(2), time);
            while (await timer.WaitForNextTickAsync(ended))
            {
                await using var db = await dbs.CreateDbContextAsync(ended);
                if (await db.JobRuns.AnyAsync(x => x.Id == runId && x.CancelRequested, ended))
                {
                    await cancellation.CancelAsync();
                    return;
                }
            }
        }
        catch (OperationCanceledException)
        {
            // the run has ended
        }
        catch (System.Data.Common.DbException exception)
        {
            WatchFailed(log, runId, exception); // cancelling on this node still works
        }
    }

    private async Task QueueAsync(Type jobType, int runId, CancellationToken cancellationToken)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var id = string.Create(CultureInfo.InvariantCulture, $"run-{runId}");
        if (await scheduler.Exists(new JobKey(id, Group), cancellationToken))
        {
            return;
        }

        var job = JobBuilder.Create().OfType(jobType).WithIdentity(id, Group).UsingJobData(ConsoleJob.RunIdKey, runId.ToString(CultureInfo.InvariantCulture)).RequestRecovery().Build();
        try
        {
            await scheduler.ScheduleJob(job, TriggerBuilder.Create().WithIdentity(id, Group).StartNow().Build(), cancellationToken: cancellationToken);
        }
        catch (ObjectAlreadyExistsException)
        {
            // another node queued it in this moment
        }
    }

    [LoggerMessage(LogLevel.Warning, "The wish to cancel run {RunId} cannot be watched")]
    private static partial void WatchFailed(ILogger logger, int runId, Exception exception);

    [LoggerMessage(LogLevel.Error, "Job {Kind}, run {RunId}, failed")]
    private static partial void RunFailed(ILogger logger, string kind, int runId, Exception exception);
}
