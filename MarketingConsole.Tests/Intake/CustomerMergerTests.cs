using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Intake.People;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Intake;

public sealed class CustomerMergerTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task MergeAndUndo_EventsTraitsIdentities_AreAsBefore(DatabaseProvider provider)
    {
        await using var shop = await OpenAsync(provider);
        var before = await PictureAsync(shop);
        var (visitor, ann) = await IdsAsync(shop);
        var merge = await shop.Get<CustomerMerger>().MergeAsync(visitor, ann, "test", "by hand", Stop);

        await using (var db = shop.Open())
        {
            var merged = await db.Customers.SingleAsync(x => x.Id == ann, Stop);
            Assert.Equal(("Ann", "Graz"), (merged.FirstName, merged.City)); // her own name stays, the city fills a gap
            Assert.Equal(4, await db.Events.CountAsync(x => x.CustomerId == ann, Stop)); // what both have counts once
            Assert.Equal(1, await db.EventItems.CountAsync(x => x.CustomerId == ann, Stop));
            Assert.Equal(["coffee", "green"], await db.CustomerTraits.Where(x => x.CustomerId == ann).OrderBy(x => x.Value).Select(x => x.Value).ToListAsync(Stop));
            Assert.NotNull((await db.Customers.SingleAsync(x => x.Id == visitor, Stop)).ErasedAt);
        }

        shop.Time.Advance(TimeSpan.FromDays(29));
        Assert.Empty(await shop.Get<CustomerMerger>().UndoAsync(merge!.Value, "admin", Stop));
        Assert.Equal(before, await PictureAsync(shop));
        Assert.NotEmpty(await shop.Get<CustomerMerger>().UndoAsync(merge.Value, "admin", Stop));
    }

    [Fact]
    public async Task Merge_Consents_NoHoldsAndYesIsNeverRaised()
    {
        await using var shop = await OpenAsync(DatabaseProvider.Sqlite);
        var (visitor, ann) = await IdsAsync(shop);
        await SayAsync(shop, visitor, (Purpose.Email, false), (Purpose.Sms, true), (Purpose.Push, false), (Purpose.Profiling, true));
        await SayAsync(shop, ann, (Purpose.Email, true), (Purpose.Profiling, false), (Purpose.InStore, true));
        await shop.Get<CustomerMerger>().MergeAsync(visitor, ann, "test", "by hand", Stop);

        await using var db = shop.Open();
        var holds = await db.ConsentChoices.Where(x => x.CustomerId == ann).OrderBy(x => x.Purpose).ToListAsync(Stop);
        Assert.Equal([(Purpose.Email, false), (Purpose.Push, false), (Purpose.Profiling, false), (Purpose.InStore, true)], holds.Select(x => (x.Purpose, x.Granted)));
    }

    [Fact]
    public async Task Undo_AfterThirtyDays_IsRefusedAndTheDataIsForgotten()
    {
        await using var shop = await OpenAsync(DatabaseProvider.Sqlite);
        var (visitor, ann) = await IdsAsync(shop);
        var merge = await shop.Get<CustomerMerger>().MergeAsync(visitor, ann, "test", "by hand", Stop);
        Assert.Equal(0, await shop.Get<CustomerMerger>().PurgeAsync(Stop));
        shop.Time.Advance(TimeSpan.FromDays(31));
        Assert.Contains("30 days", Assert.Single(await shop.Get<CustomerMerger>().UndoAsync(merge!.Value, "admin", Stop)).Message, StringComparison.Ordinal);
        Assert.Equal(1, await shop.Get<CustomerMerger>().PurgeAsync(Stop));
        var line = Assert.Single(await shop.Get<CustomerMerger>().ListAsync(ann, Stop));
        Assert.Equal(("anon:v1", "C-1", 3, null), (line.CustomerKey, line.IntoKey, line.Events, line.UndoUntil));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Undo_ClientGoesOnSendingBothIds_TheyStayTwo(DatabaseProvider provider)
    {
        await using var shop = await OpenAsync(provider);
        var (visitor, ann) = await IdsAsync(shop);
        const string call = """{"type":"page","messageId":"MESSAGE","userId":"C-1","anonymousId":"v1"}""";
        Assert.Equal(1, (await shop.LoadAsync(SourceKind.Web, call.Replace("MESSAGE", "four", StringComparison.Ordinal))).Merges);
        await using var db = shop.Open();
        Assert.Empty(await shop.Get<CustomerMerger>().UndoAsync(await db.CustomerMerges.Select(x => x.Id).SingleAsync(Stop), "admin", Stop));

        var loaded = await shop.LoadAsync(SourceKind.Web, call.Replace("MESSAGE", "five", StringComparison.Ordinal), """{"type":"alias","userId":"C-1","previousId":"v1"}""", """{"type":"page","messageId":"six","anonymousId":"v1"}""");
        Assert.Equal((2, 0), (loaded.Events, loaded.Merges));
        var owners = await db.Events.ToDictionaryAsync(x => (x.CustomerId, x.Id), Stop);
        Assert.True(owners.ContainsKey((ann, MessageIds.Hash("five"))) && owners.ContainsKey((visitor, MessageIds.Hash("six"))));

        await shop.LoadAsync(SourceKind.Web, """{"type":"page","userId":"C-2","anonymousId":"v1"}"""); // somebody else may turn out to be the visitor
        Assert.Equal(2, await db.CustomerMerges.CountAsync(Stop));
    }

    [Fact]
    public async Task Erase_OfTheMergedCustomer_TakesTheVisitorToo()
    {
        await using var shop = await OpenAsync(DatabaseProvider.Sqlite);
        var (visitor, ann) = await IdsAsync(shop);
        await SayAsync(shop, visitor, (Purpose.Email, false));
        await shop.Get<CustomerMerger>().MergeAsync(visitor, ann, "test", "by hand", Stop);
        await shop.Get<CustomerEraser>().EraseAsync(ann, "admin", Stop);
        await ActivatorUtilities.CreateInstance<MergeKeeper>(shop.Services).SweepAsync(Stop);

        await using var db = shop.Open();
        Assert.Empty(await db.Customers.ToListAsync(Stop));
        Assert.Empty(await db.CustomerMerges.ToListAsync(Stop));
        Assert.Empty(await db.ConsentEntries.ToListAsync(Stop));
    }

    [Fact]
    public async Task Export_OfTheSurvivor_HasAllThatWasMerged_AndTheMergedOnePointsThere()
    {
        await using var shop = await OpenAsync(DatabaseProvider.Sqlite);
        var (visitor, ann) = await IdsAsync(shop);
        await SayAsync(shop, visitor, (Purpose.Email, false));
        await shop.LoadAsync(SourceKind.Server, """{"type":"identify","userId":"C-0","traits":{"phone":"+43 1 234","firstName":"Annie"}}""");
        var exporter = shop.Get<CustomerExporter>();
        Assert.Empty((await exporter.ExportAsync(ann, Stop))!["mergedCustomers"]!.AsArray());
        var first = await shop.Get<CustomerMerger>().MergeAsync(visitor, ann, "test", "by hand", Stop);
        await using var db = shop.Open();
        var oldest = await db.Customers.Where(x => x.Key == "C-0").Select(x => x.Id).SingleAsync(Stop);
        await shop.Get<CustomerMerger>().MergeAsync(ann, oldest, "test", "by hand", Stop); // and once more, with all she has
        shop.Time.Advance(TimeSpan.FromDays(29));

        var export = (await exporter.ExportAsync(oldest, Stop))!;
        Assert.Equal(4, export["events"]!.AsArray().Count);
        Assert.Equal("A", (string?)Assert.Single(export["products"]!.AsArray())!["sku"]);
        Assert.Equal(("C-0", null), ((string?)export["customer"]!["key"], (int?)export["mergedInto"]));
        var merged = export["mergedCustomers"]!.AsArray().ToDictionary(x => (string)x!["customer"]!["key"]!, x => x!);
        Assert.Equal(["C-1", "anon:v1"], merged.Keys.Order(StringComparer.Ordinal));
        Assert.Equal(("Anna", "Ann"), ((string?)merged["anon:v1"]["customer"]!["firstName"], (string?)merged["C-1"]["customer"]!["firstName"]));
        Assert.Equal(["green", "tea"], merged["anon:v1"]["customerTraits"]!.AsArray().Select(x => (string)x!["value"]!).Order(StringComparer.Ordinal));
        Assert.Equal("test", (string?)Assert.Single(merged["anon:v1"]["consentEntries"]!.AsArray())!["source"]);
        Assert.Equal("both", Assert.Single(merged["anon:v1"]["events"]!.AsArray()) is { } left && (long)left["id"]! == MessageIds.Hash("both") ? "both" : "another"); // what both had did not move

        var hidden = (await exporter.ExportAsync(visitor, Stop))!;
        Assert.Equal((visitor, ann), ((int)hidden["customer"]!["id"]!, (int?)hidden["mergedInto"]));
        Assert.Equal(1, (await shop.Get<CustomerMerger>().ListAsync(visitor, Stop)).Count(x => x.Id == first));
    }

    [Fact]
    public async Task Export_AfterUndo_IsOfEachAlone()
    {
        await using var shop = await OpenAsync(DatabaseProvider.Sqlite);
        var (visitor, ann) = await IdsAsync(shop);
        var merge = await shop.Get<CustomerMerger>().MergeAsync(visitor, ann, "test", "by hand", Stop);
        Assert.Empty(await shop.Get<CustomerMerger>().UndoAsync(merge!.Value, "admin", Stop));
        var export = (await shop.Get<CustomerExporter>().ExportAsync(ann, Stop))!;
        Assert.Empty(export["mergedCustomers"]!.AsArray());
        Assert.Single(export["events"]!.AsArray());
        Assert.Null((int?)(await shop.Get<CustomerExporter>().ExportAsync(visitor, Stop))!["mergedInto"]);
    }

    private static async Task<TestDatabase> OpenAsync(DatabaseProvider provider)
    {
        var shop = await IntakeShop.OpenAsync(provider);
        await shop.LoadAsync(
            SourceKind.Web,
            """{"type":"page","messageId":"both","userId":"C-1"}""", """{"type":"identify","userId":"C-1","traits":{"firstName":"Ann","likes":"coffee"}}""",
            """{"type":"page","messageId":"both","anonymousId":"v1"}""", """{"type":"page","messageId":"one","anonymousId":"v1"}""", """{"type":"page","messageId":"two","anonymousId":"v1"}""",
            """{"type":"track","messageId":"three","anonymousId":"v1","event":"Order Completed","properties":{"order_id":"O","total":5,"products":[{"sku":"A","price":5}]}}""",
            """{"type":"identify","anonymousId":"v1","traits":{"firstName":"Anna","city":"Graz","likes":"tea","colour":"green"}}""");
        return shop;
    }

    private static async Task<(int Visitor, int Ann)> IdsAsync(TestDatabase shop)
    {
        await using var db = shop.Open();
        return (await db.Customers.Where(x => x.Key == "anon:v1").Select(x => x.Id).SingleAsync(Stop), await db.Customers.Where(x => x.Key == "C-1").Select(x => x.Id).SingleAsync(Stop));
    }

    private static Task SayAsync(TestDatabase shop, int customer, params (Purpose Purpose, bool Granted)[] said) => shop.Get<ConsentGate>().RecordAsync(
        [.. said.Select(x => new ConsentEntry { CustomerId = customer, Purpose = x.Purpose, Granted = x.Granted, At = shop.Time.Now, Source = "test", RecordedBy = "test", RecordedAt = shop.Time.Now })], Stop);

    /// <summary>All that a merge touches, in words.</summary>
    private static async Task<string> PictureAsync(TestDatabase shop)
    {
        await using var db = shop.Open();
        var customers = await db.Customers.OrderBy(x => x.Id).Select(x => $"{x.Key} {x.FirstName} {x.City} {x.CreatedAt:O} {x.ErasedAt}").ToListAsync(Stop);
        var events = (await db.Events.ToListAsync(Stop)).Select(x => $"{x.CustomerId} {x.Id} {x.Type}").Order(StringComparer.Ordinal);
        var items = (await db.EventItems.ToListAsync(Stop)).Select(x => $"{x.CustomerId} {x.EventId} {x.Line}").Order(StringComparer.Ordinal);
        var traits = (await db.CustomerTraits.ToListAsync(Stop)).Select(x => $"{x.CustomerId} {x.Name} {x.Value}").Order(StringComparer.Ordinal);
        var identities = (await db.CustomerIdentities.ToListAsync(Stop)).Select(x => $"{x.CustomerId} {x.Kind} {x.Value}").Order(StringComparer.Ordinal);
        return string.Join('\n', [.. customers, .. events, .. items, .. traits, .. identities]);
    }
}
