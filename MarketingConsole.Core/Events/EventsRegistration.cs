using MarketingConsole.Core.Events.Imports;
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
        return services;
    }
}
