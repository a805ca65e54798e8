using MarketingConsole.Core.Access;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Workbench;
using Microsoft.AspNetCore.Mvc;

namespace MarketingConsole.Workbench;

/// <param name="Name">Name of the form's field.</param>
/// <param name="IsColumn">True when the value names a column of the file.</param>
internal sealed record OptionAnswer(string Name, string Help, bool Required, bool IsColumn, IReadOnlyList<string>? Choices);

/// <param name="Input">What the file "train" must hold.</param>
/// <param name="Output">What the rows of the answer hold.</param>
/// <param name="TakesScore">Whether a file "score" may be sent.</param>
internal sealed record QuestionAnswer(string Name, string Summary, string Input, string Output, bool TakesScore, IReadOnlyList<OptionAnswer> Options);

/// <param name="Header">Column names of the rows.</param>
internal sealed record WorkbenchAnswer(string Task, IReadOnlyList<Figure> Figures, IReadOnlyList<string> Notes, IReadOnlyList<string> Header, IReadOnlyList<string[]> Rows);

internal static class WorkbenchEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapWorkbench(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = root;
        var workbench = api.MapGroup("/models/workbench").WithTags("Models");
        workbench.MapGet("", () => WorkbenchTasks.All.Select(x => new QuestionAnswer(x.Name, x.Summary, x.Input, x.Output, x.TakesScore, [.. x.Options.Select(o => new OptionAnswer(o.Name, o.Help, o.Required, o.IsColumn, o.Choices))])))
            .RequireAuthorization(Policies.Scope("models:read")).WithName("listQuestions").WithSummary("Questions the learning core answers about a file, with their options");
        workbench.MapPost("/{task}", AskAsync).RequireAuthorization(Policies.Scope("models:read")).WithMetadata(new DisableRequestSizeLimitAttribute()).WithName("askQuestion")
            .WithSummary("Asks a question of a file; nothing of it is stored.")
            .WithDescription("Multipart form: train (CSV or CSV.gz), score (rows to be scored, for questions that take one), seed, and one field an option. When others are being answered the request waits; closing it cancels.")
            .Produces<WorkbenchAnswer>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status404NotFound);
    }

    private static async Task<IResult> AskAsync(string task, HttpContext http, WorkbenchService workbench, CancellationToken cancellationToken)
    {
        if (WorkbenchTasks.Find(task) is not { } question)
        {
            return Results.Problem($"There is no question “{task}”. There are {string.Join(", ", WorkbenchTasks.All.Select(x => x.Name))}.", statusCode: StatusCodes.Status404NotFound);
        }

        await using var session = workbench.Open();
        try
        {
            var (options, seed) = await WorkbenchRequest.ReceiveAsync(http.Request, question, session, cancellationToken);
            var result = await session.RunAsync(question, options, seed, null, cancellationToken);
            return Results.Ok(new WorkbenchAnswer(question.Name, result.Figures, result.Notes, result.Header, result.Rows));
        }
        catch (LearningException exception)
        {
            var (field, message) = exception is OptionException option ? (option.Option, option.Problem) : ("train", exception.Message);
            return Results.ValidationProblem(new Dictionary<string, string[]> { [field] = [message] }, title: "The question could not be answered.");
        }
    }
}
