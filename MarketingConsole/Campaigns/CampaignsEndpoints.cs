using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Copy.Writing;
using MarketingConsole.Core.Offers;
using MarketingConsole.Ui;

namespace MarketingConsole.Campaigns;

/// <param name="Version">The version the change was made on; 0 for a new campaign.</param>
internal sealed record CampaignBody(string Name, CampaignPlan Plan, int Version = 0);

internal sealed record ApprovalRequestBody(int Version, string Note = "");

/// <param name="Seal">From the campaign as it was read: proves that nothing behind the version changed meanwhile.</param>
internal sealed record DecisionBody(int Version, string Seal, string Note = "");

/// <param name="Writer">"composer" (built in) or "model" (the connected language model).</param>
internal sealed record CopyBody(CopyBrief Brief, IReadOnlyList<int>? OfferIds = null, int Seed = 1, string Writer = "composer");

internal static class CampaignsEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapCampaigns(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(root);
        var (read, write, approve) = (Policies.Scope("campaigns:read"), Policies.Scope("campaigns:write"), Policies.Scope("campaigns:approve"));
        var campaigns = api.MapGroup("/campaigns").WithTags("Campaigns");
        campaigns.MapGet("", (CampaignService service, CancellationToken ct, bool archived = false) => service.ListAsync(archived, ct)).RequireAuthorization(read);
        campaigns.MapGet("/{id:int}", async (int id, CampaignService service, CancellationToken ct) => await service.GetAsync(id, ct) is { } campaign ? Results.Ok(campaign) : Results.NotFound())
            .Produces<CampaignDetails>().RequireAuthorization(read);
        campaigns.MapGet("/{id:int}/review", async (int id, CampaignService service, CampaignReviewer reviewer, CancellationToken ct) =>
            await service.GetAsync(id, ct) is { } campaign ? Results.Ok(await reviewer.ReviewAsync(campaign.Plan, ct)) : Results.NotFound()).Produces<CampaignReview>().RequireAuthorization(read);
        campaigns.MapPost("", async (CampaignBody body, CampaignService service, HttpContext http, CancellationToken ct) =>
        {
            var saved = await service.CreateAsync(body.Name, body.Plan, http.User.Identity!.Name!, ct);
            return saved.Ok ? Results.Created($"/api/v1/campaigns/{saved.Id}", await service.GetAsync(saved.Id, ct)) : saved.Problem();
        }).Produces<CampaignDetails>(StatusCodes.Status201Created).RequireAuthorization(write);
        campaigns.MapPut("/{id:int}", async (int id, CampaignBody body, CampaignService service, HttpContext http, CancellationToken ct) =>
        {
            var saved = await service.SaveAsync(id, body.Version, body.Name, body.Plan, http.User.Identity!.Name!, ct);
            return saved.Ok ? Results.Ok(await service.GetAsync(id, ct)) : saved.Problem();
        }).Produces<CampaignDetails>().RequireAuthorization(write);
        campaigns.MapPost("/{id:int}/request-approval", async (int id, ApprovalRequestBody body, CampaignApprovals approvals, CampaignService service, HttpContext http, CancellationToken ct) =>
        {
            var asked = await approvals.RequestAsync(id, body.Version, http.User.Identity!.Name!, body.Note, ct);
            return asked.Ok ? Results.Ok(await service.GetAsync(id, ct)) : asked.Problem();
        }).Produces<CampaignDetails>().RequireAuthorization(write);
        MapDecision(campaigns, "approve", true, approve);
        MapDecision(campaigns, "reject", false, approve);
        campaigns.MapPost("/{id:int}/pause", (int id, CampaignPauses pauses, CampaignService service, HttpContext http, CancellationToken ct) => MovedAsync(id, pauses.PauseAsync(id, http.User.Identity!.Name!, ct), service, ct))
            .Produces<CampaignDetails>().WithSummary("Stops a scheduled campaign or the run that is sending it; what is not sent waits.").RequireAuthorization(write);
        campaigns.MapPost("/{id:int}/resume", (int id, CampaignPauses pauses, CampaignService service, HttpContext http, CancellationToken ct) => MovedAsync(id, pauses.ResumeAsync(id, http.User.Identity!.Name!, ct), service, ct))
            .Produces<CampaignDetails>().WithSummary("Lets a paused campaign go on where it stopped.").RequireAuthorization(write);

        var copy = api.MapGroup("/copy").WithTags("Copy");
        copy.MapPost("", WriteAsync).Produces<IReadOnlyList<CopyVariant>>().RequireAuthorization(write);
        copy.MapPost("/check", async (CampaignPlan plan, CampaignReviewer reviewer, OfferService offers, CancellationToken ct) =>
        {
            var facts = await reviewer.FactsAsync(plan, await offers.GetAsync(plan.OfferIds, ct), ct);
            return plan.Variants.Select(x => CopyChecker.Check(x, plan.Channel, facts)).ToList();
        }).WithSummary("Findings for each variant of a plan.").RequireAuthorization(read);
    }

    private static async Task<IResult> MovedAsync(int id, Task<Core.Data.SaveResult> move, CampaignService service, CancellationToken ct) =>
        await move is { Ok: false } refused ? refused.Problem() : Results.Ok(await service.GetAsync(id, ct));

    private static void MapDecision(RouteGroupBuilder campaigns, string verb, bool yes, string policy) =>
        campaigns.MapPost("/{id:int}/" + verb, async (int id, DecisionBody body, CampaignApprovals approvals, CampaignService service, HttpContext http, CancellationToken ct) =>
        {
            var decided = await approvals.DecideAsync(id, body.Version, body.Seal, yes, http.User.Actor(), body.Note, ct);
            return decided.Ok ? Results.Ok(await service.GetAsync(id, ct)) : decided.Problem();
        }).Produces<CampaignDetails>().RequireAuthorization(policy);

    private static async Task<IResult> WriteAsync(CopyBody body, LanguageModelWriter writer, OfferService offers, CancellationToken ct)
    {
        if (!CopyComposer.Languages.Contains(body.Brief.Language))
        {
            return Results.ValidationProblem(new Dictionary<string, string[]> { ["brief.language"] = [$"Choose one of {string.Join(", ", CopyComposer.Languages)}."] });
        }

        IReadOnlyList<OfferDraft> chosen = [.. (await offers.GetAsync(body.OfferIds ?? [], ct)).Select(x => x.Draft)];
        if (body.Writer == "composer")
        {
            return Results.Ok(CopyComposer.Compose(body.Brief, chosen, body.Seed));
        }

        if (body.Writer != "model")
        {
            return Results.ValidationProblem(new Dictionary<string, string[]> { ["writer"] = ["Choose composer or model."] });
        }

        var result = await writer.WriteAsync(body.Brief, chosen, _ => Task.CompletedTask, ct);
        return result.Error is null ? Results.Ok(result.Variants) : Results.Problem(result.Error, statusCode: StatusCodes.Status502BadGateway, title: "The language model did not write.");
    }
}
