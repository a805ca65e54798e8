using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake.People;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Intake.Orders;

/// <summary>"Order Refunded" with an order number alone gives the whole order back, as Segment's e-commerce specification has it. What that is the database knows.</summary>
internal static class OrderRefunds
{
    private const int RefundsAQuery = 250;

    public static bool IsWhole(Event e, OrderProperties order) => e.Type == EventType.Return && order is { OrderId: not null, TotalCents: null, Lines: [] };

    /// <summary>Fills refunds of whole orders with what their customer bought under the number and did not give back yet. Where no purchase is known they stay at nothing.</summary>
    /// <param name="items">Of <paramref name="events"/>, so far.</param>
    /// <returns>The lines of the refunds.</returns>
    public static async Task<List<EventItem>> FillAsync(ConsoleDb db, IReadOnlyList<(Event Event, OrderProperties Order)> events, IReadOnlyList<EventItem> items, IdentityMap people, CancellationToken cancellationToken)
    {
        var lines = new List<EventItem>();
        var refunds = events.Where(x => IsWhole(x.Event, x.Order)).Select(x => x.Event).DistinctBy(x => (x.CustomerId, x.Id)).ToList();
        foreach (var some in refunds.Chunk(RefundsAQuery))
        {
            var booked = await BookedAsync(db, some, people, cancellationToken);
            var wanted = some.Select(x => x.Reference).ToHashSet();
            var linesOf = items.ToLookup(x => (x.CustomerId, x.EventId));
            foreach (var (e, _) in events.Where(x => x.Event.Type is EventType.Purchase or EventType.Return && wanted.Contains(x.Event.Reference) && !IsWhole(x.Event, x.Order)))
            {
                booked.TryAdd((people.Final(e.CustomerId), e.Id), (e, [.. linesOf[(e.CustomerId, e.Id)]]));
            }

            foreach (var refund in some)
            {
                lines.AddRange(Fill(refund, [.. booked.Where(x => x.Key.CustomerId == people.Final(refund.CustomerId) && x.Key.Id != refund.Id && x.Value.Event.Reference == refund.Reference).Select(x => x.Value)]));
                booked.TryAdd((people.Final(refund.CustomerId), refund.Id), (refund, lines.FindAll(x => x.CustomerId == refund.CustomerId && x.EventId == refund.Id)));
            }
        }

        return lines;
    }

    private static List<EventItem> Fill(Event refund, List<(Event Event, List<EventItem> Lines)> booked)
    {
        var sign = booked.ConvertAll(x => (x.Event, x.Lines, Sign: x.Event.Type == EventType.Purchase ? 1 : -1));
        refund.AmountCents = Math.Max(0, sign.Sum(x => x.Sign * x.Event.AmountCents));
        refund.Quantity = Math.Max(0, sign.Sum(x => x.Sign * x.Event.Quantity));
        return [.. sign.SelectMany(x => x.Lines.Select(line => (line, x.Sign))).GroupBy(x => x.line.ProductId).Select(x => (Product: x.Key, Quantity: x.Sum(y => y.Sign * y.line.Quantity), Rows: x)).Where(x => x.Quantity > 0).Select((x, n) => new EventItem
        {
            CustomerId = refund.CustomerId,
            EventId = refund.Id,
            Line = n + 1,
            ProductId = x.Product,
            Quantity = x.Quantity,
            AmountCents = Math.Max(0, x.Rows.Sum(y => y.Sign * y.line.AmountCents)),
            DiscountCents = Math.Max(0, x.Rows.Sum(y => y.Sign * y.line.DiscountCents)),
        })];
    }

    /// <summary>Purchases and returns in the database under these order numbers, of the refunds' customers and of those this batch finds to be them.</summary>
    private static async Task<Dictionary<(int CustomerId, long Id), (Event Event, List<EventItem> Lines)>> BookedAsync(ConsoleDb db, Event[] refunds, IdentityMap people, CancellationToken cancellationToken)
    {
        var customers = refunds.Select(x => people.Final(x.CustomerId)).ToHashSet();
        customers.UnionWith(people.Merges.Select(x => x.From).Where(x => customers.Contains(people.Final(x))).ToList());
        var numbers = refunds.Select(x => x.Reference).Distinct().ToList();
        var events = await db.Events.AsNoTracking().Where(x => customers.Contains(x.CustomerId) && (x.Type == EventType.Purchase || x.Type == EventType.Return) && numbers.Contains(x.Reference)).ToListAsync(cancellationToken);
        var (owners, ids) = (events.Select(x => x.CustomerId).Distinct().ToList(), events.ConvertAll(x => x.Id));
        var lines = (await db.EventItems.AsNoTracking().Where(x => owners.Contains(x.CustomerId) && ids.Contains(x.EventId)).ToListAsync(cancellationToken)).ToLookup(x => (x.CustomerId, x.EventId));
        return events.DistinctBy(x => (people.Final(x.CustomerId), x.Id)).ToDictionary(x => (people.Final(x.CustomerId), x.Id), x => (x, lines[(x.CustomerId, x.Id)].ToList()));
    }
}
