using System.Text.Json;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Copy.Describing;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.Describing;
using MarketingConsole.Core.Twins;

namespace MarketingConsole.Segments;

/// <param name="Rule">See GET segments/schema.</param>
/// <param name="Version">For a change: the version it was made from; leave out to overwrite.</param>
internal sealed record SegmentRequest(string? Name, string? Description, JsonElement? Rule, int? Version);

/// <param name="AsOf">The instant to count for; leave out for now.</param>
internal sealed record PreviewRequest(JsonElement? Rule, DateTimeOffset? AsOf);

/// <param name="Path">The condition, as in "rules[0]"; leave out when the rule is one condition.</param>
/// <param name="AsOf">The instant to look at; leave out for now.</param>
internal sealed record DistributionRequest(JsonElement? Rule, string? Path, DateTimeOffset? AsOf);

/// <param name="Sentence">English, as in "women in Germany who bought shoes twice in the last 90 days".</param>
/// <param name="By">"reader", the built-in one, or "model", the connected language model; leave out for the reader.</param>
internal sealed record DescribeRequest(string? Sentence, string? By);

/// <param name="Rule">A proposal to review: what <paramref name="NotUnderstood"/> names is not in it.</param>
/// <param name="Reading">The rule read back in words.</param>
/// <param name="Notes">What words were taken to mean.</param>
/// <param name="ProposedBy">"reader", or the language model's name.</param>
internal sealed record DescribeResponse(JsonElement Rule, string Reading, IReadOnlyList<NotUnderstood> NotUnderstood, IReadOnlyList<string> Notes, string ProposedBy);

/// <param name="Segment">The segment the rule is of, which is not compared with itself.</param>
internal sealed record OverlapRequest(JsonElement? Rule, int? Segment);

/// <param name="Step">How far the points lie apart; leave out for weeks.</param>
internal sealed record SizesRequest(JsonElement? Rule, SizeStep Step);

/// <param name="Customer">Id.</param>
/// <param name="AsOf">The instant to look at; leave out for now.</param>
internal sealed record WhyRequest(JsonElement? Rule, int Customer, DateTimeOffset? AsOf);

/// <param name="Sentence">The rule in words.</param>
internal sealed record SegmentResponse(int Id, string Name, string Description, JsonElement Rule, string Sentence, int Version, int Size, DateTime? CountedAt, DateTime CreatedAt, DateTime UpdatedAt);

/// <param name="Next">Give it as "after" for the next page; null on the last.</param>
internal sealed record MembersResponse(IReadOnlyList<MemberRow> Members, int? Next);

internal static class SegmentsEndpoints
{
    private const int PageSize = 100;

    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapSegments(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = root;
        var group = api.MapGroup("/segments").WithTags("Segments");
        var (read, write) = (Policies.Scope("segments:read"), Policies.Scope("segments:write"));

        group.MapGet("/schema", () => Results.Text(RuleSchema.Json, "application/schema+json")).RequireAuthorization(read).WithName("SegmentRuleSchema");
        group.MapGet("", async (SegmentService segments, CancellationToken ct) => TypedResults.Ok(await segments.ListAsync(ct))).RequireAuthorization(read).WithName("ListSegments");
        group.MapGet("/{id:int}", async (int id, SegmentService segments, CancellationToken ct) => await GetAsync(id, segments, ct) is { } found ? Results.Ok(found) : NotFound(id))
            .Produces<SegmentResponse>().ProducesProblem(404).RequireAuthorization(read).WithName("GetSegment");
        group.MapPost("", (SegmentRequest body, HttpContext http, SegmentService segments, CancellationToken ct) => SaveAsync(null, body, http, segments, ct))
            .Produces<SegmentResponse>(201).ProducesValidationProblem().RequireAuthorization(write).WithName("CreateSegment");
        group.MapPut("/{id:int}", (int id, SegmentRequest body, HttpContext http, SegmentService segments, CancellationToken ct) => SaveAsync(id, body, http, segments, ct))
            .Produces<SegmentResponse>().ProducesValidationProblem().ProducesProblem(404).RequireAuthorization(write).WithName("ChangeSegment");
        group.MapDelete("/{id:int}", DeleteAsync).Produces(204).ProducesProblem(404).ProducesProblem(409).RequireAuthorization(write).WithName("DeleteSegment");
        group.MapSegmentWebhooks(read, write);
        group.MapPost("/preview", PreviewAsync).Produces<SegmentPreview>().ProducesValidationProblem().RequireAuthorization(read).WithName("PreviewSegment");
        group.MapPost("/distribution", DistributionAsync).Produces<RuleDistribution>().ProducesValidationProblem().RequireAuthorization(read).WithName("ReadRuleDistribution");
        group.MapPost("/overlap", OverlapAsync).Produces<RuleOverlap>().ProducesValidationProblem().RequireAuthorization(read).WithName("CompareRule");
        group.MapPost("/sizes", SizesAsync).Produces<RuleSizes>().ProducesValidationProblem().RequireAuthorization(read).WithName("ReadRuleSizes");
        group.MapPost("/why", WhyAsync).Produces<RuleExplanation>().ProducesValidationProblem().ProducesProblem(404).RequireAuthorization(read).WithName("ExplainRule");
        group.MapGet("/store", (StoreAnswers store) => TypedResults.Ok(store.State())).RequireAuthorization(read).WithName("ReadSegmentStore");

        group.MapPost("/describe", DescribeAsync).Produces<DescribeResponse>().ProducesValidationProblem().ProducesProblem(422).RequireAuthorization(read).WithName("DescribeSegment");
        api.MapGet("/customers/{keyOrId}/segments", async (string keyOrId, TwinListService twins, SegmentService segments, CancellationToken ct) => await twins.FindAsync(keyOrId, ct) is { } id
            ? Results.Ok(await segments.OfCustomerAsync(id, ct)) : Results.Problem(statusCode: 404, title: "No customer has this key or id."))
            .Produces<IReadOnlyList<CustomerSegment>>().ProducesProblem(404).RequireAuthorization(read).WithTags("Customers").WithName("ListSegmentsOfCustomer").WithSummary("The segments a customer is in now");
        group.MapGet("/{id:int}/members", MembersAsync).Produces<MembersResponse>().ProducesProblem(404).RequireAuthorization(read).WithName("ListSegmentMembers");
        group.MapGet("/{id:int}/members/{customerId:int}/why", async (int id, int customerId, SegmentExplainer explainer, CancellationToken ct) => await explainer.WhyAsync(id, customerId, ct) is { } why ? Results.Ok(why) : NotFound(id))
            .Produces<SegmentReasons>().ProducesProblem(404).RequireAuthorization(read).WithName("ExplainSegmentMember");
    }

