using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>A shop of any size with habits worth finding, the same for the same seed: each customer has a gap of their own, browses before
/// buying, may stop for good, and opens e-mails more or less.</summary>
internal sealed class GeneratedShop(ConsoleDb db, ShopCalendar calendar, DateTime now, int seed)
{
    private const int Days = 540, CustomersAChunk = 5000;
    private static readonly string[] FirstNames = ["Anna", "Ben", "Clara", "David", "Élodie", "Felix", "Greta", "Hugo", "Ines", "Jonas", "Katharina", "Luca", "Mia", "Noah", "Olga", "Paul"];
    private static readonly string[] LastNames = ["Bauer", "Conti", "Dubois", "Egger", "Fischer", "Gruber", "Huber", "Ivanov", "Jansen", "Keller", "Leitner", "Moser", "Novák", "Öller", "Pichler", "Rossi", "Schmidt", "Taylor", "Urban", "Wagner"];
    private static readonly string[] Countries = ["AT", "AT", "AT", "DE", "DE", "DE", "FR", "CH", "GB", "US"];
    private static readonly string[] Categories = ["Tea", "Coffee", "Chocolate", "Kitchen", "Books", "Garden", "Bath", "Toys"];
    private readonly Random _random = new(seed);

    /// <returns>Events written.</returns>
    public async Task<int> WriteAsync(int customers, int eventsEach, CancellationToken cancellationToken)
    {
        var products = Enumerable.Range(1, 200).Select(i => new Product { Id = i, Sku = $"P-{i:000}", Name = $"{Categories[i % 8]} no. {i}", Category = Categories[i % 8], Brand = $"Brand {i % 13}", PriceCents = 300 + (i * 37 % 9000) }).ToList();
        await db.BulkInsertAsync(products, cancellationToken);
        await db.BulkInsertAsync(Enumerable.Range(1, 12).Select(i => new Store { Id = i, Name = $"Store {i}", City = "Vienna", Country = "AT" }).ToList(), cancellationToken);
        var total = 0;
        for (var first = 1; first <= customers; first += CustomersAChunk)
        {
            var (people, events, items, choices) = (new List<Customer>(), new List<Event>(), new List<EventItem>(), new List<ConsentChoice>());
            for (var id = first; id < Math.Min(first + CustomersAChunk, customers + 1); id++)
            {
                Add(id, eventsEach, products, people, events, items, choices);
            }

            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.BulkInsertAsync(people, cancellationToken);
            await db.BulkInsertAsync(choices, cancellationToken);
            await db.BulkInsertAsync(events, cancellationToken);
            await db.BulkInsertAsync(items, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
            total += events.Count;
        }

        return total;
    }

    private void Add(int id, int eventsEach, List<Product> products, List<Customer> people, List<Event> events, List<EventItem> items, List<ConsentChoice> choices)
    {
        var joined = now.AddDays(-_random.NextDouble() * Days);
        var customer = new Customer
        {
            Id = id,
            Key = $"C-{id:000000}",
            FirstName = Pick(FirstNames),
            LastName = Pick(LastNames),
            Email = $"customer{id}@example.com",
            Country = Pick(Countries),
            City = "Vienna",
            Tier = Pick(["basic", "silver", "gold"]),
            CreatedAt = joined,
            UpdatedAt = joined,
        };
        CustomerNormaliser.Apply(customer);
        people.Add(customer);
        foreach (var purpose in Enum.GetValues<Purpose>().Where(_ => _random.NextDouble() < 0.8))
        {
            choices.Add(new ConsentChoice { CustomerId = id, Purpose = purpose, Granted = _random.NextDouble() < 0.85, At = joined });
        }

        var (gap, opens, taste, number) = (Math.Exp(3.4 + (0.7 * Normal())), _random.NextDouble() * 0.6, _random.Next(8), 0);
        Event New(EventType type, DateTime at, Channel channel) => new()
        {
            CustomerId = id,
            Id = ((long)id << 20) + ++number,
            Type = type,
            At = at,
            Day = calendar.Day(at),
            HourOfWeek = calendar.HourOfWeek(at),
            Channel = channel,
            StoreId = channel == Channel.Store ? (id % 12) + 1 : null,
        };
        var end = _random.NextDouble() < 0.4 ? joined.AddDays(_random.NextDouble() * Days) : now;
        var start = number;
        for (var at = joined.AddDays(_random.NextDouble() * gap); at < end && at < now; at = at.AddDays(gap * Math.Exp(0.4 * Normal())))
        {
            if (number - start > eventsEach * 3)
            {
                break;
            }

            for (var view = _random.Next(3); view > 0; view--)
            {
                events.Add(New(EventType.View, at.AddHours(-view), Channel.Web));
            }

            var purchase = New(EventType.Purchase, at, _random.NextDouble() < 0.3 ? Channel.Store : Channel.Web);
            purchase.Reference = $"O-{id}-{number}";
            for (var line = 1 + _random.Next(2); line > 0; line--)
            {
                var product = _random.NextDouble() < 0.6 ? products[(taste + (8 * _random.Next(25)) + 199) % 200] : products[_random.Next(200)];
                items.Add(new EventItem { CustomerId = id, EventId = purchase.Id, Line = line, ProductId = product.Id, Quantity = 1, AmountCents = product.PriceCents, Day = purchase.Day });
                purchase.AmountCents += product.PriceCents;
                purchase.Quantity++;
            }

            events.Add(purchase);
            if (_random.NextDouble() < 0.05 && at.AddDays(4) < now)
            {
                var back = New(EventType.Return, at.AddDays(4), Channel.Web);
                back.AmountCents = purchase.AmountCents;
                events.Add(back);
            }
        }

        for (var at = joined.AddDays(7); at < now && number - start < eventsEach; at = at.AddDays(30))
        {
            events.Add(New(EventType.EmailSent, at, Channel.Email));
            if (_random.NextDouble() < opens)
            {
                var opened = at.AddHours(1 + (20 * _random.NextDouble()));
                events.Add(New(EventType.EmailOpen, opened < now ? opened : now, Channel.Email));
            }
        }

        while (number - start < eventsEach)
        {
            events.Add(New(EventType.View, joined.AddTicks((long)((end < now ? end : now) - joined).Ticks * _random.Next(1, 1000) / 1000), Channel.Web));
        }
    }

    private string Pick(string[] from) => from[_random.Next(from.Length)];

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());
}
