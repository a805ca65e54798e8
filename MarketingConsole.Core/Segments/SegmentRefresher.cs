using System.Threading.Channels;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments.InMemory;
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

/// <summary>Keeps memberships current: counts all at start, follows what changes and lets time pass. Where there is a twin store, what changed is looked at as soon as it is in it.</summary>
public sealed partial class SegmentRefresher(SegmentKeeper keeper, StoreKeeper stores, ChangeFeed feed, IOptions<SegmentOptions> options, TimeProvider time, ILogger<SegmentRefresher> log) : BackgroundService
{
    private const int RecheckAtMost = 2000, RecheckPart = 2, LaterAtOnce = 300, RecountTimed = 1, RecountAll = 2;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(150), Retry = TimeSpan.FromSeconds(5);
    private readonly HashSet<int> _later = [];
    private Task _recounting = Task.CompletedTask;
    private int _recountDue;
    private readonly Channel<Due> _changes = System.Threading.Channels.Channel.CreateUnbounded<Due>(new UnboundedChannelOptions { SingleReader = true });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var events = feed.Subscribe<EventsWritten>(x => InDatabase(x.CustomerIds, x.Arrived));
        using var customers = feed.Subscribe<CustomersChanged>(x => InDatabase(x.CustomerIds));
        using var erased = feed.Subscribe<CustomerErased>(_ => InDatabase(null)); // their memberships went with them: only a count tells the sizes
        using var twins = feed.Subscribe<TwinsChanged>(x => InDatabase(x.CustomerIds));
        using var consents = feed.Subscribe<ConsentChanged>(x => InDatabase(x.CustomerIds));
        using var store = feed.Subscribe<StoreChanged>(InStore);
        using var timer = time.CreateTimer(_ => _changes.Writer.TryWrite(new Due(Timed: true)), null, TimeSpan.FromSeconds(options.Value.RefreshSeconds), TimeSpan.FromSeconds(options.Value.RefreshSeconds));
        _changes.Writer.TryWrite(new Due(All: true));
        while (_later.Count > 0 || await _changes.Reader.WaitToReadAsync(stoppingToken))
        {
            if (stores.Store is null)
            {
                await Task.Delay(Gather, time, stoppingToken); // a look at one customer in the database costs nearly as much as at a hundred
            }

            var due = Take();
            try
            {
                await ApplyAsync(due, stoppingToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                RefreshFailed(log, exception);
                await Task.Delay(Retry, time, stoppingToken);
                _changes.Writer.TryWrite(due);
            }
        }
    }

    /// <summary>The database changed. What is in the twin store soon is looked at then.</summary>
    /// <param name="arrived">The store had it before.</param>
    private void InDatabase(IReadOnlyList<int>? ids, bool arrived = false)
    {
        if (stores.Store is null || arrived)
        {
            _changes.Writer.TryWrite(ids is null ? new Due(All: true) : new Due { InDatabase = [.. ids] });
        }
    }

    private void InStore(StoreChanged change) => _changes.Writer.TryWrite(
        change.Arrived is { } arrived ? new Due { Arrived = new(arrived) }
        : change.CustomerIds is { } ids ? new Due { Changed = [.. ids], InDatabase = [.. ids] }
        : new Due(All: true));

    private async Task ApplyAsync(Due due, CancellationToken stoppingToken)
    {
        if (due.All || (stores.Store is { } store ? _later.Count > Math.Max(RecheckAtMost, store.Slots / RecheckPart) : due.InDatabase.Count > RecheckAtMost))
        {
            _later.Clear();
            Recount(all: true, stoppingToken);
        }
        else if (due.Timed)
        {
            Recount(all: false, stoppingToken);
        }

        if (due.Arrived.Count > 0)
        {
            await keeper.RecheckArrivedAsync(due.Arrived, stoppingToken);
        }

        if (_later.Take(LaterAtOnce).ToList() is { Count: > 0 } some)
        {
            await keeper.RecheckAsync(some, inStore: true, inDatabase: false, wait: false, stoppingToken);
            _later.ExceptWith(some);
        }

        foreach (var ids in due.InDatabase.Chunk(RecheckAtMost))
        {
            await keeper.RecheckAsync(ids, inStore: false, inDatabase: true, wait: true, stoppingToken);
        }
    }

    /// <summary>Counts all customers after what is being counted, beside those to whom something happens.</summary>
    private void Recount(bool all, CancellationToken stoppingToken)
    {
        var (wanted, before) = (all ? RecountAll : RecountTimed, _recounting);
        int due;
        do
        {
            due = _recountDue;
        }
        while (Interlocked.CompareExchange(ref _recountDue, Math.Max(due, wanted), due) != due);
        if (due == 0)
        {
            _recounting = Task.Run(() => RecountAsync(before, stoppingToken), stoppingToken);
        }
    }

    private async Task RecountAsync(Task before, CancellationToken stoppingToken)
    {
        await before;
        var all = Interlocked.Exchange(ref _recountDue, 0) == RecountAll; // what is found due from here on is counted again
        try
        {
            await (all ? keeper.RecountAllAsync(stoppingToken, wait: false) : keeper.RecountTimedAsync(stoppingToken, wait: false));
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
        {
            RefreshFailed(log, exception);
            await Task.Delay(Retry, time, stoppingToken);
            _changes.Writer.TryWrite(new Due(all, Timed: true));
        }
    }

    private Due Take()
    {
        var due = new Due();
        while (_changes.Reader.TryRead(out var change))
        {
            foreach (var (customer, types) in change.Arrived)
            {
                due.Arrived[customer] = due.Arrived.GetValueOrDefault(customer) | types;
            }

            _later.UnionWith(change.Changed);
            due.InDatabase.UnionWith(change.InDatabase);
            due = due with { All = due.All || change.All, Timed = due.Timed || change.Timed };
        }

        return due;
    }

    private sealed record Due(bool All = false, bool Timed = false)
    {
        /// <summary>Customers to be looked at in the segments that the twin store can tell and that ask for such events.</summary>
        public Dictionary<int, EventTypeSet> Arrived { get; init; } = [];

        /// <summary>Customers to be looked at in all segments the twin store can tell, after those to whom something happened.</summary>
        public HashSet<int> Changed { get; init; } = [];

        /// <summary>Customers to be looked at in segments only the database can tell; without a store, in all.</summary>
        public HashSet<int> InDatabase { get; init; } = [];
    }

    [LoggerMessage(LogLevel.Error, "Segments could not be brought up to date; trying again in five seconds")]
    private static partial void RefreshFailed(ILogger logger, Exception exception);
}