    private static async Task<SegmentResponse?> GetAsync(int id, SegmentService segments, CancellationToken ct) => await segments.GetAsync(id, ct) is { } x
        ? new SegmentResponse(x.Id, x.Name, x.Description, JsonSerializer.SerializeToElement(x.Rule, RuleJson.Options), RuleSentence.Of(x.Rule, await segments.NamesAsync(ct)), x.Version, x.Size, x.CountedAt, x.CreatedAt, x.UpdatedAt)
        : null;

    private static async Task<IResult> SaveAsync(int? id, SegmentRequest body, HttpContext http, SegmentService segments, CancellationToken ct)
    {
        if (id is { } existing && await segments.GetAsync(existing, ct) is null)
        {
            return NotFound(existing);
        }

        var (rule, problem) = Read(body.Rule);
        if (rule is null)
        {
            return Invalid([Named(problem!)]);
        }

        var result = await segments.SaveAsync(id, new SegmentDraft(body.Name ?? "", body.Description ?? "", rule, body.Version), http.User.Identity?.Name ?? "api", ct);
        if (!result.Ok)
        {
            return Invalid(result.Errors);
        }

        var saved = await GetAsync(result.Id, segments, ct);
        return id is null ? Results.Created($"/api/v1/segments/{result.Id}", saved) : Results.Ok(saved);
    }

    private static async Task<IResult> DeleteAsync(int id, HttpContext http, SegmentService segments, CancellationToken ct)
    {
        if (await segments.GetAsync(id, ct) is null)
        {
            return NotFound(id);
        }

        var result = await segments.DeleteAsync(id, http.User.Identity?.Name ?? "api", ct);
        return result.Ok ? Results.NoContent() : Results.Problem(result.Errors[0].Message, statusCode: StatusCodes.Status409Conflict);
    }

    private static Task<IResult> PreviewAsync(PreviewRequest body, SegmentService segments, SegmentPreviewer previewer, CancellationToken ct) =>
        CheckedAsync(body.Rule, body.AsOf, segments, previewer, async (rule, asOf) => Results.Ok(await previewer.PreviewAsync(rule, asOf, ct)), ct);

    private static Task<IResult> DistributionAsync(DistributionRequest body, SegmentService segments, SegmentPreviewer previewer, DistributionReader reader, CancellationToken ct) =>
        CheckedAsync(body.Rule, body.AsOf, segments, previewer, async (rule, asOf) => RuleTree.Nodes(rule).Any(x => x.Path == (body.Path ?? "") && x.Rule is not GroupRule)
            ? Results.Ok(await reader.ReadAsync(rule, body.Path ?? "", asOf, ct))
            : Invalid([new FieldError("path", "Must name a condition of the rule, such as \"rules[0]\".")]), ct);

