using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins;
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
        var built = await SettledAsync(keeper);
        for (var round = 0; round < 7; round++)
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
                case 3: // everybody scored anew
                    await db.Twins.ExecuteUpdateAsync(s => s.SetProperty(x => x.Orders, x => x.CustomerId % 9).SetProperty(x => x.ChanceToBuy, x => x.CustomerId % 10 / 10.0), Stop);
                    feed.Publish(new TwinsChanged(null));
                    break;
                case 4: // an import taken back
                    await db.EventItems.Where(x => ids.Contains(x.CustomerId)).ExecuteDeleteAsync(Stop);
                    await db.Events.Where(x => ids.Contains(x.CustomerId)).ExecuteDeleteAsync(Stop);
                    feed.Publish(new EventsWritten(null));
                    break;
                case 5: // erased
                    await db.Customers.Where(x => ids.Contains(x.Id)).ExecuteUpdateAsync(s => s.SetProperty(x => x.ErasedAt, SegmentWorld.Now), Stop);
                    feed.Publish(new CustomersChanged(ids));
                    break;
                default: // scored anew
                    await db.Twins.Where(x => ids.Contains(x.CustomerId)).ExecuteUpdateAsync(s => s.SetProperty(x => x.Orders, 17).SetProperty(x => x.TopBrand, (string?)null), Stop);
                    await db.Twins.Where(x => x.CustomerId == ids[0]).ExecuteDeleteAsync(Stop);
                    feed.Publish(new TwinsChanged(ids));
                    break;
            }

            var store = await SettledAsync(keeper);
            Assert.Equal(round < 4, store == built); // too much to follow: built anew
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

    [Theory, MemberData(nameof(Providers))]
    public async Task Store_EventsArriveRepeatAndChangeOwners_HoldsEachOnce(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c));
        await using var db = database.Open();
        var data = new SegmentWorld(seed: 79, customers: 60);
        await data.StoreAsync(db, Stop);
        using var keeper = ActivatorUtilities.CreateInstance<StoreKeeper>(database.Services);
        await keeper.StartAsync(Stop);
        await SettledAsync(keeper);
        var (random, feed, writer, calendar) = (new Random(5), database.Get<ChangeFeed>(), database.Get<EventWriter>(), database.Get<ShopCalendar>());
        var (journal, every) = (new Queue<(ArrivedEvent Arrived, int Owner)>(), new List<Event>());
        var anyEarly = false;
        for (var step = 0; step < 300; step++)
        {
            switch (random.Next(8))
            {
                case 0: // something else about a customer changes, while events of theirs are on their way
                    feed.Publish(new CustomersChanged([random.Next(1, 61)]));
                    break;
                case 1: // a sender repeats what it is not sure of
                    if (journal.Count > 0)
                    {
                        feed.Publish(new EventsArrived([journal.Peek().Arrived]));
                    }

                    break;
                case 2 when every.Count > 0: // the database knows it for long, and says so
                    var old = every[random.Next(every.Count)];
                    feed.Publish(new ArrivalsLoaded([new LoadedEvent(old.CustomerId, old.Id, IsNew: false)]));
                    break;
                case 3 or 4:
                    while (journal.Count > 0)
                    {
                        var (x, owner) = journal.Dequeue();
                        var e = x.Event;
                        var stored = new Event { CustomerId = owner, Id = e.Id, Type = e.Type, At = e.At, AmountCents = e.AmountCents, Quantity = e.Quantity };
                        await writer.WriteAsync([stored], [.. x.Items.Select(i => new EventItem { CustomerId = owner, EventId = e.Id, Line = i.Line, ProductId = i.ProductId, Quantity = i.Quantity, AmountCents = i.AmountCents })], Stop);
                        feed.Publish(new ArrivalsLoaded([new LoadedEvent(owner, e.Id, IsNew: true)]));
                        every.Add(stored);
                    }

                    break;
                default:
                    var customer = random.Next(1, 61);
                    var arrived = new Event { CustomerId = customer, Id = 5_000_000 + step, Type = random.Next(2) == 0 ? EventType.Purchase : EventType.View, At = SegmentWorld.Now.AddMinutes(-random.Next(90_000)), AmountCents = random.Next(9000), Quantity = 1 };
                    arrived.Day = calendar.Day(arrived.At);
                    List<EventItem> items = arrived.Type == EventType.Purchase ? [new() { CustomerId = customer, EventId = arrived.Id, Line = 1, ProductId = random.Next(1, 9), Quantity = 1, AmountCents = arrived.AmountCents }] : [];
                    feed.Publish(new EventsArrived([new ArrivedEvent(arrived, items)]));
                    journal.Enqueue((new ArrivedEvent(arrived, items), random.Next(10) == 0 ? random.Next(1, 61) : customer)); // somebody signed in meanwhile: it is another's
                    if (keeper.Store is { } now && await keeper.CaughtUpAsync(Stop) == now)
                    {
                        anyEarly |= now.Read(() => now.Events(arrived.Type).Any(x => x.Count > x.Gone)) && !await db.Events.AnyAsync(x => x.Id == arrived.Id, Stop);
                    }

                    break;
            }
        }

        while (journal.Count > 0)
        {
            var (x, _) = journal.Dequeue();
            await writer.WriteAsync([x.Event], x.Items, Stop);
            feed.Publish(new ArrivalsLoaded([new LoadedEvent(x.Event.CustomerId, x.Event.Id, IsNew: true)]));
        }

        Assert.True(anyEarly);
        var store = await SettledAsync(keeper);
        var count = new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum, Op = EventOperator.Above, Value = 0 };
        for (var seed = 0; seed < 150; seed++)
        {
            var rule = seed == 0 ? count : new RuleGenerator(new Random(seed)).Next(depth: 2);
            if (StoreQuery.Supports(rule, past: false))
            {
                var expected = await SegmentQuery.Members(db, rule, data.Consent, SegmentWorld.Now, SegmentWorld.Calendar).OrderBy(x => x).ToListAsync(Stop);
                Assert.Equal(expected, store.Read(() => new StoreQuery(store, data.Consent, SegmentWorld.Calendar, SegmentWorld.Now).Members(rule).Slots().Select(store.IdOf).Order().ToList()));
            }
        }

        var rows = await db.Events.CountAsync(x => x.Type == EventType.Purchase || x.Type == EventType.View, Stop);
        Assert.Equal(rows, store.Events(EventType.Purchase).Concat(store.Events(EventType.View)).Sum(x => x.Count - x.Gone));
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
        await SettledAsync(keeper);
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

    private static async Task<TwinStore> SettledAsync(StoreKeeper keeper)
    {
        for (var i = 0; i < 1000; i++)
        {
            if (keeper.Current is { } store)
            {
                return store;
            }

            await Task.Delay(10, Stop);
        }

        throw new TimeoutException("The store did not follow the database.");
    }
}
