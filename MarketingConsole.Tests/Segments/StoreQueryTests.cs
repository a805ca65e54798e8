using FsCheck;
using FsCheck.Fluent;
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
