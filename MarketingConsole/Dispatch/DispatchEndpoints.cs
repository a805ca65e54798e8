namespace MarketingConsole.Dispatch;

internal static class DispatchEndpoints
{
    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapDispatch(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = (root, api);
    }
}
