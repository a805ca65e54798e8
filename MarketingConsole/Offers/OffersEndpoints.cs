namespace MarketingConsole.Offers;

internal static class OffersEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapOffers(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = (root, api);
    }
}
