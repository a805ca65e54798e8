using MarketingConsole.Components;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Discovery;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Insights;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Sample;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Simulation;
using MarketingConsole.Core.Twins;
using MarketingConsole.Workbench;

if (args is ["learn", ..])
{
    return await LearnCommand.RunAsync(args); // the workbench needs no web server
}

var builder = WebApplication.CreateBuilder(args);
var (services, configuration) = (builder.Services, (IConfiguration)builder.Configuration);

// The loop, upstream first, on the database and the jobs.
services.AddSingleton(TimeProvider.System).AddData(configuration, builder.Environment.ContentRootPath).AddJobs(configuration, builder.Environment.ContentRootPath);
services.AddConsent(configuration).AddCustomers(configuration).AddEvents(configuration).AddTwins(configuration).AddSegments(configuration).AddDiscovery(configuration)
    .AddOffers(configuration).AddCopy(configuration).AddCampaigns(configuration).AddDispatch(configuration).AddSimulation(configuration).AddInsights(configuration).AddAccess(configuration).AddSample(configuration);

// The pages and the HTTP API.
services.AddConsolePages().AddConsoleApi();

var app = builder.Build();
app.UseConsolePages();
app.MapFeatures();

return app.RunOrSay();
