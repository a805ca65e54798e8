using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Training;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Twins.Training;

public sealed class ModelTrainingTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Train_GeneratedShop_JudgesOnALaterPeriodAndScoresOnlyWhoAllowsIt()
    {
        await using var data = await TwinRefresherTests.ShopAsync(DatabaseProvider.Sqlite, 2000);
        var reports = await data.Get<ModelTraining>().TrainAsync("test", null, Token);
        Assert.All(reports.Where(x => x.Key != ModelKind.OfferUplift), x => Assert.Null(x.Value.Reason)); // it has no campaigns
        var chance = reports[ModelKind.ChanceToBuy];
        Assert.InRange(chance.Chances!.Auc, 0.7, 0.99);
        Assert.True(chance.Chances.LogLoss < chance.Chances.BaseLogLoss);
        Assert.InRange(chance.Chances.CalibrationError, 0, 0.08);
        Assert.Contains(chance.Groups!, x => x.Attribute == "Country" && x.Customers >= 30);
        Assert.NotNull(chance.Fairness!.First(x => x.Attribute == "Country").Report);
        var purchases = reports[ModelKind.Purchases];
        Assert.True(purchases.Main!.Value < purchases.Main.Rival, $"error {purchases.Main.Value}, by the own mean gap {purchases.Main.Rival}");
        Assert.InRange(purchases.Figures!.First(x => x.Name == "Interval holds").Value!.Value, 0.7, 1);
        Assert.InRange(purchases.Figures!.First(x => x.Name == "Spread").Value!.Value, 0.5, 2);

        await data.Get<TwinRefresher>().RefreshAllAsync(null, Token);
        await using var db = data.Open();
        var profiled = await ProfiledAsync(data, db);
        var twins = await db.Twins.AsNoTracking().ToListAsync(Token);
        Assert.All(twins.Where(x => !profiled.Contains(x.CustomerId)), x => Assert.True(x is { ChanceToBuy: null, ChurnRisk: null, Alive: null, Orders365: null, LifetimeCents: null, NextOrderFrom: null, TopCategory: null, TopCategoryShare: null, TopChannel: null, Motivation: null, DealDrive: null, NoveltyDrive: null, QualityDrive: null }));
        Assert.All(twins.Where(x => profiled.Contains(x.CustomerId)), x =>
        {
            Assert.Equal(x.Orders > 0, x is { ChanceToBuy: > 0 and < 1, Alive: >= 0 and <= 1, Orders30: >= 0, LifetimeCents: >= 0 });
            Assert.Equal(x.Orders > 0 && x.Stage != LifecycleStage.Lost, x.ChurnRisk is > 0 and < 1);
            Assert.True(x.Orders == 0 || (x.Orders30 <= x.Orders90 && x.Orders90 <= x.Orders365));
        });
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("\n", reports.Select(x => x.Key + ": " + string.Join(", ", (x.Value.Figures ?? []).Select(f => $"{f.Name} {f.Value:0.000} ({f.Rival:0.000})")))));
    }

    [Fact]
    public async Task Train_CustomersAllAlike_StoresEveryModelAndLeavesOutWhatCannotBeMeasured()
    {
        await using var data = await TwinRefresherTests.ShopAsync(DatabaseProvider.Sqlite, 200);
        await using var db = data.Open();
        await db.EventItems.ExecuteDeleteAsync(Token);
        await db.Events.ExecuteDeleteAsync(Token);
        var ids = await db.Customers.Select(x => x.Id).ToListAsync(Token);
        var orders = ids.SelectMany(x => Enumerable.Range(0, 10).Select(n => new Event { CustomerId = x, Id = n + 1, Type = EventType.Purchase, At = data.Time.Now.AddDays(-10 - (n * 25)), Channel = Channel.Web, AmountCents = 2000 }));
        await data.Get<EventWriter>().WriteAsync([.. orders], [], Token);
        var reports = await data.Get<ModelTraining>().TrainAsync("test", null, Token);
        Assert.Equal(reports.Count, (await data.Get<ModelRegistry>().CurrentAsync(Token)).Count);
        Assert.Null(reports[ModelKind.Purchases].Figures!.Single(x => x.Name == "Spread").Value);
    }

    [Fact]
    public async Task Train_CustomersWhoRefuseProfiling_ChangeNoModel()
    {
        await using var data = await TwinRefresherTests.ShopAsync(DatabaseProvider.Sqlite, 800);
        await data.Get<ModelTraining>().TrainAsync("with their orders", null, Token);
        await using var db = data.Open();
        var profiled = await ProfiledAsync(data, db);
        var newest = await db.Events.Where(x => x.Type == EventType.Purchase).OrderByDescending(x => x.At).Select(x => x.CustomerId).FirstAsync(Token); // the end of the data stays where it is
        var refusing = await db.Customers.Where(x => !profiled.Contains(x.Id) && x.Id != newest).Select(x => x.Id).ToListAsync(Token);
        Assert.NotEmpty(refusing);
        var moved = await db.Events.Where(x => refusing.Contains(x.CustomerId) && x.Type == EventType.Purchase).ExecuteUpdateAsync(s => s.SetProperty(x => x.Type, EventType.View), Token);
        Assert.True(moved > 0);
        await data.Get<ModelTraining>().TrainAsync("without", null, Token);
        var models = await db.TrainedModels.AsNoTracking().Where(x => x.Kind == ModelKind.Purchases).OrderBy(x => x.Id).ToListAsync(Token);
        Assert.Equal(models[0].ParametersJson, models[1].ParametersJson);
    }

    [Fact]
    public async Task Models_ChallengerPromotedAndRolledBack_TheOneBeforeIsInUseAgain()
    {
        await using var data = await TwinRefresherTests.ShopAsync(DatabaseProvider.Sqlite, 500);
        var (training, registry) = (data.Get<ModelTraining>(), data.Get<ModelRegistry>());
        Assert.Equal("No other model was in use before.", await registry.RollBackAsync(ModelKind.Purchases, "eva", Token));
        await training.TrainAsync("first", null, Token);
        data.Time.Advance(TimeSpan.FromHours(1));
        await training.TrainAsync("second", null, Token);
        var (challenger, champion) = await registry.ListAsync(ModelKind.Purchases, 5, Token) is [var a, var b] ? (a, b) : throw new InvalidOperationException("Two trainings were expected.");
        Assert.Equal((ModelState.Challenger, ModelState.Champion), (challenger.State, champion.State));
        foreach (var kind in new[] { ModelKind.ChanceToBuy, ModelKind.Churn, ModelKind.Recommendations, ModelKind.Clusters })
        {
            Assert.Equal((kind, ModelState.Challenger), (kind, (await registry.ListAsync(kind, 1, Token))[0].State));
        }

        Assert.Equal(ModelState.Champion, (await registry.ListAsync(ModelKind.Crowd, 1, Token))[0].State); // it only counts what is there
        Assert.Equal(challenger.Report.Main!.Champion!.Value, challenger.Report.Main.Value!.Value, 1e-9); // nothing new was learnt
        Assert.Equal(0, challenger.Report.Gain);

        Assert.Null(await registry.PromoteAsync(challenger.Id, "eva", Token));
        Assert.Equal(challenger.Id, (await registry.ChampionAsync<PurchasesModel>(ModelKind.Purchases, Token))!.Value.Id);
        Assert.Equal("It is in use already.", await registry.PromoteAsync(challenger.Id, "eva", Token));
        data.Time.Advance(TimeSpan.FromMinutes(1));
        Assert.Null(await registry.RollBackAsync(ModelKind.Purchases, "eva", Token));
        Assert.Equal(champion.Id, (await registry.ChampionAsync<PurchasesModel>(ModelKind.Purchases, Token))!.Value.Id);
        Assert.Equal("No other model was in use before.", await registry.RollBackAsync(ModelKind.Purchases, "eva", Token));
        await using var db = data.Open();
        Assert.Equal(["model.promote", "model.rollback"], await db.AuditEntries.OrderBy(x => x.Id).Select(x => x.Action).ToListAsync(Token));
        Assert.NotNull((await registry.GetAsync((await registry.CurrentAsync(Token)).First(x => x is { Kind: ModelKind.ChanceToBuy, State: ModelState.Champion }).Id, Token))!.Drift);
    }

    [Fact]
    public async Task Train_DataDoubled_ABetterChallengerTakesOverByItself()
    {
        await using var data = await TwinRefresherTests.ShopAsync(DatabaseProvider.Sqlite, 300);
        var (training, registry) = (data.Get<ModelTraining>(), data.Get<ModelRegistry>());
        await training.TrainAsync("first", null, Token);
        var first = (await registry.ChampionAsync<PurchasesModel>(ModelKind.Purchases, Token))!.Value.Id;
        await using var db = data.Open();
        await db.TrainedModels.Where(x => x.Id == first).ExecuteUpdateAsync(s => s.SetProperty(x => x.ReportJson, x => x.ReportJson.Replace("\"purchases\":", "\"purchases\":1,\"was\":")), Token);
        await training.TrainAsync("second", null, Token);
        var newest = (await registry.ListAsync(ModelKind.Purchases, 1, Token))[0];
        Assert.Equal((ModelState.Champion, "system"), (newest.State, newest.PromotedBy));
    }

    [Fact]
    public async Task Train_EmptyShop_SaysWhatIsMissing()
    {
        await using var data = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, TwinRefresherTests.Features);
        var reports = await data.Get<ModelTraining>().TrainAsync("test", null, Token);
        Assert.All(reports, x => Assert.NotNull(x.Value.Reason));
        Assert.All(await data.Get<ModelRegistry>().CurrentAsync(Token), x => Assert.Equal(ModelState.Failed, x.State));
        Assert.Equal(ShopModels.None, await ShopModels.LoadAsync(data.Get<ModelRegistry>(), Token));
    }

    private static async Task<HashSet<int>> ProfiledAsync(TestDatabase data, ConsoleDb db) =>
        [.. await db.Customers.Where((await data.Get<ConsentGate>().RulesAsync(Token)).Allowed(db, Purpose.Profiling, data.Time.Now)).Select(x => x.Id).ToListAsync(Token)];
}
