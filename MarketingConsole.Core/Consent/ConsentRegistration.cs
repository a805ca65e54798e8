using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Consent;

public static class ConsentRegistration
{
    public static IServiceCollection AddConsent(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddOptions<ConsentOptions>().Bind(configuration.GetSection(ConsentOptions.Section))
            .Validate(x => ConsentOptions.IsKey(x.HashKey), "Consent:HashKey must be base 64 of at least 32 bytes.").ValidateOnStart();
        services.AddSingleton<ConsentGate>();
        services.AddSingleton<ConsentRuleBook>();
        services.AddSingleton<ConsentLedger>();
        services.AddSingleton<SuppressionList>();
        services.AddSingleton<CustomerExporter>();
        services.AddSingleton<CustomerEraser>();
        services.AddHostedService<DefaultConsentRules>();
        return services;
    }
}
