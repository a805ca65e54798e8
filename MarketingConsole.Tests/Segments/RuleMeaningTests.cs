using System.Globalization;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Segments;

/// <summary>What conditions mean at their edges: one small shop, each customer in it for one topic, which its tier names.</summary>
public sealed class RuleMeaningTests(RuleMeaningTests.Shop shop) : IClassFixture<RuleMeaningTests.Shop>
{
    private static readonly DateTime Now = new(2026, 3, 1, 12, 0, 0, DateTimeKind.Utc); // a Sunday, 13:00 in Vienna

    [Theory]
    [InlineData("window", """{"type":"event","event":"view","days":1}""", "2,3")]
    [InlineData("window", """{"type":"event","event":"view","minutes":1440}""", "2,3")]
    [InlineData("window", """{"type":"event","event":"view"}""", "1,2,3")]
    [InlineData("window", """{"type":"event","event":"view","op":"notPerformed"}""", "4")]
    [InlineData("window", """{"type":"event","event":"view","op":"below","value":1}""", "4")]
    [InlineData("calendar", """{"type":"event","event":"view","window":"thisMonth"}""", "22")]
    [InlineData("calendar", """{"type":"event","event":"view","window":"lastMonth"}""", "21,23,24")]
    [InlineData("calendar", """{"type":"event","event":"view","window":"thisWeek"}""", "21,22,23")]
    [InlineData("calendar", """{"type":"event","event":"view","window":"lastWeek"}""", "24")]
    [InlineData("calendar", """{"type":"event","event":"view","window":"thisQuarter"}""", "21,22,23,24")]
    [InlineData("calendar", """{"type":"event","event":"view","window":"lastYear"}""", "")]
    [InlineData("birthday", """{"type":"trait","field":"birthDate","op":"anniversaryIn","days":1}""", "31,32")]
    [InlineData("birthday", """{"type":"trait","field":"birthDate","op":"anniversaryIn","days":2}""", "31,32,33")]
    [InlineData("birthday", """{"type":"trait","field":"birthDate","op":"anniversaryIn","days":364}""", "31,32,33,36,37")]
    [InlineData("birthday", """{"type":"trait","field":"birthDate","op":"anniversaryIn","days":365}""", "31,32,33,34,36,37")]
    [InlineData("birthday", """{"type":"trait","field":"birthDate","op":"anniversaryIn","days":366}""", "31,32,33,34,36,37")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"is","value":"tea"}""", "41,42")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"isNot","value":"tea"}""", "43,45")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"notIn","values":["tea","coffee"]}""", "45")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"hasAll","values":["tea","baking"]}""", "41")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"hasAll","values":["tea","tea"]}""", "41,42")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"contains","value":"ea"}""", "41,42")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"endsWith","value":"ing"}""", "41")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"above","value":10}""", "45")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"isNot","value":3}""", "")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"isNot","value":5}""", "45")]
    [InlineData("several", """{"type":"trait","field":"custom.likes","op":"missing"}""", "44")]
    [InlineData("several", """{"type":"group","match":"none","rules":[{"type":"trait","field":"custom.likes","op":"is","value":"tea"}]}""", "43,44,45")]
    [InlineData("measure", """{"type":"event","event":"purchase","measure":"average","op":"exactly","value":15}""", "51,52")]
    [InlineData("measure", """{"type":"event","event":"purchase","measure":"average","op":"atMost","value":1000}""", "51,52")]
    [InlineData("measure", """{"type":"event","event":"purchase","measure":"sum","op":"atMost","value":0}""", "53")]
    [InlineData("measure", """{"type":"event","event":"purchase","measure":"sum","op":"below","value":16}""", "52,53")]
    [InlineData("measure", """{"type":"event","event":"purchase","measure":"maximum","op":"above","value":19.99}""", "51")]
    [InlineData("measure", """{"type":"event","event":"purchase","measure":"minimum","op":"between","value":10,"to":12}""", "51")]
    [InlineData("measure", """{"type":"event","event":"purchase","measure":"distinct","of":"channel","op":"exactly","value":0}""", "53")]
    [InlineData("since", """{"type":"event","event":"purchase","measure":"daysSinceLast","op":"exactly","value":3}""", "54,55")]
    [InlineData("since", """{"type":"event","event":"purchase","measure":"daysSinceLast","op":"below","value":4}""", "54,55")]
    [InlineData("since", """{"type":"event","event":"purchase","measure":"daysSinceLast","op":"atLeast","value":4}""", "56")]
    [InlineData("since", """{"type":"event","event":"purchase","measure":"daysSinceLast","op":"atMost","value":3000}""", "54,55,56")]
    [InlineData("cart", """{"type":"event","event":"cart","since":{"event":"purchase"}}""", "61,64,65")]
    [InlineData("cart", """{"type":"event","event":"cart","op":"notPerformed","since":{"event":"purchase"}}""", "62,63")]
    [InlineData("sequence", """{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"},"withinDays":2}""", "71,74,75,76")]
    [InlineData("sequence", """{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"},"withinMinutes":2880,"without":{"event":"return"}}""", "71,75,76")]
    [InlineData("sequence", """{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"},"withinDays":2,"days":10}""", "75")]
    [InlineData("regular", """{"type":"event","event":"purchase","op":"regularly","value":2,"periods":3,"days":10}""", "81,82")]
    [InlineData("stopped", """{"type":"event","event":"purchase","op":"stopped","value":2,"periods":2,"days":10}""", "85,88")]
    [InlineData("restarted", """{"type":"event","event":"purchase","op":"restarted","periods":2,"days":10}""", "89,92")]
    [InlineData("rank", """{"type":"rank","count":2,"field":"custom.score"}""", "103,104")]
    [InlineData("rank", """{"type":"rank","count":3,"field":"custom.score"}""", "101,103,104")]
    [InlineData("rank", """{"type":"rank","top":false,"count":1,"field":"custom.score"}""", "101")]
    [InlineData("rank", """{"type":"rank","percent":0.01,"field":"custom.score"}""", "104")]
    [InlineData("rank", """{"type":"rank","percent":100,"field":"custom.score"}""", "101,102,103,104")]
    [InlineData("property", """{"type":"event","event":"custom","name":"quiz","where":{"properties":[{"name":"points","op":"is","value":5}]}}""", "111")]
    [InlineData("property", """{"type":"event","event":"custom","name":"quiz","where":{"properties":[{"name":"points","op":"is","value":"5"}]}}""", "111,112")]
    [InlineData("property", """{"type":"event","event":"custom","name":"quiz","where":{"properties":[{"name":"points","op":"isNot","value":4}]}}""", "111")]
    [InlineData("property", """{"type":"event","event":"custom","name":"quiz","where":{"properties":[{"name":"points","op":"exists"}]}}""", "111,112")]
    [InlineData("property", """{"type":"event","event":"custom","name":"quiz","where":{"properties":[{"name":"points","op":"missing"}]}}""", "113,114,115,116,117,118")]
    [InlineData("property", """{"type":"event","event":"custom","name":"quiz","where":{"properties":[{"name":"cart.coupon","op":"isNot","value":"B"}]}}""", "113")]
    [InlineData("property", """{"type":"event","event":"custom","name":"quiz","where":{"properties":[{"name":"cart","op":"exists"}]}}""", "")]
    [InlineData("property", """{"type":"event","event":"custom","name":"quiz","where":{"properties":[{"name":"gift","op":"in","values":["true"]}]}}""", "117")]
    [InlineData("place", """{"type":"near","kilometres":10,"latitude":-16.8,"longitude":179.95}""", "121,122")]
    [InlineData("place", """{"type":"near","kilometres":5,"latitude":-16.8,"longitude":179.95}""", "121")]
    [InlineData("place", """{"type":"near","kilometres":20015,"latitude":90,"longitude":0}""", "121,122")]
    [InlineData("place", """{"type":"near","kilometres":5,"store":1}""", "122")]
    [InlineData("place", """{"type":"near","kilometres":20000,"store":2}""", "")]
    [InlineData("member", """{"type":"member","segment":1,"days":10}""", "131")]
    [InlineData("member", """{"type":"member","segment":1}""", "131,132")]
    public void Members_AtTheEdges_AreAsWritten(string topic, string rule, string expected) => Assert.Equal(expected, shop.Members(topic, RuleJson.Read(rule), Now));

    [Theory]
    [InlineData("2026-12-30", 2, "37")]
    [InlineData("2026-12-30", 3, "36,37")]
    [InlineData("2028-02-29", 1, "32")]
    [InlineData("2028-02-28", 1, "34")]
    [InlineData("2027-02-28", 2, "31,32,34")]
    [InlineData("2028-02-28", 2, "32,34")]
    public void Anniversary_AcrossYearsAndLeapDays_FallsOnItsDay(string today, int days, string expected) =>
        Assert.Equal(expected, shop.Members("birthday", new TraitRule { Field = "birthDate", Op = RuleOperator.AnniversaryIn, Days = days }, DateTime.Parse(today, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal)));

    [Fact]
    public async Task Suggestions_OfProperties_AreScalarsByFrequency() =>
        Assert.Equal(["points", "cart.coupon", "gift"], (await new RuleSuggestions(shop.Databases).ForListAsync("properties", TestContext.Current.CancellationToken)).Select(x => x.Value));

    public sealed class Shop : IAsyncLifetime
    {
        private static readonly ShopCalendar Calendar = new(Options.Create(new ShopOptions()));
        private readonly List<Customer> _customers = [];
        private readonly List<Event> _events = [];
        private readonly List<CustomerTrait> _traits = [];
        private TestDatabase _database = null!;

        public IDbContextFactory<ConsoleDb> Databases => _database.Get<IDbContextFactory<ConsoleDb>>();

        public string Members(string topic, SegmentRule rule, DateTime asOf)
        {
            Assert.Empty(RuleValidator.Check(rule));
            using var db = _database.Open();
            var ofTopic = GroupRule.All(new TraitRule { Field = "tier", Value = topic }, rule);
            return string.Join(',', SegmentQuery.Members(db, ofTopic, new ConsentRuleSet(ConsentRuleSet.Defaults(Now)), asOf, Calendar).OrderBy(x => x).ToList());
        }

        public async ValueTask InitializeAsync()
        {
            const double Instant = 1 / 86_400_000d; // a millisecond in days
            Add("window", 1, (EventType.View, -1));
            Add("window", 2, (EventType.View, -1 + Instant));
            Add("window", 3, (EventType.View, 0));
            Add("window", 4, (EventType.View, Instant));
            Add("calendar", 21, (EventType.View, Days("2026-02-28T22:59:59")));
            Add("calendar", 22, (EventType.View, Days("2026-02-28T23:00:00")));
            Add("calendar", 23, (EventType.View, Days("2026-02-22T23:00:00")));
            Add("calendar", 24, (EventType.View, Days("2026-02-22T22:59:59")));
            foreach (var (id, born) in new[] { (31, "1990-03-01"), (32, "1988-02-29"), (33, "1990-03-02"), (34, "1990-02-28"), (35, (string?)null), (36, "2000-01-01"), (37, "2000-12-31") })
            {
                Add("birthday", id).BirthDate = born is null ? null : DateOnly.Parse(born, CultureInfo.InvariantCulture);
            }

            foreach (var (id, likes) in new[] { (41, "tea; baking"), (42, "tea"), (43, "coffee"), (44, ""), (45, "3;12") })
            {
                Add("several", id);
                _traits.AddRange(CustomerTrait.Of(id, "likes", likes));
            }

            Add("measure", 51, (EventType.Purchase, -1), (EventType.Purchase, -2));
            _events[^2].AmountCents = 1000;
            _events[^1].AmountCents = 2000;
            Add("measure", 52, (EventType.Purchase, -1));
            _events[^1].AmountCents = 1500;
            Add("measure", 53);
            Add("since", 54, (EventType.Purchase, -3), (EventType.Purchase, -9));
            Add("since", 55, (EventType.Purchase, -4 + Instant));
            Add("since", 56, (EventType.Purchase, -4));
            Add("since", 57);
            Add("cart", 61, (EventType.Cart, -1), (EventType.Purchase, -2));
            Add("cart", 62, (EventType.Cart, -2), (EventType.Purchase, -1));
            Add("cart", 63, (EventType.Cart, -1), (EventType.Purchase, -1));
            Add("cart", 64, (EventType.Cart, -1));
            Add("cart", 65, (EventType.Cart, -1), (EventType.Purchase, 1));
            Add("sequence", 71, (EventType.View, -10), (EventType.Purchase, -8));
            Add("sequence", 72, (EventType.View, -10), (EventType.Purchase, -8 + Instant));
            Add("sequence", 73, (EventType.View, -9), (EventType.Purchase, -9));
            Add("sequence", 74, (EventType.View, -10), (EventType.Return, -9.5), (EventType.Purchase, -9));
            Add("sequence", 75, (EventType.View, -10), (EventType.Return, -9.75), (EventType.View, -9.5), (EventType.Purchase, -9));
            Add("sequence", 76, (EventType.View, -10), (EventType.Return, -9), (EventType.Purchase, -9));
            Bought("regular", 81, -1, -11);
            Bought("regular", 82, -1, -10);
            Bought("regular", 83, -10, -11);
            Bought("regular", 84, -1, -30);
            Bought("stopped", 85, -11, -12);
            Bought("stopped", 86, -1, -11, -12);
            Bought("stopped", 87, -11, -31);
            Bought("stopped", 88, -10, -15);
            Bought("restarted", 89, -1, -31);
            Bought("restarted", 90, -1, -15, -31);
            Bought("restarted", 91, -1);
            Bought("restarted", 92, -1, -30);
            foreach (var (id, score) in new[] { (101, "5"), (102, "5"), (103, "7"), (104, "1;9"), (105, "100"), (106, "high") })
            {
                Add("rank", id);
                _traits.AddRange(CustomerTrait.Of(id, "score", score));
            }

            foreach (var (id, json) in new[] { (111, """{"points":5}"""), (112, """{"points":"5"}"""), (113, """{"cart":{"coupon":"A"}}"""), (114, """{"points":null}"""), (115, (string?)null), (116, """{"points":[5]}"""), (117, """{"gift":true}"""), (118, """{"points":"","cart":{"coupon":""}}""") })
            {
                Add("property", id, (EventType.Custom, -1));
                (_events[^1].Name, _events[^1].PropertiesJson) = ("quiz", json);
            }

            var (west, east) = (Add("place", 121), Add("place", 122));
            (west.Latitude, west.Longitude, east.Latitude, east.Longitude) = (-16.8, 179.95, -16.8, -179.97);
            Add("place", 123);
            Add("member", 131);
            Add("member", 132);
            _database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
            await using var db = _database.Open();
            await db.BulkInsertAsync(_customers, CancellationToken.None);
            await db.BulkInsertAsync(_traits, CancellationToken.None);
            await db.BulkInsertAsync(_events, CancellationToken.None);
            await db.BulkInsertAsync([new Store { Id = 1, Name = "East", Latitude = -16.8, Longitude = -179.97 }, new Store { Id = 2, Name = "Unknown" }], CancellationToken.None);
            await db.BulkInsertAsync([new ConsentChoice { CustomerId = 105, Purpose = Purpose.Profiling, Granted = false, At = Now.AddDays(-1) }], CancellationToken.None);
            await db.BulkInsertAsync([new SegmentMember { SegmentId = 1, CustomerId = 131, EnteredAt = Now.AddDays(-10) }, new SegmentMember { SegmentId = 1, CustomerId = 132, EnteredAt = Now.AddDays(-9) }], CancellationToken.None);
        }

        public ValueTask DisposeAsync() => _database.DisposeAsync();

        private static double Days(string utc) => (DateTime.Parse(utc, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal) - Now).TotalDays;

        private void Bought(string topic, int id, params double[] days) => Add(topic, id, [.. days.Select(x => (EventType.Purchase, x))]);

        /// <param name="events">Days from now.</param>
        private Customer Add(string topic, int id, params (EventType Type, double Days)[] events)
        {
            // In the United States profiling is allowed until it is refused.
            var customer = CustomerNormaliser.Apply(new Customer { Id = id, Key = $"C{id}", Country = "US", Tier = topic, CreatedAt = Now.AddYears(-1) });
            _customers.Add(customer);
            _events.AddRange(events.Select((x, n) => new Event { CustomerId = id, Id = n, Type = x.Type, At = Now.AddMilliseconds(Math.Round(x.Days * 86_400_000)), Channel = Channel.Web }));
            return customer;
        }
    }
}
