using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Insights;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Twins;
using MarketingConsole.Tests.Consent;
using MarketingConsole.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Insights;

/// <summary>A small random shop with a year and a half of orders, returns and consents, and the same facts in plain lists.</summary>
internal sealed class InsightShop : IAsyncDisposable
{
    private const int Customers = 120, Days = 540;
    private readonly Random _random;

    private InsightShop(TestDatabase database, int seed) => (Database, _random) = (database, new Random(seed));

    public TestDatabase Database { get; }
    public List<(int Customer, DateOnly Date, long Cents, bool Back, int Product)> Sales { get; } = [];

    public InsightsService Insights => Database.Get<InsightsService>();

    public static async Task<InsightShop> OpenAsync(DatabaseProvider provider, int seed, CancellationToken cancellationToken)
    {
        var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddJobs(c, Path.GetTempPath()).AddConsent(c).AddCustomers(c).AddEvents(c).AddTwins(c).AddInsights(c).AddSingleton<AuditLog>());
        var shop = new InsightShop(database, seed);
        await shop.FillAsync(cancellationToken);
        return shop;
    }

    public IEnumerable<InsightPeriod> Periods(int count)
    {
        var today = Insights.Today;
        for (var i = 0; i < count; i++)
        {
            var to = today.AddDays(-_random.Next(200));
            yield return new InsightPeriod(to.AddDays(-_random.Next(1, 300)), to, (Bucket)(i % 3), (Comparison)(i / 3 % 3));
        }
    }

    public ValueTask DisposeAsync() => Database.DisposeAsync();

    private async Task FillAsync(CancellationToken cancellationToken)
    {
        var now = Database.Time.Now;
        var calendar = Database.Get<ShopCalendar>();
        await ConsentShop.FillAsync(Database, Customers, _random, cancellationToken);
        await using (var db = Database.Open())
        {
            foreach (var customer in db.Customers)
            {
                customer.CreatedAt = now.AddDays(-_random.Next(Days));
            }

            db.Products.AddRange(Enumerable.Range(1, 9).Select(x => new Product { Id = x, Sku = $"S{x}", Name = $"Product {x}", Category = $"Category {x % 3}" }));
            db.ConsentRules.AddRange(ConsentRuleSet.Defaults(now.AddDays(-300)));
            db.ConsentRules.Add(new ConsentRule { Purpose = Purpose.Email, Jurisdiction = Jurisdictions.Eu, Basis = ConsentBasis.OptOut, Version = 2, ChangedAt = now.AddDays(-100), ChangedBy = "t" });
            db.ConsentRules.Add(new ConsentRule { Purpose = Purpose.Sms, Jurisdiction = Jurisdictions.UnitedStates, Basis = ConsentBasis.Never, Version = 2, ChangedAt = now.AddDays(-50), ChangedBy = "t" });
            await db.SaveChangesAsync(cancellationToken);
        }

        var (events, items) = (new List<Event>(), new List<EventItem>());
        for (var id = 1; id <= 1500; id++)
        {
            // The first customers buy often, the last hardly ever; nights cross the day of UTC.
            var (customer, at) = (1 + (int)(Customers * Math.Pow(_random.NextDouble(), 2)), now.AddMinutes(-_random.Next(Days * 1440)));
            var (back, cents, product) = (_random.Next(12) == 0, _random.Next(100, 20_000), _random.Next(1, 10));
            events.Add(new Event { CustomerId = customer, Id = id, Type = back ? EventType.Return : EventType.Purchase, At = at, AmountCents = cents });
            items.Add(new EventItem { CustomerId = customer, EventId = id, Line = 1, ProductId = product, Quantity = 2, AmountCents = cents });
            Sales.Add((customer, DateOnly.FromDateTime(calendar.ToLocal(at)), back ? -cents : cents, back, product));
            events.Add(new Event { CustomerId = customer, Id = id + 10_000, Type = EventType.View, At = at });
        }

        await Database.Get<EventWriter>().WriteAsync(events, items, cancellationToken);
    }
}
