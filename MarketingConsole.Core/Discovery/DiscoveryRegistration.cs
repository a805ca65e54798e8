using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace MarketingConsole.Core.Discovery;

public static class DiscoveryRegistration
{
    public static IServiceCollection AddDiscovery(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<DiscoveryService>();
        services.AddSingleton<LookalikeService>();
        var shop = configuration.GetSection(ShopOptions.Section).Get<ShopOptions>() ?? new ShopOptions();
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(shop.TimeZone, out var found) ? found : TimeZoneInfo.Utc; // a wrong name is reported when the options are validated
        services.AddQuartz(q => q
            .ScheduleJob<RefitLookalikesJob>(
                trigger => trigger.WithIdentity("nightly-lookalikes").WithCronSchedule("0 40 4 * * ?", x => x.InTimeZone(zone)), // an hour after the models, whose scores it learns from
                job => job.WithIdentity("nightly-lookalikes").UsingJobData(JobService.TitleKey, "Nightly look at who resembles which segment")));
        return services;
    }
}
