using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace MarketingConsole.Core.Twins;

public static class TwinsRegistration
{
    public static IServiceCollection AddTwins(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<TwinRefresher>();
        services.AddHostedService<TwinKeeper>();
        var zone = (configuration.GetSection(ShopOptions.Section).Get<ShopOptions>() ?? new ShopOptions()).TimeZone;
        services.AddQuartz(q => q.ScheduleJob<RefreshTwinsJob>(
            trigger => trigger.WithIdentity("nightly-twins").WithCronSchedule("0 10 3 * * ?", x => x.InTimeZone(TimeZoneInfo.FindSystemTimeZoneById(zone))),
            job => job.WithIdentity("nightly-twins").UsingJobData(JobService.TitleKey, "Nightly refresh of all twins")));
        return services;
    }
}
