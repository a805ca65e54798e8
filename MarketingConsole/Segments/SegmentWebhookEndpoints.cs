using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.Webhooks;

namespace MarketingConsole.Segments;

/// <param name="Url">https; http for this machine only.</param>
/// <param name="NewSecret">Makes a new signing secret; the first one is always made.</param>
internal sealed record WebhookRequest(string? Url, bool? NewSecret);

/// <param name="Secret">The signing secret, shown this once; null when the one before stays.</param>
internal sealed record WebhookResponse(WebhookState Webhook, string? Secret);

/// <param name="Error">What went wrong; null when the receiver took it.</param>
internal sealed record WebhookTested(bool Ok, string? Error);

internal static class SegmentWebhookEndpoints
{
    private const string Path = "/{id:int}/webhook";

    public static void MapSegmentWebhooks(this RouteGroupBuilder group, string read, string write)
    {
        group.MapGet(Path, async (int id, SegmentWebhooks webhooks, CancellationToken ct) => await webhooks.GetAsync(id, ct) is { } state ? Results.Ok(state) : None(id))
            .Produces<WebhookState>().ProducesProblem(404).RequireAuthorization(read).WithName("GetSegmentWebhook");
        group.MapPut(Path, SetAsync).Produces<WebhookResponse>().ProducesValidationProblem().ProducesProblem(404).RequireAuthorization(write).WithName("SetSegmentWebhook");
        group.MapDelete(Path, async (int id, HttpContext http, SegmentWebhooks webhooks, CancellationToken ct) =>
        {
            await webhooks.RemoveAsync(id, Actor(http), ct);
            return Results.NoContent();
        }).Produces(204).RequireAuthorization(write).WithName("RemoveSegmentWebhook");
        group.MapPost($"{Path}/resume", async (int id, HttpContext http, SegmentWebhooks webhooks, CancellationToken ct) =>
        {
            await webhooks.ResumeAsync(id, Actor(http), ct);
            return await webhooks.GetAsync(id, ct) is { } state ? Results.Ok(state) : None(id);
        }).Produces<WebhookState>().ProducesProblem(404).RequireAuthorization(write).WithName("ResumeSegmentWebhook");
        group.MapPost($"{Path}/test", async (int id, SegmentWebhooks webhooks, WebhookSender sender, CancellationToken ct) =>
            await webhooks.GetAsync(id, ct) is null ? None(id) : Results.Ok(await sender.TestAsync(id, ct) is { } error ? new WebhookTested(false, error) : new WebhookTested(true, null)))
            .Produces<WebhookTested>().ProducesProblem(404).RequireAuthorization(write).WithName("TestSegmentWebhook");
    }

    private static async Task<IResult> SetAsync(int id, WebhookRequest body, HttpContext http, SegmentService segments, SegmentWebhooks webhooks, CancellationToken ct)
    {
        if (await segments.GetAsync(id, ct) is null)
        {
            return Results.Problem($"There is no segment {id}.", statusCode: StatusCodes.Status404NotFound);
        }

        var saved = await webhooks.SetAsync(id, body.Url, body.NewSecret ?? false, Actor(http), ct);
        return saved.Errors.Count > 0 ? Results.ValidationProblem(saved.Errors.ToDictionary(x => x.Field, x => new[] { x.Message }))
            : Results.Ok(new WebhookResponse((await webhooks.GetAsync(id, ct))!, saved.Secret));
    }

    private static string Actor(HttpContext http) => http.User.Identity?.Name ?? "api";

    private static IResult None(int id) => Results.Problem($"Segment {id} has no webhook.", statusCode: StatusCodes.Status404NotFound);
}
