using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Training;
using MarketingConsole.Core.Twins.Uplift;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Twins.Uplift;

/// <summary>From dispatches in the database to scores on twins.</summary>
public sealed class OfferUpliftShopTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Read_Dispatches_GivesLotsOfFinishedCampaignsWithAnOffer(DatabaseProvider provider)
    {
        await using var data = await TestDatabase.CreateAsync(provider, Features);
        var now = data.Time.Now;
        await using (var db = data.Open())
        {
            db.AddRange(Campaign(1, [7], 10), Campaign(2, [], 10), Campaign(3, [7], 10), Campaign(4, [7], 10));
            db.AddRange(Run(1, 1, now, 2), Run(1, 2, null, 1), Run(2, 1, now, 1), Run(3, 1, now, 0));
            db.AddRange(Row(1, 1, 1, DispatchStatus.Sent), Row(1, 1, 2, DispatchStatus.Failed), Row(1, 1, 3, DispatchStatus.HeldOut), Row(1, 1, 4, DispatchStatus.Skipped), Row(1, 1, 6, DispatchStatus.HeldOut),
                Row(1, 2, 5, DispatchStatus.Sent), Row(2, 1, 1, DispatchStatus.HeldOut), Row(3, 1, 1, DispatchStatus.Sent), Row(4, 1, 1, DispatchStatus.HeldOut));
            await db.SaveChangesAsync(Token);
        }

        var trials = await data.Get<OfferTrialReader>()(100, Token);
        Assert.Equal([(1, true), (2, true), (3, false), (6, false)], trials.Select(x => (x.CustomerId, x.Exposed)).Order());
        Assert.All(trials, x => Assert.Equal((1, now.AddDays(-20), 10), (x.CampaignId, x.At, x.Days)));
        Assert.Equal([2, 6], (await data.Get<OfferTrialReader>()(2, Token)).Select(x => x.CustomerId).Order());

        DispatchRecord Row(int campaign, long occurrence, int customer, DispatchStatus status) => new() { CampaignId = campaign, Occurrence = occurrence, CustomerId = customer, Status = status, CreatedAt = now.AddDays(-20), Channel = Channel.Email };
    }

    [Fact]
    public async Task TrainAndRefresh_ShopWithHoldouts_ScoresWhoAllowsProfilingAndOrdersSegmentsByIt()
    {
        await using var data = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, Features);
        var world = await FillAsync(data, 3000);
        var report = (await data.Get<ModelTraining>().TrainAsync("test", null, Token))[ModelKind.OfferUplift];
        Assert.Null(report.Reason);
        await data.Get<TwinRefresher>().RefreshAllAsync(null, Token);
        await using var db = data.Open();
        var twins = await db.Twins.AsNoTracking().ToDictionaryAsync(x => x.CustomerId, Token);
        Assert.All(twins.Values, x => Assert.Equal(x.CustomerId % 10 != 0 && x.Orders > 0, x.OfferUplift is > -1 and < 1));
        var away = twins.Values.Where(x => x.LastOrderAt < data.Time.Now.AddDays(-150)).Average(x => x.OfferUplift)!.Value;
        var here = twins.Values.Where(x => x.LastOrderAt > data.Time.Now.AddDays(-30)).Average(x => x.OfferUplift)!.Value;
        Assert.True(away > here + 0.08, $"away {away:0.000}, here {here:0.000}");

        var rules = await data.Get<ConsentGate>().RulesAsync(Token);
        var top = await SegmentQuery.Members(db, GroupRule.All(new RankRule { Percent = 20, Field = "offerUplift" }, new TwinRule { Field = "offerUplift", Op = RuleOperator.Above, Value = 0d }), rules, data.Time.Now, data.Get<ShopCalendar>()).ToListAsync(Token);
        Assert.NotEmpty(top);
        Assert.True(top.Min(x => twins[x].OfferUplift) >= twins.Values.Where(x => !top.Contains(x.CustomerId)).Max(x => x.OfferUplift));

        var someone = top[0];
        var profile = (await data.Get<TwinProfileService>().GetAsync(someone, Token))!;
        Assert.Equal(twins[someone].OfferUplift!.Value, profile.Forecast!.Uplift!.Effect, 6);
        Assert.NotEmpty(profile.Forecast.Uplift.Reasons);
        await data.Get<ConsentGate>().RecordAsync([Entry(someone, false, data.Time.Now)], Token);
        await data.Get<TwinRefresher>().RefreshAsync([someone], Token);
        Assert.Null((await db.Twins.AsNoTracking().SingleAsync(x => x.CustomerId == someone, Token)).OfferUplift);
        Assert.Equal(world.Histories.Count, twins.Count);
    }

    [Fact]
    public async Task Train_MoreCustomersThanTheSample_LearnsFromEveryLot()
    {
        await using var data = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, Features);
        var world = await FillAsync(data, 800);
        await using (var db = data.Open())
        {
            await db.BulkInsertAsync(Enumerable.Range(10_001, 20_000).Select(x => CustomerNormaliser.Apply(new Customer { Id = x, Key = $"C{x}", Country = "US", CreatedAt = data.Time.Now.AddDays(-100) })).ToList(), Token); // need not be asked
        }

        var reports = await data.Get<ModelTraining>().TrainAsync("test", null, Token);
        Assert.Equal(400 - 80 + 10_000, reports[ModelKind.ChanceToBuy].Customers); // the others learn from every second customer; one in ten of those asked refuses, all of them even
        var lots = world.Trials.Count(x => x.CustomerId % 10 != 0);
        Assert.InRange(reports[ModelKind.OfferUplift].Rows, 0.9 * lots, lots);
    }

    private static void Features(IServiceCollection services, Microsoft.Extensions.Configuration.IConfiguration configuration)
    {
        TwinRefresherTests.Features(services, configuration);
        services.AddSingleton<CampaignTrials>().AddSingleton<OfferTrialReader>(x => x.GetRequiredService<CampaignTrials>().ReadAsync);
    }

    /// <summary>Every tenth customer refuses profiling.</summary>
    private static async Task<OfferWorld> FillAsync(TestDatabase data, int customers)
    {
        var (now, world) = (data.Time.Now, new OfferWorld(customers, x => 0.35 * Math.Clamp((x.DaysSinceOrder - 20) / 150, 0, 1)));
        DateTime Moved(DateTime at) => now + (at - OfferWorld.Now);
        await using var db = data.Open();
        db.ConsentRules.AddRange(ConsentRuleSet.Defaults(now));
        db.AddRange(Campaign(1, [1], OfferWorld.Days), Campaign(2, [1], OfferWorld.Days), Run(1, 1, now, 1), Run(2, 1, now, 1));
        await db.SaveChangesAsync(Token);
        await db.BulkInsertAsync(world.Histories.ConvertAll(x => CustomerNormaliser.Apply(new Customer { Id = x.CustomerId, Key = $"C{x.CustomerId}", Country = "AT", CreatedAt = Moved(x.Events[0].At) })), Token);
        await db.BulkInsertAsync(world.Histories.SelectMany(h => h.Events.Select(x => new Event { CustomerId = h.CustomerId, Id = x.Id, At = Moved(x.At), Day = ShopCalendar.DayOf(DateOnly.FromDateTime(Moved(x.At))), Type = x.Type, Channel = x.Channel, AmountCents = x.AmountCents })).ToList(), Token);
        await db.BulkInsertAsync(world.Trials.ConvertAll(x => new DispatchRecord { CampaignId = x.CampaignId, Occurrence = 1, CustomerId = x.CustomerId, CreatedAt = Moved(x.At), Status = x.Exposed ? DispatchStatus.Sent : DispatchStatus.HeldOut, Channel = Channel.Email }), Token);
        await data.Get<ConsentGate>().RecordAsync([.. world.Histories.Select(x => Entry(x.CustomerId, x.CustomerId % 10 != 0, now.AddDays(-1)))], Token);
        return world;
    }

    private static ConsentEntry Entry(int customer, bool granted, DateTime at) => new() { CustomerId = customer, Purpose = Purpose.Profiling, Granted = granted, At = at, Source = "test", RecordedBy = "test", RecordedAt = at };

    private static Campaign Campaign(int id, int[] offers, int days) => new() { Id = id, Name = $"Campaign {id}", CreatedBy = "test", ChangedBy = "test", PlanJson = new CampaignPlan { OfferIds = [.. offers], AttributionDays = days, HoldoutPercent = 30 }.ToJson() };

    private static CampaignRun Run(int campaign, long occurrence, DateTime? finished, int heldOut) => new() { CampaignId = campaign, Occurrence = occurrence, CampaignVersion = 1, Planned = true, FinishedAt = finished, HeldOut = heldOut };
}
