using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Discovery;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Groups;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Training;
using MarketingConsole.Tests.Benchmarks;
using MarketingConsole.Tests.Support;
using MarketingConsole.Tests.Twins;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Discovery;

public sealed class DiscoveryTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Groups_GeneratedShop_EachBecomesOneSegmentOfItsSize(DatabaseProvider provider)
    {
        await using var data = await ShopAsync(provider, 500);
        var discovery = data.Get<DiscoveryService>();
        var empty = await discovery.GroupsAsync(Token);
        Assert.Equal("No groups have been looked for yet.", empty.Reason);
        await data.Get<ModelTraining>().TrainAsync("test", null, Token);
        await data.Get<TwinRefresher>().RefreshAllAsync(null, Token);

        var found = await discovery.GroupsAsync(Token);
        Assert.Null(found.Reason);
        Assert.InRange(found.Groups.Count, 3, 8);
        Assert.Equal(1, found.Groups.Sum(x => x.Share), 1e-9);
        Assert.All(found.Groups, x => Assert.True(x is { Size: > 0, MeanSpend365Cents: >= 0, SegmentId: null }));
        await using var db = data.Open();
        var profiled = await ProfiledAsync(data, db);
        Assert.All(await db.Twins.AsNoTracking().ToListAsync(Token), x => Assert.Equal(profiled.Contains(x.CustomerId) && x.Orders > 0, x.Cluster is not null));

        var group = found.Groups[0];
        var made = await discovery.MakeSegmentAsync(group.Name, "eva", Token);
        var again = await discovery.MakeSegmentAsync(group.Name, "eva", Token);
        Assert.Equal((true, made.Id), (again.Ok, again.Id));
        var segment = await data.Get<SegmentService>().GetAsync(made.Id, Token);
        Assert.Equal((group.Name, group.Size), (segment!.Name, segment.Size));
        Assert.Equal(made.Id, (await discovery.GroupsAsync(Token)).Groups[0].SegmentId);
        Assert.Equal("group", (await discovery.MakeSegmentAsync("nobody", "eva", Token)).Errors[0].Field);
        Assert.Equal(1, await db.AuditEntries.CountAsync(x => x.Action == "segment.create", Token));
        Assert.Empty(await discovery.UnknownGroupsAsync(segment.Rule, Token));
        Assert.Equal(["Gone"], await discovery.UnknownGroupsAsync(DiscoveryService.RuleOf("Gone"), Token));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Lookalikes_OfFrequentBuyers_AreOthersWhoBuyMoreThanMost(DatabaseProvider provider)
    {
        await using var data = await ShopAsync(provider, 400);
        await data.Get<TwinRefresher>().RefreshAllAsync(null, Token);
        var (lookalikes, segments) = (data.Get<LookalikeService>(), data.Get<SegmentService>());
        await using var db = data.Open();
        var profiled = await ProfiledAsync(data, db);
        var counts = await db.Twins.Where(x => profiled.Contains(x.CustomerId)).Select(x => x.Orders).OrderBy(x => x).ToListAsync(Token);
        var seed = await segments.SaveAsync(null, new("Frequent", "", GroupRule.All(new TwinRule { Field = "orders", Op = RuleOperator.AtLeast, Value = (double)counts[counts.Count * 8 / 10] })), "eva", Token);
        Assert.True(seed.Ok);

        var early = await segments.SaveAsync(null, new("Too early", "", GroupRule.All(new LookalikeRule { Segment = seed.Id })), "eva", Token);
        Assert.Equal("rule.rules[0].segment", early.Errors[0].Field);
        Assert.Contains("Nothing is known yet", early.Errors[0].Message, StringComparison.Ordinal);
        Assert.Null(await lookalikes.FitAsync(seed.Id, "eva", Token));
        var known = await lookalikes.GetAsync(seed.Id, Token);
        Assert.True(known is { Tells: true, Auc: > 0.9 });
        Assert.Contains(known.Traits, x => x.StartsWith("orders higher", StringComparison.Ordinal));
        Assert.Equal(profiled.Order(), await db.TwinSimilarities.Select(x => x.CustomerId).OrderBy(x => x).ToListAsync(Token));

        var made = await lookalikes.MakeSegmentAsync(seed.Id, 5, "eva", Token);
        Assert.Equal(made.Id, (await lookalikes.MakeSegmentAsync(seed.Id, 5, "eva", Token)).Id);
        var members = await db.SegmentMembers.Where(x => x.SegmentId == made.Id).Select(x => x.CustomerId).ToListAsync(Token);
        Assert.NotEmpty(members);
        Assert.False(await db.SegmentMembers.AnyAsync(x => x.SegmentId == seed.Id && members.Contains(x.CustomerId), Token));
        var others = await db.Twins.Where(x => profiled.Contains(x.CustomerId) && !db.SegmentMembers.Any(m => m.SegmentId == seed.Id && m.CustomerId == x.CustomerId)).ToListAsync(Token);
        Assert.True(others.Where(x => members.Contains(x.CustomerId)).Average(x => x.Orders) > others.Average(x => x.Orders));
        Assert.Equal("atLeast", (await lookalikes.MakeSegmentAsync(seed.Id, 101, "eva", Token)).Errors[0].Field);
        var circle = await segments.SaveAsync(seed.Id, new("Frequent", "", GroupRule.All(new LookalikeRule { Segment = made.Id })), "eva", Token);
        Assert.Contains("a circle", circle.Errors[0].Message, StringComparison.Ordinal);

        var one = members[0];
        var learnt = await db.TwinSimilarities.Where(x => x.CustomerId == one).Select(x => x.Similarity).SingleAsync(Token);
        await db.TwinSimilarities.Where(x => x.CustomerId == one).ExecuteDeleteAsync(Token);
        await data.Get<TwinRefresher>().RefreshAsync([one], Token);
        Assert.Equal(learnt, await db.TwinSimilarities.Where(x => x.CustomerId == one).Select(x => x.Similarity).SingleAsync(Token)); // as it was written for all
        await data.Get<ConsentGate>().RecordAsync([new ConsentEntry { CustomerId = one, Purpose = Purpose.Profiling, Granted = false, At = data.Time.Now, Source = "test", RecordedBy = "test" }], Token);
        await data.Get<TwinRefresher>().RefreshAsync([one], Token);
        Assert.False(await db.TwinSimilarities.AnyAsync(x => x.CustomerId == one, Token));
    }

    [Fact]
    public async Task Refit_SegmentGone_ForgetsItsModelAndLikenesses()
    {
        await using var data = await ShopAsync(DatabaseProvider.Sqlite, 200);
        await data.Get<TwinRefresher>().RefreshAllAsync(null, Token);
        var (lookalikes, segments) = (data.Get<LookalikeService>(), data.Get<SegmentService>());
        var few = await segments.SaveAsync(null, new("Few", "", GroupRule.All(new TraitRule { Field = "key", Op = RuleOperator.Is, Value = "nobody" })), "eva", Token);
        Assert.Contains("At least 10", await lookalikes.FitAsync(few.Id, "eva", Token), StringComparison.Ordinal);
        Assert.Equal("There is no segment 99.", await lookalikes.FitAsync(99, "eva", Token));
        var seed = await segments.SaveAsync(null, new("Buyers", "", GroupRule.All(new TwinRule { Field = "orders", Op = RuleOperator.AtLeast, Value = 4d })), "eva", Token);
        Assert.Null(await lookalikes.FitAsync(seed.Id, "eva", Token));
        Assert.Null(await lookalikes.RefitAsync(seed.Id, Token));
        await using var db = data.Open();
        Assert.Equal(1, await db.TrainedModels.CountAsync(Token));
        Assert.True(await db.TwinSimilarities.AnyAsync(Token));
        await segments.DeleteAsync(seed.Id, "eva", Token);
        Assert.Null(await lookalikes.RefitAsync(seed.Id, Token));
        Assert.False(await db.TrainedModels.AnyAsync(Token) || await db.TwinSimilarities.AnyAsync(Token));
    }

    private static async Task<TestDatabase> ShopAsync(DatabaseProvider provider, int customers)
    {
        var data = await TestDatabase.CreateAsync(provider, (s, c) =>
        {
            TwinRefresherTests.Features(s, c);
            s.AddSegments(c).AddDiscovery(c);
        });
        await using var db = data.Open();
        db.ConsentRules.AddRange(ConsentRuleSet.Defaults(data.Time.Now));
        await db.SaveChangesAsync(Token);
        await new GeneratedShop(db, data.Get<ShopCalendar>(), data.Time.Now, seed: 7).WriteAsync(customers, 20, Token);
        return data;
    }

    private static async Task<HashSet<int>> ProfiledAsync(TestDatabase data, ConsoleDb db) =>
        [.. await db.Customers.Where((await data.Get<ConsentGate>().RulesAsync(Token)).Allowed(db, Purpose.Profiling, data.Time.Now)).Select(x => x.Id).ToListAsync(Token)];
}
