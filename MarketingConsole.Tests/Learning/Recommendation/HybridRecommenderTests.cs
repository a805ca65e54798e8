using System.Globalization;
using System.Text.Json;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Recommendation;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Learning.Recommendation;

public sealed class HybridRecommenderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Movielens_QuarterKeptBack_ReachesThePublishedFigures()
    {
        var rows = OpenData.Rows("movielens100k/ml-100k.inter.gz", '\t');
        var random = new Random(42);
        var split = rows.Select(r => (User: int.Parse(r["user_id:token"], CultureInfo.InvariantCulture) - 1, Item: int.Parse(r["item_id:token"], CultureInfo.InvariantCulture) - 1, Draw: random.Next()))
            .GroupBy(x => x.User).SelectMany(g => g.OrderBy(x => x.Draw).Select((x, i) => (x.User, x.Item, Test: i < g.Count() / 4))).ToList();
        var data = Interactions.From(split.Where(x => !x.Test).Select(x => (x.User, new Bought(x.Item))), 943, 1682);
        var truth = split.Where(x => x.Test).GroupBy(x => x.User, x => x.Item).ToList();

        var model = HybridRecommender.Fit(data, cancel: Cancel);

        var metrics = RankingMetrics.Of(truth.Select(g => ((IReadOnlyList<int>)[.. model.Top(data.Of(g.Key), 0, 10).Select(x => x.Item)], (IReadOnlySet<int>)g.ToHashSet())), 10);
        Assert.True(metrics is { Ndcg: >= 0.475, Precision: >= 0.41, Customers: 943 }, $"{metrics} {string.Join(' ', model.Parts)}");
    }

    [Fact]
    public void Fit_RepeatPurchases_ChoosesOwnFrequencyAndSaysSo()
    {
        // Each customer has three staples bought every week; the rest is chance.
        var random = new Random(5);
        var events = Enumerable.Range(0, 150).SelectMany(u => Enumerable.Range(0, 12).SelectMany(week => new[] { u % 50, (u * 7) % 50, random.Next(50) }.Select(i => (u, new Bought(i, 1, week * 7)))));
        var data = Interactions.From(events, 150, 50);
        var model = HybridRecommender.Fit(data, new(Repeat: true, K: 3), cancel: Cancel);
        Assert.True(model.Parts.Single(x => x.Name == "Own frequency").Alone!.Ndcg > model.Parts.Single(x => x.Name == "Popularity").Alone!.Ndcg);
        var top = model.Top(data.Of(9), 84, 2, repeat: true);
        Assert.Equal([9, 13], top.Select(x => x.Item).Order());
        Assert.Contains(model.Why(data.Of(9), 84, 9), x => x.Kind == ReasonKind.BoughtBefore && x.Item == 9);
    }

    [Fact]
    public void Score_NewItem_FollowsTheItemsItResembles()
    {
        // Even items are shoes, odd ones books; 38 and 39 were never bought.
        var bought = RecommenderTests.Synthetic(200, 38, 6);
        var data = Interactions.From(Enumerable.Range(0, 200).SelectMany(u => bought.Of(u).ToArray().Select(x => (u, x))), 200, 40);
        var content = ItemContent.From([.. Enumerable.Range(0, 40).Select(i => (IReadOnlyList<string>)[i % 2 == 0 ? "category:shoes" : "category:books", "shop:ours"])]);
        var model = HybridRecommender.Fit(data, new(Content: content), cancel: Cancel);
        var scores = new float[40];
        model.Score([new Bought(0), new Bought(2), new Bought(4)], 0, scores);
        Assert.True(scores[38] > scores[39]);
        Assert.All(model.Why([new Bought(0)], 0, 38), x => Assert.Equal((ReasonKind.Similar, 0), (x.Kind, x.Item % 2)));
    }

    [Fact]
    public void Score_NewCustomer_GetsWhatTheSameTraitsBuyElseWhatIsPopular()
    {
        var data = RecommenderTests.Synthetic(200, 40, 7);
        var model = HybridRecommender.Fit(data, new(Traits: [.. Enumerable.Range(0, 200).Select(u => (IReadOnlyList<string>)[u % 2 == 0 ? "tier:gold" : "tier:none"])]), cancel: Cancel);
        var (plain, gold) = (new float[40], new float[40]);
        model.Score([], 0, plain);
        Assert.Equal(model.Popular.Shares, plain);
        model.Score([], 0, gold, ["tier:gold", "tier:unknown"]);
        Assert.Equal(0, Array.IndexOf(gold, gold.Max()) % 2);
        Assert.Equal(ReasonKind.Popular, Assert.Single(model.Why([], 0, 3)).Kind);
    }

    [Fact]
    public void Json_ThereAndBack_ScoresAlike()
    {
        var data = RecommenderTests.Synthetic(120, 40, 8);
        var content = ItemContent.From([.. Enumerable.Range(0, 40).Select(i => (IReadOnlyList<string>)[$"half:{i % 2}", $"brand:{i % 7}"])]);
        var model = HybridRecommender.Fit(data, new(Repeat: true, Content: content), cancel: Cancel);
        var copy = JsonSerializer.Deserialize<HybridRecommender>(JsonSerializer.Serialize(model))!;
        Assert.Equal(model.Top(data.Of(3), 6, 10, true), copy.Top(data.Of(3), 6, 10, true));
        Assert.Equal(model.Judged, copy.Judged);
    }

    [Fact]
    public void Fit_SameSeed_GivesTheSameModel()
    {
        var data = RecommenderTests.Synthetic(120, 40, 9);
        Assert.Equal(JsonSerializer.Serialize(HybridRecommender.Fit(data, cancel: Cancel)), JsonSerializer.Serialize(HybridRecommender.Fit(data, cancel: Cancel)));
    }

    [Fact]
    public void Fit_HandfulOfEvents_StillRecommends()
    {
        var data = Interactions.From([(0, new Bought(0)), (0, new Bought(1)), (1, new Bought(0))], 2, 4);
        var model = HybridRecommender.Fit(data, cancel: Cancel);
        Assert.Null(model.Judged);
        Assert.Equal(1, model.Top(data.Of(1), 0, 1)[0].Item);
    }

    [Fact]
    public void Fit_Cancelled_Stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => HybridRecommender.Fit(RecommenderTests.Synthetic(120, 40, 9), cancel: source.Token));
    }

    [Fact]
    public void Fit_ContentForOtherItems_IsRefused() =>
        Assert.Throws<LearningException>(() => HybridRecommender.Fit(RecommenderTests.Synthetic(50, 40, 9), new(Content: ItemContent.From([["a"], ["b"]])), cancel: Cancel));
}
