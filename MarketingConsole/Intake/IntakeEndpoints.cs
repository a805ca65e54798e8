using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Intake.People;
using MarketingConsole.Core.Events.Touchpoints;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace MarketingConsole.Intake;

internal static class IntakeEndpoints
{
    internal sealed record NewSource(string Name, SourceKind Kind);

    internal sealed record NewMerge(int FromId, int IntoId);

    /// <summary>The tracking API stands at the root, where its clients look for it.</summary>
    public static void MapIntake(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        MapTracking(root.MapGroup("/v1").AllowAnonymous().DisableAntiforgery().WithTags("Tracking"));
        MapStores(api);
        MapSources(api.MapGroup("/sources").WithTags("Sources"));
        MapMerges(api);
        api.MapGet("/intake", (IntakeMeter meter) => meter.State()).RequireAuthorization(Policies.Scope("imports:read")).WithTags("Sources").WithSummary("What came in on this node: events a second, lag, backlog, refusals by reason.");
    }

    private static void MapTracking(RouteGroupBuilder tracking)
    {
        tracking.AddEndpointFilter((context, next) =>
        {
            // Pages of the shop call this from their own addresses; the write key says who they are.
            var headers = context.HttpContext.Response.Headers;
            headers.AccessControlAllowOrigin = "*";
            headers["Cross-Origin-Resource-Policy"] = "cross-origin";
            return next(context);
        });
        (string Path, MessageType? Type, Type Body, string Summary)[] calls =
        [
            ("batch", null, typeof(BatchCall), "Takes up to 500 KB of events: { batch: [ … ], sentAt }."), ("identify", MessageType.Identify, typeof(IdentifyCall), "Says who someone is: traits and consent."), ("track", MessageType.Track, typeof(TrackCall), "Something happened."),
            ("page", MessageType.Page, typeof(PageCall), "A page was viewed."), ("screen", MessageType.Screen, typeof(PageCall), "A screen of an app was viewed."), ("group", MessageType.Group, typeof(GroupCall), "Someone belongs to a group."), ("alias", MessageType.Alias, typeof(AliasCall), "previousId and userId are one person."),
        ];
        tracking.MapPost("touchpoints", (HttpContext http, TrackingRequest request, TouchpointService touchpoints) => request.TakeReadingsAsync(http, touchpoints)).WithSummary("Readings of devices in the stores.")
            .Describes(typeof(TouchpointCall))
            .WithDescription("With the write key of a source as user name of Basic authentication. subject is what the device recognises somebody by: only its keyed hash is kept. "
                + "A reading with userId and subject ties the two together. Of customers who do not allow to be recognised in stores, and of people nobody knows, only numbers are kept; dropped says how many and why. A reading sent again changes nothing and counts as repeated.")
            .Produces<TouchpointAnswer>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status503ServiceUnavailable);
        foreach (var (path, type, body, summary) in calls)
        {
            tracking.MapPost(path, (HttpContext http, TrackingRequest request) => request.TakeAsync(http, type)).WithSummary(summary).Describes(body)
                .WithDescription("As Segment's HTTP tracking API. Basic authentication with the write key of a source as user name; gzip is understood; at most 32 KB an event. 200 once the events are on disk: a message id sent again changes nothing. "
                    + "Of a batch the good events are taken and the others listed under rejected; 400 when none is good.")
                .Produces<TrackingAnswer>().ProducesValidationProblem().ProducesProblem(StatusCodes.Status401Unauthorized).ProducesProblem(StatusCodes.Status413PayloadTooLarge).ProducesProblem(StatusCodes.Status415UnsupportedMediaType)
                .ProducesProblem(StatusCodes.Status503ServiceUnavailable);
            tracking.MapMethods(path, ["OPTIONS"], (HttpContext http) =>
            {
                http.Response.Headers.AccessControlAllowMethods = "POST";
                http.Response.Headers.AccessControlAllowHeaders = "Authorization, Content-Type, Content-Encoding";
                http.Response.Headers.AccessControlMaxAge = "86400";
                return Results.NoContent();
            }).ExcludeFromDescription();
        }

