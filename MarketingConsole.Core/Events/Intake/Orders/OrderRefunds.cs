using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake.People;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Intake.Orders;

/// <summary>"Order Refunded" or "Order Cancelled" with an order number alone gives the whole order back, as Segment's e-commerce specification has it; with articles and no amounts, these at what they cost. What that is the database knows.</summary>
internal static class OrderRefunds
{
    private const int RefundsAQuery = 250;

    public static bool NeedOrder(Event e, OrderProperties order) => e.Type == EventType.Return && order is { OrderId: not null } and ({ TotalCents: null } or { Cancels: true });

    /// <summary>Fills refunds that name no amount with what their customer bought under the number and did not give back yet, and holds cancellations that name one to it. Where no purchase is known they stay at nothing.</summary>
    /// <param name="items">Of <paramref name="events"/>, so far; those of refunds get their amounts.</param>
    /// <returns>The lines of refunds of whole orders.</returns>
    public static async Task<List<EventItem>> FillAsync(ConsoleDb db, IReadOnlyList<(Event Event, OrderProperties Order)> events, IReadOnlyList<EventItem> items, IdentityMap people, CancellationToken cancellationToken)
    {
        var lines = new List<EventItem>();
        var refunds = events.Where(x => NeedOrder(x.Event, x.Order)).DistinctBy(x => (x.Event.CustomerId, x.Event.Id)).ToList();
        foreach (var chunk in refunds.Chunk(RefundsAQuery))
        {
            var booked = await BookedAsync(db, [.. chunk.Select(x => x.Event)], people, cancellationToken);
            var wanted = chunk.Select(x => x.Event.Reference).ToHashSet();
            var linesOf = items.ToLookup(x => (x.CustomerId, x.EventId));
            foreach (var (e, _) in events.Where(x => x.Event.Type is EventType.Purchase or EventType.Return && wanted.Contains(x.Event.Reference) && !NeedOrder(x.Event, x.Order)))
            {
                booked.TryAdd((people.Final(e.CustomerId), e.Id), (e, [.. linesOf[(e.CustomerId, e.Id)]]));
            }

            foreach (var (refund, named) in chunk)
            {
                List<(Event, List<EventItem>)> order = [.. booked.Where(x => x.Key.CustomerId == people.Final(refund.CustomerId) && x.Key.Id != refund.Id && x.Value.Event.Reference == refund.Reference).Select(x => x.Value)];
                List<EventItem> some = [.. linesOf[(refund.CustomerId, refund.Id)]], whole = some.Count > 0 || named.TotalCents is not null ? [] : Fill(refund, order);
                if (named.TotalCents is null)
                {
                    Price(refund, some, order);
                }

                if (named.Cancels)
                {
                    Limit(refund, some, order);
                }

                lines.AddRange(whole);
                booked.TryAdd((people.Final(refund.CustomerId), refund.Id), (refund, some.Count > 0 ? some : whole));
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

    /// <summary>Articles that are given back cost what they cost in the order, and together no more than is left of it.</summary>
    private static void Price(Event refund, List<EventItem> given, List<(Event Event, List<EventItem> Lines)> booked)
    {
        var lines = booked.SelectMany(x => x.Lines.Select(line => (Line: line, Bought: x.Event.Type == EventType.Purchase))).ToLookup(x => x.Line.ProductId);
        foreach (var article in given)
        {
            var bought = lines[article.ProductId].Where(x => x.Bought).ToList();
            var quantity = bought.Sum(x => x.Line.Quantity);
            var left = bought.Sum(x => x.Line.AmountCents) - lines[article.ProductId].Where(x => !x.Bought).Sum(x => x.Line.AmountCents);
            var price = quantity == 0 ? 0 : (long)Math.Round(bought.Sum(x => (decimal)x.Line.AmountCents) * article.Quantity / quantity, MidpointRounding.AwayFromZero);
            article.AmountCents = Math.Clamp(price, 0, Math.Max(0, left));
            refund.AmountCents += article.AmountCents;
        }
    }

    /// <summary>An order is cancelled once: what it gives back is no more than is left of it, in all and of each article.</summary>
    private static void Limit(Event refund, List<EventItem> given, List<(Event Event, List<EventItem> Lines)> booked)
    {
        var sign = booked.ConvertAll(x => (x.Event, x.Lines, Sign: x.Event.Type == EventType.Purchase ? 1 : -1));
        var lines = sign.SelectMany(x => x.Lines.Select(line => (Line: line, x.Sign))).ToLookup(x => x.Line.ProductId);
        foreach (var article in given.GroupBy(x => x.ProductId))
        {
            var (quantity, amount) = (Math.Max(0, lines[article.Key].Sum(x => x.Sign * x.Line.Quantity)), Math.Max(0, lines[article.Key].Sum(x => x.Sign * x.Line.AmountCents)));
            foreach (var line in article)
            {
                (line.Quantity, line.AmountCents) = (Math.Min(line.Quantity, quantity), Math.Min(line.AmountCents, amount));
                line.DiscountCents = line.Quantity == 0 ? 0 : line.DiscountCents;
                (quantity, amount) = (quantity - line.Quantity, amount - line.AmountCents);
            }
        }

        refund.AmountCents = Math.Min(refund.AmountCents, Math.Max(0, sign.Sum(x => x.Sign * x.Event.AmountCents)));
        refund.Quantity = given.Count > 0 ? given.Sum(x => x.Quantity) : Math.Min(refund.Quantity, Math.Max(0, sign.Sum(x => x.Sign * x.Event.Quantity)));
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
