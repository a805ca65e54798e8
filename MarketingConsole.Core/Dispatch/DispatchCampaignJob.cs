using MarketingConsole.Core.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Core.Dispatch;

/// <param name="Occurrence">Unix seconds; null = the instant of the run.</param>
/// <param name="CustomerIds">Only these of the audience; null = all.</param>
public sealed record DispatchArgument(int CampaignId, long? Occurrence = null, IReadOnlyList<int>? CustomerIds = null);

/// <summary>Scores the twins of a campaign's audience and sends each its message.</summary>
public sealed class DispatchCampaignJob(IServiceProvider services) : ConsoleJob(services)
{
    private readonly IServiceProvider _services = services;

    protected override Task RunAsync(JobContext context, CancellationToken cancellationToken) =>
        _services.GetRequiredService<CampaignRunner>().RunAsync(context, context.Argument<DispatchArgument>(), cancellationToken);
}
