using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Intake.People;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Intake;

public sealed class MessageLoaderTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task LoadAsync_AnOrder_BecomesPurchaseItemsAndProducts_AndAgainChangesNothing(DatabaseProvider provider)
    {
        await using var shop = await IntakeShop.OpenAsync(provider);
        string[] calls =
        [
            """{"type":"track","messageId":"m1","userId":"C-1","event":"Product Added","timestamp":"2026-05-30T10:00:00Z","properties":{"sku":"TEA","name":"Green tea","category":"Tea","brand":"Leaf","price":"12.90"}}""",
            """{"type":"track","messageId":"m2","userId":"C-1","event":"Order Completed","timestamp":"2026-05-30T10:05:00Z","properties":{"order_id":"O-1","revenue":25.80,"total":30.80,"currency":"EUR","coupon":"MAY","products":[{"product_id":"TEA","price":12.9,"quantity":2},{"sku":"CUP","name":"Cup","price":5}]}}""",
            """{"type":"track","messageId":"m2","userId":"C-1","event":"Order Completed","timestamp":"2026-05-30T10:05:00Z","properties":{"order_id":"O-1","total":30.80,"products":[{"sku":"TEA"}]}}""",
            """{"type":"track","messageId":"m3","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-1","total":5,"products":[{"sku":"CUP","price":5,"quantity":1}]}}""",
            """{"type":"page","messageId":"m4","userId":"C-1","name":"Home","properties":{"path":"/"}}""",
            """{"type":"track","messageId":"m5","userId":"C-1","event":"Wrote Review","properties":{"stars":5}}""",
        ];
        Assert.Equal(5, (await shop.LoadAsync(SourceKind.Web, calls)).Events);
        Assert.Equal(0, (await shop.LoadAsync(SourceKind.Web, calls)).Events);

        await using var db = shop.Open();
        var customer = await db.Customers.SingleAsync(Stop);
        Assert.Equal("C-1", customer.Key);
        var products = await db.Products.OrderBy(x => x.Sku).ToListAsync(Stop);
        Assert.Equal([("CUP", "Cup", 500L), ("TEA", "Green tea", 1290L)], products.Select(x => (x.Sku, x.Name, x.PriceCents)));
        var events = await db.Events.OrderBy(x => x.At).ThenBy(x => x.Type).ToListAsync(Stop);
        Assert.Equal([EventType.Cart, EventType.Purchase, EventType.View, EventType.Return, EventType.Custom], events.Select(x => x.Type));
        Assert.Equal((products[1].Id, 1290L, 1), (events[0].ProductId, events[0].AmountCents, events[0].Quantity));
        Assert.Equal(("O-1", 3080L, 3, Channel.Web), (events[1].Reference, events[1].AmountCents, events[1].Quantity, events[1].Channel));
        Assert.Contains("MAY", events[1].PropertiesJson!, StringComparison.Ordinal);
        Assert.DoesNotContain("products", events[1].PropertiesJson!, StringComparison.Ordinal);
        Assert.Equal(("Wrote Review", """{"stars":5}"""), (events[4].Name, events[4].PropertiesJson));
        var items = await db.EventItems.OrderBy(x => x.Returned).ThenBy(x => x.Line).ToListAsync(Stop);
        Assert.Equal([(2, 2580L, false), (1, 500L, false), (1, 500L, true)], items.Select(x => (x.Quantity, x.AmountCents, x.Returned)));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task LoadAsync_TextsAndNamesCutInTwo_AreStoredWithAReplacement(DatabaseProvider provider)
    {
        await using var shop = await IntakeShop.OpenAsync(provider);
        await shop.LoadAsync(
            SourceKind.Web,
            """{"type":"identify","userId":"C-1","traits":{"\ud83d":"x","city":"Wien\ud83d"},"context":{"\ud83d":1,"consent":{"\ud83d":1,"categoryPreferences":{"\ud83d":true}}}}""",
            """{"type":"track","userId":"C-1","messageId":"m1","event":"Order Completed","properties":{"\ud83d":1,"total":5,"products":[{"sku":"A\ud83d","price":5}]}}""",
            """{"type":"track","userId":"C-1","messageId":"m2","event":"Wrote Review","properties":{"text":"good \ud83d","nul":"a\u0000b"}}""");

        await using var db = shop.Open();
        Assert.Equal("Wien\ufffd", (await db.Customers.SingleAsync(Stop)).City);
        var (order, review) = (MessageIds.Hash("m1"), MessageIds.Hash("m2"));
        Assert.Equal("A\ufffd", (await db.Products.SingleAsync(Stop)).Sku);
        Assert.Equal(500, (await db.Events.SingleAsync(x => x.Id == order, Stop)).AmountCents);
        var said = await db.Events.Where(x => x.Id == review).Select(x => new { Text = ConsoleFunctions.JsonText(x.PropertiesJson, "text"), Nul = ConsoleFunctions.JsonText(x.PropertiesJson, "nul") }).SingleAsync(Stop);
        Assert.Equal(("good \ufffd", "ab"), (said.Text, said.Nul));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task LoadAsync_DiscountAbovePrice_IsAnOrderOfNothing(DatabaseProvider provider)
    {
        await using var shop = await IntakeShop.OpenAsync(provider);
        await shop.LoadAsync(SourceKind.Web, """{"type":"track","userId":"C-1","event":"Order Completed","properties":{"products":[{"sku":"A","price":10,"discount":50},{"sku":"B","price":3}]}}""");
        await using var db = shop.Open();
        Assert.Equal(300, (await db.Events.SingleAsync(Stop)).AmountCents);
        Assert.Equal([0L, 300L], await db.EventItems.OrderBy(x => x.Line).Select(x => x.AmountCents).ToListAsync(Stop));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task LoadAsync_Identify_FillsTheFixedTraitsAndKeepsTheOthers(DatabaseProvider provider)
    {
        await using var shop = await IntakeShop.OpenAsync(provider);
        await shop.LoadAsync(SourceKind.Web, """
            {"type":"identify","userId":"C-1","traits":{"email":"Ann@Shop.test","phone":"+43 1 234","name":"Ann Maria Example","address":{"city":"Vienna","country":"Austria"},"birthday":"1990-04-01T00:00:00Z","gender":"f","locale":"de-AT","shoeSize":38.5,"likes":["tea","baking"],"latitude":48.2,"vip":true,"notes":"x\u0000y"}}
            """);
        await shop.LoadAsync(SourceKind.Web, """{"type":"identify","userId":"C-1","traits":{"birthday":"no idea","phone":null,"shoeSize":39,"vip":null}}""");

        await using var db = shop.Open();
        var ann = await db.Customers.SingleAsync(Stop);
        Assert.Equal(("Ann@Shop.test", "ann@shop.test", "Ann Maria", "Example", "Vienna", "AT", "EU"), (ann.Email, ann.EmailKey, ann.FirstName, ann.LastName, ann.City, ann.Country, ann.Jurisdiction));
        Assert.Equal((new DateOnly(1990, 4, 1), "f", "de", null, 48.2), (ann.BirthDate, ann.Gender, ann.Language, ann.Phone, ann.Latitude));
        var traits = await db.CustomerTraits.OrderBy(x => x.Name).ThenBy(x => x.Value).ToListAsync(Stop);
        Assert.Equal([("birthday", "no idea", null), ("likes", "baking", null), ("likes", "tea", null), ("notes", "xy", null), ("shoeSize", "39", 39.0)], traits.Select(x => (x.Name, x.Value, x.Number)));
        Assert.Equal([("email", "ann@shop.test"), ("phone", "+43 1 234")], (await db.CustomerIdentities.OrderBy(x => x.Kind).ToListAsync(Stop)).Select(x => (x.Kind, x.Value)));
        Assert.Empty(await db.ConsentEntries.ToListAsync(Stop)); // nobody was asked
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task LoadAsync_Consent_IsWrittenDownWhenItIsNews_AndTheNewestHolds(DatabaseProvider provider)
    {
        await using var shop = await IntakeShop.OpenAsync(provider, ("Intake:ConsentCategories:Advertising", "AdSharing"));
        const string yes = """{"type":"identify","userId":"C-1","traits":{"consent":{"email":true,"sms":{"granted":true,"at":"2026-01-05T00:00:00Z"},"unheardOf":true,"1":true}}}""";
        await shop.LoadAsync(SourceKind.Web, yes, yes);
        shop.Time.Advance(TimeSpan.FromHours(1));
        await shop.LoadAsync(SourceKind.Web, """{"type":"page","userId":"C-1","context":{"consent":{"categoryPreferences":{"Advertising":false,"profiling":true}}}}""", yes);
        shop.Time.Advance(TimeSpan.FromHours(1));
        await shop.LoadAsync(SourceKind.Server, """{"type":"track","userId":"C-1","event":"Unsubscribed"}""", """{"type":"identify","userId":"C-1","timestamp":"2026-06-01T12:30:00Z","traits":{"consent":{"email":true}}}""");

        await using var db = shop.Open();
        var choices = await db.ConsentChoices.OrderBy(x => x.Purpose).ToListAsync(Stop);
        Assert.Equal([(Purpose.Email, false), (Purpose.Sms, true), (Purpose.Profiling, true), (Purpose.AdSharing, false)], choices.Select(x => (x.Purpose, x.Granted)));
        Assert.Equal(new DateTime(2026, 1, 5, 0, 0, 0, DateTimeKind.Utc), choices[1].At);
        Assert.Equal(5, await db.ConsentEntries.CountAsync(Stop)); // a yes older than the no is no news
    }

    [Fact]
    public async Task LoadAsync_VisitorWhoSignsIn_IsMergedAndLaterEventsFollow()
    {
        await using var shop = await IntakeShop.OpenAsync(DatabaseProvider.Sqlite);
        string[] calls =
        [
            """{"type":"page","messageId":"a","anonymousId":"v1"}""", """{"type":"identify","anonymousId":"v1","traits":{"city":"Graz","likes":"tea"}}""", """{"type":"identify","userId":"C-1","anonymousId":"v1","traits":{"city":"Linz"}}""", """{"type":"page","messageId":"b","anonymousId":"v1"}""",
        ];
        Assert.Equal((2, 1), await shop.LoadAsync(SourceKind.Web, calls) is var first ? (first.Events, first.Merges) : default);
        Assert.Equal((0, 0), await shop.LoadAsync(SourceKind.Web, calls) is var again ? (again.Events, again.Merges) : default);

        await using var db = shop.Open();
        var known = await db.Customers.SingleAsync(x => x.ErasedAt == null, Stop);
        Assert.Equal(("C-1", "Linz"), (known.Key, known.City));
        Assert.Equal("tea", (await db.CustomerTraits.SingleAsync(x => x.CustomerId == known.Id, Stop)).Value);
        Assert.Equal(2, await db.Events.CountAsync(x => x.CustomerId == known.Id, Stop));
        Assert.Equal(known.Id, (await db.CustomerIdentities.SingleAsync(x => x.Kind == IdentityKinds.Anonymous, Stop)).CustomerId);
        Assert.Equal("anon:v1", (await db.Customers.SingleAsync(x => x.ErasedAt != null, Stop)).Key);
    }

    [Fact]
    public async Task LoadAsync_SecondPersonOnTheSameDevice_IsNotMerged()
    {
        await using var shop = await IntakeShop.OpenAsync(DatabaseProvider.Sqlite);
        await shop.LoadAsync(SourceKind.Web, """{"type":"page","userId":"C-1","anonymousId":"v1"}""", """{"type":"page","userId":"C-2","anonymousId":"v1"}""", """{"type":"page","anonymousId":"v1"}""");
        shop.Time.Advance(TimeSpan.FromSeconds(1));
        await shop.LoadAsync(SourceKind.Web, """{"type":"page","anonymousId":"v1"}""");

        await using var db = shop.Open();
        var counts = await db.Customers.OrderBy(x => x.Key).Select(x => db.Events.Count(e => e.CustomerId == x.Id)).ToListAsync(Stop);
        Assert.Equal([1, 3], counts);
        Assert.Empty(await db.CustomerMerges.ToListAsync(Stop));
    }

    [Theory]
    [InlineData(SourceKind.Server, true)]
    [InlineData(SourceKind.Web, false)]
    public async Task LoadAsync_AliasOfTwoKnownCustomers_OnlyAServerMayMerge(SourceKind kind, bool merged)
    {
        await using var shop = await IntakeShop.OpenAsync(DatabaseProvider.Sqlite);
        await shop.LoadAsync(SourceKind.Server, """{"type":"page","userId":"old"}""", """{"type":"page","userId":"new"}""");
        var loaded = await shop.LoadAsync(kind, """{"type":"alias","previousId":"old","userId":"new"}""", """{"type":"page","userId":"old"}""");
        Assert.Equal((merged ? 1 : 0, merged ? 0 : 1), (loaded.Merges, loaded.RefusedAliases));
        shop.Time.Advance(TimeSpan.FromSeconds(1));
        await shop.LoadAsync(kind, """{"type":"page","userId":"old"}""");

        await using var db = shop.Open();
        Assert.Equal(merged ? 4 : 1, await db.Events.CountAsync(x => db.Customers.Any(c => c.Id == x.CustomerId && c.Key == "new"), Stop));
    }

    [Theory]
    [InlineData(SourceKind.Server, 1)]
    [InlineData(SourceKind.Web, 2)]
    public async Task LoadAsync_NewUserIdWithTheAddressOfAKnownCustomer_OnlyAServerIsBelieved(SourceKind kind, int customers)
    {
        await using var shop = await IntakeShop.OpenAsync(DatabaseProvider.Sqlite);
        await using (var db = shop.Open())
        {
            db.Customers.Add(CustomerNormaliser.Apply(new Customer { Id = await shop.Get<IdAllocator>().TakeAsync(IdAllocator.Customers, 1, Stop), Key = "K-77", Email = "ann@shop.test" }));
            await db.SaveChangesAsync(Stop);
        }

        await shop.LoadAsync(kind, """{"type":"identify","userId":"4711","traits":{"email":"ANN@shop.test"}}""");
        await shop.LoadAsync(kind, """{"type":"page","userId":"4711"}""", """{"type":"identify","userId":"4712","traits":{"email":"ann@shop.test"}}""");
        await using var after = shop.Open();
        Assert.Equal(customers + 1, await after.Customers.CountAsync(Stop)); // 4712 is a second account with the same address
        Assert.Equal(customers == 1 ? "K-77" : "4711", await after.Events.Select(x => after.Customers.First(c => c.Id == x.CustomerId).Key).SingleAsync(Stop));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task LoadAsync_RefundOfTheOrderNumberAlone_GivesBackWhatIsLeftOfTheOrder(DatabaseProvider provider)
    {
        await using var shop = await IntakeShop.OpenAsync(provider);
        const string order = """{"type":"track","messageId":"bought","anonymousId":"v1","event":"Order Completed","properties":{"order_id":"O-1","total":40.80,"products":[{"sku":"TEA","price":12.9,"quantity":2},{"sku":"CUP","price":15,"discount":5}]}}""";
        const string part = """{"type":"track","messageId":"part","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-1","products":[{"sku":"TEA","price":12.9}]}}""";
        const string whole = """{"type":"track","messageId":"whole","userId":"C-1","anonymousId":"v1","event":"Order Refunded","properties":{"order_id":"O-1"}}""";
        const string again = """{"type":"track","messageId":"again","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-1","currency":"EUR"}}""";
        const string unknown = """{"type":"track","messageId":"unknown","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-2"}}""";
        const string ofAnother = """{"type":"track","messageId":"another","userId":"C-2","event":"Order Refunded","properties":{"order_id":"O-1"}}""";
        await shop.LoadAsync(SourceKind.Web, order);
        string[] refunds = [part, whole, whole, again, unknown, ofAnother]; // who bought is only known from here on
        Assert.Equal(5, (await shop.LoadAsync(SourceKind.Web, refunds)).Events);
        Assert.Equal(0, (await shop.LoadAsync(SourceKind.Web, refunds)).Events);

        await using var db = shop.Open();
        var events = await db.Events.Where(x => x.Type == EventType.Return).ToDictionaryAsync(x => x.Id, Stop);
        (long, int) Of(string messageId) => (events[MessageIds.Hash(messageId)].AmountCents, events[MessageIds.Hash(messageId)].Quantity);
        Assert.Equal([(1290L, 1), (2790L, 2), (0L, 0), (0L, 0), (0L, 0)], new[] { "part", "whole", "again", "unknown", "another" }.Select(Of));
        var id = MessageIds.Hash("whole");
        var lines = await db.EventItems.Where(x => x.EventId == id).OrderBy(x => x.Line).Join(db.Products, x => x.ProductId, x => x.Id, (i, p) => new { p.Sku, i.Quantity, i.AmountCents, i.DiscountCents, i.Returned }).ToListAsync(Stop);
        Assert.Equal([("CUP", 1, 1000L, 500L, true), ("TEA", 1, 1290L, 0L, true)], lines.OrderBy(x => x.Sku).Select(x => (x.Sku, x.Quantity, x.AmountCents, x.DiscountCents, x.Returned)));
        Assert.Equal(2, await db.EventItems.CountAsync(x => x.EventId != id && x.Returned == false, Stop));
        Assert.Equal(0, await db.Events.SumAsync(x => x.Type == EventType.Purchase ? x.AmountCents : -x.AmountCents, Stop));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task LoadAsync_RefundOfArticlesWithoutAmounts_GivesBackWhatTheyCost(DatabaseProvider provider)
    {
        await using var shop = await IntakeShop.OpenAsync(provider);
        await shop.LoadAsync(SourceKind.Web, """{"type":"track","messageId":"bought","userId":"C-1","event":"Order Completed","properties":{"order_id":"O-1","total":40.80,"products":[{"sku":"TEA","price":12.9,"quantity":2},{"sku":"CUP","price":15,"discount":5}]}}""");
        await shop.LoadAsync(
            SourceKind.Web,
            """{"type":"track","messageId":"part","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-1","products":[{"sku":"TEA"},{"sku":"CUP","quantity":1},{"sku":"POT"}]}}""",
            """{"type":"track","messageId":"more","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-1","products":[{"sku":"TEA","quantity":5}]}}""",
            """{"type":"track","messageId":"free","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-1","total":0,"products":[{"sku":"TEA"}]}}""",
            """{"type":"track","messageId":"whole","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-1"}}""");

        await using var db = shop.Open();
        var events = await db.Events.ToDictionaryAsync(x => x.Id, x => x.AmountCents, Stop);
        Assert.Equal([4080L, 2290L, 1290L, 0L, 500L], new[] { "bought", "part", "more", "free", "whole" }.Select(x => events[MessageIds.Hash(x)]));
        var id = MessageIds.Hash("part");
        Assert.Equal([1290L, 1000L, 0L], await db.EventItems.Where(x => x.EventId == id).OrderBy(x => x.Line).Select(x => x.AmountCents).ToListAsync(Stop));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task LoadAsync_CancelledOrder_GivesBackWhatIsLeftOnce(DatabaseProvider provider)
    {
        const string lines = """ "total":40.80,"products":[{"sku":"TEA","price":12.9,"quantity":2},{"sku":"CUP","price":15}]""";
        static string Call(string messageId, string name, string order, string more = "") => $$"""{"type":"track","messageId":"{{messageId}}","userId":"C-1","event":"{{name}}","properties":{"order_id":"{{order}}"{{(more.Length > 0 ? "," + more : "")}} } }""";
        await using var shop = await IntakeShop.OpenAsync(provider);
        await shop.LoadAsync(SourceKind.Web, Call("a", "Order Completed", "A", lines), Call("b", "Order Completed", "B", lines), Call("c", "Order Completed", "C", lines));
        await shop.LoadAsync(
            SourceKind.Web,
            Call("a-bare", "Order Cancelled", "A"), Call("a-again", "Order Cancelled", "A", lines),
            Call("b-part", "Order Refunded", "B", """ "products":[{"sku":"TEA"}]"""), Call("b-full", "order cancelled", "B", lines), Call("b-bare", "Order Cancelled", "B"),
            Call("c-part", "Order Cancelled", "C", """ "total":15,"products":[{"sku":"CUP","price":15}]"""), Call("unknown", "Order Cancelled", "D", lines));

        await using var db = shop.Open();
        var events = await db.Events.Where(x => x.Type == EventType.Return).ToDictionaryAsync(x => x.Id, Stop);
        Assert.Equal([(4080L, 3), (0L, 0), (1290L, 1), (2790L, 2), (0L, 0), (1500L, 1), (0L, 0)], new[] { "a-bare", "a-again", "b-part", "b-full", "b-bare", "c-part", "unknown" }.Select(x => (events[MessageIds.Hash(x)].AmountCents, events[MessageIds.Hash(x)].Quantity)));
        Assert.Equal(2580, await db.Events.SumAsync(x => x.Type == EventType.Purchase ? x.AmountCents : -x.AmountCents, Stop));
        Assert.Equal((2, 2580L), (await db.EventItems.SumAsync(x => x.Returned ? -x.Quantity : x.Quantity, Stop), await db.EventItems.SumAsync(x => x.Returned ? -x.AmountCents : x.AmountCents, Stop)));
        Assert.Equal(0, await db.Events.CountAsync(x => x.Type == EventType.Custom, Stop));
    }

    [Fact]
    public async Task LoadAsync_OrderAndItsRefundTogether_GivesBackAll()
    {
        await using var shop = await IntakeShop.OpenAsync(DatabaseProvider.Sqlite);
        await shop.LoadAsync(
            SourceKind.Server,
            """{"type":"track","messageId":"whole","userId":"C-1","event":"Order Refunded","properties":{"order_id":"O-1"}}""",
            """{"type":"track","userId":"C-1","event":"Order Completed","properties":{"order_id":"O-1","total":25.80,"products":[{"sku":"TEA","price":12.9,"quantity":2}]}}""");
        await using var db = shop.Open();
        Assert.Equal([(EventType.Purchase, 2580L, 2), (EventType.Return, 2580L, 2)], (await db.Events.OrderBy(x => x.Type).ToListAsync(Stop)).Select(x => (x.Type, x.AmountCents, x.Quantity)));
        Assert.Equal([(false, 2), (true, 2)], (await db.EventItems.OrderBy(x => x.Returned).ToListAsync(Stop)).Select(x => (x.Returned, x.Quantity)));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task LoadAsync_StoreOfAnEvent_IsFoundByNameOrId_AndAnUnknownOneIsARemark(DatabaseProvider provider)
    {
        await using var shop = await IntakeShop.OpenAsync(provider);
        await using (var db = shop.Open())
        {
            db.Stores.AddRange(new Store { Id = 1, Name = "Graben" }, new Store { Id = 2, Name = "1" }, new Store { Id = 3, Name = "Linz" });
            await db.SaveChangesAsync(Stop);
        }

        string[] properties =
        [
            """{"store":"graben "}""", """{"total":5,"store_id":3,"channel":"pos"}""", """{"storeId":"1"}""", """{"affiliation":"Linz","path":"/"}""", """{"affiliation":"Linz","store":"Graben"}""",
            """{"store":"Nowhere"}""", """{"store_id":99}""", """{"affiliation":"Web shop"}""", """{"store":null}""", """{"store":{"name":"Linz"}}""",
        ];
        string[] calls = [.. properties.Select((x, n) => $$"""{"type":"track","messageId":"m{{n}}","userId":"C-1","event":"Wrote Review","properties":{{x}}}""")];
        Assert.Equal(calls.Length, (await shop.LoadAsync(SourceKind.Server, calls)).Events);
        await shop.LoadAsync(SourceKind.Server, calls);

        await using var after = shop.Open();
        var stored = await after.Events.ToDictionaryAsync(x => x.Id, Stop);
        Assert.Equal([1, 3, 2, 3, 1, null, null, null, null, null], calls.Select((_, n) => stored[MessageIds.Hash($"m{n}")].StoreId));
        Assert.All(stored.Values, x => Assert.Equal(x.StoreId is null ? Channel.Other : Channel.Store, x.Channel));
        Assert.Equal([(MessageLoader.UnknownStore, 2L)], shop.Get<IntakeMeter>().State().Remarks.Select(x => (x.Reason, x.Events)));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task LoadAsync_IdentifiesInAnyOrder_TheNewestWordOnEachTraitHolds(DatabaseProvider provider)
    {
        string[] said =
        [
            """{"type":"identify","userId":"C-1","timestamp":"2026-05-01T10:00:00Z","traits":{"email":"old@shop.test","city":"Graz","shoeSize":37,"likes":["tea"],"club":"red","gender":"f"}}""",
            """{"type":"identify","userId":"C-1","timestamp":"2026-05-02T10:00:00Z","traits":{"email":"new@shop.test","shoeSize":38,"firstName":"Ann"}}""",
            """{"type":"identify","userId":"C-1","timestamp":"2026-05-03T10:00:00Z","traits":{"city":"Linz","club":null,"gender":null,"likes":["coffee","cake"]}}""",
        ];
        foreach (int[] order in new int[][] { [0, 1, 2], [2, 1, 0], [1, 2, 0, 1, 0], [2, 0, 1] })
        {
            foreach (var together in new[] { true, false })
            {
                await using var shop = await IntakeShop.OpenAsync(provider);
                string[] calls = [.. order.Select(x => said[x])];
                foreach (var batch in together ? [calls] : calls.Chunk(1))
                {
                    await shop.LoadAsync(SourceKind.Web, batch);
                    shop.Time.Advance(TimeSpan.FromMinutes(1));
                }

                await using var db = shop.Open();
                var ann = await db.Customers.SingleAsync(Stop);
                var traits = await db.CustomerTraits.OrderBy(x => x.Name).ThenBy(x => x.Value).Select(x => $"{x.Name}={x.Value}").ToListAsync(Stop);
                var identities = await db.CustomerIdentities.OrderBy(x => x.Value).Select(x => x.Value).ToListAsync(Stop);
                var picture = $"{ann.Email} {ann.EmailKey} {ann.City} {ann.FirstName} {ann.Gender}|{string.Join(' ', traits)}|{string.Join(' ', identities)}";
                Assert.Equal("new@shop.test new@shop.test Linz Ann |likes=cake likes=coffee shoeSize=38|new@shop.test old@shop.test", picture);
            }
        }
    }

    [Fact]
    public async Task LoadAsync_IdentifyOlderThanWhatAMergeBrought_DoesNotWin()
    {
        await using var shop = await IntakeShop.OpenAsync(DatabaseProvider.Sqlite);
        await shop.LoadAsync(
            SourceKind.Web,
            """{"type":"identify","anonymousId":"v1","timestamp":"2026-05-05T10:00:00Z","traits":{"city":"Graz","likes":"tea"}}""", """{"type":"identify","userId":"C-1","timestamp":"2026-05-01T10:00:00Z","traits":{"firstName":"Ann"}}""",
            """{"type":"identify","userId":"C-1","anonymousId":"v1","timestamp":"2026-05-06T10:00:00Z"}""");
        await shop.LoadAsync(SourceKind.Web, """{"type":"identify","userId":"C-1","timestamp":"2026-05-03T10:00:00Z","traits":{"city":"Linz","likes":"coffee","firstName":"Anna"}}""");
        await using var db = shop.Open();
        var ann = await db.Customers.SingleAsync(x => x.ErasedAt == null, Stop);
        Assert.Equal(("Graz", "Anna", "tea"), (ann.City, ann.FirstName, (await db.CustomerTraits.SingleAsync(x => x.CustomerId == ann.Id, Stop)).Value));
    }
}
