using MarketingConsole.Access;
using MarketingConsole.Campaigns;
using MarketingConsole.Consent;
using MarketingConsole.Discovery;
using MarketingConsole.Dispatch;
using MarketingConsole.Imports;
using MarketingConsole.Insights;
using MarketingConsole.Intake;
using MarketingConsole.Jobs;
using MarketingConsole.Models;
using MarketingConsole.Offers;
using MarketingConsole.Segments;
using MarketingConsole.Simulation;
using MarketingConsole.Twins;
using MarketingConsole.Workbench;

namespace MarketingConsole.Components;

internal static class FeatureEndpoints
{
    /// <summary>The HTTP endpoints of all features.</summary>
    public static void MapFeatures(this WebApplication app)
    {
        var api = app.MapGroup("/api/v1");
        app.MapAccess(api);
        app.MapImports(api);
        app.MapIntake(api);
        app.MapTwins(api);
        api.MapModels();
        app.MapSegments(api);
        api.MapDiscovery();
        app.MapOffers(api);
        api.MapSimulations();
        app.MapCampaigns(api);
        app.MapJobs(api);
        app.MapDispatch(api);
        app.MapConsent(api);
        app.MapInsights(api);
        app.MapWorkbench(api);
    }
}
