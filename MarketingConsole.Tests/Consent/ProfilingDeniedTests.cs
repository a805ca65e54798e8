using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Training;
using MarketingConsole.Tests.Support;
using MarketingConsole.Tests.Twins;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Consent;

/// <summary>A refusal of profiling through ledger, twin and segments, as it happens in the running shop.</summary>
public sealed class ProfilingDeniedTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Profiling_RefusedThenGranted_TakesScoreForecastAndBehaviourSegmentsAwayAndGivesThemBack()
    {
        await using var shop = await TwinRefresherTests.ShopAsync(DatabaseProvider.Sqlite, 2000);
        Assert.All(await shop.Get<ModelTraining>().TrainAsync("test", null, Cancel), x => Assert.True(x.Value.Reason is null || x.Key == ModelKind.OfferUplift));
        await shop.Get<TwinRefresher>().RefreshAllAsync(null, Cancel);
        int id;
        await using (var db = shop.Open())
        {
            id = await db.Twins.Where(x => x.ChanceToBuy != null && x.NextOrderFrom != null && x.TopCategory != null).OrderBy(x => x.CustomerId).Select(x => x.CustomerId).FirstAsync(Cancel);
        }

        var before = await LookAsync(shop, id);
        Assert.Equal((true, true, true, true, true), before);
        await SayAsync(shop, id, false);
        Assert.Equal((false, false, false, false, true), await LookAsync(shop, id));
        shop.Time.Advance(TimeSpan.FromMinutes(1));
        await SayAsync(shop, id, true);
        Assert.Equal(before, await LookAsync(shop, id));
    }

    private static async Task SayAsync(TestDatabase shop, int id, bool granted)
    {
        var errors = await shop.Get<ConsentLedger>().RecordAsync(new HandEntry(id, Purpose.Profiling, granted, "Telephone", "call taken by Eva", shop.Time.Now), "eva@example.com", Cancel);
        Assert.Empty(errors);
        await shop.Get<TwinRefresher>().RefreshAsync([id], Cancel); // what the twin keeper does on ConsentChanged
    }

    private static async Task<(bool Score, bool Forecast, bool Taste, bool InBehaviourSegment, bool InTraitSegment)> LookAsync(TestDatabase shop, int id)
    {
        await using var db = shop.Open();
        var twin = await db.Twins.AsNoTracking().SingleAsync(x => x.CustomerId == id, Cancel);
        var rules = await shop.Get<ConsentGate>().RulesAsync(Cancel);
        Task<bool> InAsync(SegmentRule rule) => SegmentQuery.Members(db, rule, rules, shop.Time.Now, shop.Get<ShopCalendar>()).AnyAsync(x => x == id, Cancel);
        return (twin.ChanceToBuy is not null, twin.NextOrderFrom is not null, twin.TopCategory is not null,
            await InAsync(new EventRule { Event = EventType.Purchase, Op = EventOperator.AtLeast, Value = 1 }), await InAsync(new GroupRule { Match = GroupMatch.All, Rules = [new TraitRule { Field = "city", Op = RuleOperator.Is, Value = "Vienna" }] }));
    }
}
