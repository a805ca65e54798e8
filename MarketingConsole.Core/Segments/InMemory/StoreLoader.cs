using System.Data.Common;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Store;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments.InMemory;

/// <param name="Step">What is being read.</param>
/// <param name="Done">Rows read of this step.</param>
public sealed record StoreProgress(string Step, long Done);

/// <summary>Fills a twin store from the database.</summary>
internal sealed class StoreLoader(ConsoleDb db, TwinStore store)
{
    private const int ReportEvery = 50_000;
    private readonly StoreWriter _writer = new(store);

    /// <summary>Everything. The store must be empty and seen by nobody else.</summary>
    public async Task LoadAsync(IProgress<StoreProgress>? progress, CancellationToken cancellationToken)
    {
        await EachAsync(db.Products, _writer.Write, "Products", progress, cancellationToken);
        await EachAsync(db.Stores, _writer.Write, "Stores", progress, cancellationToken);
        await EachAsync(db.Customers.OrderBy(x => x.Id), _writer.Write, "Customers", progress, cancellationToken);
        await EachAsync(db.CustomerTraits, _writer.Write, "Traits", progress, cancellationToken);
        await EachAsync(db.Twins.OrderBy(x => x.CustomerId), _writer.Write, "Twins", progress, cancellationToken);
        await EachAsync(db.ConsentChoices, _writer.Write, "Choices", progress, cancellationToken);
        await EachAsync(db.SegmentMembers, _writer.Write, "Memberships", progress, cancellationToken);
        await EachAsync(db.TwinSimilarities, _writer.Write, "Likeness", progress, cancellationToken);
        await EventsAsync(progress, cancellationToken);
        store.Sort();
    }

    private static async Task EachAsync<T>(IQueryable<T> rows, Action<T> write, string step, IProgress<StoreProgress>? progress, CancellationToken cancellationToken) where T : class
    {
        var done = 0;
        await foreach (var row in rows.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            write(row);
            Report(progress, step, ++done);
        }
    }

    /// <summary>Events beside their lines, both in the order of the key, so that neither is held in memory. Read by hand: twenty million entities would take minutes.</summary>
    private async Task EventsAsync(IProgress<StoreProgress>? progress, CancellationToken cancellationToken)
    {
        await db.Database.OpenConnectionAsync(cancellationToken);
        await using var beside = (DbConnection)Activator.CreateInstance(db.Database.GetDbConnection().GetType())!;
        beside.ConnectionString = db.Database.GetConnectionString();
        await beside.OpenAsync(cancellationToken);
        await using var eventsCommand = Command(db.Database.GetDbConnection(), """
            SELECT "CustomerId", "Id", "Type", "At", "Channel", "StoreId", "ProductId", "AmountCents", "Quantity", "CampaignId", "Machine", "Name", "Day" FROM "Events" ORDER BY "CustomerId", "Id"
            """);
        await using var itemsCommand = Command(beside, """
            SELECT "CustomerId", "EventId", "ProductId", "Quantity", "AmountCents", "Returned" FROM "EventItems" ORDER BY "CustomerId", "EventId", "Line"
            """);
        await using var events = await eventsCommand.ExecuteReaderAsync(cancellationToken);
        await using var items = await itemsCommand.ExecuteReaderAsync(cancellationToken);
        var (more, done) = (await items.ReadAsync(cancellationToken), 0L);
        while (await events.ReadAsync(cancellationToken))
        {
            var key = (Customer: events.GetInt32(0), Id: events.GetInt64(1));
            var e = _writer.Event(key.Customer, (EventType)events.GetInt32(2), events.IsDBNull(11) ? null : events.GetString(11), events.GetInt64(3), events.GetInt32(12), (Channel)events.GetInt32(4), Whole(events, 6), events.GetInt64(7), events.GetInt32(8), Whole(events, 5), Whole(events, 9), events.GetBoolean(10));
            while (more && (items.GetInt32(0), items.GetInt64(1)).CompareTo(key) <= 0)
            {
                if ((items.GetInt32(0), items.GetInt64(1)) == key)
                {
                    _writer.Line(e, items.GetBoolean(5), items.GetInt32(2), items.GetInt32(3), items.GetInt64(4));
                }

                more = await items.ReadAsync(cancellationToken);
            }

            Report(progress, "Events", ++done);
        }
    }

    private static DbCommand Command(DbConnection connection, string sql)
    {
        var command = connection.CreateCommand();
        command.CommandText = sql;
        command.CommandTimeout = 0;
        return command;
    }

    private static int? Whole(DbDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetInt32(column);

    private static void Report(IProgress<StoreProgress>? progress, string step, long done)
    {
        if (done % ReportEvery == 0)
        {
            progress?.Report(new(step, done));
        }
    }
}
