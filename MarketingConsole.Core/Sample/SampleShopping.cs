using MarketingConsole.Core.Events;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Sample;

/// <summary>Orders, returns, visits and looks of one sample customer.</summary>
internal sealed class SampleShopping(SampleShop shop, SamplePerson person, Random random, SampleRows rows)
{
    private const int DiscountPercent = 20, DealPercent = 10;
    private int _events, _orders;

    public long SpentLastYearCents { get; private set; }

    /// <summary>Adds one event; its message id counts up, so the same seed gives the same ids.</summary>
    public Event Add(EventType type, DateTime at, Channel channel)
    {
        var e = new Event { CustomerId = person.Customer.Id, Id = MessageIds.Hash($"sample/{person.Customer.Key}/{++_events}"), Type = type, At = at, Channel = channel };
        rows.Events.Add(e);
        return e;
    }

    public void Order(DateTime at, bool recognisedInStore)
    {
        var (habits, day) = (person.Habits, DateOnly.FromDateTime(at));
        var channel = habits.Channel(random);
        if (channel == Channel.Store)
        {
            at = OpeningHours(at);
        }

        var discount = SampleSeasons.IsBlackFriday(day) ? DiscountPercent : random.NextDouble() < habits.DealShare * .4 ? DealPercent : 0;
        var basket = Enumerable.Range(0, 1 + Poisson.Sample(random, habits.Basket - 1)).Select(_ => Choose(day.Month)).DistinctBy(x => x.Id).ToList();
        LookFirst(at, channel, basket, recognisedInStore);
        var purchase = Add(EventType.Purchase, at, channel);
        purchase.Reference = $"{person.Customer.Key[2..]}-{++_orders:000}";
        purchase.StoreId = channel == Channel.Store ? habits.HomeStoreId : null;
        foreach (var (n, product) in basket.Index())
        {
            var quantity = random.NextDouble() < .82 ? 1 : random.Next(2, 4);
            var full = product.PriceCents * quantity;
            var off = full * discount / 100;
            rows.Items.Add(new EventItem { CustomerId = purchase.CustomerId, EventId = purchase.Id, Line = n + 1, ProductId = product.Id, Quantity = quantity, AmountCents = full - off, DiscountCents = off });
            purchase.AmountCents += full - off;
            purchase.Quantity += quantity;
        }

        SpentLastYearCents += at > shop.Now.AddDays(-365) ? purchase.AmountCents : 0;
        if (random.NextDouble() < habits.ReturnChance && at.AddDays(random.Next(3, 21)) is var back && back < shop.Now)
        {
            GiveBack(purchase, basket.Count, back);
        }
    }

    /// <summary>Visits that end without an order.</summary>
    public void Browse(bool recognisedInStore)
    {
        var (habits, from) = (person.Habits, person.Customer.CreatedAt > shop.From ? person.Customer.CreatedAt : shop.From);
        var active = rows.Events.Where(x => x.Type == EventType.Purchase).Select(x => x.At).DefaultIfEmpty(from).ToList();
        foreach (var _ in Enumerable.Range(0, Math.Min(40, Poisson.Sample(random, .3 + (habits.Browsing * active.Count)))))
        {
            // People look around when they are customers, not years after the last order.
            var at = active[random.Next(active.Count)].AddDays(Math.Clamp(Normal.Sample(random, 0, 12), -40, 40));
            if (at < from || at >= shop.Now)
            {
                continue;
            }

            var channel = habits.Channel(random);
            if (channel != Channel.Store)
            {
                var product = Choose(DateOnly.FromDateTime(at).Month);
                Add(EventType.View, at, channel).ProductId = product.Id;
                if (random.NextDouble() < .2)
                {
                    Add(EventType.Cart, at.AddMinutes(2), channel).ProductId = product.Id;
                }
            }
            else if (recognisedInStore)
            {
                Add(EventType.StoreVisit, OpeningHours(at), Channel.Store).StoreId = habits.HomeStoreId;
            }
        }
    }

    private void LookFirst(DateTime at, Channel channel, List<Product> basket, bool recognisedInStore)
    {
        if (channel != Channel.Store)
        {
            foreach (var product in basket.Take(2))
            {
                Add(EventType.View, at.AddMinutes(-random.Next(4, 40)), channel).ProductId = product.Id;
            }

            Add(EventType.Cart, at.AddMinutes(-2), channel).ProductId = basket[0].Id;
        }
        else if (recognisedInStore)
        {
            Add(EventType.StoreVisit, at.AddMinutes(-random.Next(5, 35)), Channel.Store).StoreId = person.Habits.HomeStoreId;
        }
    }

    private void GiveBack(Event purchase, int lines, DateTime at)
    {
        var item = rows.Items[rows.Items.Count - lines + random.Next(lines)];
        var back = Add(EventType.Return, at, purchase.Channel);
        (back.Reference, back.StoreId, back.AmountCents, back.Quantity) = (purchase.Reference, purchase.StoreId, item.AmountCents, item.Quantity);
        rows.Items.Add(new EventItem { CustomerId = back.CustomerId, EventId = back.Id, Line = 1, ProductId = item.ProductId, Quantity = item.Quantity, AmountCents = item.AmountCents, DiscountCents = item.DiscountCents, Returned = true });
    }

    private Product Choose(int month)
    {
        var shelf = SamplePerson.Pick(random, [.. Enumerable.Range(0, shop.Shelves.Length)], i => person.Habits.Tastes[i] * SampleCatalogue.Categories[i].Demand[month - 1]);
        var products = shop.Shelves[shelf];
        return products[(int)(products.Length * Math.Pow(random.NextDouble(), 1.6))]; // the first on a shelf sell best
    }

    private DateTime OpeningHours(DateTime at)
    {
        var local = shop.Calendar.ToLocal(at);
        var day = DateOnly.FromDateTime(local);
        var moved = shop.Calendar.StartOf(day.DayOfWeek == DayOfWeek.Sunday ? day.AddDays(-1) : day).AddHours(Math.Clamp(local.TimeOfDay.TotalHours, 9.6, 18.8));
        return moved < shop.Now ? moved : at;
    }
}
