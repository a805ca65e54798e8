using MarketingConsole.Core.Events;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Campaigns;

public static class CampaignsRegistration
{
    public static IServiceCollection AddCampaigns(this IServiceCollection services, IConfiguration configuration)
    {
        ArgumentNullException.ThrowIfNull(configuration);
        services.AddSingleton<CampaignAudience>();
        services.AddSingleton(new ConnectedChannels(new Dictionary<Channel, string>())); // until Dispatch says otherwise
        services.AddSingleton<CampaignReviewer>();
        services.AddSingleton<CampaignService>();
        services.AddSingleton<CampaignApprovals>();
        services.AddSingleton<CampaignPauses>();
        return services;
    }
}
