using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Consent;

public static class ConsentRegistration
{
    public static IServiceCollection AddConsent(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton<ConsentGate>();
        services.AddHostedService<DefaultConsentRules>();
        return services;
    }
}