        // Elsewhere the way leads to the sign-in page, whose 200 a client would take for delivered.
        tracking.Map("{**path}", () => Results.Problem("Nothing is here. Events are taken by POST at /v1/batch, identify, track, page, screen, group and alias, readings of devices at /v1/touchpoints.", statusCode: StatusCodes.Status404NotFound)).ExcludeFromDescription();
    }

    private static void MapStores(RouteGroupBuilder api)
    {
        var devices = api.MapGroup("/devices").WithTags("Stores");
        api.MapGet("/stores/now", (StoreService stores, CancellationToken stop) => stores.NowAsync(stop)).RequireAuthorization(Policies.Scope("twins:read")).WithTags("Stores")
            .WithSummary("Who is where in the stores: names only of customers who allow to be recognised there.");
        devices.MapGet("/", (DeviceService service, CancellationToken stop) => service.ListAsync(stop)).RequireAuthorization(Policies.Scope("sources:read")).WithSummary("The devices in the stores.");
        devices.MapPost("/", async Task<Results<Created<int>, ValidationProblem>> (DeviceDraft device, HttpContext http, DeviceService service, CancellationToken stop) =>
        {
            var saved = await service.RegisterAsync(device, Actor(http), stop);
            return saved.Ok ? TypedResults.Created("/api/v1/devices", saved.Id) : Problem(saved.Errors);
        }).RequireAuthorization(Policies.Scope("sources:write")).WithSummary("Registers a device: beacon, RFID reader, camera, kiosk or geofence.");
        devices.MapDelete("/{id:int}", async Task<Results<NoContent, NotFound>> (int id, HttpContext http, DeviceService service, CancellationToken stop) =>
            await service.RemoveAsync(id, Actor(http), stop) ? TypedResults.NoContent() : TypedResults.NotFound()).RequireAuthorization(Policies.Scope("sources:write")).WithSummary("Removes a device; its readings are refused from then on.");
    }

    private static void MapSources(RouteGroupBuilder sources)
    {
        var (read, write) = (Policies.Scope("sources:read"), Policies.Scope("sources:write"));
        sources.MapGet("/", (SourceService service, CancellationToken stop) => service.ListAsync(stop)).RequireAuthorization(read).WithSummary("All sources of events, without their keys.");
        sources.MapPost("/", async Task<Results<Created<SourceKey>, ValidationProblem>> (NewSource source, HttpContext http, SourceService service, CancellationToken stop) =>
        {
            var errors = SourceService.Check(source.Name, source.Kind);
            return errors.Count > 0 ? Problem(errors) : TypedResults.Created("/api/v1/sources", await service.CreateAsync(source.Name, source.Kind, Actor(http), stop));
        }).RequireAuthorization(write).WithSummary("Creates a source. The answer is the only time its write key is shown.");
        sources.MapPost("/{id:int}/rotate", async Task<Results<Ok<SourceKey>, NotFound>> (int id, HttpContext http, SourceService service, CancellationToken stop) =>
            await service.RotateAsync(id, Actor(http), stop) is { } key ? TypedResults.Ok(key) : TypedResults.NotFound()).RequireAuthorization(write).WithSummary("Gives a source a new write key; the old one is refused.");
        sources.MapPut("/{id:int}/enabled", async Task<Results<NoContent, NotFound>> (int id, [FromBody] bool enabled, HttpContext http, SourceService service, CancellationToken stop) =>
            await service.EnableAsync(id, enabled, Actor(http), stop) ? TypedResults.NoContent() : TypedResults.NotFound()).RequireAuthorization(write).WithSummary("Switches a source on or off.");
    }

    private static void MapMerges(RouteGroupBuilder api)
    {
        api.MapGet("/customers/{id:int}/merges", (int id, CustomerMerger merger, CancellationToken stop) => merger.ListAsync(id, stop))
            .RequireAuthorization(Policies.Scope("customers:read")).WithTags("Customers").WithSummary("Merges this customer is part of, newest first.");
        api.MapPost("/customers/merges", async Task<Results<Created<int>, ValidationProblem>> (NewMerge merge, HttpContext http, CustomerMerger merger, AuditLog audit, CancellationToken stop) =>
        {
            if (await merger.MergeAsync(merge.FromId, merge.IntoId, Actor(http), "by hand", stop) is not { } id)
            {
                return Problem([new("fromId", "Both must be customers, and two.")]);
            }

            await audit.WriteAsync(Actor(http), "customer.merge", $"merge {id}", $"customer {merge.FromId} into {merge.IntoId}", stop);
            return TypedResults.Created($"/api/v1/customers/{merge.IntoId}/merges", id);
        }).RequireAuthorization(Policies.Scope("customers:merge")).WithTags("Customers").WithSummary("Makes two customers one; the first is given up.");
        api.MapPost("/customers/merges/{id:int}/undo", async Task<Results<NoContent, ValidationProblem>> (int id, HttpContext http, CustomerMerger merger, CancellationToken stop) =>
            await merger.UndoAsync(id, Actor(http), stop) is { Count: > 0 } errors ? Problem(errors) : TypedResults.NoContent())
            .RequireAuthorization(Policies.Scope("customers:merge")).WithTags("Customers").WithSummary("Takes a merge back, within 30 days.");
    }

    private static string Actor(HttpContext http) => http.User.Identity!.Name!;

    private static ValidationProblem Problem(IEnumerable<FieldError> errors) =>
        TypedResults.ValidationProblem(errors.GroupBy(x => x.Field).ToDictionary(x => x.Key, x => x.Select(y => y.Message).ToArray()));
}
