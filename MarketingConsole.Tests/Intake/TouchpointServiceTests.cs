using System.Text;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Touchpoints;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Intake;

public sealed class TouchpointServiceTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task TakeAsync_CustomerWhoAllowsIt_ReadingsBecomeOneVisit(DatabaseProvider provider)
    {
        await using var shop = await OpenAsync(provider);
        await TakeAsync(shop, """{"device":"door","userId":"ann","subject":"app-1","event":"enter"}""");
        shop.Time.Advance(TimeSpan.FromMinutes(10));
        await TakeAsync(shop, """{"device":"shelf","subject":"app-1","articles":["TEA","unknown"]}""");
        shop.Time.Advance(TimeSpan.FromMinutes(10));
        await TakeAsync(shop, """{"id":"k1","device":"kiosk","subject":"app-1"}""");
        await TakeAsync(shop, """{"device":"door","subject":"app-1","event":"leave"}""");
        shop.Time.Advance(TimeSpan.FromMinutes(1));
        await TakeAsync(shop, """{"device":"door","subject":"app-1","event":"enter"}""");

        await using var db = shop.Open();
        var visits = await db.StoreVisits.OrderBy(x => x.EnteredAt).ToListAsync(Stop);
        Assert.Equal([(20.0, 2, true), (0.0, 0, false)], visits.Select(x => ((x.LastAt - x.EnteredAt).TotalMinutes, x.Articles, x.LeftAt is not null)));
        var events = await db.Events.OrderBy(x => x.At).ThenBy(x => x.Type).ToListAsync(Stop);
        Assert.Equal([EventType.StoreVisit, EventType.RfidRead, EventType.RfidRead, EventType.KioskSession, EventType.StoreVisit], events.Select(x => x.Type));
        Assert.All(events, x => Assert.Equal((1, Channel.Store), (x.StoreId, x.Channel)));
        Assert.Equal(1, events.Count(x => x.ProductId is not null));
        Assert.DoesNotContain("app-1", await db.CustomerIdentities.Select(x => x.Value).ToListAsync(Stop));
        shop.Time.Advance(TimeSpan.FromMinutes(16));
        Assert.Equal(1, await shop.Get<TouchpointService>().EndSilentAsync(Stop));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task TakeAsync_WithoutConsentOrName_KeepsOnlyNumbers(DatabaseProvider provider)
    {
        await using var shop = await OpenAsync(provider);
        var answer = await TakeAsync(shop, """{"device":"camera","people":3,"dwellSeconds":90}""", """{"device":"camera","people":2,"dwellSeconds":10}""", """{"device":"door","userId":"bob","subject":"app-2"}""", """{"device":"door","subject":"face-7"}""",
            """{"device":"stolen","people":1}""", """{"device":"door","people":-1}""", """{"device":"door","event":"dance"}""");
        Assert.Equal(4, answer.Counted);
        Assert.Equal([(TouchpointService.NoConsent, 1), (TouchpointService.NobodyKnown, 1)], answer.Dropped.OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => (x.Key, x.Value)).OrderByDescending(x => x.Key == TouchpointService.NoConsent));
        Assert.Equal([(4, "device"), (5, "people"), (6, "event")], answer.Rejected.OrderBy(x => x.Index).Select(x => (x.Index, x.Field)));

        await using var db = shop.Open();
        Assert.Empty(await db.Events.ToListAsync(Stop));
        Assert.Empty(await db.StoreVisits.ToListAsync(Stop));
        Assert.Empty(await db.CustomerIdentities.ToListAsync(Stop));
        Assert.Equal([("Entrance", 2L, 0L), ("Till", 5L, 100L)], (await db.ZoneCounts.OrderBy(x => x.Zone).ToListAsync(Stop)).Select(x => (x.Zone, x.People, x.DwellSeconds)));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task TakeAsync_ReadingsSentAgain_ChangeNothing(DatabaseProvider provider)
    {
        await using var shop = await OpenAsync(provider);
        string[] readings =
        [
            """{"device":"camera","at":"2026-06-01T11:58:00Z","people":3,"dwellSeconds":90}""", """{"messageId":"c-2","device":"camera","people":2,"dwellSeconds":10}""", """{"device":"door","at":"2026-06-01T11:58:00Z","subject":"face-7","event":"enter"}""",
            """{"device":"door","at":"2026-06-01T11:59:00Z","userId":"ann","subject":"app-1","event":"enter"}""", """{"device":"shelf","at":"2026-06-01T11:59:30Z","subject":"app-1","articles":["TEA","CUP"]}""", """{"id":"k1","device":"kiosk","at":"2026-06-01T11:59:40Z","subject":"app-1"}""",
        ];
        var first = await TakeAsync(shop, [.. readings, readings[0], readings[1]]); // also within a request
        Assert.Equal((6, 2, 0), (first.Counted, first.Repeated, first.Rejected.Count));
        var before = await PictureAsync(shop);
        foreach (var later in new[] { TimeSpan.FromSeconds(5), TimeSpan.FromHours(3), TimeSpan.FromDays(6) })
        {
            shop.Time.Advance(later);
            await shop.Get<TouchpointService>().ForgetAsync(Stop);
            var again = await TakeAsync(shop, readings);
            Assert.Equal((0, 6), (again.Counted, again.Repeated));
            Assert.Equal(before, await PictureAsync(shop));
        }

        // What differs in anything, or says neither who it is nor when, is another reading.
        var others = await TakeAsync(shop, """{"messageId":"c-3","device":"camera","people":2,"dwellSeconds":10}""", """{"messageId":"c-2","device":"door","people":2}""", """{"device":"camera","people":1}""", """{"device":"camera","people":1}""", """{"device":"camera","at":"2026-06-01T11:58:00Z","people":4,"dwellSeconds":90}""");
        Assert.Equal((5, 0), (others.Counted, others.Repeated));

        shop.Time.Advance(TimeSpan.FromDays(7) + TimeSpan.FromSeconds(1));
        Assert.Equal(9, await shop.Get<TouchpointService>().ForgetAsync(Stop));
        Assert.Equal("at", Assert.Single((await TakeAsync(shop, readings[0])).Rejected).Field);
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task TakeAsync_SameReadingsAtOnce_CountOnce(DatabaseProvider provider)
    {
        await using var shop = await OpenAsync(provider);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => TakeAsync(shop, """{"messageId":"c","device":"camera","people":3}""", """{"messageId":"d","device":"door","userId":"ann","event":"enter"}""")));
        Assert.Equal((2, 14), (answers.Sum(x => x.Counted), answers.Sum(x => x.Repeated)));
        await using var db = shop.Open();
        Assert.Equal((4L, 1, 1), (await db.ZoneCounts.SumAsync(x => x.People, Stop), await db.StoreVisits.CountAsync(Stop), await db.Events.CountAsync(Stop)));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task TakeAsync_ReadingsOutOfOrder_ArePartOfTheVisitTheyHappenedIn(DatabaseProvider provider)
    {
        await using var shop = await OpenAsync(provider);
        await TakeAsync(
            shop,
            """{"device":"door","at":"2026-06-01T11:40:00Z","userId":"ann","event":"leave"}""", """{"device":"shelf","at":"2026-06-01T11:35:00Z","userId":"ann","articles":["TEA"]}""", """{"device":"door","at":"2026-06-01T11:30:00Z","userId":"ann","event":"enter"}""");
        await TakeAsync(shop, """{"device":"door","at":"2026-06-01T11:45:00Z","userId":"ann","event":"enter"}""");
        await TakeAsync(shop, """{"device":"kiosk","at":"2026-06-01T11:38:00Z","userId":"ann"}""", """{"device":"door","at":"2026-06-01T11:29:00Z","userId":"ann"}""");

        await using var db = shop.Open();
        var visits = await db.StoreVisits.OrderBy(x => x.EnteredAt).ToListAsync(Stop);
        Assert.Equal([("11:29", "11:40", true, "Entrance"), ("11:45", "11:45", false, "Entrance")], visits.Select(x => ($"{x.EnteredAt:HH:mm}", $"{x.LastAt:HH:mm}", x.LeftAt is not null, x.Zone)));
        Assert.Equal(2, await db.Events.CountAsync(x => x.Type == EventType.StoreVisit, Stop));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task TakeAsync_TagReadAgainAndAgain_IsOneArticleOfTheVisit(DatabaseProvider provider)
    {
        await using var shop = await OpenAsync(provider);
        await TakeAsync(shop, """{"device":"shelf","userId":"ann","articles":["TEA","X1"]}""", """{"device":"shelf","userId":"ann","articles":["TEA","CUP"]}""");
        shop.Time.Advance(TimeSpan.FromSeconds(5));
        await TakeAsync(shop, """{"device":"shelf","userId":"ann","articles":["TEA","X1"]}""", """{"device":"door","userId":"ann","event":"leave"}""");
        shop.Time.Advance(TimeSpan.FromHours(1));
        await TakeAsync(shop, """{"device":"shelf","userId":"ann","articles":["TEA"]}""");

        await using var db = shop.Open();
        Assert.Equal([3, 1], await db.StoreVisits.OrderBy(x => x.EnteredAt).Select(x => x.Articles).ToListAsync(Stop));
        Assert.Equal(4, await db.Events.CountAsync(x => x.Type == EventType.RfidRead, Stop));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task TakeAsync_DifferentReadingsAtOnce_AreOneVisitAndAllCounted(DatabaseProvider provider)
    {
        await using var shop = await OpenAsync(provider);
        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(n => TakeAsync(shop, $$"""{"messageId":"c{{n}}","device":"camera","people":3}""", $$"""{"messageId":"d{{n}}","device":"door","userId":"ann","event":"enter"}""")));
        Assert.Equal(16, answers.Sum(x => x.Counted));
        await using var db = shop.Open();
        Assert.Equal((32L, 1), (await db.ZoneCounts.SumAsync(x => x.People, Stop), await db.StoreVisits.CountAsync(Stop)));
    }

    [Fact]
    public async Task TakeAsync_ManyRequestsASecond_AreToldTogether()
    {
        await using var shop = await OpenAsync(DatabaseProvider.Sqlite);
        var (told, service) = (new List<string>(), shop.Get<TouchpointService>());
        using var listening = shop.Get<ChangeFeed>().Subscribe<StoresChanged>(x => told.Add(string.Join(',', x.Arrived)));
        await TakeAsync(shop, """{"device":"camera","people":1}""");
        await TakeAsync(shop, """{"device":"door","userId":"ann"}""");
        await TakeAsync(shop, """{"device":"camera","people":1}""");
        service.TellDue();
        Assert.Equal([""], told);
        shop.Time.Advance(TimeSpan.FromSeconds(1));
        service.TellDue();
        service.TellDue();
        Assert.Equal(["", "1"], told);
    }

    [Fact]
    public async Task NowAsync_ConsentTakenBack_NamesThemNoMore()
    {
        await using var shop = await OpenAsync(DatabaseProvider.Sqlite);
        await TakeAsync(shop, """{"device":"door","userId":"ann"}""");
        shop.Time.Advance(TimeSpan.FromSeconds(1));
        await shop.Get<ConsentGate>().RecordAsync([new ConsentEntry { CustomerId = 1, Purpose = Purpose.InStore, Granted = false, At = shop.Time.Now, Source = "test", RecordedBy = "test", RecordedAt = shop.Time.Now }], Stop);
        Assert.Empty(Assert.Single(await shop.Get<StoreService>().NowAsync(Stop)).Zones.SelectMany(x => x.Present));
    }

    [Fact]
    public async Task NowAsync_VipWhoAllowsIt_IsNamedInTheirZone()
    {
        await using var shop = await OpenAsync(DatabaseProvider.Sqlite);
        var arrived = new List<int>();
        using var listening = shop.Get<ChangeFeed>().Subscribe<StoresChanged>(x => arrived.AddRange(x.Arrived));
        await TakeAsync(shop, """{"device":"door","userId":"ann"}""", """{"device":"door","userId":"bob"}""");
        Assert.Equal([1], arrived);
        var store = Assert.Single(await shop.Get<StoreService>().NowAsync(Stop));
        var guest = Assert.Single(store.Zones.SelectMany(x => x.Present));
        Assert.Equal(("Ann", "Entrance", true), (guest.Name, guest.Zone, guest.Vip));
    }

    private static async Task<TestDatabase> OpenAsync(DatabaseProvider provider)
    {
        var shop = await IntakeShop.OpenAsync(provider);
        await using (var db = shop.Open())
        {
            db.ConsentRules.AddRange(ConsentRuleSet.Defaults(shop.Time.Now));
            db.Stores.Add(new Store { Id = 1, Name = "Graben" });
            db.Products.Add(new Product { Id = 1, Sku = "TEA", Name = "Tea" });
            db.Customers.AddRange(CustomerNormaliser.Apply(new Customer { Id = 1, Key = "ann", FirstName = "Ann", Tier = "gold", Country = "AT" }), CustomerNormaliser.Apply(new Customer { Id = 2, Key = "bob", Country = "AT" }));
            await db.SaveChangesAsync(Stop);
        }

        await shop.Get<ConsentGate>().RecordAsync([new ConsentEntry { CustomerId = 1, Purpose = Purpose.InStore, Granted = true, At = shop.Time.Now, Source = "test", RecordedBy = "test", RecordedAt = shop.Time.Now }], Stop);
        foreach (var (external, zone, kind) in new[] { ("door", "Entrance", DeviceKind.Beacon), ("shelf", "Tea", DeviceKind.RfidReader), ("kiosk", "Tea", DeviceKind.Kiosk), ("camera", "Till", DeviceKind.Camera) })
        {
            Assert.True((await shop.Get<DeviceService>().RegisterAsync(new DeviceDraft(1, zone, kind, external, external), "test", Stop)).Ok);
        }

        Assert.Equal(["zone", "storeId", "externalId"], (await shop.Get<DeviceService>().RegisterAsync(new DeviceDraft(9, "", DeviceKind.Beacon, "x", "door"), "test", Stop)).Errors.Select(x => x.Field));
        return shop;
    }

    private static async Task<string> PictureAsync(TestDatabase shop)
    {
        await using var db = shop.Open();
        var events = (await db.Events.ToListAsync(Stop)).Select(x => $"{x.Id} {x.Type} {x.At:O}").Order(StringComparer.Ordinal);
        var visits = (await db.StoreVisits.ToListAsync(Stop)).Select(x => $"{x.Id} {x.EnteredAt:O} {x.LastAt:O} {x.Articles}");
        var counts = (await db.ZoneCounts.ToListAsync(Stop)).Select(x => $"{x.Zone} {x.Hour} {x.People} {x.DwellSeconds}").Order(StringComparer.Ordinal);
        return string.Join('\n', [.. events, .. visits, .. counts]);
    }

    private static Task<TouchpointAnswer> TakeAsync(TestDatabase shop, params string[] readings) => shop.Get<TouchpointService>().TakeAsync(Encoding.UTF8.GetBytes($$"""{"readings":[{{string.Join(',', readings)}}]}"""), 1, Stop);
}
