using MarketingConsole.Core.Segments.Describing;
using MarketingConsole.Core.Segments.InMemory;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Segments;

public static class SegmentsRegistration
{
    public static IServiceCollection AddSegments(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<SegmentOptions>().Bind(configuration.GetSection(SegmentOptions.Section))
            .Validate(x => x.RefreshSeconds is >= 1 and <= 86_400, "Segments:RefreshSeconds must be 1 to 86400.").ValidateOnStart();
        services.AddSingleton<SegmentKeeper>();
        services.AddSingleton<SegmentService>();
        services.AddSingleton<StoreKeeper>();
        services.AddHostedService(x => x.GetRequiredService<StoreKeeper>());
        services.AddHostedService<SegmentClock>();
        services.AddSingleton<SegmentPreviewer>();
        services.AddSingleton<StoreAnswers>();
        services.AddSingleton<DistributionReader>();
        services.AddSingleton<OverlapReader>();
        services.AddSingleton<SizeHistoryReader>();
        services.AddSingleton<SegmentExplainer>();
        services.AddSingleton<SegmentMembersReader>();
        services.AddSingleton<RuleSuggestions>();
        services.AddSingleton<SentenceReader>();
        services.AddHostedService<SegmentRefresher>();
        return services;
    }
}
