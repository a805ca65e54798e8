using System.Text.Json;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Jobs;

/// <param name="Counts">Outcome to number.</param>
/// <param name="Total">0 while unknown.</param>
public sealed record JobRunView(int Id, string Kind, string Title, JobStatus Status, string StartedBy, DateTime CreatedAt, DateTime? StartedAt, DateTime? FinishedAt,
    long Done, long Total, string Phase, IReadOnlyDictionary<string, long> Counts, string? Error, bool CancelRequested, int Attempts, string ArgumentJson)
{
    public bool Ended => Status > JobStatus.Running;
}

public sealed record JobLogView(long Id, DateTime At, bool Warning, string Text);

/// <summary>Reads job runs and their logs.</summary>
public sealed class JobHistory(IDbContextFactory<ConsoleDb> dbs)
{
    /// <summary>Waiting and running ones first come from here, oldest first.</summary>
    public async Task<IReadOnlyList<JobRunView>> ActiveAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return [.. (await db.JobRuns.AsNoTracking().Where(x => x.Status <= JobStatus.Running).OrderBy(x => x.Id).ToListAsync(cancellationToken)).Select(View)];
    }

    /// <summary>Ended runs, newest first.</summary>
    /// <param name="kind">Null = all kinds.</param>
    public async Task<(IReadOnlyList<JobRunView> Rows, int Total)> EndedAsync(string? kind, JobStatus? status, int page, int size, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var query = db.JobRuns.AsNoTracking().Where(x => x.Status > JobStatus.Running && (kind == null || x.Kind == kind) && (status == null || x.Status == status));
        var total = await query.CountAsync(cancellationToken);
        return ([.. (await query.OrderByDescending(x => x.Id).Skip(page * size).Take(size).ToListAsync(cancellationToken)).Select(View)], total);
    }

    public async Task<IReadOnlyList<string>> KindsAsync(CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.JobRuns.Select(x => x.Kind).Distinct().OrderBy(x => x).ToListAsync(cancellationToken);
    }

    /// <returns>Null when there is no such run.</returns>
    public async Task<JobRunView?> GetAsync(int runId, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.JobRuns.AsNoTracking().SingleOrDefaultAsync(x => x.Id == runId, cancellationToken) is { } run ? View(run) : null;
    }

    /// <summary>Log lines after <paramref name="afterId"/>, oldest first.</summary>
    public async Task<IReadOnlyList<JobLogView>> LogAsync(int runId, long afterId = 0, int most = 500, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.JobLogLines.AsNoTracking().Where(x => x.JobRunId == runId && x.Id > afterId).OrderBy(x => x.Id).Take(most)
            .Select(x => new JobLogView(x.Id, x.At, x.Warning, x.Text)).ToListAsync(cancellationToken);
    }

    private static JobRunView View(JobRun x) => new(x.Id, x.Kind, x.Title, x.Status, x.StartedBy, x.CreatedAt, x.StartedAt, x.FinishedAt, x.Done, x.Total, x.Phase,
        JsonSerializer.Deserialize<Dictionary<string, long>>(x.CountsJson) ?? [], x.Error, x.CancelRequested, x.Attempts, x.ArgumentJson);
}
