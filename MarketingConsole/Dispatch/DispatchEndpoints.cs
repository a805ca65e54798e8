using MarketingConsole.Core.Access;
using MarketingConsole.Core.Dispatch;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MarketingConsole.Dispatch;

internal static class DispatchEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapDispatch(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        root.MapPublic();
        var group = api.MapGroup("").WithTags("Dispatch");
        group.MapGet("/campaigns/{id:int}/results", ResultsAsync).RequireAuthorization(Policies.Scope("campaigns:read"))
            .WithName("GetCampaignResults").WithSummary("What came of a campaign: sent, opened, clicked, bought, lift against the holdout");
        group.MapPost("/campaigns/{id:int}/occurrences/{occurrence:long}/retry", RetryAsync).RequireAuthorization(Policies.Scope("dispatch:write"))
            .WithName("RetryFailedMessages").WithSummary("Sends the failed and waiting messages of one occurrence again");
    }

    private static async Task<Results<Ok<CampaignResult>, NotFound>> ResultsAsync(int id, Core.Dispatch.CampaignResults results, CancellationToken cancellationToken) =>
        await results.GetAsync(id, cancellationToken) is { } found ? TypedResults.Ok(found) : TypedResults.NotFound();

    private static async Task<Results<Accepted<StartedRun>, ProblemHttpResult>> RetryAsync(int id, long occurrence, DispatchService dispatch, HttpContext http, CancellationToken cancellationToken)
    {
        var (runId, error) = await dispatch.RetryFailedAsync(id, occurrence, http.User.Identity!.Name ?? "api", cancellationToken);
        return runId is { } started ? TypedResults.Accepted($"/api/v1/jobs/{started}", new StartedRun(started)) : TypedResults.Problem(error, statusCode: StatusCodes.Status409Conflict, title: "Nothing was started");
    }
}

public sealed record StartedRun(int RunId);
