using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Segments;

namespace MarketingConsole.Intake;

/// <summary>Tells the intake's meter who moved between segments; the intake itself knows nothing of them.</summary>
internal sealed class MembershipLag(ChangeFeed feed, IntakeMeter meter) : IHostedService
{
    /// <summary>More than this move because a segment was counted, not because of what they did.</summary>
    private const int MostAtOnce = 10_000;
    private IDisposable? _listening;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        _listening = feed.Subscribe<SegmentMoved>(x =>
        {
            if (x.Entered.Count + x.Left.Count <= MostAtOnce)
            {
                meter.Moved(x.Entered.Concat(x.Left));
            }
        });
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        _listening?.Dispose();
        return Task.CompletedTask;
    }
}
