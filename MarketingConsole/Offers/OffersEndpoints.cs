using MarketingConsole.Core.Access;
using MarketingConsole.Core.Offers;
using MarketingConsole.Ui;

namespace MarketingConsole.Offers;

internal static class OffersEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapOffers(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        ArgumentNullException.ThrowIfNull(root);
        var offers = api.MapGroup("/offers").WithTags("Offers");
        var (read, write) = (Policies.Scope("offers:read"), Policies.Scope("offers:write"));
        offers.MapGet("", (OfferService service, CancellationToken ct, bool archived = false) => service.ListAsync(archived, ct)).RequireAuthorization(read);
        offers.MapGet("/{id:int}", async (int id, OfferService service, CancellationToken ct) => await service.GetAsync(id, ct) is { } offer ? Results.Ok(offer) : Results.NotFound())
            .Produces<OfferDetails>().RequireAuthorization(read);
        offers.MapPost("", async (OfferDraft draft, OfferService service, HttpContext http, CancellationToken ct) =>
        {
            var saved = await service.SaveAsync(0, draft, http.User.Identity!.Name!, ct);
            return saved.Ok ? Results.Created($"/api/v1/offers/{saved.Id}", await service.GetAsync(saved.Id, ct)) : saved.Problem();
        }).Produces<OfferDetails>(StatusCodes.Status201Created).RequireAuthorization(write);
        offers.MapPut("/{id:int}", async (int id, OfferDraft draft, OfferService service, HttpContext http, CancellationToken ct) =>
        {
            var saved = await service.SaveAsync(id, draft, http.User.Identity!.Name!, ct);
            return saved.Ok ? Results.Ok(await service.GetAsync(id, ct)) : saved.Problem();
        }).Produces<OfferDetails>().RequireAuthorization(write);
        offers.MapDelete("/{id:int}", async (int id, OfferService service, CancellationToken ct) => await service.ArchiveAsync(id, true, ct) ? Results.NoContent() : Results.NotFound())
            .WithSummary("Archives an offer; campaigns that use it keep it.").RequireAuthorization(write);
    }
}
