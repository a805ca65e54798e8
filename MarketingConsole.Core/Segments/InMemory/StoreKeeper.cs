using System.Threading.Channels;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>What changed about these customers is in the twin store; null = about everybody.</summary>
/// <param name="Arrived">Where it is events that the database does not have yet: of which types, by customer.</param>
public sealed record StoreChanged(IReadOnlyList<int>? CustomerIds, IReadOnlyDictionary<int, EventTypeSet>? Arrived = null);

/// <summary>Builds the twin store at start and keeps it in line: events that arrive are added at once, customers who changed otherwise are read again, and everything when too many did.
/// Reading goes on beside the events that arrive; what arrives meanwhile is added to what was read.</summary>
public sealed partial class StoreKeeper(IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed, IOptions<SegmentOptions> options, TimeProvider time, ILogger<StoreKeeper> log) : BackgroundService
{
    private const int MostReread = 5_000, RereadPart = 5, ReadAtOnce = 500, RecentEvents = 500_000, MostArrived = 2_000;
    private static readonly TimeSpan Retry = TimeSpan.FromSeconds(5), Patience = TimeSpan.FromSeconds(1);

    private readonly Channel<object> _changes = System.Threading.Channels.Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });

    // Events added from the intake, by id: not in the database yet; and those that came into it while customers are being read.
    private readonly Dictionary<long, ArrivedRow> _waiting = [];
    private readonly List<ArrivedRow> _loadedMeanwhile = [];
    private HashSet<long> _recent = [], _lessRecent = [];

    // What is to be read next; null = everything.
    private HashSet<int>? _toRead = [];
    private readonly HashSet<int> _twinsToRead = [];
    private bool _reading, _allTwinsDue, _allTwins; // due: of everybody, and nobody is listed yet
    private TwinStore? _store;
    private long _announced, _taken, _nextRead = long.MaxValue, _beingRead = long.MaxValue;
    private TaskCompletionSource _progressed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>The store; null until it is built. It may lack what was announced a moment ago.</summary>
    public TwinStore? Store => Volatile.Read(ref _store);

    /// <summary>The store when it holds all that was announced; null while something is on its way into it.</summary>
    public TwinStore? Current => Applied >= Volatile.Read(ref _announced) ? Store : null;

    /// <summary>How far the first build is; null when there is a store.</summary>
    public StoreProgress? Progress { get; private set; }

    private long Applied => Math.Min(Volatile.Read(ref _taken), Math.Min(Volatile.Read(ref _nextRead), Volatile.Read(ref _beingRead)) - 1);

    /// <summary>Waits until the store holds what was announced before the call.</summary>
    /// <returns>Null when there is no store yet, or it takes too long.</returns>
    public async Task<TwinStore?> CaughtUpAsync(CancellationToken cancellationToken)
    {
        var wanted = Volatile.Read(ref _announced);
        using var patience = new CancellationTokenSource(Patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, patience.Token);
        while (Store is not null)
        {
            var progressed = Volatile.Read(ref _progressed).Task;
            if (Applied >= wanted)
            {
                return Store;
            }

            try
            {
                await progressed.WaitAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                return null;
            }
        }

        return null;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.InMemory)
        {
            return;
        }

        using var arrived = feed.Subscribe<EventsArrived>(Announce);
        using var loaded = feed.Subscribe<ArrivalsLoaded>(Announce);
        using var events = feed.Subscribe<EventsWritten>(x =>
        {
            if (!x.Arrived) // of those, ArrivalsLoaded says more
            {
                Announce(new Whole(x.CustomerIds));
            }
        });
        using var customers = feed.Subscribe<CustomersChanged>(x => Announce(new Whole(x.CustomerIds)));
        using var erased = feed.Subscribe<CustomerErased>(x => Announce(new Whole([x.CustomerId])));
        using var consents = feed.Subscribe<ConsentChanged>(x => Announce(new Whole(x.CustomerIds)));
        using var twins = feed.Subscribe<TwinsChanged>(x => Announce(new TwinsOnly(x.CustomerIds)));
        Announce(new Whole(null));
        while (await _changes.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Run(() => Apply(stoppingToken), stoppingToken);
        }
    }

    public override void Dispose()
    {
        _store?.Dispose();
        base.Dispose();
    }

    private void Announce(object change)
    {
        Interlocked.Increment(ref _announced);
        _changes.Writer.TryWrite(change);
    }

    private void Apply(CancellationToken stoppingToken)
    {
        var (taken, arrived) = (_taken, new List<ArrivedRow>());
        while (arrived.Count < MostArrived && _changes.Reader.TryRead(out var change))
        {
            taken += change is ReadRows or Built or ReadFailed ? 0 : 1;
            switch (change)
            {
                case EventsArrived x when _store is not null:
                    arrived.AddRange(x.Events.Select(x => ArrivedRow.Of(x.Event, x.Items)).Where(IsNews));
                    break;
                case ArrivalsLoaded x:
                    Confirm(x.Events, taken);
                    break;
                case Whole { CustomerIds: null }:
                    _toRead = null;
                    ReadFrom(taken);
                    break;
                case Whole { CustomerIds: { } ids }:
                    _toRead?.UnionWith(ids);
                    ReadFrom(taken);
                    break;
                case TwinsOnly x:
                    _allTwinsDue |= x.CustomerIds is null;
                    _twinsToRead.UnionWith(x.CustomerIds ?? []);
                    ReadFrom(taken);
                    break;
                case ReadRows x:
                    Put(x.Rows);
                    break;
                case Built x:
                    Put(x.Store);
                    break;
                case ReadFailed:
                    _reading = false;
                    _toRead = null;
                    (_nextRead, _beingRead) = (Math.Min(_nextRead, _beingRead), long.MaxValue);
                    break;
            }
        }

        Add(arrived, taken);
        Volatile.Write(ref _taken, taken);
        StartReading(stoppingToken);
        Interlocked.Exchange(ref _progressed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>True unless it was seen lately: senders repeat what they are not sure arrived.</summary>
    private bool IsNews(ArrivedRow arrived)
    {
        if (_lessRecent.Contains(arrived.Id) || !_recent.Add(arrived.Id))
        {
            return false;
        }

        if (_recent.Count >= RecentEvents)
        {
            (_recent, _lessRecent) = ([], _recent);
        }

        _waiting[arrived.Id] = arrived;
        return true;
    }

    private void Add(List<ArrivedRow> arrived, long taken)
    {
        if (arrived.Count == 0 || _store is not { } store)
        {
            return;
        }

        var strangers = arrived.Where(x => !x.IsKnownTo(store)).Select(x => x.CustomerId).ToHashSet();
        var writer = new StoreWriter(store);
        store.Now = Instants.Of(time.GetUtcNow().UtcDateTime);
        store.Write(() => arrived.Where(x => !strangers.Contains(x.CustomerId)).ToList().ForEach(x => writer.Write(x)), gates: false);
        if (strangers.Count > 0)
        {
            _toRead?.UnionWith(strangers);
            ReadFrom(taken);
        }

        var types = new Dictionary<int, EventTypeSet>();
        arrived.ForEach(x => types[x.CustomerId] = types.GetValueOrDefault(x.CustomerId) | EventTypeSet.Of(x.Type));
        feed.Publish(new StoreChanged([.. types.Keys], types));
    }

    /// <summary>The database has these. What it had before, or keeps with another customer, is put right by reading.</summary>
    private void Confirm(IReadOnlyList<LoadedEvent> loaded, long taken)
    {
        var wrong = new HashSet<int>();
        foreach (var x in loaded)
        {
            if (!_waiting.Remove(x.Id, out var arrived))
            {
                if (x.IsNew)
                {
                    wrong.Add(x.CustomerId);
                }
            }
            else
            {
                if (_reading)
                {
                    _loadedMeanwhile.Add(arrived);
                }

                if (!x.IsNew || x.CustomerId != arrived.CustomerId)
                {
                    wrong.UnionWith([x.CustomerId, arrived.CustomerId]);
                }
            }
        }

        if (wrong.Count > 0)
        {
            _toRead?.UnionWith(wrong);
            ReadFrom(taken);
        }
    }

    private void ReadFrom(long change) => _nextRead = Math.Min(_nextRead, change);

    private void StartReading(CancellationToken stoppingToken)
    {
        if (_reading || _nextRead == long.MaxValue)
        {
            return;
        }

        HashSet<int>? whole = null, twins = [];
        if (_toRead is null || _store is not { } store || store.Wasted || _toRead.Count > Math.Max(MostReread, store.Slots / RereadPart))
        {
            _toRead = [];
            _twinsToRead.Clear();
            _allTwins = _allTwinsDue = false;
        }
        else
        {
            if (_allTwinsDue)
            {
                _twinsToRead.UnionWith(Enumerable.Range(0, store.Slots).Select(store.IdOf));
                (_allTwins, _allTwinsDue) = (true, false);
            }

            whole = [.. _toRead.Take(ReadAtOnce)]; // and the others after them: while the store is written nobody reads it
            _twinsToRead.ExceptWith(_toRead);
            twins = [.. _twinsToRead.Take(ReadAtOnce - whole.Count)];
            _toRead.ExceptWith(whole);
            _twinsToRead.ExceptWith(twins);
        }

        (_reading, _beingRead) = (true, _nextRead);
        _nextRead = _toRead.Count + _twinsToRead.Count == 0 ? long.MaxValue : _nextRead;
        _loadedMeanwhile.Clear();
        _ = Task.Run(() => ReadAsync(whole, twins, stoppingToken), stoppingToken);
    }

    private async Task ReadAsync(HashSet<int>? whole, HashSet<int> twins, CancellationToken stoppingToken)
    {
        try
        {
            if (whole is not null)
            {
                await using var db = await dbs.CreateDbContextAsync(stoppingToken);
                _changes.Writer.TryWrite(new ReadRows(await StoreRows.ReadAsync(db, whole, twins, stoppingToken)));
                return;
            }

            var fresh = new TwinStore { Now = Instants.Of(time.GetUtcNow().UtcDateTime) };
            await new StoreLoader(dbs, fresh, _store is null ? new Direct(x => Progress = x) : null).LoadAsync(stoppingToken);
            _changes.Writer.TryWrite(new Built(fresh));
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
        {
            Failed(log, exception);
            await Task.Delay(Retry, time, stoppingToken);
            _changes.Writer.TryWrite(new ReadFailed());
        }
    }

    private void Put(StoreRows rows)
    {
        var store = _store!;
        store.Now = Instants.Of(time.GetUtcNow().UtcDateTime);
        store.Write(() => rows.Apply(store, _waiting.Values.Concat(_loadedMeanwhile)));
        (_reading, _beingRead) = (false, long.MaxValue);
        if (_allTwins && _twinsToRead.Count == 0)
        {
            _allTwins = false;
            feed.Publish(new StoreChanged(null)); // to count everybody once costs less than to look at all, some at a time
        }
        else
        {
            feed.Publish(new StoreChanged(_allTwins ? rows.Whole : rows.CustomerIds));
        }
    }

    private void Put(TwinStore store)
    {
        (_reading, _beingRead) = (false, long.MaxValue);
        if (_waiting.Count + _loadedMeanwhile.Count > 0)
        {
            _toRead?.UnionWith(_waiting.Values.Concat(_loadedMeanwhile).Select(x => x.CustomerId)); // the database may have had them before or after it was read
            ReadFrom(_taken);
        }

        Volatile.Write(ref _store, store); // the one before is left to those who still read it
        Progress = null;
        feed.Publish(new StoreChanged(null));
    }

    /// <param name="CustomerIds">Null = everybody.</param>
    private sealed record Whole(IReadOnlyList<int>? CustomerIds);

    /// <param name="CustomerIds">Null = everybody's.</param>
    private sealed record TwinsOnly(IReadOnlyList<int>? CustomerIds);

    private sealed record ReadRows(StoreRows Rows);

    private sealed record Built(TwinStore Store);

    private sealed record ReadFailed;

    private sealed class Direct(Action<StoreProgress> report) : IProgress<StoreProgress>
    {
        public void Report(StoreProgress value) => report(value);
    }

    [LoggerMessage(LogLevel.Error, "The twin store could not follow the database; it is built anew")]
    private static partial void Failed(ILogger logger, Exception exception);
}
