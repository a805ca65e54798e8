using MarketingConsole.Core.Events.Imports;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Intake.People;
using MarketingConsole.Core.Events.Live;
using MarketingConsole.Core.Events.Touchpoints;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Events;

public static class EventsRegistration
{
    public static IServiceCollection AddEvents(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton<EventWriter>();
        services.AddSingleton<ImportFiles>();
        services.AddSingleton<ImportRunner>();
        services.AddSingleton<ImportUndo>();
        services.AddSingleton<ImportService>();
        services.AddOptions<IntakeOptions>().Bind(configuration.GetSection(IntakeOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<SourceService>();
        services.AddSingleton<CustomerMerger>();
        services.AddSingleton<MessageLoader>();
        services.AddSingleton<IntakeJournal>();
        services.AddSingleton<IntakeMeter>();
        services.AddHostedService(x => x.GetRequiredService<IntakeJournal>());
        services.AddHostedService(x => x.GetRequiredService<IntakeMeter>());
        services.AddHostedService<IntakeLoader>();
        services.AddSingleton<LiveIntake>();
        services.AddHostedService(x => x.GetRequiredService<LiveIntake>());
        services.AddHostedService<MergeKeeper>();
        services.AddOptions<StoreOptions>().Bind(configuration.GetSection(StoreOptions.Section)).ValidateDataAnnotations().ValidateOnStart();
        services.AddSingleton<DeviceService>();
        services.AddSingleton<TouchpointService>();
        services.AddSingleton<StoreService>();
        services.AddHostedService<VisitKeeper>();
        return services;
    }
}