    private static Task<IResult> OverlapAsync(OverlapRequest body, SegmentService segments, SegmentPreviewer previewer, OverlapReader reader, CancellationToken ct) =>
        CheckedAsync(body.Rule, null, segments, previewer, async (rule, _) => Results.Ok(await reader.ReadAsync(rule, body.Segment, ct)), ct);

    private static Task<IResult> SizesAsync(SizesRequest body, SegmentService segments, SegmentPreviewer previewer, SizeHistoryReader reader, CancellationToken ct) =>
        CheckedAsync(body.Rule, null, segments, previewer, async (rule, _) => Results.Ok(await reader.ReadAsync(rule, body.Step, null, ct)), ct);

    private static Task<IResult> WhyAsync(WhyRequest body, SegmentService segments, SegmentPreviewer previewer, SegmentExplainer explainer, CancellationToken ct) =>
        CheckedAsync(body.Rule, body.AsOf, segments, previewer, async (rule, asOf) => await explainer.WhyAsync(rule, body.Customer, asOf, ct) is { } why ? Results.Ok(why) : Results.Problem($"There is no customer {body.Customer}.", statusCode: StatusCodes.Status404NotFound), ct);

    /// <summary>Answers for a rule that can be counted at the instant; otherwise says what is wrong.</summary>
    private static async Task<IResult> CheckedAsync(JsonElement? json, DateTimeOffset? at, SegmentService segments, SegmentPreviewer previewer, Func<SegmentRule, DateTime?, Task<IResult>> answer, CancellationToken ct)
    {
        var (rule, problem) = Read(json);
        if (rule is null)
        {
            return Invalid([Named(problem!)]);
        }

        var asOf = at?.UtcDateTime;
        List<RuleProblem> problems = [.. await segments.CheckAsync(rule, null, ct)];
        var errors = problems.Select(Named).Concat(previewer.CheckInstant(rule, asOf).Select(x => x.Path == "asOf" ? new FieldError("asOf", x.Message) : Named(x))).ToList();
        return errors.Count > 0 ? Invalid(errors) : await answer(rule, asOf);
    }

    private static async Task<IResult> DescribeAsync(DescribeRequest body, RuleProposer proposer, SegmentService segments, CancellationToken ct)
    {
        if (RuleProposer.Fault(body.Sentence ?? "") is { } fault)
        {
            return Invalid([new FieldError("sentence", fault)]);
        }

        if (body.By is not (null or "reader" or "model"))
        {
            return Invalid([new FieldError("by", "Must be reader or model.")]);
        }

        var described = await proposer.ProposeAsync(body.Sentence!, body.By == "model", ct);
        return described.Proposal.Rule is { } rule
            ? Results.Ok(new DescribeResponse(JsonSerializer.SerializeToElement(rule, RuleJson.Options), RuleSentence.Of(rule, await segments.NamesAsync(ct)), described.Proposal.NotUnderstood, described.Proposal.Notes, described.Model ?? "reader"))
            : Results.Problem(described.Error, statusCode: StatusCodes.Status422UnprocessableEntity, extensions: new Dictionary<string, object?> { ["notUnderstood"] = described.Proposal.NotUnderstood });
    }

    private static async Task<IResult> MembersAsync(int id, int? after, int? take, SegmentService segments, SegmentMembersReader reader, CancellationToken ct)
    {
        if (await segments.GetAsync(id, ct) is null)
        {
            return NotFound(id);
        }

        var size = Math.Clamp(take ?? PageSize, 1, SegmentMembersReader.MaxPage);
        var page = await reader.PageAsync(id, after ?? 0, size, ct);
        return Results.Ok(new MembersResponse(page, page.Count == size ? page[^1].Id : null));
    }

    private static (SegmentRule? Rule, RuleProblem? Problem) Read(JsonElement? json) =>
        json is { ValueKind: JsonValueKind.Object } rule ? RuleJson.TryRead(rule.GetRawText()) : (null, new RuleProblem("", "Give a rule: a JSON object with a \"type\"."));

    private static FieldError Named(RuleProblem problem) => new(problem.Path.Length == 0 ? "rule" : $"rule.{problem.Path}", problem.Message);

    private static IResult Invalid(IReadOnlyList<FieldError> errors) => Results.ValidationProblem(errors.GroupBy(x => x.Field).ToDictionary(x => x.Key, x => x.Select(e => e.Message).ToArray()));

    private static IResult NotFound(int id) => Results.Problem($"There is no segment {id}.", statusCode: StatusCodes.Status404NotFound);
}
