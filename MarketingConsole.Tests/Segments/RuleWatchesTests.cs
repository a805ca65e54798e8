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

public sealed class RuleWatchesTests
{
    private static readonly TraitRule Gold = new() { Field = "tier", Op = RuleOperator.Is, Value = "gold" };
    private static readonly HeldRule GoldForTenDays = new() { Rule = Gold, Days = 10 };
    private static readonly EventRule BoughtLately = new() { Event = EventType.Purchase, Days = 30 };
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider, bool> Engines
    {
        get
        {
            var all = new TheoryData<DatabaseProvider, bool>();
            foreach (var provider in TestDatabase.Providers.Select(x => x.Data))
            {
                all.Add(provider, true);
                all.Add(provider, false);
            }

            return all;
        }
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Held_TimePasses_CustomerEntersAndABreakBeginsAnew(DatabaseProvider provider, bool inStore)
    {
        await using var database = await ShopAsync(provider, inStore);
        using var clock = ActivatorUtilities.CreateInstance<SegmentClock>(database.Services);
        var id = await SaveAsync(database, "Gold for long", GoldForTenDays);
        var negated = await SaveAsync(database, "Not gold for long", GroupRule.None(GoldForTenDays));
        Assert.Empty(await MembersAsync(database, id));
        await PassAsync(database, clock, TimeSpan.Zero);

        await PassAsync(database, clock, TimeSpan.FromDays(10) - TimeSpan.FromSeconds(1));
        Assert.Empty(await MembersAsync(database, id));
        await PassAsync(database, clock, TimeSpan.FromSeconds(1));
        await UntilAsync(database, id, [1, 2]);
        await UntilAsync(database, negated, [3]);

        await TierAsync(database, 2, "silver");
        await UntilAsync(database, id, [1]);
        await PassAsync(database, clock, TimeSpan.FromHours(1));
        await TierAsync(database, 2, "gold");
        await PassAsync(database, clock, TimeSpan.FromDays(9));
        Assert.Equal([1], await MembersAsync(database, id));
        await PassAsync(database, clock, TimeSpan.FromDays(1));
        await UntilAsync(database, id, [1, 2]);
        await UntilAsync(database, negated, [3]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Held_WithinAnother_CountsFromWhenTheInnerBegan(DatabaseProvider provider, bool inStore)
    {
        await using var database = await ShopAsync(provider, inStore);
        using var clock = ActivatorUtilities.CreateInstance<SegmentClock>(database.Services);
        var id = await SaveAsync(database, "Long, for long", new HeldRule { Rule = GroupRule.All(new HeldRule { Rule = Gold, Days = 2 }, new PermissionRule { Purpose = Purpose.Profiling }), Minutes = 60 });
        await PassAsync(database, clock, TimeSpan.Zero);
        await PassAsync(database, clock, TimeSpan.FromDays(2));
        await PassAsync(database, clock, TimeSpan.FromMinutes(59));
        Assert.Empty(await MembersAsync(database, id));
        await PassAsync(database, clock, TimeSpan.FromMinutes(1));
        await UntilAsync(database, id, [1, 2]);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Watch_Segment_IsHiddenSharedAndEndsWithItsLastRule(DatabaseProvider provider, bool inStore)
    {
        await using var database = await ShopAsync(provider, inStore);
        var service = database.Get<SegmentService>();
        var first = await SaveAsync(database, "First", GoldForTenDays);
        var second = await SaveAsync(database, "Second", GroupRule.All(new HeldRule { Rule = GroupRule.Any(Gold), Days = 5 }, new PermissionRule { Purpose = Purpose.Email }));
        var watch = Assert.Single(await WatchesAsync(database));
        Assert.Equal([1, 2], await MembersAsync(database, watch));
        Assert.Equal(["First", "Second"], (await service.ListAsync(Stop)).Select(x => x.Name));
        Assert.Null(await service.GetAsync(watch, Stop));
        Assert.Empty(await service.OfCustomerAsync(1, Stop));
        Assert.Empty(await database.Get<SegmentMembersReader>().MovesOfAsync(1, 10, Stop));
        Assert.Contains(await service.CheckAsync(new MemberRule { Segment = watch }, null, Stop), x => x.Message == $"There is no segment {watch}.");
        await using var db = database.Open();
        Assert.Equal((2, 0), (await db.Segments.CountAsync(Stop), await db.SegmentSizes.CountAsync(x => x.SegmentId == watch, Stop)));

        database.Time.Advance(TimeSpan.FromDays(2));
        Assert.True((await service.SaveAsync(first, new SegmentDraft("First", "", Gold), "test", Stop)).Ok);
        Assert.Equal([watch], await WatchesAsync(database));
        Assert.True((await service.DeleteAsync(second, "test", Stop)).Ok);
        Assert.Equal([watch], await WatchesAsync(database)); // a day for undo
        await service.RestoreAsync(second, "test", Stop);
        database.Time.Advance(TimeSpan.FromDays(3));
        await database.Get<SegmentKeeper>().RecountTimedAsync(Stop);
        Assert.Equal([1, 2], await MembersAsync(database, second)); // as if it had not been deleted

        Assert.True((await service.SaveAsync(second, new SegmentDraft("Second", "", Gold), "test", Stop)).Ok);
        Assert.Empty(await WatchesAsync(database));
        Assert.Empty(await MembersAsync(database, watch));
        Assert.False(await db.SegmentMoves.AnyAsync(x => x.SegmentId == watch, Stop));
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task Preview_HeldRule_SaysWhatIsNotWatchedYetAndCountsWhatIs(DatabaseProvider provider, bool inStore)
    {
        await using var database = await ShopAsync(provider, inStore);
        var previewer = database.Get<SegmentPreviewer>();
        var preview = await previewer.PreviewAsync(GroupRule.All(GoldForTenDays), null, Stop);
        Assert.Equal((0, "rules[0]"), (preview.Count, Assert.Single(preview.Notes).Path));
        Assert.Contains("Watching begins when the segment is saved", preview.Notes[0].Message, StringComparison.Ordinal);

        await SaveAsync(database, "Gold for long", GoldForTenDays);
        database.Time.Advance(TimeSpan.FromDays(4));
        preview = await previewer.PreviewAsync(new HeldRule { Rule = Gold, Days = 4 }, null, Stop);
        Assert.Equal((2, 0), (preview.Count, preview.Notes.Count));
        preview = await previewer.PreviewAsync(GoldForTenDays, null, Stop);
        Assert.Equal(0, preview.Count);
        Assert.Contains("Watched since 1 June 2026, 14:00 only: before 11 June 2026", Assert.Single(preview.Notes).Message, StringComparison.Ordinal);
        Assert.Empty((await previewer.PreviewAsync(Gold, null, Stop)).Notes);
    }

    [Theory, MemberData(nameof(Engines))]
    public async Task LookBack_RuleOfEvents_FindsSinceWhenItHasHeldWithoutFalseMoves(DatabaseProvider provider, bool inStore)
    {
        await using var database = await ShopAsync(provider, inStore);
        var now = database.Time.Now;
        await BuyAsync(database, 1, now.AddDays(-20)); // within 30 days all the time
        await BuyAsync(database, 2, now.AddDays(-3)); // only since then
        await BuyAsync(database, 3, now.AddDays(-40)); // again, after a break of ten days
        await BuyAsync(database, 3, now.AddDays(-2));
        await CaughtUpAsync(database, inStore);
        var rule = new HeldRule { Rule = BoughtLately, Days = 16 };
        Assert.Contains(inStore ? "looks back" : "does not watch this yet", Assert.Single((await database.Get<SegmentPreviewer>().PreviewAsync(rule, null, Stop)).Notes).Message, StringComparison.Ordinal);
        var id = await SaveAsync(database, "Buyers for long", rule);
        if (!inStore)
        {
            Assert.Empty(await MembersAsync(database, id)); // the database is not asked 32 times
            return;
        }

        Assert.Equal([1], await MembersAsync(database, id));
        Assert.Empty((await database.Get<SegmentPreviewer>().PreviewAsync(rule, null, Stop)).Notes);
        var watch = Assert.Single(await WatchesAsync(database));
        await using (var db = database.Open())
        {
            var entered = await db.SegmentMembers.Where(x => x.SegmentId == watch).OrderBy(x => x.CustomerId).Select(x => x.EnteredAt).ToListAsync(Stop);
            Assert.Equal([now.AddDays(-16), now.AddDays(-3), now.AddDays(-2)], entered); // steps of half a day
            var store = database.Get<StoreKeeper>().Store!;
            Assert.Equal(entered, store.Members[watch].OrderBy(x => store.IdOf(x.Key)).Select(x => DateTime.UnixEpoch.AddMilliseconds(x.Value)));
        }

        var moves = new List<SegmentMoved>();
        using var subscription = database.Get<ChangeFeed>().Subscribe<SegmentMoved>(moves.Add);
        var longer = GroupRule.All(new HeldRule { Rule = BoughtLately, Days = 19 }); // the look goes on from where the first ended
        Assert.True((await database.Get<SegmentService>().SaveAsync(id, new SegmentDraft("Buyers for long", "", longer), "test", Stop)).Ok);
        var other = GroupRule.All(new HeldRule { Rule = GroupRule.Any(BoughtLately, new EventRule { Event = EventType.Return }), Days = 19 }); // another condition, watched before the rule is in force
        Assert.True((await database.Get<SegmentService>().SaveAsync(id, new SegmentDraft("Buyers for long", "", other), "test", Stop)).Ok);
        Assert.Equal([1], await MembersAsync(database, id));
        Assert.DoesNotContain(moves, x => x.SegmentId == id);
    }

    [Theory]
    [InlineData("""{"type":"event","event":"purchase","days":30}""", true)]
    [InlineData("""{"type":"group","match":"none","rules":[{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"},"withinDays":3},{"type":"trait","field":"signUp","op":"inLast","days":3}]}""", true)]
    [InlineData("""{"type":"rank","percent":5,"event":{"event":"purchase"}}""", true)]
    [InlineData("""{"type":"rank","percent":5,"field":"orders"}""", false)]
    [InlineData("""{"type":"trait","field":"tier","op":"is","value":"gold"}""", false)]
    [InlineData("""{"type":"consent","purpose":"email"}""", false)]
    [InlineData("""{"type":"event","event":"purchase","measure":"sum","of":"properties.points","op":"above","value":3}""", false)]
    [InlineData("""{"type":"held","rule":{"type":"event","event":"purchase"},"days":3}""", false)]
    public void CanLookBack_OnlyWhatThePastTells(string json, bool can) => Assert.Equal(can, WatchHistory.CanLookBack(RuleJson.Read(json)));

    [Fact]
    public async Task Why_HeldRule_SaysSinceWhenAndWhyNow()
    {
        await using var database = await ShopAsync(DatabaseProvider.Sqlite, inStore: false);
        var explainer = database.Get<SegmentExplainer>();
        var why = (await explainer.WhyAsync(GoldForTenDays, 1, null, Stop))!;
        Assert.Equal((false, "not watched yet: the console begins to when a segment with this rule is saved", "for at least 10 days"), (why.Holds, why.Reasons[0].Actual, why.Reasons[0].Wanted));
        await SaveAsync(database, "Gold for long", GoldForTenDays);
        database.Time.Advance(TimeSpan.FromDays(12));
        why = (await explainer.WhyAsync(GoldForTenDays, 1, null, Stop))!;
        Assert.Equal([("", 0, true), ("rule", 1, true)], why.Reasons.Select(x => (x.Path, x.Depth, x.Holds)));
        Assert.Equal("has held since 1 June 2026, 12 days ago", why.Reasons[0].Actual);
        Assert.Equal("does not hold now", (await explainer.WhyAsync(GoldForTenDays, 3, null, Stop))!.Reasons[0].Actual);
    }

    [Fact]
    public async Task Save_HeldOverAMemberOfItself_IsRefused()
    {
        await using var database = await ShopAsync(DatabaseProvider.Sqlite, inStore: false);
        var first = await SaveAsync(database, "First", Gold);
        var second = await SaveAsync(database, "Second", new HeldRule { Rule = new MemberRule { Segment = first }, Days = 3 });
        var circle = await database.Get<SegmentService>().SaveAsync(first, new SegmentDraft("First", "", new MemberRule { Segment = second }), "test", Stop);
        Assert.Equal("rule.segment", Assert.Single(circle.Errors).Field);
        var refused = await database.Get<SegmentService>().DeleteAsync(first, "test", Stop);
        Assert.Contains("\"Second\" refers to this one", Assert.Single(refused.Errors).Message, StringComparison.Ordinal);
    }

    /// <summary>Time goes on, and what it moves is looked at: by the clock over the store, by the timed recount in the database.</summary>
    private static async Task PassAsync(TestDatabase database, SegmentClock clock, TimeSpan by)
    {
        database.Time.Advance(by);
        if (database.Get<StoreKeeper>().Store is null)
        {
            await database.Get<SegmentKeeper>().RecountTimedAsync(Stop);
            return;
        }

        await clock.TickAsync(Stop);
        await clock.TickAsync(Stop);
        await database.Get<MembershipWriter>().FlushAsync();
    }

    private static async Task TierAsync(TestDatabase database, int customer, string tier)
    {
        await using (var db = database.Open())
        {
            await db.Customers.Where(x => x.Id == customer).ExecuteUpdateAsync(s => s.SetProperty(x => x.Tier, tier), Stop);
        }

        database.Get<ChangeFeed>().Publish(new CustomersChanged([customer]));
        _ = await database.Get<StoreKeeper>().CaughtUpAsync(Stop);
        await database.Get<SegmentKeeper>().RecheckAsync([customer], Stop);
    }

    private static async Task<TestDatabase> ShopAsync(DatabaseProvider provider, bool inStore)
    {
        var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c));
        await using var db = database.Open();
        var now = database.Time.Now;
        db.ConsentRules.AddRange(ConsentRuleSet.Defaults(now));
        foreach (var (id, tier) in new[] { (1, "gold"), (2, "gold"), (3, "silver") })
        {
            var customer = new Customer { Id = id, Key = $"C{id}", Country = "DE", Tier = tier, CreatedAt = now.AddDays(-100), UpdatedAt = now };
            CustomerNormaliser.Apply(customer);
            db.Customers.Add(customer);
            db.ConsentChoices.AddRange(new[] { Purpose.Profiling, Purpose.Email }.Select(x => new ConsentChoice { CustomerId = id, Purpose = x, Granted = true, At = now.AddDays(-50) }));
        }

        await db.SaveChangesAsync(Stop);
        if (inStore)
        {
            await database.Get<StoreKeeper>().StartAsync(Stop);
            await CaughtUpAsync(database, inStore);
        }

        return database;
    }

    private static async Task CaughtUpAsync(TestDatabase database, bool inStore)
    {
        for (var i = 0; inStore && database.Get<StoreKeeper>().Current is null; i++)
        {
            Assert.True(i < 200, "The store was not built.");
            await Task.Delay(20, Stop);
        }
    }

    private static async Task UntilAsync(TestDatabase database, int segment, int[] members)
    {
        for (var i = 0; i < 200 && !(await MembersAsync(database, segment)).SequenceEqual(members); i++)
        {
            await Task.Delay(20, Stop);
        }

        Assert.Equal(members, await MembersAsync(database, segment));
    }

    private static async Task<int> SaveAsync(TestDatabase database, string name, SegmentRule rule)
    {
        var result = await database.Get<SegmentService>().SaveAsync(null, new SegmentDraft(name, "", rule), "test", Stop);
        Assert.Empty(result.Errors);
        return result.Id;
    }

    private static Task<int> BuyAsync(TestDatabase database, int customer, DateTime at) => database.Get<EventWriter>().WriteAsync(
        [new Event { CustomerId = customer, Id = MessageIds.Hash($"{customer} {at:O}"), Type = EventType.Purchase, At = at, AmountCents = 1000 }], [], Stop);

    private static async Task<List<int>> MembersAsync(TestDatabase database, int id)
    {
        await using var db = database.Open();
        return await db.SegmentMembers.Where(x => x.SegmentId == id).OrderBy(x => x.CustomerId).Select(x => x.CustomerId).ToListAsync(Stop);
    }

    private static async Task<List<int>> WatchesAsync(TestDatabase database)
    {
        await using var db = database.Open();
        return await db.Segments.IgnoreQueryFilters().Where(x => x.IsWatch).Select(x => x.Id).ToListAsync(Stop);
    }
}
