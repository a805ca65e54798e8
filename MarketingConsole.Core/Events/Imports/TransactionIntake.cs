using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Writes a batch of transaction lines: one purchase or return event per order, one item per line. The item's number is the line's number
/// in the file, so lines of one order may be scattered, and what is stored already is recognised line by line.</summary>
internal sealed class TransactionIntake(EventWriter writer, ImportResolver resolver, int importId, IReadOnlySet<int> sameFile)
{
    public async Task<List<int>> WriteAsync(ConsoleDb db, IReadOnlyList<TransactionRow> rows, ImportCounts counts, CancellationToken cancellationToken)
    {
        var orders = rows.GroupBy(x => (CustomerId: resolver.Customer(x)!.Value, Id: MessageIds.Hash(OrderKey(x)))).ToDictionary(x => x.Key, x => x.ToList());
        Split(orders);
        var known = await KnownAsync(db, orders.Keys, cancellationToken);
        var lines = await LinesAsync(db, [.. known.Where(x => x.Value is { } id && sameFile.Contains(id)).Select(x => x.Key)], cancellationToken);
        var (events, items) = (new List<Event>(), new List<EventItem>());
        foreach (var (key, all) in orders)
        {
            var stored = known.TryGetValue(key, out var from);
            // Only an order of this very file may grow; one from elsewhere stays as it is.
            var fresh = !stored ? all : from is { } id && sameFile.Contains(id) ? all.Where(x => resolver.Product(x.Sku) is not null && !lines.Contains((key.CustomerId, key.Id, (int)x.Record.Line))).ToList() : [];
            var taken = fresh.Select(x => x.Record.Line).ToHashSet();
            foreach (var row in all)
            {
                counts.Add(!taken.Contains(row.Record.Line) ? LineOutcome.Unchanged : row.IsReturn ? LineOutcome.Return : LineOutcome.Imported, row.Cents);
            }

            if (fresh.Count == 0)
            {
                continue;
            }

            var first = fresh[0];
            var order = new Event
            {
                CustomerId = key.CustomerId,
                Id = key.Id,
                Type = first.IsReturn ? EventType.Return : EventType.Purchase,
                At = first.At,
                Channel = first.Channel,
                StoreId = resolver.Store(first.Store),
                AmountCents = fresh.Sum(x => x.IsReturn ? -x.Cents : x.Cents),
                Quantity = fresh.Sum(x => Math.Abs(x.Quantity)),
                Reference = first.Order,
                ImportId = importId,
            };
            writer.Place(order);
            items.AddRange(fresh.Where(x => resolver.Product(x.Sku) is not null).Select(x => new EventItem
            {
                CustomerId = key.CustomerId,
                EventId = key.Id,
                Line = (int)x.Record.Line,
                ProductId = resolver.Product(x.Sku)!.Value,
                Quantity = Math.Abs(x.Quantity),
                AmountCents = x.IsReturn ? -x.Cents : x.Cents,
                DiscountCents = x.DiscountCents,
                Day = order.Day,
                Returned = first.IsReturn,
            }));
            if (stored)
            {
                await db.Events.Where(x => x.CustomerId == key.CustomerId && x.Id == key.Id)
                    .ExecuteUpdateAsync(s => s.SetProperty(x => x.AmountCents, x => x.AmountCents + order.AmountCents).SetProperty(x => x.Quantity, x => x.Quantity + order.Quantity), cancellationToken);
                continue;
            }

            events.Add(order);
        }

        await db.BulkInsertAsync(events, cancellationToken);
        await db.BulkInsertAsync(items, cancellationToken);
        counts.Orders += events.Count;
        counts.Events += events.Count;
        return [.. orders.Keys.Select(x => x.CustomerId).Distinct()];
    }

    /// <summary>An order number names the order; without one, lines of one customer at one instant are one basket; without products too, each line is an order.</summary>
    private static string OrderKey(TransactionRow x) => (x.Order, x.Sku) switch
    {
        ({ } order, _) => $"{(x.IsReturn ? "return" : "order")}/{order}",
        (null, { }) => $"{(x.IsReturn ? "return" : "basket")}/{x.At:O}",
        _ => $"line/{x.At:O}/{x.Quantity}/{x.Cents}",
    };

    /// <summary>Lines that are orders by themselves and look alike stay apart: the second of two equal lines gets its own event.</summary>
    private static void Split(Dictionary<(int CustomerId, long Id), List<TransactionRow>> orders)
    {
        foreach (var (key, rows) in orders.Where(x => x.Value.Count > 1 && x.Value[0] is { Order: null, Sku: null }).ToList())
        {
            orders[key] = [rows[0]];
            foreach (var (n, row) in rows.Index().Skip(1))
            {
                orders[(key.CustomerId, MessageIds.Hash($"{OrderKey(row)}/{n}"))] = [row];
            }
        }
    }

    private static async Task<Dictionary<(int CustomerId, long Id), int?>> KnownAsync(ConsoleDb db, IEnumerable<(int CustomerId, long Id)> keys, CancellationToken cancellationToken)
    {
        var known = new Dictionary<(int, long), int?>();
        foreach (var chunk in keys.Order().Chunk(100))
        {
            var (customers, ids) = (chunk.Select(x => x.CustomerId).Distinct().ToList(), chunk.Select(x => x.Id).ToList());
            foreach (var found in await db.Events.Where(x => customers.Contains(x.CustomerId) && ids.Contains(x.Id)).Select(x => new { x.CustomerId, x.Id, x.ImportId }).ToListAsync(cancellationToken))
            {
                known[(found.CustomerId, found.Id)] = found.ImportId;
            }
        }

        return known;
    }

    private static async Task<HashSet<(int CustomerId, long EventId, int Line)>> LinesAsync(ConsoleDb db, IReadOnlyList<(int CustomerId, long Id)> keys, CancellationToken cancellationToken)
    {
        var lines = new HashSet<(int, long, int)>();
        foreach (var chunk in keys.Order().Chunk(100))
        {
            var (customers, ids) = (chunk.Select(x => x.CustomerId).Distinct().ToList(), chunk.Select(x => x.Id).ToList());
            foreach (var found in await db.EventItems.Where(x => customers.Contains(x.CustomerId) && ids.Contains(x.EventId)).Select(x => new { x.CustomerId, x.EventId, x.Line }).ToListAsync(cancellationToken))
            {
                lines.Add((found.CustomerId, found.EventId, found.Line));
            }
        }

        return lines;
    }
}
