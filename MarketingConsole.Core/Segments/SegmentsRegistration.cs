using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.Describing;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Segments.Webhooks;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Segments;

public static class SegmentsRegistration
{
    public static IServiceCollection AddSegments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SegmentOptions>().Bind(configuration.GetSection(SegmentOptions.Section))
            .Validate(x => x.RefreshSeconds is >= 1 and <= 86_400, "Segments:RefreshSeconds must be 1 to 86400.").ValidateOnStart();
        services.AddSingleton<MembershipWriter>();
        services.AddSingleton<SegmentKeeper>();
        services.AddSingleton<RuleWatches>();
        services.AddSingleton<SegmentService>();
        services.AddSingleton<StoreKeeper>();
        services.AddHostedService(x => x.GetRequiredService<StoreKeeper>());
        services.AddHostedService<SegmentClock>();
        services.AddSingleton<SegmentPreviewer>();
        services.AddSingleton<StoreAnswers>();
        services.AddSingleton<MissingScores>();
        services.AddSingleton<DistributionReader>();
        services.AddSingleton<OverlapReader>();
        services.AddSingleton<SizeHistoryReader>();
        services.AddSingleton<SegmentExplainer>();
        services.AddSingleton<SegmentMembersReader>();
        services.AddSingleton<RuleSuggestions>();
        services.AddSingleton<SentenceReader>();
        services.AddHostedService<SegmentRefresher>();
        services.AddOptions<SegmentWebhookOptions>().Bind(configuration.GetSection(SegmentOptions.Section));
        services.AddDataProtection();
        services.AddHttpClient(WebhookSender.ClientName).ConfigurePrimaryHttpMessageHandler(x => PublicAddress.Handler(x.GetRequiredService<IOptions<SegmentWebhookOptions>>().Value.PrivateWebhooks));
        services.AddSingleton<SegmentWebhooks>();
        services.AddSingleton<SegmentFarewells>();
        services.AddSingleton<BeforeErasure>(x => x.GetRequiredService<SegmentFarewells>().NoteAsync);
        services.AddSingleton<WebhookSender>();
        services.AddHostedService(x => x.GetRequiredService<WebhookSender>());
        return services;
    }
}
