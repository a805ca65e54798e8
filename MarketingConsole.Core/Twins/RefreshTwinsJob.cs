using MarketingConsole.Core.Jobs;

namespace MarketingConsole.Core.Twins;

/// <summary>Computes every twin again: what depends on the date alone moves, whatever was missed is made good.</summary>
internal sealed class RefreshTwinsJob(TwinRefresher refresher, IServiceProvider services) : ConsoleJob(services)
{
    protected override async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        await refresher.RefreshAllAsync((done, total) => context.Report(done, total, "computing twins"), cancellationToken);
    }
}
