using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Insights;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Sample;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>All services of the console without its pages, running on a new SQLite database that is deleted afterwards.</summary>
internal sealed class BenchmarkHost : IAsyncDisposable
{
    private readonly IHost _host;
    private readonly string _folder;

    private BenchmarkHost(IHost host, string folder) => (_host, _folder) = (host, folder);

    public IServiceProvider Services => _host.Services;

    public T Get<T>() where T : notnull => _host.Services.GetRequiredService<T>();

    public ConsoleDb Open() => Get<IDbContextFactory<ConsoleDb>>().CreateDbContext();

    public static async Task<BenchmarkHost> StartAsync(params (string Key, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("console-bench-").FullName;
        var builder = Host.CreateEmptyApplicationBuilder(new HostApplicationBuilderSettings { ContentRootPath = folder });
        builder.Configuration.AddInMemoryCollection(settings.Select(x => KeyValuePair.Create(x.Key, (string?)x.Value))
            .Append(new("ConnectionStrings:Console", $"Data Source={Path.Combine(folder, "console.db")}")));
        builder.Logging.AddSimpleConsole().SetMinimumLevel(LogLevel.Warning);
        var (services, configuration) = (builder.Services, (IConfiguration)builder.Configuration);
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IConfiguration>(configuration);
        services.AddData(configuration, folder).AddJobs(configuration, folder);
        services.AddConsent(configuration).AddCustomers(configuration).AddEvents(configuration).AddTwins(configuration).AddSegments(configuration)
            .AddOffers(configuration).AddCopy(configuration).AddCampaigns(configuration).AddDispatch(configuration).AddInsights(configuration)
            .AddAccess(configuration).AddSample(configuration);
        var host = builder.Build();
        await host.StartAsync();
        return new BenchmarkHost(host, folder);
    }

    public async ValueTask DisposeAsync()
    {
        await _host.StopAsync();
        _host.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_folder, recursive: true);
    }
}
