using MarketingConsole.Core.Dispatch.Mail;
using MarketingConsole.Core.Dispatch.Tracking;
using MarketingConsole.Core.Twins.Uplift;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Dispatch;

public static class DispatchRegistration
{
    public static IServiceCollection AddDispatch(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SmtpOptions>().Bind(configuration.GetSection(SmtpOptions.Section)).ValidateOnStart();
        services.AddOptions<DispatchOptions>().Bind(configuration.GetSection(DispatchOptions.Section)).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SmtpOptions>, SmtpOptionsValidator>();
        services.AddSingleton<IValidateOptions<DispatchOptions>, DispatchOptionsValidator>();
        services.AddHttpClient(TransportChooser.ClientName).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler { AllowAutoRedirect = false });

        services.AddSingleton<SmtpSender>();
        services.AddSingleton<Outbox>();
        services.AddSingleton<TransportChooser>();
        services.AddSingleton(x => x.GetRequiredService<TransportChooser>().Connected());
        services.AddSingleton<TrackingLinks>();
        services.AddSingleton<MessageComposer>();
        services.AddSingleton<BounceRecorder>();
        services.AddSingleton<DispatchEvents>();
        services.AddSingleton<AudiencePlanner>();
        services.AddSingleton<OfferPreview>();
        services.AddSingleton<CampaignSender>();
        services.AddSingleton<CampaignRunner>();
        services.AddSingleton<CampaignRuns>();
        services.AddSingleton<DispatchService>();
        services.AddSingleton<ResponseRecorder>();
        services.AddSingleton<CampaignResults>();
        services.AddSingleton<CampaignTrials>();
        services.AddSingleton<OfferTrialReader>(x => x.GetRequiredService<CampaignTrials>().ReadAsync);
        services.AddSingleton<ConversionMatcher>();
        services.AddHostedService(x => x.GetRequiredService<ConversionMatcher>());
        services.AddHostedService<CampaignScheduler>();
        services.AddHostedService<OutboxEraser>();
        return services;
    }
}
