using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Discovery;
using MarketingConsole.Core.Segments;

namespace MarketingConsole.Discovery;

/// <param name="Group">Name of the group.</param>
internal sealed record GroupSegmentRequest(string? Group);

/// <param name="AtLeast">Likeness in per cent, 0 to 100; 60 when left out.</param>
internal sealed record LookalikeSegmentRequest(double? AtLeast);

/// <param name="Id">The segment.</param>
internal sealed record MadeSegment(int Id);

internal static class DiscoveryEndpoints
{
    private const double Usual = 60;

    /// <summary>HTTP endpoints of this feature, relative to /api/v1.</summary>
    public static void MapDiscovery(this RouteGroupBuilder api)
    {
        var group = api.MapGroup("/segments/discover").WithTags("Segments");
        var (read, write) = (Policies.Scope("segments:read"), Policies.Scope("segments:write"));
        group.MapGet("/groups", async (DiscoveryService discovery, CancellationToken ct) => TypedResults.Ok(await discovery.GroupsAsync(ct)))
            .RequireAuthorization(read).WithName("listGroups").WithSummary("Groups of customers alike, with size, what sets them apart and expected spend");
        group.MapPost("/groups/segment", async (GroupSegmentRequest body, HttpContext http, DiscoveryService discovery, CancellationToken ct) => Answer(await discovery.MakeSegmentAsync(body.Group ?? "", Actor(http), ct)))
            .Produces<MadeSegment>().ProducesValidationProblem().RequireAuthorization(write).WithName("makeGroupSegment").WithSummary("Makes a segment of a group; the one made before is answered again");
        group.MapGet("/lookalikes/{segmentId:int}", async (int segmentId, LookalikeService lookalikes, CancellationToken ct) => await lookalikes.GetAsync(segmentId, ct) is { } known ? Results.Ok(known) : Unknown(segmentId))
            .Produces<Likeness>().ProducesProblem(404).RequireAuthorization(read).WithName("getLookalikes").WithSummary("What the members of a segment have in common and how well they are told from others");
        group.MapPost("/lookalikes/{segmentId:int}", FitAsync).Produces<Likeness>().ProducesProblem(404).ProducesProblem(409).RequireAuthorization(write).WithName("fitLookalikes").WithSummary("Learns who resembles a segment");
        group.MapPost("/lookalikes/{segmentId:int}/segment", async (int segmentId, LookalikeSegmentRequest body, HttpContext http, LookalikeService lookalikes, CancellationToken ct) => Answer(await lookalikes.MakeSegmentAsync(segmentId, body.AtLeast ?? Usual, Actor(http), ct)))
            .Produces<MadeSegment>().ProducesValidationProblem().RequireAuthorization(write).WithName("makeLookalikeSegment").WithSummary("Makes a segment of those who resemble a segment and are not in it");
    }

    private static async Task<IResult> FitAsync(int segmentId, HttpContext http, LookalikeService lookalikes, SegmentService segments, CancellationToken ct) =>
        await segments.GetAsync(segmentId, ct) is null ? Results.Problem($"There is no segment {segmentId}.", statusCode: StatusCodes.Status404NotFound)
            : await lookalikes.FitAsync(segmentId, Actor(http), ct) is { } problem ? Results.Problem(problem, statusCode: StatusCodes.Status409Conflict)
            : Results.Ok(await lookalikes.GetAsync(segmentId, ct));

    private static IResult Answer(SaveResult result) => result.Ok ? Results.Ok(new MadeSegment(result.Id)) : Results.ValidationProblem(result.Errors.GroupBy(x => x.Field).ToDictionary(x => x.Key, x => x.Select(e => e.Message).ToArray()));

    private static IResult Unknown(int segmentId) => Results.Problem($"Nothing is known of who resembles segment {segmentId}: there is no such segment, or it was not learnt yet.", statusCode: StatusCodes.Status404NotFound);

    private static string Actor(HttpContext http) => http.User.Identity?.Name ?? "api";
}
