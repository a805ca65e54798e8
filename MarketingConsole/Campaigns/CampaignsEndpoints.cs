namespace MarketingConsole.Campaigns;

internal static class CampaignsEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapCampaigns(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = (root, api);
    }
}
