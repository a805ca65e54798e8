using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Tests.Support;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Segments;

/// <summary>Overlap with other segments and the size over time, asked of the copy in memory and of the database.</summary>
public sealed class OverlapTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Overlap_RandomRules_PartsAreThoseOfTheSets()
    {
        await using var shop = await ShopAsync();
        var (data, some) = (shop.Data, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var rule = new RuleGenerator(new Random(seed)).Next(depth: 2);
            var members = new RuleOracle(data, SegmentWorld.Now).Members(rule).ToHashSet();
            var overlap = await shop.InMemory.ReadAsync(rule, 8, Stop);
            Assert.Equal((members.Count, 7), (overlap.Customers, overlap.Compared));
            Assert.Equal(overlap with { Milliseconds = 0, Segments = [], Parts = [] }, await shop.InSql.ReadAsync(rule, 8, Stop) with { Milliseconds = 0, Segments = [], Parts = [] });

            var sets = Enumerable.Range(1, 7).ToDictionary(x => x, x => data.Members.Where(m => m.SegmentId == x && members.Contains(m.CustomerId)).Select(m => m.CustomerId).ToHashSet());
            Assert.Equal(sets.Where(x => x.Value.Count > 0).OrderByDescending(x => x.Value.Count).ThenBy(x => x.Key).Take(6).Select(x => (x.Key, x.Value.Count)), overlap.Segments.Select(x => (x.Id, x.Shared)));
            var listed = overlap.Segments.Select(x => x.Id).ToList();
            var parts = members.GroupBy(c => string.Join(',', listed.Where(s => sets[s].Contains(c)))).ToDictionary(g => g.Key, g => g.Count());
            Assert.Equal(parts.Values.OrderDescending().Take(OverlapReader.MostParts), overlap.Parts.Select(x => x.Customers));
            Assert.All(overlap.Parts, x => Assert.Equal(parts[string.Join(',', x.Segments)], x.Customers));
            Assert.Equal(members.Count, overlap.Parts.Sum(x => x.Customers) + overlap.Rest);
            some += overlap.Parts.Count > 5 ? 1 : 0;
        }

        Assert.True(some > 10, $"only {some} of 60 rules had more than five parts");
    }

    [Fact]
    public async Task Sizes_RandomRules_AreThoseOfTheInstants()
    {
        await using var shop = await ShopAsync();
        var (reader, counted, refused) = (ActivatorUtilities.CreateInstance<SizeHistoryReader>(shop.Database.Services, shop.Keeper, shop.Answers), 0, 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var rule = new RuleGenerator(new Random(seed)).Next(depth: 1);
            var each = new List<SizePoint>();
            var sizes = await reader.ReadAsync(rule, SizeStep.Day, each.Add, Stop);
            Assert.Equal(RuleValidator.CheckPast(rule).Count > 0 || StoreAnswers.Obstacle(rule, past: true) is not null, sizes.Reason is not null);
            if (sizes.Reason is not null)
            {
                Assert.EndsWith(".", sizes.Reason, StringComparison.Ordinal);
                refused++;
                continue;
            }

            Assert.Equal(SizeHistoryReader.Points, sizes.Points.Count);
            Assert.Equal(sizes.Points, Enumerable.Reverse(each));
            Assert.Equal(SegmentWorld.Now, sizes.Points[^1].At);
            foreach (var point in sizes.Points.Where((_, i) => i % 9 == 7))
            {
                Assert.Equal(new RuleOracle(shop.Data, point.At).Members(rule).Count, point.Size);
            }

            counted++;
        }

        Assert.True(counted > 10 && refused > 5, $"{counted} counted, {refused} refused");
        using var cancelled = new CancellationTokenSource();
        var told = 0;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reader.ReadAsync(new EventRule { Event = EventType.View }, SizeStep.Week, _ =>
        {
            told++;
            cancelled.Cancel();
        }, cancelled.Token));
        Assert.Equal(1, told);
    }

    [Fact]
    public async Task State_BeforeAndAfterTheBuild_SaysWhereCountsComeFrom()
    {
        await using var shop = await ShopAsync();
        Assert.True(shop.Answers.State() is { Used: true, Ready: true, Step: null });
        Assert.True(shop.IdleAnswers.State() is { Used: true, Ready: false });
        var idle = ActivatorUtilities.CreateInstance<DistributionReader>(shop.Database.Services, shop.Idle, shop.IdleAnswers);
        Assert.NotNull((await idle.ReadAsync(new TraitRule { Field = "country", Value = "DE" }, "", null, Stop)).Reason);
        var ready = ActivatorUtilities.CreateInstance<DistributionReader>(shop.Database.Services, shop.Keeper, shop.Answers);
        Assert.Equal("Country", (await ready.ReadAsync(new TraitRule { Field = "country", Value = "DE" }, "", null, Stop)).Title);
    }

    private static async Task<Shop> ShopAsync()
    {
        var data = new SegmentWorld(seed: 91, customers: 150);
        var random = new Random(4);
        for (var segment = 2; segment <= 8; segment++)
        {
            data.Members.AddRange(data.Customers.Where(_ => random.Next(segment) == 0).Select(x => new SegmentMember { SegmentId = segment, CustomerId = x.Id, EnteredAt = SegmentWorld.Now.AddDays(-random.Next(30)) }));
        }

        var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c), ("Shop:TimeZone", "America/New_York"));
        database.Time.Set(SegmentWorld.Now);
        await using (var db = database.Open())
        {
            await data.StoreAsync(db, Stop);
            db.ConsentRules.AddRange(data.Consent.Rules);
            db.Segments.AddRange(Enumerable.Range(1, 8).Select(x => new Segment { Id = x, Name = $"S{x}", CreatedBy = "test", CreatedAt = SegmentWorld.Now, RuleJson = RuleJson.Write(GroupRule.All()) }));
            await db.SaveChangesAsync(Stop);
        }

        var (keeper, idle) = (ActivatorUtilities.CreateInstance<StoreKeeper>(database.Services), ActivatorUtilities.CreateInstance<StoreKeeper>(database.Services)); // one is never started
        await keeper.StartAsync(Stop);
        for (var i = 0; keeper.Current is null; i++)
        {
            Assert.True(i < 1000, "The store was not built.");
            database.Time.Advance(TimeSpan.FromMilliseconds(60));
            await Task.Delay(10, Stop);
        }

        database.Time.Set(SegmentWorld.Now);
        return new Shop(database, data, keeper, idle);
    }

    private sealed record Shop(TestDatabase Database, SegmentWorld Data, StoreKeeper Keeper, StoreKeeper Idle) : IAsyncDisposable
    {
        public OverlapReader InMemory => ActivatorUtilities.CreateInstance<OverlapReader>(Database.Services, Keeper);
        public OverlapReader InSql => ActivatorUtilities.CreateInstance<OverlapReader>(Database.Services, Idle);
        public StoreAnswers Answers => ActivatorUtilities.CreateInstance<StoreAnswers>(Database.Services, Keeper);
        public StoreAnswers IdleAnswers => ActivatorUtilities.CreateInstance<StoreAnswers>(Database.Services, Idle);

        public async ValueTask DisposeAsync()
        {
            await Keeper.StopAsync(CancellationToken.None);
            Keeper.Dispose();
            Idle.Dispose();
            await Database.DisposeAsync();
        }
    }
}
