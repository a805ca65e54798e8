using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Segments;

public sealed class StoreKeeperTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Current_AfterChangesOfEveryKind_AnswersAsTheDatabase(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c));
        await using var db = database.Open();
        var data = new SegmentWorld(seed: 77, customers: 150);
        await data.StoreAsync(db, Stop);
        using var keeper = ActivatorUtilities.CreateInstance<StoreKeeper>(database.Services);
        Assert.Null(keeper.Current);
        await keeper.StartAsync(Stop);
        var (random, feed, writer) = (new Random(3), database.Get<ChangeFeed>(), database.Get<EventWriter>());
        var built = await SettledAsync(database, keeper);
        for (var round = 0; round < 6; round++)
        {
            int[] ids = [.. Enumerable.Range(0, 12).Select(_ => random.Next(1, 151)).Distinct()];
            switch (round)
            {
                case 0: // late events, and the same twice
                    var late = ids.Select(x => new Event { CustomerId = x, Id = 900_000 + x, Type = EventType.Purchase, At = SegmentWorld.Now.AddDays(-random.Next(60)), AmountCents = 5000, Quantity = 2 }).ToList();
                    await writer.WriteAsync(late, [.. late.Select(x => new EventItem { CustomerId = x.CustomerId, EventId = x.Id, Line = 1, ProductId = 1 + random.Next(8), Quantity = 2, AmountCents = 5000 })], Stop);
                    await writer.WriteAsync(late, [], Stop);
                    break;
                case 1: // other traits
                    await db.Customers.Where(x => ids.Contains(x.Id)).ExecuteUpdateAsync(s => s.SetProperty(x => x.Country, "AT").SetProperty(x => x.Tier, (string?)null), Stop);
                    feed.Publish(new CustomersChanged(ids));
                    break;
                case 2: // what they allow
                    await database.Get<ConsentGate>().RecordAsync([.. ids.Select(x => new ConsentEntry { CustomerId = x, Purpose = Purpose.Profiling, Granted = false, At = SegmentWorld.Now, Source = "test", RecordedBy = "test", RecordedAt = SegmentWorld.Now })], Stop);
                    break;
                case 3: // an import taken back
                    await db.EventItems.Where(x => ids.Contains(x.CustomerId)).ExecuteDeleteAsync(Stop);
                    await db.Events.Where(x => ids.Contains(x.CustomerId)).ExecuteDeleteAsync(Stop);
                    feed.Publish(new EventsWritten(null));
                    break;
                case 4: // erased
                    await db.Customers.Where(x => ids.Contains(x.Id)).ExecuteUpdateAsync(s => s.SetProperty(x => x.ErasedAt, SegmentWorld.Now), Stop);
                    feed.Publish(new CustomersChanged(ids));
                    break;
                default: // moved into another segment
                    await db.SegmentMembers.Where(x => ids.Contains(x.CustomerId)).ExecuteDeleteAsync(Stop);
                    feed.Publish(new SegmentMoved(1, [], ids, SegmentWorld.Now));
                    break;
            }

            Assert.Null(keeper.Current); // the database answers until the change is in
            var store = await SettledAsync(database, keeper);
            Assert.Equal(round < 3, store == built); // too much to follow: built anew
            for (var seed = 0; seed < 60; seed++)
            {
                var rule = new RuleGenerator(new Random((round * 1000) + seed)).Next(depth: 2);
                if (StoreQuery.Supports(rule, past: false))
                {
                    var gate = data.Consent;
                    var expected = await SegmentQuery.Members(db, rule, gate, SegmentWorld.Now, SegmentWorld.Calendar).OrderBy(x => x).ToListAsync(Stop);
                    Assert.Equal(expected, store.Read(() => new StoreQuery(store, gate, SegmentWorld.Calendar, SegmentWorld.Now).Members(rule).Slots().Select(store.IdOf).Order().ToList()));
                }
            }
        }

        await keeper.StopAsync(Stop);
    }

    [Fact]
    public async Task Preview_InMemory_SaysWhatTheDatabaseSays()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c));
        await using var db = database.Open();
        await new SegmentWorld(seed: 78, customers: 150).StoreAsync(db, Stop);
        using var keeper = ActivatorUtilities.CreateInstance<StoreKeeper>(database.Services);
        using var idle = ActivatorUtilities.CreateInstance<StoreKeeper>(database.Services); // never started: its previewer asks the database
        await keeper.StartAsync(Stop);
        await SettledAsync(database, keeper);
        var (inMemory, inSql) = (ActivatorUtilities.CreateInstance<SegmentPreviewer>(database.Services, keeper), ActivatorUtilities.CreateInstance<SegmentPreviewer>(database.Services, idle));
        var some = 0;
        for (var seed = 0; seed < 40; seed++)
        {
            var rule = new RuleGenerator(new Random(seed)).Next(depth: 2);
            var (fast, slow) = (await inMemory.PreviewAsync(rule, null, Stop), await inSql.PreviewAsync(rule, null, Stop));
            Assert.Equal((slow.Count, slow.Base, slow.Revenue365Cents), (fast.Count, fast.Base, fast.Revenue365Cents));
            Assert.Equal(slow.Countries, fast.Countries);
            Assert.Equal(slow.Stages, fast.Stages);
            Assert.Equal(slow.Sample, fast.Sample);
            some += fast.Count is > 0 and < 130 ? 1 : 0;
        }

        Assert.True(some > 10, $"only {some} of 40 rules told customers apart");
        await keeper.StopAsync(Stop);
    }

    private static async Task<TwinStore> SettledAsync(TestDatabase database, StoreKeeper keeper)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (keeper.Current is { } store)
            {
                return store;
            }

            database.Time.Advance(TimeSpan.FromMilliseconds(60));
            await Task.Delay(10, Stop);
        }

        throw new TimeoutException("The store did not follow the database.");
    }
}
