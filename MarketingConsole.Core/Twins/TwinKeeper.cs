using System.Threading.Channels;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Twins.Training;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Core.Twins;

/// <summary>Keeps twins current: gathers who changed, waits for a quiet moment, refreshes them together.</summary>
internal sealed partial class TwinKeeper(TwinRefresher refresher, ModelTraining training, IntakeJournal journal, IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed, TimeProvider time, ILogger<TwinKeeper> log) : BackgroundService
{
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(400), Retry = TimeSpan.FromSeconds(5), Tick = TimeSpan.FromMinutes(15);

    /// <summary>A long import, or a shop full of customers, never goes quiet: refresh at least this often.</summary>
    private static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(20);

    /// <summary>So many customers at once come from a file rather than from the till.</summary>
    private const int Many = 100;
    private readonly Channel<IReadOnlyList<int>?> _changes = System.Threading.Channels.Channel.CreateUnbounded<IReadOnlyList<int>?>(new UnboundedChannelOptions { SingleReader = true });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var events = feed.Subscribe<EventsWritten>(x => _changes.Writer.TryWrite(x.CustomerIds));
        using var customers = feed.Subscribe<CustomersChanged>(x => _changes.Writer.TryWrite(x.CustomerIds));
        using var consents = feed.Subscribe<ConsentChanged>(x => _changes.Writer.TryWrite(x.CustomerIds));
        await using (var db = await dbs.CreateDbContextAsync(stoppingToken))
        {
            if (await db.Customers.AnyAsync(x => x.ErasedAt == null && !db.Twins.Any(t => t.CustomerId == x.Id), stoppingToken))
            {
                _changes.Writer.TryWrite(null);
            }
        }

        await Task.WhenAll(KeepAsync(stoppingToken), TickAsync(stoppingToken));
    }

    /// <summary>Moves the stages that end by time alone.</summary>
    private async Task TickAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await refresher.RefreshDueAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                RefreshFailed(log, exception);
            }
        }
    }

    private async Task KeepAsync(CancellationToken stoppingToken)
    {
        while (await _changes.Reader.WaitToReadAsync(stoppingToken))
        {
            var (all, ids) = await GatherAsync(stoppingToken);
            try
            {
                await BackgroundThread.RunAsync("Twins", () => all ? refresher.RefreshAllAsync(null, stoppingToken) : refresher.RefreshAsync(ids, stoppingToken));
                await training.StartIfGrownAsync(all || ids.Count >= Many, stoppingToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                RefreshFailed(log, exception);
                await Task.Delay(Retry, time, stoppingToken);
                _changes.Writer.TryWrite(all ? null : [.. ids]);
            }
        }
    }

    private async Task<(bool All, HashSet<int> Ids)> GatherAsync(CancellationToken stoppingToken)
    {
        var (all, ids, start) = (false, new HashSet<int>(), time.GetTimestamp());
        while (true)
        {
            var news = false;
            while (_changes.Reader.TryRead(out var change))
            {
                news = true;
                all |= change is null;
                ids.UnionWith(change ?? []);
            }

            if ((!news && journal.Backlog == 0) || time.GetElapsedTime(start) > AtLeast)
            {
                return (all, ids);
            }

            await Task.Delay(Quiet, time, stoppingToken);
        }
    }

    [LoggerMessage(LogLevel.Error, "Refreshing twins failed; tried again in a few seconds")]
    private static partial void RefreshFailed(ILogger logger, Exception exception);
}
