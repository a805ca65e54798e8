using MarketingConsole.Core.Access;
using MarketingConsole.Core.Simulation;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MarketingConsole.Simulation;

internal static class SimulationEndpoints
{
    /// <summary>HTTP endpoints of this feature, relative to /api/v1.</summary>
    public static void MapSimulations(this RouteGroupBuilder api) =>
        api.MapPost("/simulations", SimulateAsync).WithTags("Twins").RequireAuthorization(Policies.Scope("twins:read")).WithName("simulate").WithSummary("What a plan of messages and offers would bring, against doing nothing; nothing is sent or stored")
            .WithDescription("For one customer or one segment. The request is answered when the simulation is done, which takes seconds; closing it cancels. Money in cents; each figure has its mean and the interval that holds it in 80 of 100 worlds.");

    private static async Task<Results<Ok<SimulationResult>, ValidationProblem, ProblemHttpResult>> SimulateAsync(SimulationPlan plan, SimulationService simulations, CancellationToken cancellationToken)
    {
        var answer = await simulations.RunAsync(plan, null, cancellationToken);
        return answer.Errors.Count > 0 ? TypedResults.ValidationProblem(answer.Errors.GroupBy(x => x.Field).ToDictionary(x => x.Key, x => x.Select(e => e.Message).ToArray()))
            : answer.Result is { } result ? TypedResults.Ok(result) : TypedResults.Problem(answer.Reason, statusCode: StatusCodes.Status409Conflict, title: "This cannot be simulated.");
    }
}
