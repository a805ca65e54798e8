using System.Text.Json;
using Microsoft.AspNetCore.Diagnostics;

namespace MarketingConsole.Access;

/// <summary>Turns what an API request got wrong before its handler ran (body, route, query) into problem details that name the field.</summary>
internal sealed class ApiErrors(IProblemDetailsService problems) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        if (exception is not BadHttpRequestException bad)
        {
            return false;
        }

        httpContext.Response.StatusCode = bad.StatusCode;
        var json = bad.InnerException as JsonException;
        var problem = json is null
            ? new HttpValidationProblemDetails { Detail = bad.Message }
            : new HttpValidationProblemDetails(new Dictionary<string, string[]> { [json.Path is { Length: > 2 } path ? path[2..] : "body"] = ["This value does not have the expected form (line " + (json.LineNumber + 1) + ")."] });
        problem.Status = bad.StatusCode;
        problem.Title = "The request could not be read.";
        return await problems.TryWriteAsync(new() { HttpContext = httpContext, ProblemDetails = problem, Exception = exception });
    }

    /// <summary>Problem details for every error under /api; pages for people elsewhere.</summary>
    public static void Use(WebApplication app)
    {
        app.UseWhen(IsApi, api => api.UseExceptionHandler().UseStatusCodePages());
        app.UseWhen(x => !IsApi(x), pages =>
        {
            if (!app.Environment.IsDevelopment())
            {
                pages.UseExceptionHandler("/status/500", createScopeForErrors: true);
            }

            pages.UseStatusCodePagesWithReExecute("/status/{0}", createScopeForStatusCodePages: true);
            pages.Use((context, next) =>
            {
                // Someone who asks for a document gets a page; scripts, styles and trackers get the bare status.
                if (!context.Request.Headers.Accept.ToString().Contains("text/html", StringComparison.OrdinalIgnoreCase) && context.Features.Get<IStatusCodePagesFeature>() is { } feature)
                {
                    feature.Enabled = false;
                }

                return next(context);
            });
        });
    }

    private static bool IsApi(HttpContext context) => context.Request.Path.StartsWithSegments("/api", StringComparison.Ordinal) || context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal);
}
