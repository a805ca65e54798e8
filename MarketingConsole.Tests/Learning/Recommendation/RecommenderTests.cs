using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Recommendation;
using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Tests.Learning.Recommendation;

public sealed class RecommenderTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Metrics_OneList_AreThoseByHand()
    {
        // Hits at places 1 and 3 of three wanted: (1 + 1/2) / (1 + 1/log2(3) + 1/2).
        var metrics = RankingMetrics.Of([((IReadOnlyList<int>)[5, 8, 6, 9], new HashSet<int> { 5, 6, 7 }), ([1], new HashSet<int>())], 4);
        Assert.Equal(1, metrics.Customers);
        Assert.Equal(1.5 / (1.5 + (1 / Math.Log2(3))), metrics.Ndcg, 12);
        Assert.Equal(0.5, metrics.Precision, 12);
        Assert.Equal(2 / 3.0, metrics.Recall, 12);
        Assert.Equal(1, metrics.HitRate);
    }

    [Fact]
    public void Top_AnyScores_IsTheHeadOfTheStableSort() => Prop.ForAll(ArbMap.Default.ArbFor<int[]>(), ArbMap.Default.ArbFor<byte>(), (values, k) =>
        Ranking.Top(values.Select(x => (float)(x % 10)).ToArray(), k).SequenceEqual(values.Select((x, i) => (Value: x % 10, i)).OrderByDescending(x => x.Value).ThenBy(x => x.i).Take(k).Select(x => x.i))).QuickCheckThrowOnFailure();

    [Fact]
    public void From_EventsInAnyOrder_KeepsTimeOrderAndMergesWeights()
    {
        var data = Interactions.From([(1, new Bought(2, 3, 9)), (0, new Bought(1)), (1, new Bought(2, 1, 4)), (1, new Bought(0, 1, 5))], 3, 4);
        Assert.Equal([4.0, 5, 9], data.Of(1).ToArray().Select(x => x.Day));
        Assert.Equal([(0, 1f), (2, 4f)], Interactions.Merge(data.Of(1)));
        Assert.True(data.Of(2).IsEmpty);
    }

    [Fact]
    public void From_FaultyEvents_SaysWhat()
    {
        Assert.Contains("nothing to learn", Assert.Throws<LearningException>(() => Interactions.From([], 1, 1)).Message, StringComparison.Ordinal);
        Assert.Throws<LearningException>(() => Interactions.From([(0, new Bought(3))], 1, 3));
        Assert.Throws<LearningException>(() => Interactions.From([(0, new Bought(0, float.NaN))], 1, 3));
    }

    [Theory, InlineData(3), InlineData(40)]
    public void AlsFold_FewAndManyItems_SolvesTheNormalEquations(int items)
    {
        var data = Synthetic(200, 60, 1);
        var model = ImplicitAls.Fit(data, 16, 2, 3, 4, cancel: Cancel);
        Bought[] history = [.. Enumerable.Range(0, items).Select(i => new Bought(i, 1 + (i % 3)))];
        var y = Matrix<double>.Build.Dense(60, 16, (i, k) => model.Y[(i * 16) + k]);
        var confidence = Vector<double>.Build.Dense(60, i => i < items ? 1 + (2.0 * (1 + (i % 3))) : 1);
        var bought = Vector<double>.Build.Dense(60, i => i < items ? 1 : 0);
        var normal = y.TransposeThisAndMultiply(Matrix<double>.Build.DenseOfDiagonalVector(confidence) * y) + (3 * Matrix<double>.Build.DenseIdentity(16));
        var expected = normal.Solve(y.TransposeThisAndMultiply(confidence.PointwiseMultiply(bought)));
        var actual = model.Fold(history);
        Assert.All(Enumerable.Range(0, 16), k => Assert.Equal(expected[k], actual[k], 1e-4));

        // What the items of the history add to the score of an item makes up all of it, so the shares of positive ones are in (0, 1].
        var why = model.Why(history, 0, items, 100);
        Assert.Equal(1, why.Sum(x => x.Share), 6);
    }

    [Fact]
    public void AlsFit_EachRound_LowersTheLossAsWrittenInThePaper()
    {
        var data = Synthetic(150, 40, 2);
        var losses = new List<double>();
        ImplicitAls.Fit(data, 8, 3, 0.5, 5, after: (x, model) =>
        {
            losses.Add(model.Loss(data, x));
            var direct = 0.5 * (x.Sum(v => v * v) + model.Y.Sum(v => v * v));
            for (var u = 0; u < data.Users; u++)
            {
                var weights = Interactions.Merge(data.Of(u)).ToDictionary(e => e.Item, e => e.Weight);
                for (var i = 0; i < data.Items; i++)
                {
                    double score = 0;
                    for (var k = 0; k < 8; k++)
                    {
                        score += x[(u * 8) + k] * model.Y[(i * 8) + k];
                    }

                    direct += weights.TryGetValue(i, out var w) ? (1 + (3 * w)) * (1 - score) * (1 - score) : score * score;
                }
            }

            Assert.Equal(direct, losses[^1], direct * 1e-4);
        }, cancel: Cancel);
        Assert.Equal(losses.OrderDescending(), losses);
    }

    [Fact]
    public void EaseFit_SmallShop_IsTheClosedForm()
    {
        var data = Synthetic(100, 30, 3);
        var model = Ease.Fit(data, 7, cancel: Cancel);
        var x = Matrix<double>.Build.Dense(100, 30);
        for (var u = 0; u < 100; u++)
        {
            Interactions.Merge(data.Of(u)).ForEach(e => x[u, e.Item] = 1);
        }

        var p = (x.TransposeThisAndMultiply(x) + (7 * Matrix<double>.Build.DenseIdentity(30))).Inverse();
        for (var i = 0; i < 30; i++)
        {
            for (var j = 0; j < 30; j++)
            {
                Assert.Equal(i == j ? 0 : -p[i, j] / p[j, j], model.Weights[(i * 30) + j], 1e-5);
            }
        }
    }

    [Fact]
    public void Neighbours_TwoItemsWithTheSameBuyers_AreNearestAndTheReason()
    {
        List<(int, Bought)> events = [.. Enumerable.Range(0, 30).SelectMany(u => new[] { (u, new Bought(u % 2)), (u, new Bought(2 + (u % 2))), (u, new Bought(4)) })];
        var model = ItemNeighbours.Fit(Interactions.From(events, 30, 5), 1, cancel: Cancel);
        Assert.Equal(2, model.Neighbours[0][0]);
        Assert.Equal(4, model.Neighbours[0][1]);
        Assert.Equal(2, model.Top([new Bought(0)], 0, 1)[0].Item);
        Assert.Equal(new Reason(ReasonKind.BoughtTogether, 0, 1), Assert.Single(model.Why([new Bought(0)], 0, 2)));
    }

    [Fact]
    public void Frequency_OldAndNewPurchases_DecayByHalfLifeAndRepeatRate()
    {
        var events = Enumerable.Range(0, 200).SelectMany(u => new[] { (u, new Bought(0, 1, 0)), (u, new Bought(0, 1, 10)), (u, new Bought(1, 1, 10)) });
        var model = PersonalFrequency.Fit(Interactions.From(events, 200, 3));
        Assert.Equal(10, model.HalfLife);
        Assert.True(model.RepeatRates[0] > 0.9 && model.RepeatRates[1] < 0.1);
        var scores = new float[3];
        model.Score([new Bought(0, 2, 0), new Bought(0, 1, 10)], 10, scores);
        Assert.Equal(2 * model.RepeatRates[0], scores[0], 5);
        Assert.Equal(0, scores[2]);
    }

    [Fact]
    public void Popularity_WithHalfLife_CountsNewerPurchasesMore()
    {
        var data = Interactions.From([(0, new Bought(0, 1, 0)), (1, new Bought(1, 1, 10)), (1, new Bought(0, 1, 10))], 3, 2);
        Assert.Equal([0.75f, 0.5f], Popularity.Fit(data, 10).Shares);
    }

    /// <summary>Customers of two tastes, each buying 6 items mostly of their half of the shop.</summary>
    internal static Interactions Synthetic(int users, int items, int seed)
    {
        var random = new Random(seed);
        return Interactions.From(Enumerable.Range(0, users).SelectMany(u => Enumerable.Range(0, 6).Select(n => (u, new Bought(random.NextDouble() < 0.9 ? (random.Next(items / 2) * 2) + (u % 2) : random.Next(items), random.Next(1, 3), n)))), users, items);
    }
}
