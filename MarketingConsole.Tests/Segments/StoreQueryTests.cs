using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;
using MarketingConsole.Tests.Support;

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

    private static async Task<TwinStore> LoadAsync(TestDatabase database, SegmentWorld data)
    {
        await using var db = database.Open();
        await data.StoreAsync(db, TestContext.Current.CancellationToken);
        var store = new TwinStore();
        await new StoreLoader(db, store).LoadAsync(null, TestContext.Current.CancellationToken);
        return store;
    }

    private static List<int> Members(TwinStore store, SegmentWorld data, SegmentRule rule, DateTime asOf) =>
        store.Read(() => new StoreQuery(store, data.Consent, SegmentWorld.Calendar, asOf).Members(rule).Slots().Select(store.IdOf).Order().ToList());
}
