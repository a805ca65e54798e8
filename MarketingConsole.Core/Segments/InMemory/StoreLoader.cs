using System.Data.Common;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Store;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments.InMemory;

/// <param name="Step">What is being read.</param>
/// <param name="Done">Rows read of this step.</param>
public sealed record StoreProgress(string Step, long Done);

/// <summary>Fills a twin store from the database: two read at once, each the half of the customers, and one writes what they read.</summary>
internal sealed class StoreLoader(IDbContextFactory<ConsoleDb> dbs, TwinStore store, IProgress<StoreProgress>? progress = null)
{
    private const int Readers = 2, RowsAtOnce = 4_096;
    private readonly StoreWriter _writer = new(store);

    /// <summary>Everything. The store must be empty and seen by nobody else.</summary>
    public async Task LoadAsync(CancellationToken cancellationToken)
    {
        await ReadAsync("Products", (db, part) => db.Products.Where(x => x.Id % Readers == part), _writer.Write, cancellationToken);
        await ReadAsync("Stores", (db, part) => db.Stores.Where(x => x.Id % Readers == part), _writer.Write, cancellationToken);
        await ReadAsync("Customers", (db, part) => db.Customers.Where(x => x.Id % Readers == part), _writer.Write, cancellationToken);
        await ReadAsync("Traits", (db, part) => db.CustomerTraits.Where(x => x.CustomerId % Readers == part), _writer.Write, cancellationToken);
        await ReadAsync("Twins", (db, part) => db.Twins.Where(x => x.CustomerId % Readers == part), _writer.Write, cancellationToken);
        await ReadAsync("Choices", (db, part) => db.ConsentChoices.Where(x => x.CustomerId % Readers == part), _writer.Write, cancellationToken);
        await ReadAsync("Memberships", (db, part) => db.SegmentMembers.Where(x => x.CustomerId % Readers == part), _writer.Write, cancellationToken);
        await ReadAsync("Likeness", (db, part) => db.TwinSimilarities.Where(x => x.CustomerId % Readers == part), _writer.Write, cancellationToken);
        var lines = new List<LineRow>();
        await ReadAsync("Lines", Lines, lines.Add, cancellationToken);
        lines.Sort((x, y) => (x.Customer, x.Event, x.Line).CompareTo((y.Customer, y.Event, y.Line)));
        await ReadAsync("Events", Events, x => _writer.Write(x.Type is EventType.Purchase or EventType.Return ? x with { Lines = LinesOf(lines, x.CustomerId, x.Id) } : x), cancellationToken);
        progress?.Report(new("Order of time", 0));
        store.Sort();
    }

    /// <param name="rows">Of a part, from 0.</param>
    private async Task ReadAsync<T>(string step, Func<ConsoleDb, int, IEnumerable<T>> rows, Action<T> write, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var read = System.Threading.Channels.Channel.CreateBounded<T[]>(Readers * 2);
        var reading = Task.WhenAll(Enumerable.Range(0, Readers).Select(part => Task.Run(async () =>
        {
            await using var db = await dbs.CreateDbContextAsync(stop.Token);
            db.ChangeTracker.QueryTrackingBehavior = QueryTrackingBehavior.NoTracking;
            foreach (var some in rows(db, part).Chunk(RowsAtOnce))
            {
                await read.Writer.WriteAsync(some, stop.Token);
            }
        }, stop.Token)));
        var ending = reading.ContinueWith(_ => read.Writer.Complete(), TaskScheduler.Default);
        try
        {
            var done = 0L;
            await foreach (var some in read.Reader.ReadAllAsync(cancellationToken))
            {
                Array.ForEach(some, write);
                progress?.Report(new(step, done += some.Length));
            }
        }
        finally
        {
            await stop.CancelAsync();
            await ending;
        }

        await reading;
    }

    /// <summary>In the order the database has them on its disk, which for millions is several times faster than that of a key. Read by hand: twenty million entities would take minutes.</summary>
    private static IEnumerable<ArrivedRow> Events(ConsoleDb db, int part) => Rows(db, $"""
        SELECT "CustomerId", "Id", "Type", "At", "Channel", COALESCE("StoreId", 0), COALESCE("ProductId", 0), "AmountCents", "Quantity", COALESCE("CampaignId", 0), "Machine", "Name", "Day" FROM "Events" WHERE "CustomerId" % {Readers} = {part}
        """, x => new ArrivedRow(x.GetInt64(1), x.GetInt32(0), (EventType)x.GetInt32(2), x.IsDBNull(11) ? null : x.GetString(11), x.GetBoolean(10),
            new(x.GetInt64(3), x.GetInt32(12), 0, 0, (Channel)x.GetInt32(4), x.GetInt32(6), x.GetInt64(7), x.GetInt32(8), x.GetInt32(5), x.GetInt32(9), x.GetInt64(7)), []));

    private static IEnumerable<LineRow> Lines(ConsoleDb db, int part) => Rows(db, $"""
        SELECT "CustomerId", "EventId", "Line", "ProductId", "Quantity", "AmountCents" FROM "EventItems" WHERE "CustomerId" % {Readers} = {part}
        """, x => new LineRow(x.GetInt32(0), x.GetInt64(1), x.GetInt32(2), new(x.GetInt32(3), x.GetInt32(4), x.GetInt64(5))));

    private static IEnumerable<T> Rows<T>(ConsoleDb db, string sql, Func<DbDataReader, T> read)
    {
        db.Database.OpenConnection();
        using var command = db.Database.GetDbConnection().CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0;
        using var rows = command.ExecuteReader();
        while (rows.Read())
        {
            yield return read(rows);
        }
    }

    private static ArrivedLine[] LinesOf(List<LineRow> lines, int customer, long id)
    {
        var (low, high) = (0, lines.Count);
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            (low, high) = (lines[middle].Customer, lines[middle].Event).CompareTo((customer, id)) < 0 ? (middle + 1, high) : (low, middle);
        }

        var end = low;
        while (end < lines.Count && (lines[end].Customer, lines[end].Event) == (customer, id))
        {
            end++;
        }

        return [.. lines[low..end].Select(x => x.What)];
    }

    private readonly record struct LineRow(int Customer, long Event, int Line, ArrivedLine What);
}
