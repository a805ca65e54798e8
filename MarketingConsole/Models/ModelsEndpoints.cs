using MarketingConsole.Core.Access;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Training;
using Microsoft.AspNetCore.Http.HttpResults;

namespace MarketingConsole.Models;

internal static class ModelsEndpoints
{
    /// <summary>HTTP endpoints of this feature, relative to /api/v1.</summary>
    public static void MapModels(this RouteGroupBuilder api)
    {
        var models = api.MapGroup("/models").WithTags("Models");
        models.MapGet("", ListAsync).RequireAuthorization(Policies.Scope("models:read")).WithName("listModels").WithSummary("Trained models with their figures on a later period, newest first");
        models.MapGet("/{id:int}", GetAsync).RequireAuthorization(Policies.Scope("models:read")).WithName("getModel").WithSummary("One model: figures, groups, fairness, drift");
        models.MapPost("/train", TrainAsync).RequireAuthorization(Policies.Scope("models:write")).WithName("trainModel").WithSummary("Starts a training in the background");
        models.MapPost("/{id:int}/promote", PromoteAsync).RequireAuthorization(Policies.Scope("models:write")).WithName("promoteModel").WithSummary("Puts a model to use and scores all twins with it");
        models.MapPost("/{kind}/rollback", RollBackAsync).RequireAuthorization(Policies.Scope("models:write")).WithName("rollBackModel").WithSummary("Goes back to the model of this kind that was in use before");
    }

    private static async Task<Results<Ok<IReadOnlyList<StoredModel>>, ValidationProblem>> ListAsync(ModelRegistry registry, string? kind, int? take, CancellationToken cancellationToken) =>
        take is < 1 or > 200 ? TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["take"] = ["Must lie between 1 and 200."] })
            : kind is not null && ModelWords.Kinds.All(x => x.Kind != kind) ? TypedResults.ValidationProblem(new Dictionary<string, string[]> { ["kind"] = [$"One of {string.Join(", ", ModelWords.Kinds.Select(x => x.Kind))}."] })
            : TypedResults.Ok(await registry.ListAsync(kind, take ?? 50, cancellationToken));

    private static async Task<Results<Ok<StoredModel>, ProblemHttpResult>> GetAsync(int id, ModelRegistry registry, CancellationToken cancellationToken) =>
        await registry.GetAsync(id, cancellationToken) is { } model ? TypedResults.Ok(model) : TypedResults.Problem(statusCode: StatusCodes.Status404NotFound, title: "There is no model with this number.");

    private static async Task<Accepted<TrainingStarted>> TrainAsync(HttpContext http, ModelTraining training, CancellationToken cancellationToken)
    {
        var run = await training.StartAsync(http.User.Identity!.Name!, cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{run}", new TrainingStarted(run));
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> PromoteAsync(int id, HttpContext http, ModelTraining training, CancellationToken cancellationToken) =>
        Answer(await training.PromoteAsync(id, http.User.Identity!.Name!, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> RollBackAsync(string kind, HttpContext http, ModelTraining training, CancellationToken cancellationToken) =>
        Answer(await training.RollBackAsync(kind, http.User.Identity!.Name!, cancellationToken));

    private static Results<NoContent, ProblemHttpResult> Answer(string? problem) => problem is null ? TypedResults.NoContent() : TypedResults.Problem(statusCode: StatusCodes.Status409Conflict, title: problem);

    internal sealed record TrainingStarted(int RunId);
}
