using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Segments;

public sealed class DistributionTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Read_RandomRules_DecidesThoseWhomTheConditionMovesAndKeepsThoseWhoAreIn()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var data = new SegmentWorld(seed: 31, customers: 200);
        using var store = await LoadAsync(database, data);
        var drawn = new HashSet<DistributionUnit>();
        for (var seed = 0; seed < 1500; seed++)
        {
            var random = new Random(seed);
            var rule = new RuleGenerator(random).Next(depth: 2);
            if (StoreAnswers.Obstacle(rule, past: false) is not null)
            {
                continue;
            }

            var leaves = RuleTree.Nodes(rule).Where(x => x.Rule is not GroupRule && RuleTree.CountedPath(x.Path) == x.Path).ToList();
            var (path, condition) = leaves[random.Next(leaves.Count)];
            var distribution = Read(store, data, rule, path);
            if (distribution.Reason is not null)
            {
                continue;
            }

            // Whoever the rule treats otherwise when the condition always holds than when it never does is decided by it.
            var members = Members(data, rule);
            var moved = Members(data, Replace(rule, path, GroupRule.All())).ToHashSet();
            moved.SymmetricExceptWith(Members(data, Replace(rule, path, GroupRule.Any())));
            if (RuleTree.UsesProfile(condition))
            {
                moved.IntersectWith(Members(data, new PermissionRule { Purpose = Purpose.Profiling })); // without the condition the rule may ask for nobody's leave
            }

            var told = RuleJson.Write(rule) + " at " + path;
            Assert.True(moved.Count == distribution.Decided, $"{moved.Count} decided, not {distribution.Decided}: {told}");
            Assert.True(moved.Intersect(members).Count() == distribution.Kept, $"{moved.Intersect(members).Count()} kept, not {distribution.Kept}: {told}");
            if (!distribution.Many)
            {
                Assert.True(distribution.Decided == distribution.Unknown + distribution.Bins.Sum(x => x.Customers), told);
                Assert.True(distribution.Kept == distribution.UnknownKept + distribution.Bins.Sum(x => x.Kept), told);
            }

            Assert.All(distribution.Bins, x => Assert.True(x.Kept <= x.Customers && x.Label.Length > 0, told));
            Assert.Equal(distribution.Bins.Count, distribution.Bins.Select(x => x.Label).Distinct().Count());
            drawn.Add(distribution.Unit);
        }

        Assert.Equal(Enum.GetValues<DistributionUnit>().Order(), drawn.Order());
    }

    [Fact]
    public async Task Read_ThresholdsOnNumbers_CutBetweenBins()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        var data = new SegmentWorld(seed: 32, customers: 200);
        using var store = await LoadAsync(database, data);
        foreach (var rule in new SegmentRule[]
        {
            new TwinRule { Field = "orders", Op = RuleOperator.AtLeast, Value = 2d }, new TwinRule { Field = "chanceToBuy", Op = RuleOperator.AtLeast, Value = 40d }, new TwinRule { Field = "revenue", Op = RuleOperator.AtLeast, Value = 20d },
            new TraitRule { Field = "age", Op = RuleOperator.AtLeast, Value = 19d }, new TwinRule { Field = "lastOrder", Op = RuleOperator.InLast, Days = 20 }, new TwinRule { Field = "nextOrderFrom", Op = RuleOperator.InNext, Days = 4 },
            new TraitRule { Field = "birthDate", Op = RuleOperator.AnniversaryIn, Days = 60 }, new TraitRule { Field = "birthDate", Op = RuleOperator.AtLeast, Value = "2008-01-01" }, new TraitRule { Field = "signUp", Op = RuleOperator.Below, Value = "2026-01-01" },
            new EventRule { Event = EventType.View, Op = EventOperator.AtLeast, Value = 2 }, new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum, Op = EventOperator.AtLeast, Value = 20 },
            new EventRule { Event = EventType.Purchase, Measure = EventMeasure.DaysSinceLast, Op = EventOperator.AtMost, Value = 9 }, new EventRule { Event = EventType.View, Op = EventOperator.Regularly, Value = 2, Periods = 4, Days = 10 },
            new EventRule { Event = EventType.View, Op = EventOperator.NotPerformed, Days = 30 }, new MemberRule { Segment = 1, Days = 10 }, new HeldRule { Rule = new TraitRule { Field = "tier", Value = "gold" }, Days = 10, Watch = 1 }, new BucketRule { From = 0, To = 50 },
        })
        {
            var distribution = Read(store, data, rule, "");
            Assert.True(distribution is { Kept: > 0 } && distribution.Kept < distribution.Decided, $"{rule} keeps {distribution.Kept} of {distribution.Decided}");
            Assert.All(distribution.Bins, x => Assert.True(x.Kept == 0 || x.Kept == x.Customers, $"{rule} cuts through {x}"));
            Assert.True(distribution.UnknownKept == 0, $"{rule} keeps {distribution.UnknownKept} who have no value");
        }
    }

    [Theory]
    [InlineData(DistributionUnit.Number, 0, 23, true, 26, "0", "23")]
    [InlineData(DistributionUnit.Number, 3, 460, true, 26, "0 to 19", "460 to 479")]
    [InlineData(DistributionUnit.Money, 0, 412.5, false, 23, "0 to 20 EUR", "400 to 420 EUR")]
    [InlineData(DistributionUnit.Percent, 0, 100, false, 22, "0 to 5 %", "95 to 100 %")]
    [InlineData(DistributionUnit.Points, -10, 10, false, 43, "−10 to −9.5 points", "+10 to +10.5 points")]
    [InlineData(DistributionUnit.DaysAgo, 0, 150, true, 33, "0 to 4 days", "150 to 154 days")]
    [InlineData(DistributionUnit.Date, 20089, 20453, true, 14, "1 Jan 2025 to 31 Jan 2025", "1 Dec 2025 to 31 Dec 2025")]
    public void Scale_Range_HasRoundEnds(DistributionUnit unit, double low, double high, bool whole, int bins, string first, string last)
    {
        var scale = new DistributionScale(unit, low, high, whole, RuleNames.None);
        Assert.Equal((bins, first, last), (scale.Count, scale.Describe(1, 0, 0).Label, scale.Describe(scale.Count - 2, 0, 0).Label));
        for (var x = low; x <= high; x += (high - low) / 997)
        {
            var bin = scale.Describe(scale.Bin(x), 0, 0);
            Assert.True(bin.From <= x + 1e-6 && (bin.To > x - 1e-6 || x >= high), $"{x} is in {bin}");
        }

        Assert.Equal((0, scale.Count - 1), (scale.Bin(low - 1000), scale.Bin(high + 1000)));
    }

    private static RuleDistribution Read(TwinStore store, SegmentWorld data, SegmentRule rule, string path) => store.Read(() =>
        DistributionReader.Read(store, new StoreQuery(store, data.Consent, SegmentWorld.Calendar, SegmentWorld.Now), rule, ConditionContext.Find(rule, path)!, path, SegmentWorld.Calendar, SegmentWorld.Now, RuleNames.None));

    private static List<int> Members(SegmentWorld data, SegmentRule rule) => new RuleOracle(data, SegmentWorld.Now).Members(rule);

    /// <summary>The same rule with something else in a place, and the gate on profiling as the whole rule has it.</summary>
    private static SegmentRule Replace(SegmentRule rule, string path, SegmentRule other)
    {
        if (path.Length == 0)
        {
            return other;
        }

        var (group, index, dot) = ((GroupRule)rule, int.Parse(path["rules[".Length..path.IndexOf(']')], System.Globalization.CultureInfo.InvariantCulture), path.IndexOf('.'));
        return group with { Rules = [.. group.Rules.Select((x, i) => i == index ? Replace(x, dot < 0 ? "" : path[(dot + 1)..], other) : x)] };
    }

    internal static async Task<TwinStore> LoadAsync(TestDatabase database, SegmentWorld data)
    {
        await using var db = database.Open();
        await data.StoreAsync(db, Stop);
        var store = new TwinStore();
        await new StoreLoader(database.Get<IDbContextFactory<ConsoleDb>>(), store).LoadAsync(Stop);
        return store;
    }
}
