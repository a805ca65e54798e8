using System.Globalization;
using System.Text.Json;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace MarketingConsole.Core.Jobs;

/// <summary>Base of every job: keeps its <see cref="JobRun"/> row, progress, log and cancellation. Quartz runs it again after a crash,
/// so <see cref="RunAsync"/> must be able to continue where the last attempt stopped.</summary>
public abstract class ConsoleJob(IServiceProvider services) : IJob
{
    internal const string RunIdKey = "runId";

    protected abstract Task RunAsync(JobContext context, CancellationToken cancellationToken);

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        var jobs = services.GetRequiredService<JobService>();
        var data = context.MergedJobDataMap;
        if (data.TryGetString(RunIdKey, out var text) && int.TryParse(text, out var runId))
        {
            await jobs.ExecuteAsync(runId, RunAsync, cancellationToken);
            return;
        }

        // A schedule fired: the run gets a Quartz job of its own, which survives a crash, and a key, so that a repeated firing starts nothing new.
        var at = (context.ScheduledFireTimeUtc ?? context.FireTimeUtc).UtcDateTime;
        await jobs.StartScheduledAsync(GetType(), string.Create(CultureInfo.InvariantCulture, $"{context.JobDetail.Key}@{at:O}"), at,
            data.GetString(JobService.TitleKey) ?? GetType().Name, data.GetString(JobService.ArgumentKey) ?? "{}", cancellationToken);
    }
}

/// <summary>What a running job is given: its argument, and where it reports.</summary>
public sealed class JobContext(JobRun run, IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed, TimeProvider time)
{
    private static readonly TimeSpan SaveEvery = TimeSpan.FromMilliseconds(500), ShowEvery = TimeSpan.FromMilliseconds(100);
    private readonly Lock _lock = new();
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);
    private long _done = run.Done, _total = run.Total, _shownAt, _savedAt;
    private string _phase = run.Phase;

    public int RunId => run.Id;
    public int Attempt => run.Attempts;
    public string StartedBy => run.StartedBy;

    /// <summary>The instant the schedule meant, or when a person started it: the same for every attempt.</summary>
    public DateTime At => run.ScheduledAt ?? run.CreatedAt;

    public T Argument<T>() => JsonSerializer.Deserialize<T>(run.ArgumentJson, JsonSerializerOptions.Web) ?? throw new InvalidOperationException($"Run {run.Id} has no argument.");

    /// <summary>Says how far the job is. Cheap: shown ten times a second, saved twice a second.</summary>
    /// <param name="total">0 while unknown.</param>
    public void Report(long done, long total, string? phase = null)
    {
        lock (_lock)
        {
            var changed = phase is not null && phase != _phase;
            (_done, _total, _phase) = (done, total, phase ?? _phase);
            if (!changed && time.GetElapsedTime(_shownAt) < ShowEvery)
            {
                return;
            }

            _shownAt = time.GetTimestamp();
            feed.Publish(Progress(JobStatus.Running));
            if (time.GetElapsedTime(_savedAt) < SaveEvery)
            {
                return;
            }

            _savedAt = time.GetTimestamp();
        }

        using var db = dbs.CreateDbContext();
        Save(db);
    }

    /// <summary>Adds to a named outcome of the run, e.g. "sent".</summary>
    public void Count(string outcome, long add = 1)
    {
        lock (_lock)
        {
            _counts[outcome] = _counts.GetValueOrDefault(outcome) + add;
        }
    }

    /// <summary>Sets a named outcome of the run.</summary>
    public void SetCount(string outcome, long value)
    {
        lock (_lock)
        {
            _counts[outcome] = value;
        }
    }

    /// <param name="text">One line; no personal data.</param>
    public async Task LogAsync(string text, bool warning = false)
    {
        await using var db = await dbs.CreateDbContextAsync();
        db.JobLogLines.Add(new JobLogLine { JobRunId = run.Id, At = time.GetUtcNow().UtcDateTime, Warning = warning, Text = text.Length > 1000 ? text[..1000] : text });
        await db.SaveChangesAsync();
    }

    internal void Save(ConsoleDb db)
    {
        string counts;
        long done, total;
        string phase;
        lock (_lock)
        {
            (counts, done, total, phase) = (JsonSerializer.Serialize(_counts), _done, _total, _phase);
        }

        db.JobRuns.Where(x => x.Id == run.Id).ExecuteUpdate(s => s.SetProperty(x => x.Done, done).SetProperty(x => x.Total, total)
            .SetProperty(x => x.Phase, phase).SetProperty(x => x.CountsJson, counts));
    }

    internal JobProgressed Progress(JobStatus status)
    {
        lock (_lock)
        {
            return new JobProgressed(run.Id, run.Kind, run.Title, status, _done, _total, _phase, new Dictionary<string, long>(_counts));
        }
    }
}

/// <summary>A job ends itself before its work is done, for a reason that is no fault: the run counts as cancelled and the message says why.</summary>
public sealed class JobStoppedException(string message) : Exception(message);

/// <summary>A job moved; published on the <see cref="ChangeFeed"/> at most ten times a second a job, and once at its end.</summary>
public sealed record JobProgressed(int RunId, string Kind, string Title, JobStatus Status, long Done, long Total, string Phase, IReadOnlyDictionary<string, long> Counts);
