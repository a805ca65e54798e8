using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Training;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Quartz;

namespace MarketingConsole.Core.Twins;

public static class TwinsRegistration
{
    public static IServiceCollection AddTwins(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<ModelRegistry>();
        services.AddSingleton<ModelTraining>();
        services.AddSingleton<TwinListService>();
        services.AddSingleton<TwinProfileService>();
        services.AddSingleton<TwinTimeline>();
        services.AddSingleton<TwinRefresher>();
        services.AddHostedService<TwinKeeper>();
        var shop = configuration.GetSection(ShopOptions.Section).Get<ShopOptions>() ?? new ShopOptions();
        var zone = TimeZoneInfo.TryFindSystemTimeZoneById(shop.TimeZone, out var found) ? found : TimeZoneInfo.Utc; // a wrong name is reported when the options are validated
        services.AddQuartz(q => q
            .ScheduleJob<TrainModelsJob>(
                trigger => trigger.WithIdentity("nightly-models").WithCronSchedule("0 40 3 * * ?", x => x.InTimeZone(zone)),
                job => job.WithIdentity("nightly-models").UsingJobData(JobService.TitleKey, "Nightly training of the models and refresh of all twins")));
        return services;
    }
}
