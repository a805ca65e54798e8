using System.Linq.Expressions;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Twins;

/// <summary>Reads histories a few hundred customers at a time, so that memory stays flat however many events there are.</summary>
public static class TwinReader
{
    public const int CustomersAChunk = 500;

    /// <summary>Shops with more customers than this have their rhythm measured on a sample.</summary>
    private const int RhythmSample = 20_000;

    /// <param name="ids">Customers, ascending; at most <see cref="CustomersAChunk"/>.</param>
    /// <returns>One history a customer, also for those without events, ascending.</returns>
    public static async Task<IReadOnlyList<CustomerHistory>> HistoriesAsync(ConsoleDb db, IReadOnlyList<int> ids, bool withItems, CancellationToken cancellationToken)
    {
        var (first, last) = (ids[0], ids[^1]);
        var dense = last - first < 4 * ids.Count;
        Expression<Func<Event, bool>> events = dense ? x => x.CustomerId >= first && x.CustomerId <= last : x => ids.Contains(x.CustomerId);
        Expression<Func<EventItem, bool>> items = dense ? x => x.CustomerId >= first && x.CustomerId <= last : x => ids.Contains(x.CustomerId);
        var byCustomer = ids.ToDictionary(x => x, _ => (Events: new List<TwinEvent>(), Items: new List<TwinItem>()));
        var rows = db.Events.Where(events).Select(x => new { x.CustomerId, Event = new TwinEvent(x.Id, x.At, x.Day, x.HourOfWeek, x.Type, x.Channel, x.StoreId, x.AmountCents, x.Machine, x.CampaignId, x.ProductId) });
        await foreach (var row in rows.AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (byCustomer.TryGetValue(row.CustomerId, out var lists))
            {
                lists.Events.Add(row.Event);
            }
        }

        if (withItems)
        {
            await foreach (var row in db.EventItems.Where(items).Select(x => new { x.CustomerId, Item = new TwinItem(x.EventId, x.ProductId, x.AmountCents, x.DiscountCents) }).AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                if (byCustomer.TryGetValue(row.CustomerId, out var lists))
                {
                    lists.Items.Add(row.Item);
                }
            }
        }

        foreach (var (list, _) in byCustomer.Values)
        {
            list.Sort((a, b) => a.At != b.At ? a.At.CompareTo(b.At) : a.Id.CompareTo(b.Id));
        }

        return [.. ids.Select(x => new CustomerHistory(x, byCustomer[x].Events, byCustomer[x].Items))];
    }

    public static async Task<Dictionary<int, ProductKind>> KindsAsync(ConsoleDb db, CancellationToken cancellationToken) =>
        await db.Products.Select(x => new { x.Id, x.Category, x.Brand, x.PriceCents }).ToDictionaryAsync(x => x.Id, x => new ProductKind(x.Category, x.Brand, x.PriceCents), cancellationToken);

    /// <returns>(customer, day) of purchases, sorted, of at most about 20,000 customers spread evenly.</returns>
    public static async Task<IReadOnlyList<(int CustomerId, int Day)>> OrderDaysAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var step = Math.Max(1, await db.Customers.CountAsync(cancellationToken) / RhythmSample);
        var rows = await db.Events.Where(x => x.Type == EventType.Purchase && x.CustomerId % step == 0).Select(x => new { x.CustomerId, x.Day }).ToListAsync(cancellationToken);
        return [.. rows.Select(x => (x.CustomerId, x.Day)).Order()];
    }
}
