using System.Globalization;
using CsvHelper;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Events.Imports;
using Microsoft.AspNetCore.Mvc;

namespace MarketingConsole.Imports;

internal static class ImportsEndpoints
{
    private const int PageSize = 50;

    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapImports(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(root);
        var imports = api.MapGroup("/imports").WithTags("Imports").AddEndpointFilter(ProblemsAsync);
        var (read, write, undo) = (Policies.Scope("imports:read"), Policies.Scope("imports:write"), Policies.Scope("imports:undo"));
        imports.MapPost("", StartAsync).RequireAuthorization(write).WithMetadata(new DisableRequestSizeLimitAttribute())
            .WithSummary("Imports a CSV or CSV.gz file of customers, transactions or events.")
            .WithDescription("Multipart form (file, kind, dryRun, mapping) or the file as raw body with kind, dryRun, mapping and fileName in the query. Without kind it is found out. mapping is a JSON object of field and column name or number. With dryRun=true nothing is written.")
            .Produces<ImportAnswer>(StatusCodes.Status202Accepted).Produces<DryRunAnswer>().ProducesValidationProblem();
        imports.MapGet("", async (ImportService service, CancellationToken ct, int page = 1) => (await service.ListAsync(page, PageSize, ct)).Imports.Select(ImportAnswer.Of)).RequireAuthorization(read);
        imports.MapGet("/{id:int}", async (int id, ImportService service, CancellationToken ct) => await service.FindAsync(id, ct) is { } import ? Results.Ok(ImportAnswer.Of(import)) : Results.NotFound())
            .Produces<ImportAnswer>().ProducesProblem(StatusCodes.Status404NotFound).RequireAuthorization(read);
        imports.MapGet("/{id:int}/rejections", RejectionsAsync).RequireAuthorization(read).Produces(StatusCodes.Status200OK, contentType: "text/csv").WithSummary("The rejected lines as CSV: line, reason, text.");
        imports.MapPost("/{id:int}/cancel", async (int id, ImportService service, CancellationToken ct) =>
        {
            if (await service.FindAsync(id, ct) is not { } import)
            {
                return Results.NotFound();
            }

            await service.CancelAsync(import, ct);
            return Results.Accepted($"/api/v1/imports/{id}");
        }).RequireAuthorization(write).WithSummary("Stops a running import; what is committed stays and can be undone.");
        imports.MapPost("/{id:int}/undo", async (int id, ImportService service, AuditLog audit, HttpContext http, CancellationToken ct) =>
        {
            if (await service.FindAsync(id, ct) is null)
            {
                return Results.NotFound();
            }

            var run = await service.UndoAsync(id, http.User.Identity!.Name!, ct);
            await audit.WriteAsync(http.User.Identity.Name!, "import.undo", $"import {id}", "", ct);
            return Results.Accepted($"/api/v1/imports/{id}", new { jobRunId = run });
        }).RequireAuthorization(undo).WithSummary("Takes an import back.");
    }

    private static async Task<IResult> StartAsync(HttpContext http, ImportService imports, AuditLog audit, CancellationToken cancellationToken)
    {
        var (draft, dryRun) = await ImportRequest.ReceiveAsync(http, imports, cancellationToken);
        try
        {
            if (dryRun)
            {
                return Results.Ok(DryRunAnswer.Of(await imports.PreviewAsync(draft.Id, cancellationToken)));
            }

            await imports.StartAsync(draft.Id, http.User.Identity!.Name!, cancellationToken);
        }
        finally
        {
            await imports.DiscardAsync(draft.Id, CancellationToken.None); // a draft that did not start; a started one stays
        }

        await audit.WriteAsync(http.User.Identity!.Name!, "import.start", $"import {draft.Id}", draft.FileName, cancellationToken);
        return Results.Accepted($"/api/v1/imports/{draft.Id}", ImportAnswer.Of((await imports.FindAsync(draft.Id, cancellationToken))!));
    }

    private static async Task<IResult> RejectionsAsync(int id, ImportService imports, CancellationToken cancellationToken)
    {
        if (await imports.FindAsync(id, cancellationToken) is null)
        {
            return Results.NotFound();
        }

        return Results.Stream(async stream =>
        {
            await using var csv = CsvWriter.Create(new StreamWriter(stream), new CsvWriterOptions { Injection = CsvInjection.Escape }, false);
            await csv.WriteRecordAsync(["Line", "Reason", "Text"], cancellationToken);
            await foreach (var line in imports.RejectionsAsync(id, null, cancellationToken))
            {
                await csv.WriteRecordAsync([line.Line.ToString(CultureInfo.InvariantCulture), line.Reason, line.Text], cancellationToken);
            }
        }, "text/csv", $"import-{id}-rejected.csv");
    }

    /// <summary>What the caller got wrong, as problem details: "field: message" names its field.</summary>
    private static async ValueTask<object?> ProblemsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (InvalidDataException exception)
        {
            var colon = exception.Message.IndexOf(": ", StringComparison.Ordinal);
            var field = colon > 0 && exception.Message[..colon].All(char.IsAsciiLetter) ? exception.Message[..colon] : "file";
            return Results.ValidationProblem(new Dictionary<string, string[]> { [field] = [field == "file" || colon < 0 ? exception.Message : exception.Message[(colon + 2)..]] }, title: "The file could not be imported.");
        }
    }
}
