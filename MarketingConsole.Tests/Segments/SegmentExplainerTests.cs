using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Segments;

public sealed class SegmentExplainerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Why_RandomRules_EveryPartAgreesWithItsMembers(DatabaseProvider provider)
    {
        var data = new SegmentWorld(seed: 51, customers: 120);
        await using var database = await WorldAsync(data, provider);
        await using var db = database.Open();
        var explainer = database.Get<SegmentExplainer>();
        var (holds, fails, barred, told) = (0, 0, 0, 0);
        for (var seed = 0; seed < (provider == DatabaseProvider.Sqlite ? 350 : 120); seed++)
        {
            var random = new Random(seed);
            var rule = new RuleGenerator(random).Next(depth: 3);
            var customer = data.Customers[random.Next(data.Customers.Count)];
            var why = await explainer.WhyAsync(rule, customer.Id, null, Stop);
            if (customer.ErasedAt is not null)
            {
                Assert.Null(why);
                continue;
            }

            Assert.Equal(RuleTree.Nodes(rule).Select(x => x.Path), why!.Reasons.Select(x => x.Path));
            foreach (var ((path, node), reason) in RuleTree.Nodes(rule).Zip(why.Reasons))
            {
                var member = SegmentQuery.Members(db, node, data.Consent, SegmentWorld.Now, SegmentWorld.Calendar, [customer.Id]).Any();
                Assert.True(member == reason.Holds, $"{path} of {RuleJson.Write(rule)}: customer {customer.Id} is {(member ? "" : "not ")}in it, but {reason}");
                Assert.Equal(reason.Barred || node is GroupRule, reason.Actual is null);
                Assert.True((reason.Events ?? []).Count <= 5 && (reason.Events ?? []).All(x => x.At <= SegmentWorld.Now));
                (holds, fails, barred, told) = (holds + (reason.Holds ? 1 : 0), fails + (reason.Holds ? 0 : 1), barred + (reason.Barred ? 1 : 0), told + (reason.Events is { Count: > 0 } ? 1 : 0));
            }

            Assert.Equal(why.Reasons[0].Holds, why.Holds);
        }

        Assert.True(Math.Min(Math.Min(holds, fails), Math.Min(barred, told)) > (provider == DatabaseProvider.Sqlite ? 20 : 5), $"{holds} hold, {fails} do not, {barred} barred, {told} with events");
    }

    [Fact]
    public async Task Why_PastInstant_EveryPartAgreesWithItsMembers()
    {
        var data = new SegmentWorld(seed: 52, customers: 120);
        await using var database = await WorldAsync(data, DatabaseProvider.Sqlite);
        await using var db = database.Open();
        var then = SegmentWorld.Now.AddDays(-150);
        var past = new PastConsent(data.Consent, SegmentWorld.Now);
        var unknown = 0;
        for (var seed = 0; seed < 150; seed++)
        {
            var random = new Random(seed);
            var rule = new RuleGenerator(random).Next(depth: 2);
            var customer = data.Customers[random.Next(data.Customers.Count)];
            if (RuleValidator.CheckPast(rule).Count > 0 || await database.Get<SegmentExplainer>().WhyAsync(rule, customer.Id, then, Stop) is not { } why)
            {
                continue;
            }

            foreach (var ((path, node), reason) in RuleTree.Nodes(rule).Zip(why.Reasons))
            {
                Assert.True(SegmentQuery.Members(db, node, data.Consent, then, SegmentWorld.Calendar, [customer.Id], past).Any() == reason.Holds, $"{path} of {RuleJson.Write(rule)}: {reason}");
            }

            unknown += why.Known ? 0 : 1;
        }

        Assert.True(unknown > 0);
    }

    [Theory]
    [InlineData("""{"type":"event","event":"purchase","op":"atLeast","value":3,"days":90}""", false, "2 times", "at least 3 times", 2)]
    [InlineData("""{"type":"event","event":"purchase","measure":"sum","op":"above","value":20}""", true, "42.50 EUR", "more than 20 EUR", 3)]
    [InlineData("""{"type":"event","event":"purchase","measure":"sum","op":"above","value":20,"where":{"categories":["Tea"]}}""", true, "30 EUR", "more than 20 EUR", 2)]
    [InlineData("""{"type":"event","event":"purchase","measure":"daysSinceLast","op":"atMost","value":9}""", false, "10 days ago", "at most 9 days ago", 3)]
    [InlineData("""{"type":"event","event":"purchase","op":"notPerformed","days":5}""", true, "not in this time; the last was on 19 February 2026, 10 days ago", "never", 0)]
    [InlineData("""{"type":"event","event":"return","op":"performed"}""", false, "never", "at least once", 0)]
    [InlineData("""{"type":"event","event":"purchase","op":"regularly","value":2,"periods":3,"days":30}""", false, "in 1 of the 3 periods", "in at least 2", 2)]
    [InlineData("""{"type":"event","event":"purchase","op":"stopped","value":2,"periods":3,"days":9}""", true, "2 times in the 27 days before, never in the last 9 days", "at least 2 times, then never", 2)]
    [InlineData("""{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"},"withinDays":7}""", true, "2 days later", null, 2)]
    [InlineData("""{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"},"withinDays":1}""", false, "followed only 2 days later", null, 2)]
    [InlineData("""{"type":"sequence","first":{"event":"return"},"then":{"event":"purchase"},"withinDays":1}""", false, "did not begin", null, 0)]
    [InlineData("""{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"},"without":{"event":"cart"},"withinDays":7}""", false, "something else came in between", null, 3)]
    [InlineData("""{"type":"trait","field":"country","op":"in","values":["DE","AT"]}""", true, "AT", "one of DE or AT", 0)]
    [InlineData("""{"type":"trait","field":"age","op":"atLeast","value":40}""", false, "30 years", "at least 40", 0)]
    [InlineData("""{"type":"trait","field":"signUp","op":"inLast","days":30}""", false, "21 November 2025, 100 days ago", "in the last 30 days", 0)]
    [InlineData("""{"type":"trait","field":"custom.size","op":"is","value":"M"}""", false, "L, XL", "M", 0)]
    [InlineData("""{"type":"trait","field":"city","op":"exists"}""", false, "not known", null, 0)]
    [InlineData("""{"type":"twin","field":"orders","op":"atLeast","value":2}""", false, "no twin yet", "at least 2", 0)]
    [InlineData("""{"type":"consent","purpose":"email"}""", false, "has not said anything; a yes is needed", null, 0)]
    [InlineData("""{"type":"rank","count":1,"event":{"event":"purchase","measure":"sum"}}""", true, "42.50 EUR: place 1", "among the first 1", 3)]
    public async Task Why_OneCustomer_SaysWhatIsTheCase(string json, bool holds, string actual, string? wanted, int events)
    {
        await using var database = await OneAsync();
        var why = await database.Get<SegmentExplainer>().WhyAsync(RuleJson.Read(json), 1, null, Stop);
        var reason = Assert.Single(why!.Reasons);
        Assert.Equal((holds, actual, wanted, events), (reason.Holds, reason.Actual, reason.Wanted, reason.Events!.Count));
        Assert.All(reason.Events.Where(x => x.Type == EventType.Purchase), x => Assert.True(x is { AmountCents: > 0, Products.Count: 1 }));
    }

    [Fact]
    public async Task Why_ProfilingNotAllowed_LooksAtNoBehaviour()
    {
        await using var database = await OneAsync();
        await database.Get<ConsentGate>().RecordAsync([new ConsentEntry { CustomerId = 1, Purpose = Purpose.Profiling, Granted = false, At = SegmentWorld.Now, RecordedAt = SegmentWorld.Now, Source = "test", RecordedBy = "test" }], Stop);
        var why = await database.Get<SegmentExplainer>().WhyAsync(GroupRule.Any(new TraitRule { Field = "country", Value = "AT" }, new EventRule { Event = EventType.Purchase }), 1, null, Stop);
        Assert.True(why is { Holds: false, Barred: true, Known: true });
        Assert.Equal([(false, true), (true, false), (false, true)], why.Reasons.Select(x => (x.Holds, x.Barred)));
        Assert.Null(why.Reasons[2].Actual);
        Assert.Null(why.Reasons[2].Events);
    }

    private static async Task<TestDatabase> WorldAsync(SegmentWorld data, DatabaseProvider provider)
    {
        var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c), ("Shop:TimeZone", "America/New_York"));
        database.Time.Set(SegmentWorld.Now);
        await using var db = database.Open();
        await data.StoreAsync(db, Stop);
        db.ConsentRules.AddRange(data.Consent.Rules);
        await db.SaveChangesAsync(Stop);
        return database;
    }

    /// <summary>One customer, who bought 12.50 long ago, looked, filled a cart and bought tea twice.</summary>
    private static async Task<TestDatabase> OneAsync()
    {
        var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c));
        var now = SegmentWorld.Now;
        database.Time.Set(now);
        await using var db = database.Open();
        db.ConsentRules.AddRange(ConsentRuleSet.Defaults(now));
        var customer = new Customer { Id = 1, Key = "C1", FirstName = "Ann", Country = "AT", BirthDate = DateOnly.FromDateTime(now).AddYears(-30), CreatedAt = now.AddDays(-100) };
        CustomerNormaliser.Apply(customer);
        db.AddRange(customer, new Product { Id = 1, Sku = "T", Name = "Earl Grey", Category = "Tea" }, new Product { Id = 2, Sku = "C", Name = "Cup", Category = "Cups" });
        db.AddRange([.. CustomerTrait.Of(1, "size", "L;XL")]);
        db.ConsentChoices.Add(new ConsentChoice { CustomerId = 1, Purpose = Purpose.Profiling, Granted = true, At = now.AddDays(-50) });
        await db.SaveChangesAsync(Stop);
        (EventType Type, int Days, int Product, long Cents)[] events = [(EventType.Purchase, 200, 2, 1250), (EventType.View, 14, 1, 0), (EventType.Cart, 13, 1, 0), (EventType.Purchase, 12, 1, 1000), (EventType.Purchase, 10, 1, 2000)];
        await database.Get<EventWriter>().WriteAsync([.. events.Select((x, i) => new Event { CustomerId = 1, Id = i + 1, Type = x.Type, At = now.AddDays(-x.Days), AmountCents = x.Cents, ProductId = x.Type == EventType.Purchase ? null : x.Product })],
            [.. events.Select((x, i) => (x, i)).Where(x => x.x.Type == EventType.Purchase).Select(x => new EventItem { CustomerId = 1, EventId = x.i + 1, Line = 1, ProductId = x.x.Product, Quantity = 1, AmountCents = x.x.Cents })], Stop);
        return database;
    }
}
