using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Segments;

/// <summary>A small random shop, in memory and to be stored: few distinct values, so that rules meet them often.</summary>
public sealed class SegmentWorld
{
    public static readonly DateTime Now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc);
    public static readonly string[] Countries = ["DE", "AT", "US"], Cities = ["Wien", "wien", "Graz", ""], Tiers = ["gold", "silver"], Categories = ["Tea", "Coffee", "Cups"], Brands = ["Aroma", "Bergland"], Groups = ["Frequent, recent", "Rare, long ago", "New"], Motivations = ["deals", "novelty", "gifts"];
    public static readonly EventType[] Types = [EventType.View, EventType.Purchase, EventType.Return, EventType.EmailOpen, EventType.Custom];

    /// <summary>Where people live: two cities 145 km apart, two islands near one another on both sides of the date line.</summary>
    public static readonly (double Latitude, double Longitude)[] Places = [(48.21, 16.37), (47.07, 15.44), (-16.8, 179.95), (-16.8, -179.97)];
    public static readonly string[] Sizes = ["large", "small", "1", "2", "2.5"];

    public static ShopCalendar Calendar { get; } = new(Options.Create(new ShopOptions { TimeZone = "America/New_York" }));

    public List<Customer> Customers { get; } = [];
    public List<CustomerTrait> Traits { get; } = [];
    public List<Product> Products { get; } = [];
    public List<Store> Stores { get; } = [new() { Id = 1, Name = "Wien", Latitude = 48.2, Longitude = 16.4 }, new() { Id = 2, Name = "Somewhere" }];
    public List<Event> Events { get; } = [];
    public List<EventItem> Items { get; } = [];
    public List<Twin> Twins { get; } = [];
    public List<ConsentChoice> Choices { get; } = [];
    public List<SegmentMember> Members { get; } = [];
    public List<TwinSimilarity> Similarities { get; } = [];
    public ConsentRuleSet Consent { get; } = new(ConsentRuleSet.Defaults(Now));

    public SegmentWorld(int seed, int customers)
    {
        var random = new Random(seed);
        T? Maybe<T>(T[] from) where T : class => random.Next(4) == 0 ? null : from[random.Next(from.Length)];
        DateTime Past(int days) => Now.AddHours(-random.Next(days * 24));
        for (var p = 1; p <= 8; p++)
        {
            Products.Add(new Product { Id = p, Sku = $"P{p}", Name = $"Product {p}", Category = p == 8 ? "" : Categories[p % 3], Brand = Brands[p % 2], PriceCents = p * 500 });
        }

        for (var id = 1; id <= customers; id++)
        {
            var email = random.Next(5) == 0 ? null : $"c{id}@{(random.Next(2) == 0 ? "example.com" : "shop.test")}";
            var customer = new Customer
            {
                Id = id,
                Key = $"C{id}",
                Email = email,
                Country = Maybe(Countries),
                City = Maybe(Cities),
                Tier = Maybe(Tiers),
                BirthDate = random.Next(4) == 0 ? null : DateOnly.FromDateTime(Now).AddYears(-18 - random.Next(4)).AddDays(random.Next(3) - 1 + (random.Next(2) * random.Next(-400, 400))),
                CreatedAt = Past(400),
                ErasedAt = random.Next(20) == 0 ? Now.AddDays(-1) : null,
            };
            if (random.Next(4) > 0)
            {
                (customer.Latitude, customer.Longitude) = Places[random.Next(Places.Length)];
            }

            CustomerNormaliser.Apply(customer);
            Customers.Add(customer);
            Traits.AddRange(CustomerTrait.Of(id, "size", string.Join(';', Sizes.Where(_ => random.Next(4) == 0))));
            foreach (var purpose in new[] { Purpose.Profiling, Purpose.Email })
            {
                if (random.Next(4) > 0)
                {
                    Choices.Add(new ConsentChoice { CustomerId = id, Purpose = purpose, Granted = random.Next(4) > 0, At = Past(1300) });
                }
            }

            if (random.Next(8) > 0)
            {
                Twins.Add(Twin(id, random, Past));
            }

            if (random.Next(3) == 0)
            {
                Members.Add(new SegmentMember { SegmentId = 1, CustomerId = id, EnteredAt = Past(30) });
            }

            if (random.Next(3) > 0)
            {
                Similarities.Add(new TwinSimilarity { SegmentId = random.Next(1, 3), CustomerId = id, Similarity = random.Next(11) / 10.0 });
            }

            var at = Now;
            for (var n = random.Next(10); n > 0; n--)
            {
                at = random.Next(6) == 0 ? at : Past(60); // some happen at one instant, and none is stored in the order of time
                AddEvent(id, random, at);
            }
        }
    }

    private static Twin Twin(int id, Random random, Func<int, DateTime> past) => new()
    {
        CustomerId = id,
        Stage = (LifecycleStage)random.Next(7),
        StageSince = random.Next(4) == 0 ? null : past(90),
        Orders = random.Next(4),
        RevenueCents = random.Next(5) * 1000,
        AverageBasketCents = random.Next(3) * 500,
        MedianGapDays = random.Next(2) == 0 ? null : random.Next(40) / 2.0,
        LastOrderAt = random.Next(3) == 0 ? null : past(60),
        LastSeenAt = random.Next(3) == 0 ? null : past(60),
        EmailsSent = random.Next(3) * 5,
        EmailsOpened = random.Next(5),
        TopChannel = random.Next(3) == 0 ? null : (Channel)random.Next(4),
        TopCategory = random.Next(3) == 0 ? null : Categories[random.Next(3)],
        TopCategoryShare = random.Next(3) == 0 ? null : random.Next(11) / 10.0,
        TopBrandShare = random.Next(3) == 0 ? null : random.Next(11) / 10.0,
        Motivation = random.Next(3) == 0 ? null : Motivations[random.Next(3)],
        DealDrive = random.Next(3) == 0 ? null : random.Next(11) / 10.0,
        QualityDrive = random.Next(3) == 0 ? null : random.Next(11) / 10.0,
        ChanceToBuy = random.Next(3) == 0 ? null : random.Next(11) / 10.0,
        ChurnRisk = random.Next(3) == 0 ? null : random.Next(11) / 10.0,
        OfferUplift = random.Next(3) == 0 ? null : random.Next(-5, 6) / 100.0,
        Orders90 = random.Next(3) == 0 ? null : random.Next(9) / 2.0,
        Spend365Cents = random.Next(3) == 0 ? null : random.Next(5) * 500,
        NextOrderFrom = random.Next(3) == 0 ? null : Now.AddHours(random.Next(-100, 700)),
        Cluster = random.Next(3) == 0 ? null : Groups[random.Next(3)],
        UpdatedAt = Now,
    };

    private void AddEvent(int customer, Random random, DateTime at)
    {
        var type = Types[random.Next(Types.Length)];
        var id = MessageIds.Hash($"{customer}-{Events.Count}");
        var lines = type is EventType.Purchase or EventType.Return ? random.Next(3) : 0;
        at = random.Next(10) == 0 ? Now.AddDays(1) : at;
        var e = new Event
        {
            CustomerId = customer,
            Id = id,
            Type = type,
            At = at,
            Day = ShopCalendar.DayOf(DateOnly.FromDateTime(at.AddHours(random.Next(-12, 15)))), // as any shop's time zone would have it
            Channel = (Channel)random.Next(3),
            StoreId = random.Next(2) == 0 ? null : random.Next(1, 3),
            CampaignId = random.Next(3) == 0 ? 1 : null,
            ProductId = type == EventType.View && random.Next(4) > 0 ? random.Next(1, 9) : null,
            Machine = random.Next(4) == 0,
            Name = type == EventType.Custom ? random.Next(2) == 0 ? "quiz" : "poll" : null,
            PropertiesJson = Properties(random),
        };
        for (var line = 0; line < lines; line++)
        {
            var item = new EventItem { CustomerId = customer, EventId = id, Line = line, ProductId = random.Next(1, 9), Quantity = random.Next(1, 3), AmountCents = random.Next(1, 5) * 500, Day = e.Day, Returned = type == EventType.Return };
            Items.Add(item);
            e.AmountCents += item.AmountCents;
            e.Quantity += item.Quantity;
        }

        Events.Add(e);
    }

    private static string? Properties(Random random)
    {
        string[] points = ["1", "2.5", "4", "\"4\"", "null", "[1]"], coupons = ["\"SPRING\"", "\"it's\"", "\"\"", "{}"], gifts = ["true", "false"];
        string Any(string[] from) => from[random.Next(from.Length)];
        return random.Next(4) switch
        {
            0 => null,
            1 => $$"""{"points":{{Any(points)}}}""",
            _ => $$"""{"points":{{Any(points)}},"cart":{"coupon":{{Any(coupons)}},"a b":1},"gift":{{Any(gifts)}}}""",
        };
    }

    public async Task StoreAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        await db.BulkInsertAsync(Customers, cancellationToken);
        await db.BulkInsertAsync(Traits, cancellationToken);
        await db.BulkInsertAsync(Products, cancellationToken);
        await db.BulkInsertAsync(Stores, cancellationToken);
        await db.BulkInsertAsync(Events, cancellationToken);
        await db.BulkInsertAsync(Items, cancellationToken);
        await db.BulkInsertAsync(Twins, cancellationToken);
        await db.BulkInsertAsync(Choices, cancellationToken);
        await db.BulkInsertAsync(Members, cancellationToken);
        await db.BulkInsertAsync(Similarities, cancellationToken);
    }
}
