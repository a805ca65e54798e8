using System.Data.Common;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events;

/// <summary>Events of these customers were added or removed. Null = too many to list: any customer may have changed.</summary>
public sealed record EventsWritten(IReadOnlyList<int>? CustomerIds)
{
    /// <summary>Beyond this many customers a list is no cheaper than "all".</summary>
    public const int MaxListed = 1000;

    /// <summary>They came through the intake: <see cref="ArrivalsLoaded"/> names them.</summary>
    public bool Arrived { get; init; }

    public static EventsWritten Of(IReadOnlyCollection<int> customerIds) => new(customerIds.Count > MaxListed ? null : [.. customerIds]);
}

/// <summary>An event with its lines.</summary>
public sealed record ArrivedEvent(Event Event, IReadOnlyList<EventItem> Items);

/// <summary>These events are safe in the intake's journal and on their way into the database, where some may turn out to be there already.</summary>
public sealed record EventsArrived(IReadOnlyList<ArrivedEvent> Events);

/// <param name="CustomerId">Whose it is in the database.</param>
/// <param name="IsNew">False: the database had it already.</param>
public readonly record struct LoadedEvent(int CustomerId, long Id, bool IsNew);

/// <summary>The database has these events of the intake now.</summary>
public sealed record ArrivalsLoaded(IReadOnlyList<LoadedEvent> Events);

/// <summary>The one way events enter the database.</summary>
public sealed class EventWriter(IDbContextFactory<ConsoleDb> dbs, ShopCalendar calendar, ChangeFeed feed)
{
    private const int KeysAQuery = 100;

    /// <summary>Stores the events that are new by (customer, id) with their items, in one transaction, and publishes <see cref="EventsWritten"/>.
    /// Fills the shop-local day and hour, of the items too. Sending an event again changes nothing, whatever else it says.</summary>
    /// <returns>How many events were new.</returns>
    public async Task<int> WriteAsync(IReadOnlyList<Event> events, IReadOnlyList<EventItem> items, CancellationToken cancellationToken)
    {
        for (var attempt = 0; ; attempt++)
        {
            try
            {
                await using var db = await dbs.CreateDbContextAsync(cancellationToken);
                await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
                var added = await AppendAsync(db, events, items, cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                if (added.Count > 0)
                {
                    feed.Publish(EventsWritten.Of(added.Select(x => x.CustomerId).ToHashSet()));
                }

                return added.Count;
            }
            catch (Exception exception) when (attempt < 2 && (exception is DbException || exception.InnerException is DbException))
            {
                await Task.Yield(); // another writer stored one of these events between our look and our insert, or a deadlock: look again
            }
        }
    }

    /// <summary>As <see cref="WriteAsync"/>, within the caller's transaction and without publishing.</summary>
    /// <returns>The new events.</returns>
    internal async Task<IReadOnlyList<Event>> AppendAsync(ConsoleDb db, IReadOnlyList<Event> events, IReadOnlyList<EventItem> items, CancellationToken cancellationToken)
    {
        foreach (var e in events)
        {
            Place(e);
        }

        var added = (await InsertAsync(db, events, cancellationToken)).ToDictionary(x => (x.CustomerId, x.Id));
        var lines = items.Where(x => added.ContainsKey((x.CustomerId, x.EventId))).ToList();
        foreach (var line in lines)
        {
            var e = added[(line.CustomerId, line.EventId)];
            (line.Day, line.Returned) = (e.Day, e.Type == EventType.Return);
        }

        await db.BulkInsertAsync(lines, cancellationToken);
        return [.. added.Values];
    }

    private static async Task<List<Event>> InsertAsync(ConsoleDb db, IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        if (!db.Database.IsSqlServer())
        {
            return await db.BulkInsertNewAsync(events, x => (x.CustomerId, x.Id), cancellationToken);
        }

        var known = await KnownAsync(db, [.. events.Select(x => (x.CustomerId, x.Id))], cancellationToken);
        var added = events.Where(x => known.Add((x.CustomerId, x.Id))).ToList();
        await db.BulkInsertAsync(added, cancellationToken);
        return added;
    }

    /// <summary>Fills the fields that derive from <see cref="Event.At"/>.</summary>
    internal void Place(Event e)
    {
        var local = calendar.ToLocal(e.At);
        e.Day = ShopCalendar.DayOf(DateOnly.FromDateTime(local));
        e.HourOfWeek = (byte)((((int)local.DayOfWeek + 6) % 7 * 24) + local.Hour);
    }

    /// <returns>Those of <paramref name="keys"/> that are stored.</returns>
    internal static async Task<HashSet<(int CustomerId, long Id)>> KnownAsync(ConsoleDb db, IReadOnlyCollection<(int CustomerId, long Id)> keys, CancellationToken cancellationToken)
    {
        var known = new HashSet<(int, long)>();
        foreach (var chunk in keys.Order().Chunk(KeysAQuery))
        {
            var customers = chunk.Select(x => x.CustomerId).Distinct().ToList();
            var ids = chunk.Select(x => x.Id).ToList();
            var found = await db.Events.Where(x => customers.Contains(x.CustomerId) && ids.Contains(x.Id)).Select(x => new { x.CustomerId, x.Id }).ToListAsync(cancellationToken);
            known.UnionWith(found.Select(x => (x.CustomerId, x.Id)));
        }

        return known;
    }
}
