using System.Threading.Channels;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Segments;

/// <summary>Configuration section "Segments".</summary>
public sealed class SegmentOptions
{
    public const string Section = "Segments";

    /// <summary>Seconds between recounts of segments which time alone can change: 1 to 86,400.</summary>
    public int RefreshSeconds { get; set; } = 60;

    /// <summary>Rules are counted over a copy of customers and events in memory, about 30 bytes an event. Switch it off where several nodes share a database: a node does not hear of another's changes.</summary>
    public bool InMemory { get; set; } = true;
}

/// <summary>Keeps memberships current: counts all at start, follows events, twins and consents, and lets time pass.</summary>
public sealed partial class SegmentRefresher(SegmentKeeper keeper, ChangeFeed feed, IOptions<SegmentOptions> options, TimeProvider time, ILogger<SegmentRefresher> log) : BackgroundService
{
    private const int RecheckAtMost = 2000;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(150), Retry = TimeSpan.FromSeconds(5);

    // Null = everybody; an empty list = time has passed.
    private readonly Channel<IReadOnlyList<int>?> _changes = System.Threading.Channels.Channel.CreateUnbounded<IReadOnlyList<int>?>(new UnboundedChannelOptions { SingleReader = true });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var events = feed.Subscribe<EventsWritten>(x => _changes.Writer.TryWrite(x.CustomerIds));
        using var customers = feed.Subscribe<CustomersChanged>(x => _changes.Writer.TryWrite(x.CustomerIds));
        using var erased = feed.Subscribe<CustomerErased>(_ => _changes.Writer.TryWrite(null)); // their memberships went with them: only a count tells the sizes
        using var twins = feed.Subscribe<TwinsChanged>(x => _changes.Writer.TryWrite(x.CustomerIds));
        using var consents = feed.Subscribe<ConsentChanged>(x => _changes.Writer.TryWrite(x.CustomerIds));
        using var timer = time.CreateTimer(_ => _changes.Writer.TryWrite([]), null, TimeSpan.FromSeconds(options.Value.RefreshSeconds), TimeSpan.FromSeconds(options.Value.RefreshSeconds));
        _changes.Writer.TryWrite(null);
        while (await _changes.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(Gather, time, stoppingToken);
            var (all, timed, ids) = Take();
            try
            {
                await ApplyAsync(all, timed, ids, stoppingToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                RefreshFailed(log, exception);
                await Task.Delay(Retry, time, stoppingToken);
                _changes.Writer.TryWrite(all ? null : [.. ids]);
            }
        }
    }

    private async Task ApplyAsync(bool all, bool timed, HashSet<int> ids, CancellationToken stoppingToken)
    {
        if (all || ids.Count > RecheckAtMost)
        {
            await keeper.RecountAllAsync(stoppingToken);
            return;
        }

        if (ids.Count > 0)
        {
            await keeper.RecheckAsync(ids, stoppingToken);
        }

        if (timed)
        {
            await keeper.RecountTimedAsync(stoppingToken);
        }
    }

    private (bool All, bool Timed, HashSet<int> Ids) Take()
    {
        var (all, timed, ids) = (false, false, new HashSet<int>());
        while (_changes.Reader.TryRead(out var change))
        {
            all |= change is null;
            timed |= change is { Count: 0 };
            ids.UnionWith(change ?? []);
        }

        return (all, timed, ids);
    }

    [LoggerMessage(LogLevel.Error, "Segments could not be brought up to date; trying again in five seconds")]
    private static partial void RefreshFailed(ILogger logger, Exception exception);
}
