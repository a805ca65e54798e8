namespace MarketingConsole.Insights;

internal static class InsightsEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapInsights(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = (root, api);
    }
}
