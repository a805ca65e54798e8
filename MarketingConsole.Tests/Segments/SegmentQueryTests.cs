using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Segments;

public sealed class SegmentQueryTests
{
    [Fact]
    public async Task Members_RandomRules_EqualOracle()
    {
        var path = Path.Combine(Path.GetTempPath(), $"segments-{Guid.NewGuid():N}.db");
        var configuration = new ConfigurationBuilder().AddInMemoryCollection([new("ConnectionStrings:Console", $"Data Source={path}")]).Build();
        await using var services = new ServiceCollection().AddLogging().AddData(configuration, Path.GetTempPath()).BuildServiceProvider();
        await services.GetRequiredService<DatabaseStarter>().StartAsync(TestContext.Current.CancellationToken);
        await using var db = services.GetRequiredService<ConsoleDbFactory>().CreateDbContext();
        var world = new SegmentWorld(7, 200);
        await world.StoreAsync(db, TestContext.Current.CancellationToken);
        var rules = new RuleGenerator(new Random(1));
        var (empty, all) = (0, 0);
        for (var i = 0; i < 300; i++)
        {
            var rule = rules.Next(3);
            Assert.Empty(RuleValidator.Check(rule));
            var expected = new RuleOracle(world, SegmentWorld.Now).Members(rule);
            var actual = await SegmentQuery.Members(db, rule, world.Consent, SegmentWorld.Now).OrderBy(x => x).ToListAsync(TestContext.Current.CancellationToken);
            Assert.True(expected.SequenceEqual(actual), $"{RuleJson.Write(rule)}\nexpected {string.Join(',', expected)}\nactual   {string.Join(',', actual)}\n{SegmentQuery.Members(db, rule, world.Consent, SegmentWorld.Now).ToQueryString()}");
            empty += expected.Count == 0 ? 1 : 0;
            all++;
        }

        Assert.True(empty < all / 2);
    }
}
