namespace MarketingConsole.Consent;

internal static class ConsentEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapConsent(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = (root, api);
    }
}
