using System.Threading.Channels;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Intake.Orders;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Events.Live;

/// <summary>Tells what happened as soon as it is in the journal, beside and mostly before the database is told: of customers and products that are known. Of all others, and of what says who somebody is,
/// the database tells when it has found out.</summary>
public sealed partial class LiveIntake(IDbContextFactory<ConsoleDb> dbs, IntakeJournal journal, EventWriter writer, IntakeMeter meter, ChangeFeed feed, TimeProvider time, ILogger<LiveIntake> log) : BackgroundService
{
    /// <summary>With more than this on its way into the database, events wait for it: each that went before is kept in memory until then.</summary>
    private const long MostAhead = 400_000;
    private static readonly TimeSpan ProductsKeep = TimeSpan.FromSeconds(1), Retry = TimeSpan.FromSeconds(5), Look = TimeSpan.FromMilliseconds(2);
    private readonly Channel<object> _queue = System.Threading.Channels.Channel.CreateUnbounded<object>();
    private readonly KnownPeople _people = new();
    private readonly Dictionary<string, int> _products = new(StringComparer.Ordinal);
    private StoreNames _stores = new();
    private HashSet<int>? _changed;
    private bool _newProduct = true;
    private long _productsAt, _taken, _told;

    /// <summary>For work that can wait: while events wait to be told, pauses for as long as the caller has worked. What is left undone is on the disk.</summary>
    /// <param name="since">Timestamp of when the caller began.</param>
    internal Task GiveWayAsync(long since, CancellationToken cancellationToken) => _queue.Reader.Count == 0 ? Task.CompletedTask : Task.Delay(time.GetElapsedTime(since), time, cancellationToken);

    /// <summary>Waits until what stands in the journal up to there has been told, or will not be: what the database says of events nobody was told of would have customers read again.</summary>
    /// <param name="through">As <see cref="JournalEntry.Through"/>.</param>
    internal async Task ToldAsync(long through, CancellationToken cancellationToken)
    {
        while (ExecuteTask is { IsCompleted: false } && Interlocked.Read(ref _told) < Math.Min(through, Interlocked.Read(ref _taken)))
        {
            await Task.Delay(Look, cancellationToken);
        }
    }

    private void Take(IReadOnlyList<JournalEntry> records)
    {
        foreach (var record in journal.Backlog < MostAhead ? records : [])
        {
            Interlocked.Exchange(ref _taken, record.Through);
            _queue.Writer.TryWrite(record);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var customers = feed.Subscribe<CustomersChanged>(x => _queue.Writer.TryWrite(new Changed(x.CustomerIds)));
        using var erased = feed.Subscribe<CustomerErased>(x => _queue.Writer.TryWrite(new Changed([x.CustomerId])));
        using var events = feed.Subscribe<EventsWritten>(x => _ = x.CustomerIds is null && _queue.Writer.TryWrite(new Changed(null))); // a file was loaded, or taken back
        _queue.Writer.TryWrite(new Changed(null));
        journal.Recorded += Take;
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            try
            {
                await Task.Run(() => TellAsync(stoppingToken), stoppingToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                Failed(log, exception); // the database gets the events all the same
                _changed = null;
                await Task.Delay(Retry, time, stoppingToken);
            }
        }
    }

    private async Task TellAsync(CancellationToken stoppingToken)
    {
        var records = new List<JournalEntry>();
        while (_queue.Reader.TryRead(out var item))
        {
            if (item is JournalEntry record)
            {
                records.Add(record);
            }
            else if (item is Changed { CustomerIds: { } ids })
            {
                _changed?.UnionWith(ids);
            }
            else
            {
                _changed = null;
            }
        }

        try
        {
            await FollowAsync(stoppingToken);
            foreach (var record in records)
            {
                List<ArrivedEvent> known = [.. record.Messages.Select(Arrived).OfType<ArrivedEvent>()];
                if (known.Count > 0)
                {
                    meter.Heard(known.Select(x => (x.Event.CustomerId, record.Messages[0].ReceivedAt)));
                    feed.Publish(new EventsArrived(known));
                }

                Interlocked.Exchange(ref _told, record.Through);
            }
        }
        finally
        {
            if (records.Count > 0)
            {
                Interlocked.Exchange(ref _told, records[^1].Through);
            }
        }
    }

    /// <summary>Catches up with new customers, merges and products.</summary>
    private async Task FollowAsync(CancellationToken stoppingToken)
    {
        _newProduct |= _changed is not { Count: 0 }; // new articles come with new customers
        var products = _newProduct && (_productsAt == 0 || time.GetElapsedTime(_productsAt) > ProductsKeep);
        if (_changed is { Count: 0 } && !products)
        {
            return;
        }

        await using var db = await dbs.CreateDbContextAsync(stoppingToken);
        if (_changed is not { Count: 0 })
        {
            await _people.ReadAsync(db, _changed, stoppingToken);
            _stores = await StoreNames.ReadAsync(db, stoppingToken);
            _changed = [];
        }

        if (products)
        {
            await db.Products.Select(x => new { x.Sku, x.Id }).ForEachAsync(x => _products[x.Sku] = x.Id, stoppingToken);
            (_newProduct, _productsAt) = (false, time.GetTimestamp());
        }
    }

    private ArrivedEvent? Arrived(JournaledMessage message)
    {
        if (_people.Find(message.Message) is not { } customer || EventMapper.Map(message, customer, withProperties: false) is not var (e, order))
        {
            return null;
        }

        if (order.Lines.Any(x => !_products.ContainsKey(x.Sku)))
        {
            _newProduct = true;
            return null;
        }

        if (OrderRefunds.NeedOrder(e, order) || !_stores.Place(e, StoreNames.Of(message.Message)))
        {
            return null; // what the order was, and whether there is such a store by now, the database knows
        }

        writer.Place(e);
        var items = MessageLoader.Items([(e, order)], _products);
        items.ForEach(x => (x.Day, x.Returned) = (e.Day, e.Type == EventType.Return));
        return new(e, items);
    }

    /// <param name="CustomerIds">Null = everybody.</param>
    private sealed record Changed(IReadOnlyList<int>? CustomerIds);

    [LoggerMessage(LogLevel.Error, "Events could not be told before the database had them")]
    private static partial void Failed(ILogger logger, Exception exception);
}
