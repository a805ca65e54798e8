using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Segments;

public sealed class SegmentKeeperTests
{
    private static readonly EventRule BoughtLately = new() { Event = EventType.Purchase, Days = 30 };
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Recheck_EventArrivesAndTimePasses_CustomerEntersAndLeaves(DatabaseProvider provider)
    {
        await using var database = await ShopAsync(provider);
        var id = await SaveAsync(database, "Bought lately", BoughtLately);
        var moves = new List<SegmentMoved>();
        using var subscription = database.Get<ChangeFeed>().Subscribe<SegmentMoved>(moves.Add);
        await BuyAsync(database, 1);

        await database.Get<SegmentKeeper>().RecheckAsync([1, 2], Stop);
        Assert.Equal([1], await MembersAsync(database, id));
        Assert.Equal((id, 1), (moves[0].SegmentId, Assert.Single(moves[0].Entered)));

        await database.Get<SegmentKeeper>().RecheckAsync([1, 2], Stop);
        Assert.Single(moves);

        database.Time.Advance(TimeSpan.FromDays(30));
        await database.Get<SegmentKeeper>().RecountTimedAsync(Stop);
        Assert.Empty(await MembersAsync(database, id));
        Assert.Equal(1, Assert.Single(moves[1].Left));
        await using var db = database.Open();
        Assert.Equal([true, false], await db.SegmentMoves.OrderBy(x => x.Id).Select(x => x.Entered).ToListAsync(Stop));
        Assert.Equal([1, 0], (await db.SegmentSizes.OrderBy(x => x.At).Select(x => x.Size).ToListAsync(Stop)).TakeLast(2));
        var segment = await db.Segments.AsNoTracking().SingleAsync(x => x.Id == id, Stop);
        Assert.Equal((0, database.Time.Now), (segment.Size, segment.CountedAt!.Value));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Clock_OnlyTimePasses_CustomerLeavesWithinASecond(DatabaseProvider provider)
    {
        await using var database = await ShopAsync(provider);
        var id = await SaveAsync(database, "Bought lately", BoughtLately);
        await BuyAsync(database, 1);
        await StartStoreAsync(database);
        await database.Get<SegmentKeeper>().RecheckAsync([1], Stop);
        using var clock = ActivatorUtilities.CreateInstance<SegmentClock>(database.Services);
        await clock.TickAsync(Stop);

        database.Time.Advance(TimeSpan.FromDays(30) - TimeSpan.FromSeconds(30)); // the last moment it still counts
        await clock.TickAsync(Stop);
        Assert.Equal([1], await MembersAsync(database, id));

        database.Time.Advance(TimeSpan.FromSeconds(31));
        Assert.Equal(1, await clock.TickAsync(Stop));
        await UntilAsync(database, TimeSpan.Zero, async () => (await MembersAsync(database, id)).Count == 0);
        Assert.Equal(0, await clock.TickAsync(Stop));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Store_EventArrives_MovesBeforeTheDatabaseHasIt(DatabaseProvider provider)
    {
        await using var database = await ShopAsync(provider);
        var lately = await SaveAsync(database, "Bought lately", BoughtLately);
        var german = await SaveAsync(database, "Germans of them", GroupRule.All(new MemberRule { Segment = lately }, new TraitRule { Field = "country", Value = "DE" }));
        var best = await SaveAsync(database, "Best", new RankRule { Count = 1, Event = new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum } });
        var coupon = await SaveAsync(database, "With a coupon", new EventRule { Event = EventType.Purchase, Where = new EventFilter { Properties = [new PropertyFilter { Name = "coupon", Op = RuleOperator.Exists }] } });
        await StartStoreAsync(database);
        var refresher = database.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<SegmentRefresher>().Single();
        await refresher.StartAsync(Stop);
        using var clock = ActivatorUtilities.CreateInstance<SegmentClock>(database.Services);
        var moves = new System.Collections.Concurrent.ConcurrentQueue<SegmentMoved>();
        using var subscription = database.Get<ChangeFeed>().Subscribe<SegmentMoved>(moves.Enqueue);

        var e = new Event { CustomerId = 2, Id = 77, Type = EventType.Purchase, At = database.Time.Now, AmountCents = 1000, Day = database.Get<ShopCalendar>().Day(database.Time.Now), PropertiesJson = """{"coupon":"X"}""" };
        database.Get<ChangeFeed>().Publish(new EventsArrived([new ArrivedEvent(e, [])]));
        await UntilAsync(database, TimeSpan.Zero, async () => (await MembersAsync(database, german)).SequenceEqual([2]));
        Assert.Equal([2], await MembersAsync(database, lately));
        Assert.Equal([lately, german], moves.Select(x => x.SegmentId).Take(2));
        await clock.TickAsync(Stop);
        await UntilAsync(database, TimeSpan.Zero, async () => (await MembersAsync(database, best)).SequenceEqual([2]));
        await using (var db = database.Open())
        {
            Assert.Equal(0, await db.Events.CountAsync(Stop));
        }

        Assert.Empty(await MembersAsync(database, coupon)); // the store knows nothing of coupons
        await database.Get<EventWriter>().WriteAsync([e], [], Stop);
        await UntilAsync(database, TimeSpan.Zero, async () => (await MembersAsync(database, coupon)).SequenceEqual([2]));
        Assert.Equal([2], await MembersAsync(database, lately));
        await refresher.StopAsync(Stop);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Store_Recount_NotesMovesAsTheDatabaseDoes(DatabaseProvider provider)
    {
        await using var database = await ShopAsync(provider);
        await BuyAsync(database, 1);
        await StartStoreAsync(database);
        var id = await SaveAsync(database, "Bought lately", BoughtLately);
        var others = await SaveAsync(database, "Others", GroupRule.None(new MemberRule { Segment = id }));
        Assert.Equal([1], await MembersAsync(database, id));
        Assert.Equal([2, 3, 4], await MembersAsync(database, others));

        database.Time.Advance(TimeSpan.FromDays(30));
        await database.Get<SegmentKeeper>().RecountTimedAsync(Stop);
        Assert.Empty(await MembersAsync(database, id));
        Assert.Equal([1, 2, 3, 4], await MembersAsync(database, others));
        await using var db = database.Open();
        Assert.Equal([true, false], await db.SegmentMoves.Where(x => x.SegmentId == id).OrderBy(x => x.Id).Select(x => x.Entered).ToListAsync(Stop));
        var segment = await db.Segments.AsNoTracking().SingleAsync(x => x.Id == id, Stop);
        Assert.Equal((0, database.Time.Now), (segment.Size, segment.CountedAt!.Value));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Recheck_OneMovesUpARanking_TheOneBelowLeavesAndThoseWhoReferToItFollow(DatabaseProvider provider)
    {
        await using var database = await ShopAsync(provider);
        await BuyAsync(database, 1);
        var best = await SaveAsync(database, "Best", new RankRule { Count = 1, Event = new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum } });
        var others = await SaveAsync(database, "Others", GroupRule.All(new MemberRule { Segment = best, Member = false }, new TraitRule { Field = "country", Value = "DE" }));
        Assert.Equal([1], await MembersAsync(database, best));
        Assert.Equal([2], await MembersAsync(database, others));

        await BuyAsync(database, 2);
        await BuyAsync(database, 2);
        await database.Get<SegmentKeeper>().RecheckAsync([2], Stop);
        Assert.Equal([2], await MembersAsync(database, best));
        Assert.Equal([1], await MembersAsync(database, others));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Save_ChangedRule_RecountsThoseThatReferToIt(DatabaseProvider provider)
    {
        await using var database = await ShopAsync(provider);
        var first = await SaveAsync(database, "German", new TraitRule { Field = "country", Op = RuleOperator.Is, Value = "DE" });
        var second = await SaveAsync(database, "Not German", GroupRule.None(new MemberRule { Segment = first }));
        var third = await SaveAsync(database, "Again German", GroupRule.None(new MemberRule { Segment = second }));
        Assert.Equal([1, 2], await MembersAsync(database, first));
        Assert.Equal([3, 4], await MembersAsync(database, second));

        var result = await database.Get<SegmentService>().SaveAsync(first, new SegmentDraft("German", "", new TraitRule { Field = "country", Op = RuleOperator.Is, Value = "AT" }, 1), "test", Stop);
        Assert.True(result.Ok);
        Assert.Equal([1, 2, 4], await MembersAsync(database, second));
        Assert.Equal([3], await MembersAsync(database, third));
    }

    [Fact]
    public async Task Save_CircleStaleVersionOrSameName_IsRefusedWithPath()
    {
        await using var database = await ShopAsync(DatabaseProvider.Sqlite);
        var service = database.Get<SegmentService>();
        var first = await SaveAsync(database, "First", BoughtLately);
        var second = await SaveAsync(database, "Second", new MemberRule { Segment = first });
        var circle = await service.SaveAsync(first, new SegmentDraft("First", "", GroupRule.All(new MemberRule { Segment = second }), 1), "test", Stop);
        Assert.Equal("rule.rules[0].segment", Assert.Single(circle.Errors).Field);
        Assert.Equal("version", Assert.Single((await service.SaveAsync(first, new SegmentDraft("First", "", BoughtLately, 7), "test", Stop)).Errors).Field);
        Assert.Equal("name", Assert.Single((await service.SaveAsync(null, new SegmentDraft(" Second ", "", BoughtLately), "test", Stop)).Errors).Field);
        Assert.False((await service.DeleteAsync(first, "test", Stop)).Ok);
    }

    [Fact]
    public async Task Delete_ThenRestore_BringsMembersBackWithoutMoves()
    {
        await using var database = await ShopAsync(DatabaseProvider.Sqlite);
        var service = database.Get<SegmentService>();
        var id = await SaveAsync(database, "Austrian", new TraitRule { Field = "country", Op = RuleOperator.Is, Value = "AT" });
        var moves = new List<SegmentMoved>();
        using var subscription = database.Get<ChangeFeed>().Subscribe<SegmentMoved>(moves.Add);
        Assert.True((await service.DeleteAsync(id, "test", Stop)).Ok);
        Assert.Empty(await service.ListAsync(Stop));
        Assert.Empty(await service.OfCustomerAsync(3, Stop));
        await service.RestoreAsync(id, "test", Stop);
        Assert.Equal("Austrian", Assert.Single(await service.OfCustomerAsync(3, Stop)).Name);
        Assert.Empty(moves);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Preview_Rule_CountsPartsAndSample(DatabaseProvider provider)
    {
        await using var database = await ShopAsync(provider);
        var preview = await database.Get<SegmentPreviewer>().PreviewAsync(new TraitRule { Field = "country", Op = RuleOperator.Exists }, null, Stop);
        Assert.Equal((3, 4), (preview.Count, preview.Base));
        Assert.Equal([new PreviewPart("DE", 2), new PreviewPart("AT", 1)], preview.Countries);
        Assert.Equal([1, 2, 3], preview.Sample.Select(x => x.Id).Order());
    }

    [Fact]
    public async Task Preview_Cancelled_Throws()
    {
        await using var database = await ShopAsync(DatabaseProvider.Sqlite);
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => database.Get<SegmentPreviewer>().PreviewAsync(BoughtLately, null, cancelled.Token));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Why_Member_SaysWhichConditionsHold(DatabaseProvider provider)
    {
        await using var database = await ShopAsync(provider);
        var id = await SaveAsync(database, "German or lately", GroupRule.Any(new TraitRule { Field = "country", Op = RuleOperator.Is, Value = "DE" }, BoughtLately));
        var why = await database.Get<SegmentExplainer>().WhyAsync(id, 2, Stop);
        Assert.True(why!.Member);
        Assert.Equal([true, true, false], why.Reasons.Select(x => x.Holds));
        Assert.Equal([0, 1, 1], why.Reasons.Select(x => x.Depth));
        Assert.True((await database.Get<SegmentExplainer>().WhyAsync(id, 4, Stop))!.Barred);
    }

    [Fact]
    public async Task Refresher_EventWrittenAndTimePassing_KeepsMembershipCurrent()
    {
        await using var database = await ShopAsync(DatabaseProvider.Sqlite);
        var id = await SaveAsync(database, "Bought lately", BoughtLately);
        var refresher = database.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<SegmentRefresher>().Single();
        await refresher.StartAsync(Stop);
        await BuyAsync(database, 2);
        await UntilAsync(database, TimeSpan.FromSeconds(1), async () => (await MembersAsync(database, id)).SequenceEqual([2]));
        database.Time.Advance(TimeSpan.FromDays(31));
        await UntilAsync(database, TimeSpan.FromSeconds(1), async () => (await MembersAsync(database, id)).Count == 0);
        await refresher.StopAsync(Stop);
    }

    [Fact]
    public async Task Refresher_TraitConsentAndErasure_KeepMembersAndSizeCurrent()
    {
        await using var database = await ShopAsync(DatabaseProvider.Sqlite);
        var german = await SaveAsync(database, "German", new TraitRule { Field = "country", Op = RuleOperator.Is, Value = "DE" });
        var bought = await SaveAsync(database, "Never bought", new EventRule { Event = EventType.Purchase, Op = EventOperator.NotPerformed });
        Assert.Equal([1, 2, 3], await MembersAsync(database, bought));
        var refresher = database.Services.GetServices<Microsoft.Extensions.Hosting.IHostedService>().OfType<SegmentRefresher>().Single();
        await refresher.StartAsync(Stop);

        await using (var db = database.Open())
        {
            await db.Customers.Where(x => x.Id == 3).ExecuteUpdateAsync(s => s.SetProperty(x => x.Country, "DE"), Stop);
        }

        database.Get<ChangeFeed>().Publish(new CustomersChanged([3]));
        await UntilAsync(database, TimeSpan.FromMilliseconds(100), async () => (await MembersAsync(database, german)).SequenceEqual([1, 2, 3]));

        await database.Get<ConsentGate>().RecordAsync([new ConsentEntry { CustomerId = 2, Purpose = Purpose.Profiling, Granted = false, At = database.Time.Now, RecordedAt = database.Time.Now, Source = "Telephone", RecordedBy = "test" }], Stop);
        await UntilAsync(database, TimeSpan.FromMilliseconds(100), async () => (await MembersAsync(database, bought)).SequenceEqual([1, 3]));

        Assert.NotNull(await database.Get<CustomerEraser>().EraseAsync(1, "test", Stop));
        await UntilAsync(database, TimeSpan.FromMilliseconds(100), async () => await SizesAsync(database) == (2, 1));
        await refresher.StopAsync(Stop);

        async Task<(int, int)> SizesAsync(TestDatabase shop)
        {
            await using var db = shop.Open();
            return (await db.Segments.Where(x => x.Id == german).Select(x => x.Size).SingleAsync(Stop), await db.Segments.Where(x => x.Id == bought).Select(x => x.Size).SingleAsync(Stop));
        }
    }

    private static async Task StartStoreAsync(TestDatabase database)
    {
        await database.Get<StoreKeeper>().StartAsync(Stop);
        await UntilAsync(database, TimeSpan.Zero, () => Task.FromResult(database.Get<StoreKeeper>().Current is not null));
    }

    private static async Task UntilAsync(TestDatabase database, TimeSpan step, Func<Task<bool>> holds)
    {
        for (var i = 0; i < 200; i++)
        {
            if (await holds())
            {
                return;
            }

            database.Time.Advance(step);
            await Task.Delay(20, Stop);
        }

        Assert.Fail("The membership did not follow.");
    }

    private static async Task<TestDatabase> ShopAsync(DatabaseProvider provider)
    {
        var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c));
        await using var db = database.Open();
        var now = database.Time.Now;
        db.ConsentRules.AddRange(ConsentRuleSet.Defaults(now));
        foreach (var (id, country) in new[] { (1, "DE"), (2, "DE"), (3, "AT"), (4, (string?)null) })
        {
            var customer = new Customer { Id = id, Key = $"C{id}", Country = country, CreatedAt = now.AddDays(-100), UpdatedAt = now };
            CustomerNormaliser.Apply(customer);
            db.Customers.Add(customer);
            if (id < 4)
            {
                db.ConsentChoices.Add(new ConsentChoice { CustomerId = id, Purpose = Purpose.Profiling, Granted = true, At = now.AddDays(-50) });
            }
        }

        await db.SaveChangesAsync(Stop);
        return database;
    }

    private static async Task<int> SaveAsync(TestDatabase database, string name, SegmentRule rule)
    {
        var result = await database.Get<SegmentService>().SaveAsync(null, new SegmentDraft(name, "", rule), "test", Stop);
        Assert.Empty(result.Errors);
        return result.Id;
    }

    private static Task<int> BuyAsync(TestDatabase database, int customer) => database.Get<EventWriter>().WriteAsync(
        [new Event { CustomerId = customer, Id = MessageIds.Hash(Guid.NewGuid().ToString()), Type = EventType.Purchase, At = database.Time.Now, AmountCents = 1000 }], [], Stop);

    private static async Task<List<int>> MembersAsync(TestDatabase database, int id)
    {
        await using var db = database.Open();
        return await db.SegmentMembers.Where(x => x.SegmentId == id).OrderBy(x => x.CustomerId).Select(x => x.CustomerId).ToListAsync(Stop);
    }
}
