using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MarketingConsole.Core.Sample;

public static class SampleRegistration
{
    /// <summary>Fills a sample shop on the first start when <c>SampleData</c> is true.</summary>
    public static IServiceCollection AddSample(this IServiceCollection services, IConfiguration configuration)
    {
        if (configuration.GetValue("SampleData", false))
        {
            services.AddHostedService<SampleStarter>();
        }

        return services;
    }

    private sealed class SampleStarter(IDbContextFactory<ConsoleDb> dbs, IdAllocator ids, JobService jobs, TimeProvider time, IConfiguration configuration) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await using var db = await dbs.CreateDbContextAsync(stoppingToken);
            // The counter lets exactly one of several nodes fill, once in the database's life.
            if (!await db.Customers.AnyAsync(stoppingToken) && await ids.TakeAsync("sample", 1, stoppingToken) == 1)
            {
                var fill = new SampleFill(time.GetUtcNow().UtcDateTime, configuration.GetValue("SampleCustomers", 5000), configuration.GetValue("SampleSeed", 7));
                await jobs.StartAsync<FillSampleShopJob>("Fill the sample shop", fill, "first start", stoppingToken);
            }
        }
    }
}
