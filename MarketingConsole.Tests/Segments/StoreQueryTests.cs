using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Segments;

public sealed class StoreQueryTests
{
    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Members_RandomRulesAndData_EqualOracle(DatabaseProvider provider)
    {
        for (var world = 0; world < 3; world++)
        {
            await using var database = await TestDatabase.CreateAsync(provider);
            var data = new SegmentWorld(seed: 140 + world, customers: 150);
            using var store = await LoadAsync(database, data);
            var (answered, all) = (0, 0);
            var property = Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
            {
                var rule = new RuleGenerator(new Random(seed)).Next(depth: 3);
                all++;
                if (!StoreQuery.Supports(rule, past: false))
                {
                    return true.ToProperty();
                }

                answered++;
                var (expected, actual) = (new RuleOracle(data, SegmentWorld.Now).Members(rule), Members(store, data, rule, SegmentWorld.Now));
                return expected.SequenceEqual(actual).Label($"{RuleJson.Write(rule)}\nexpected {string.Join(',', expected)}\nactual {string.Join(',', actual)}");
            });
            Check.One(Config.QuickThrowOnFailure.WithMaxTest(1500), property);
            Assert.True(answered > all / 2, $"the store could answer {answered} of {all} rules only");
        }
    }

    [Fact]
    public async Task Members_PastInstant_IgnoresLaterEventsAndCustomers()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var data = new SegmentWorld(seed: 11, customers: 200);
        using var store = await LoadAsync(database, data);
        var random = new Random(5);
        for (var seed = 0; seed < 500; seed++)
        {
            var (rule, then) = (new RuleGenerator(new Random(seed)).Next(depth: 2), SegmentWorld.Now.AddMinutes(-random.Next(60 * 24 * 40)));
            if (StoreQuery.Supports(rule, past: true))
            {
                Assert.Equal(new RuleOracle(data, then).Members(rule), Members(store, data, rule, then));
            }
        }
    }

    [Fact]
    public async Task Members_AskedByManyAtOnce_EachGetsItsOwnAnswer()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var data = new SegmentWorld(seed: 12, customers: 150);
        List<SegmentRule> rules = [.. Enumerable.Range(0, 400).Select(x => new RuleGenerator(new Random(x)).Next(depth: 2)).Where(x => StoreQuery.Supports(x, past: false))];
        var expected = rules.ConvertAll(x => new RuleOracle(data, SegmentWorld.Now).Members(x));
        using var store = await LoadAsync(database, data);
        var answers = new List<int>[rules.Count];
        Parallel.For(0, rules.Count, new ParallelOptions { MaxDegreeOfParallelism = 8, CancellationToken = TestContext.Current.CancellationToken }, x => answers[x] = Members(store, data, rules[x], SegmentWorld.Now));
        Assert.Equal(expected, answers);
    }

    [Fact]
    public async Task Members_OtherConsentRules_AreAskedEachTime()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var data = new SegmentWorld(seed: 13, customers: 150);
        using var store = await LoadAsync(database, data);
        var sizes = new List<int>();
        foreach (var basis in Enum.GetValues<ConsentBasis>())
        {
            var rules = new ConsentRuleSet([.. Jurisdictions.All.Select(x => new ConsentRule { Purpose = Purpose.Email, Jurisdiction = x, Basis = basis, ChangedBy = "test" })]);
            var allowed = data.Customers.Where(c => c.ErasedAt is null && rules.IsAllowed(Purpose.Email, c.Jurisdiction, data.Choices.Find(x => x.CustomerId == c.Id && x.Purpose == Purpose.Email), SegmentWorld.Now)).Select(x => x.Id).ToList();
            var members = store.Read(() => new StoreQuery(store, rules, SegmentWorld.Calendar, SegmentWorld.Now).Members(new PermissionRule { Purpose = Purpose.Email }).Slots().Select(store.IdOf).Order().ToList());
            Assert.Equal(allowed.Order(), members);
            sizes.Add(members.Count);
        }

        Assert.Equal(sizes.Count, sizes.Distinct().Count());
    }

    [Fact]
    public async Task Part_AnyCustomersAndRule_AnswersAsTheWhole()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var data = new SegmentWorld(seed: 14, customers: 150);
        using var store = await LoadAsync(database, data);
        for (var seed = 0; seed < 600; seed++)
        {
            var (rule, random) = (new RuleGenerator(new Random(seed)).Next(depth: 2), new Random(seed));
            if (StoreQuery.Supports(rule, past: false) && !RuleTree.MovesWithOthers(rule))
            {
                var ids = Enumerable.Range(1, 150).Where(_ => random.Next(5) == 0).ToList();
                var part = store.Read(() => store.Part(ids.ConvertAll(store.KnownSlot), RuleTree.Segments(rule), StoreFields.Columns(rule).ToHashSet()));
                Assert.Equal(Members(store, data, rule, SegmentWorld.Now).Intersect(ids), Members(part, data, rule, SegmentWorld.Now));
            }
        }
    }

    [Fact]
    public async Task Moments_TimePasses_FindThoseWhoMove()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var data = new SegmentWorld(seed: 15, customers: 300);
        using var store = await LoadAsync(database, data);
        var (movers, found, known) = (0, 0, 0);
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var rule = new RuleGenerator(random).Next(depth: 2);
            var from = SegmentWorld.Now.AddMinutes(-random.Next(60 * 24 * 40));
            var to = from.AddMinutes(random.Next(1, 600));
            if (!StoreQuery.Supports(rule, past: false) || RuleTree.MovesWithOthers(rule))
            {
                continue;
            }

            var moved = Members(store, data, rule, from).Except(Members(store, data, rule, to)).Concat(Members(store, data, rule, to).Except(Members(store, data, rule, from))).ToList();
            movers += moved.Count;
            var due = store.Read(() => new StoreMoments(store, data.Consent, SegmentWorld.Calendar, from, to).Of(rule)?.Slots().Select(store.IdOf).ToHashSet());
            if (due is not null)
            {
                known++;
                found += due.Count;
                Assert.True(moved.TrueForAll(due.Contains), $"seed {seed}, {from:O} to {to:O}: {RuleJson.Write(rule)} moved {string.Join(',', moved)}, found {string.Join(',', due)}");
            }
        }

        Assert.True(movers > 100, $"only {movers} moved");
        Assert.True(known > 400 && found < known * 60, $"{found} customers were found for {known} rules"); // or it would tell nothing
    }

    [Fact]
    public void Moments_EventsAheadAndEventsOfTheMoment_FindOnlyWhomTimeMoves()
    {
        var (world, rule) = (new SegmentWorld(seed: 1, customers: 1), new EventRule { Event = EventType.Cart, Days = 7 });
        var now = SegmentWorld.Now;
        using var store = new TwinStore { Now = Instants.Of(now) };
        Add(customer: 1, now.AddSeconds(-1)); // looked at when it arrived
        Add(customer: 2, now.AddDays(-7).AddSeconds(-1)); // leaves the window
        Assert.Equal([2], Due(now.AddSeconds(-2), now));

        Add(customer: 3, now.AddMinutes(1));
        Assert.Equal([3], Due(now.AddSeconds(30), now.AddSeconds(90)));
        Assert.Equal([2], Due(now.AddSeconds(-2), now)); // another's event ahead does not bring back those that happened

        void Add(int customer, DateTime at) => store.Add(EventType.Cart, null, new EventRow(Instants.Of(at), (int)(Instants.Of(at) / Instants.Day), store.SlotOf(customer), 0, Channel.Web, 0, 0, 1, 0, 0, 0), machine: false);

        IEnumerable<int> Due(DateTime from, DateTime to) => store.Read(() => new StoreMoments(store, world.Consent, SegmentWorld.Calendar, from, to).Of(rule)!.Slots().Select(store.IdOf).ToList());
    }

    private static async Task<TwinStore> LoadAsync(TestDatabase database, SegmentWorld data)
    {
        await using var db = database.Open();
        await data.StoreAsync(db, TestContext.Current.CancellationToken);
        var store = new TwinStore();
        await new StoreLoader(database.Get<IDbContextFactory<ConsoleDb>>(), store).LoadAsync(TestContext.Current.CancellationToken);
        return store;
    }

    private static List<int> Members(TwinStore store, SegmentWorld data, SegmentRule rule, DateTime asOf) =>
        store.Read(() => new StoreQuery(store, data.Consent, SegmentWorld.Calendar, asOf).Members(rule).Slots().Select(store.IdOf).Order().ToList());
}
