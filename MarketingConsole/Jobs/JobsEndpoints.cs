using MarketingConsole.Core.Access;
using MarketingConsole.Core.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MarketingConsole.Jobs;

internal static class JobsEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapJobs(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = root;
        var group = api.MapGroup("/jobs").WithTags("Jobs");
        group.MapGet("", ListAsync).RequireAuthorization(Policies.Scope("jobs:read")).WithName("ListJobs").WithSummary("What runs, what starts next, and the newest runs that ended");
        group.MapGet("/{id:int}", GetAsync).RequireAuthorization(Policies.Scope("jobs:read")).WithName("GetJob").WithSummary("One run with its counts and log");
        group.MapPost("/{id:int}/cancel", CancelAsync).RequireAuthorization(Policies.Scope("jobs:write")).WithName("CancelJob").WithSummary("Asks a run to stop");
        group.MapPost("/{id:int}/repeat", RepeatAsync).RequireAuthorization(Policies.Scope("jobs:write")).WithName("RepeatJob").WithSummary("Starts an ended run again; it goes on where it stopped");
    }

    private static async Task<JobsAnswer> ListAsync(JobHistory history, JobSchedules schedules, int page = 1, int size = 50, CancellationToken cancellationToken = default)
    {
        var (ended, total) = await history.EndedAsync(null, null, Math.Max(page, 1) - 1, Math.Clamp(size, 1, 200), cancellationToken);
        return new JobsAnswer(await history.ActiveAsync(cancellationToken), await schedules.NextAsync(cancellationToken: cancellationToken), ended, total);
    }

    private static async Task<Results<Ok<JobAnswer>, NotFound>> GetAsync(int id, JobHistory history, CancellationToken cancellationToken) =>
        await history.GetAsync(id, cancellationToken) is { } run ? TypedResults.Ok(new JobAnswer(run, await history.LogAsync(id, cancellationToken: cancellationToken))) : TypedResults.NotFound();

    private static async Task<Results<Accepted, NotFound, ProblemHttpResult>> CancelAsync(int id, JobHistory history, JobService jobs, AuditLog audit, HttpContext http, CancellationToken cancellationToken)
    {
        if (await history.GetAsync(id, cancellationToken) is not { } run)
        {
            return TypedResults.NotFound();
        }

        if (run.Ended)
        {
            return TypedResults.Problem($"Run {id} has already ended.", statusCode: StatusCodes.Status409Conflict, title: "Nothing to cancel");
        }

        await jobs.CancelAsync(id, cancellationToken);
        await audit.WriteAsync(http.User.Identity!.Name ?? "api", "job.cancelled", $"run {id}", run.Kind, cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{id}");
    }

    private static async Task<Results<Accepted<int>, NotFound>> RepeatAsync(int id, JobService jobs, AuditLog audit, HttpContext http, CancellationToken cancellationToken)
    {
        if (await jobs.RepeatAsync(id, http.User.Identity!.Name ?? "api", cancellationToken) is not { } again)
        {
            return TypedResults.NotFound();
        }

        await audit.WriteAsync(http.User.Identity!.Name ?? "api", "job.repeated", $"run {id}", $"as run {again}", cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{again}", again);
    }
}

/// <param name="Total">Ended runs in all.</param>
public sealed record JobsAnswer(IReadOnlyList<JobRunView> Active, IReadOnlyList<ScheduledJob> Next, IReadOnlyList<JobRunView> Ended, int Total);

public sealed record JobAnswer(JobRunView Run, IReadOnlyList<JobLogView> Log);
