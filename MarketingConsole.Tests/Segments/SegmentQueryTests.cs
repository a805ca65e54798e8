using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Segments;

public sealed class SegmentQueryTests
{
    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    [Theory, MemberData(nameof(Providers))]
    public async Task Members_RandomRulesAndData_EqualOracle(DatabaseProvider provider)
    {
        for (var world = 0; world < 3; world++)
        {
            await using var database = await TestDatabase.CreateAsync(provider);
            await using var db = database.Open();
            var data = new SegmentWorld(seed: 40 + world, customers: 150);
            await data.StoreAsync(db, TestContext.Current.CancellationToken);
            var (some, all) = (0, 0);
            var property = Prop.ForAll(Gen.Choose(0, int.MaxValue - 1).ToArbitrary(), seed =>
            {
                var rule = new RuleGenerator(new Random(seed)).Next(depth: 3);
                var problems = RuleValidator.Check(rule);
                if (problems.Count > 0)
                {
                    return false.Label($"{problems[0].Path}: {problems[0].Message} in {RuleJson.Write(rule)}");
                }

                var expected = new RuleOracle(data, SegmentWorld.Now).Members(rule);
                var actual = SegmentQuery.Members(db, rule, data.Consent, SegmentWorld.Now, SegmentWorld.Calendar).OrderBy(x => x).ToList();
                (some, all) = (some + (expected.Count is > 0 and < 130 ? 1 : 0), all + 1);
                return expected.SequenceEqual(actual).Label($"{RuleJson.Write(rule)}\nexpected {string.Join(',', expected)}\nactual {string.Join(',', actual)}");
            });
            Check.One(Config.QuickThrowOnFailure.WithMaxTest(120), property);
            Assert.True(some > all / 4, $"only {some} of {all} rules told customers apart");
        }
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Members_OnlySome_EqualsAllCutDown(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        await using var db = database.Open();
        var data = new SegmentWorld(seed: 3, customers: 150);
        await data.StoreAsync(db, TestContext.Current.CancellationToken);
        int[] only = [.. Enumerable.Range(1, 150).Where(x => x % 3 == 0)];
        for (var seed = 0; seed < 60; seed++)
        {
            var rule = new RuleGenerator(new Random(seed)).Next(depth: 2);
            var expected = new RuleOracle(data, SegmentWorld.Now).Members(rule).Where(only.Contains).ToList();
            Assert.Equal(expected, SegmentQuery.Members(db, rule, data.Consent, SegmentWorld.Now, SegmentWorld.Calendar, only).OrderBy(x => x).ToList());
        }
    }

    [Fact]
    public async Task Members_PastInstant_IgnoresLaterEventsAndCustomers()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite);
        await using var db = database.Open();
        var data = new SegmentWorld(seed: 11, customers: 200);
        await data.StoreAsync(db, TestContext.Current.CancellationToken);
        var then = SegmentWorld.Now.AddDays(-20);
        for (var seed = 0; seed < 60; seed++)
        {
            var rule = new RuleGenerator(new Random(seed)).Next(depth: 2);
            Assert.Equal(new RuleOracle(data, then).Members(rule), SegmentQuery.Members(db, rule, data.Consent, then, SegmentWorld.Calendar).OrderBy(x => x).ToList());
        }
    }

    [Fact]
    public void Members_RandomRules_TranslateForSqlServer()
    {
        using var db = new SqlServerConsoleDb(new DbContextOptionsBuilder<SqlServerConsoleDb>().UseSqlServer("Server=none").Options);
        var data = new SegmentWorld(seed: 1, customers: 1);
        for (var seed = 0; seed < 300; seed++)
        {
            var rule = new RuleGenerator(new Random(seed)).Next(depth: 3);
            Assert.Contains("FROM [Customers]", SegmentQuery.Members(db, rule, data.Consent, SegmentWorld.Now, SegmentWorld.Calendar).ToQueryString(), StringComparison.Ordinal);
        }
    }
}
