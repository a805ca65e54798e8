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

/// <summary>Builds the twin store at start and keeps it in line with the database: customers who changed are read again, and all of them when too many did.
/// Until it is built, and while a change is not yet in it, the database answers.</summary>
public sealed partial class StoreKeeper(IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed, IOptions<SegmentOptions> options, TimeProvider time, ILogger<StoreKeeper> log) : BackgroundService
{
    /// <summary>So many customers are read again one by one; more, and everything is.</summary>
    private const int MostReread = 5_000;
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(50), Retry = TimeSpan.FromSeconds(5);

    // Null = everybody.
    private readonly Channel<IReadOnlyList<int>?> _changes = System.Threading.Channels.Channel.CreateUnbounded<IReadOnlyList<int>?>(new UnboundedChannelOptions { SingleReader = true });
    private TwinStore? _store;
    private int _pending = 1;

    /// <summary>The store when it holds everything the database does; null while it is being built or changed.</summary>
    public TwinStore? Current => Volatile.Read(ref _pending) == 0 ? _store : null;

    /// <summary>How far the first build is; null when there is a store.</summary>
    public StoreProgress? Progress { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!options.Value.InMemory)
        {
            return;
        }

        using var events = feed.Subscribe<EventsWritten>(x => Add(x.CustomerIds));
        using var customers = feed.Subscribe<CustomersChanged>(x => Add(x.CustomerIds));
        using var erased = feed.Subscribe<CustomerErased>(x => Add([x.CustomerId]));
        using var twins = feed.Subscribe<TwinsChanged>(x => Add(x.CustomerIds));
        using var consents = feed.Subscribe<ConsentChanged>(x => Add(x.CustomerIds));
        using var members = feed.Subscribe<SegmentMoved>(x => Add([.. x.Entered, .. x.Left]));
        _changes.Writer.TryWrite(null); // counted as pending from the beginning
        while (await _changes.Reader.WaitToReadAsync(stoppingToken))
        {
            await Task.Delay(Gather, time, stoppingToken);
            var (taken, ids) = Take();
            try
            {
                await Task.Run(() => ApplyAsync(ids, stoppingToken), stoppingToken);
                Interlocked.Add(ref _pending, -taken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                Failed(log, exception);
                _changes.Writer.TryWrite(null);
                Interlocked.Add(ref _pending, 1 - taken);
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    public override void Dispose()
    {
        _store?.Dispose();
        base.Dispose();
    }

    private void Add(IReadOnlyList<int>? ids)
    {
        Interlocked.Increment(ref _pending);
        _changes.Writer.TryWrite(ids);
    }

    /// <returns>How many changes, and whom they concern; null = everybody.</returns>
    private (int Taken, HashSet<int>? Ids) Take()
    {
        var (taken, ids) = (0, (HashSet<int>?)[]);
        while (_changes.Reader.TryRead(out var change))
        {
            taken++;
            if (change is null)
            {
                ids = null;
            }
            else
            {
                ids?.UnionWith(change);
            }
        }

        return (taken, ids?.Count > MostReread ? null : ids);
    }

    private async Task ApplyAsync(HashSet<int>? ids, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (ids is null || _store is null || _store.Wasted)
        {
            var fresh = new TwinStore();
            await new StoreLoader(db, fresh).LoadAsync(_store is null ? new Direct(x => Progress = x) : null, cancellationToken);
            (_store, Progress) = (fresh, null); // the one before is left to those who still read it
        }
        else if (ids.Count > 0)
        {
            var rows = await StoreRows.ReadAsync(db, ids, cancellationToken);
            _store.Write(() => rows.Apply(_store));
        }
    }

    private sealed class Direct(Action<StoreProgress> report) : IProgress<StoreProgress>
    {
        public void Report(StoreProgress value) => report(value);
    }

    [LoggerMessage(LogLevel.Error, "The twin store could not follow the database; it is built anew")]
    private static partial void Failed(ILogger logger, Exception exception);
}
