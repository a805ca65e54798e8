using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Tests.Learning.Classification;

public sealed class GradientBoostingTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Columns: two amounts, one with gaps, categories 0 to 11, noise. The chance bends, interacts and depends on what is missing.</summary>
    private static (List<double[]> Rows, double[] Targets) Draw(int seed, int n)
    {
        var random = new Random(seed);
        var (rows, targets) = (new List<double[]>(), new double[n]);
        for (var i = 0; i < n; i++)
        {
            double[] x = [Math.Round(random.NextDouble() * 100), random.NextDouble() * 4, random.NextDouble() < 0.3 ? double.NaN : random.NextDouble(), random.Next(12), random.NextDouble()];
            targets[i] = random.NextDouble() < LogisticRegression.Sigmoid(Truth(x)) ? 1 : 0;
            rows.Add(x);
        }

        return (rows, targets);
    }

    private static double Truth(double[] x) =>
        -1 + (x[0] > 40 && x[0] < 70 ? 2 : 0) + (x[1] > 2 == x[0] > 50 ? 1 : -1) + (double.IsNaN(x[2]) ? 1.5 : x[2]) + ((int)x[3] % 3 == 0 ? 1.5 : -0.5);

    private static double Auc(GradientBoosting model, List<double[]> rows, double[] targets) =>
        ForecastMetrics.AreaUnderCurve(model.Predict(GradientBoosting.ToColumns(rows)), [.. targets.Select(x => x > 0)]);

    [Fact]
    public void Fit_BendsInteractionsGapsAndCategories_AreLearnt()
    {
        var ((rows, targets), (later, truth)) = (Draw(1, 8000), Draw(2, 4000));
        var model = GradientBoosting.Fit(rows, targets, new() { Categorical = [3] }, ct: Ct);
        var auc = Auc(model, later, truth);
        var line = LogisticRegression.Fit([.. rows.Select(x => x.Select(v => double.IsNaN(v) ? 0.5 : v).ToArray())], [.. targets.Select(x => x > 0)], 1);
        var plain = ForecastMetrics.AreaUnderCurve([.. later.Select(x => line.LogOdds([.. x.Select(v => double.IsNaN(v) ? 0.5 : v)]))], [.. truth.Select(x => x > 0)]);
        var best = ForecastMetrics.AreaUnderCurve([.. later.Select(Truth)], [.. truth.Select(x => x > 0)]);
        Assert.True(auc > best - 0.02 && auc > plain + 0.15, $"{auc} {best} {plain}");
        var metrics = ForecastMetrics.Of(model.Predict(GradientBoosting.ToColumns(later)), [.. truth.Select(x => x > 0)]);
        Assert.True(metrics.CalibrationError < 0.04);
    }

    [Theory, InlineData(1, 0), InlineData(7, 31), InlineData(31, 64), InlineData(200, 5)]
    public void RawScores_ManyRows_EqualOneRowAtATimeToTheLastBits(int leaves, int trees)
    {
        var (rows, targets) = Draw(3, 3000);
        var model = GradientBoosting.Fit(rows, targets, new(MaxLeaves: Math.Max(2, leaves), Trees: Math.Max(1, trees), MinRowsPerLeaf: 3) { Categorical = [3] }, ct: Ct);
        var (later, _) = Draw(4, 777);
        later[5][0] = double.NaN;
        later[6][1] = double.PositiveInfinity;
        later[7][1] = double.NegativeInfinity;
        later[8][3] = 99; // a category never seen
        later[9] = [double.NaN, double.NaN, double.NaN, double.NaN, double.NaN];
        later[10][0] = 1e30;
        later[11][0] = -1e30;
        var scores = new double[later.Count];
        model.RawScores(GradientBoosting.ToColumns(later), scores);
        Assert.All(later.Zip(scores), x => Assert.Equal(model.RawScore(x.First), x.Second, 1e-12));
    }

    [Fact]
    public void Fit_FourHundredCategories_LearnsTheirRatesAndTreatsTheRestAsMissing()
    {
        var random = new Random(12);
        double[] rate = [.. Enumerable.Range(0, 400).Select(_ => random.NextDouble() < 0.5 ? 0.15 : 0.8)];
        List<double[]> rows = [.. Enumerable.Range(0, 16_000).Select(i => new[] { (double)random.Next(random.Next(2) == 0 ? 200 : 400), random.NextDouble() })];
        double[] targets = [.. rows.Select(x => random.NextDouble() < rate[(int)x[0]] ? 1.0 : 0)];
        var model = GradientBoosting.Fit(rows, targets, new() { Categorical = [0] }, ct: Ct);
        Assert.Equal(255, model.Categories[0]!.Length);
        var scores = new double[rows.Count];
        model.RawScores(GradientBoosting.ToColumns(rows), scores);
        Assert.All(rows.Take(3000).Zip(scores), x => Assert.Equal(model.RawScore(x.First), x.Second, 1e-12));
        Assert.True(ForecastMetrics.AreaUnderCurve(scores, [.. rows.Select(x => rate[(int)x[0]] > 0.5)]) > 0.9);
        Assert.Equal(model.RawScore([double.NaN, 0.5]), model.RawScore([1234, 0.5]));
    }

    [Fact]
    public void Fit_Monotone_NeverMovesAgainstTheDirection()
    {
        var random = new Random(5);
        List<double[]> rows = [.. Enumerable.Range(0, 4000).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() })];
        double[] targets = [.. rows.Select(x => x[0] + Math.Sin(9 * x[0]) - x[1] + Math.Sin(12 * x[1]) + (0.3 * random.NextDouble()))];
        var model = GradientBoosting.Fit(rows, targets, new(BoostingLoss.SquaredError) { Monotone = new Dictionary<int, int> { [0] = 1, [1] = -1 } }, ct: Ct);
        for (var i = 0; i < 50; i++)
        {
            var (a, b) = (random.NextDouble(), random.NextDouble());
            var path = Enumerable.Range(0, 200).Select(k => k / 199.0).ToList();
            var (up, down) = (path.ConvertAll(v => model.Predict([v, a, b])), path.ConvertAll(v => model.Predict([a, v, b])));
            Assert.All(up.Zip(up.Skip(1)), x => Assert.True(x.Second >= x.First - 1e-12));
            Assert.All(down.Zip(down.Skip(1)), x => Assert.True(x.Second <= x.First + 1e-12));
        }

        var free = GradientBoosting.Fit(rows, targets, new(BoostingLoss.SquaredError), ct: Ct);
        Assert.True(rows.Zip(targets, (x, y) => Math.Pow(free.Predict(x) - y, 2)).Average() < 0.02);
    }

    [Fact]
    public void Fit_FirstSplit_IsTheBestOfAllByBruteForce()
    {
        var cases = from seed in Gen.Choose(0, 100_000) from n in Gen.Choose(40, 120) select (seed, n);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.seed);
            List<double[]> rows = [.. Enumerable.Range(0, c.n).Select(_ => new[] { random.Next(9), (double)random.Next(30), random.NextDouble() })];
            double[] y = [.. rows.Select(x => (x[0] > 4 ? 1 : 0) + random.NextDouble())];
            var model = GradientBoosting.Fit(rows, y, new(BoostingLoss.SquaredError, 1, 1, 2, MinRowsPerLeaf: 5, L2: 0), ct: Ct);
            double Loss(IEnumerable<double> part) => part.ToList() is { Count: > 0 } p ? p.Sum(v => Math.Pow(v - p.Average(), 2)) : 0;
            var best = Loss(y);
            for (var j = 0; j < 3; j++)
            {
                foreach (var cut in rows.Select(x => x[j]).Distinct())
                {
                    var left = Enumerable.Range(0, c.n).Where(i => rows[i][j] <= cut).ToList();
                    if (left.Count >= 5 && c.n - left.Count >= 5)
                    {
                        best = Math.Min(best, Loss(left.Select(i => y[i])) + Loss(Enumerable.Range(0, c.n).Except(left).Select(i => y[i])));
                    }
                }
            }

            Assert.Equal(best, rows.Zip(y, (x, v) => Math.Pow(model.Predict(x) - v, 2)).Sum(), 1e-6);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Fit_LeavesAndCover_KeepTheirPromises()
    {
        var (rows, targets) = Draw(6, 3000);
        var model = GradientBoosting.Fit(rows, [.. targets.Select((x, i) => i % 12 == 0 ? x : 0)], new(MinRowsPerLeaf: 40, MaxLeaves: 15, MaxDepth: 5) { Categorical = [3] }, ct: Ct);
        Assert.All(model.Trees, tree =>
        {
            Assert.InRange(tree.Feature.Count(x => x < 0), 2, 15);
            Assert.Equal(3000, tree.Cover[0], 1e-9);
            Assert.All(tree.Cover.Where((_, i) => tree.Feature[i] < 0), x => Assert.True(x >= 40));
            int Depth(int node) => tree.Feature[node] < 0 ? 0 : 1 + Math.Max(Depth(tree.Left[node]), Depth(tree.Right[node]));
            Assert.True(Depth(0) <= 5);
        });
    }

    [Fact]
    public void Fit_Weights_CountLikeRepeatedRowsAndZeroLikeNone()
    {
        var (rows, targets) = Draw(7, 1500);
        rows.ForEach(x => (x[1], x[2], x[4]) = (Math.Round(x[1] * 20), double.IsNaN(x[2]) ? x[2] : Math.Round(x[2] * 50), Math.Round(x[4] * 50)));
        double[] weights = [.. Enumerable.Range(0, 1500).Select(i => i % 3)];
        var weighted = GradientBoosting.Fit(rows, targets, new(Trees: 20, MinRowsPerLeaf: 1, MaxLeaves: 6), weights, ct: Ct);
        var order = Enumerable.Range(0, 1500).SelectMany(i => Enumerable.Repeat(i, i % 3)).ToList();
        var repeated = GradientBoosting.Fit(order.ConvertAll(i => rows[i]), [.. order.Select(i => targets[i])], new(Trees: 20, MinRowsPerLeaf: 1, MaxLeaves: 6), ct: Ct);
        Assert.True(rows.Average(x => Math.Abs(weighted.RawScore(x) - repeated.RawScore(x))) < 0.02);
    }

    [Fact]
    public void Fit_PureNoise_StopsEarlyAndSaysAlmostNothing()
    {
        var random = new Random(8);
        List<double[]> rows = [.. Enumerable.Range(0, 3000).Select(_ => Enumerable.Range(0, 5).Select(_ => random.NextDouble()).ToArray())];
        var model = GradientBoosting.Fit(rows, [.. rows.Select(_ => random.Next(2) * 1.0)], new(HoldoutShare: 0.2, Trees: 500), ct: Ct);
        Assert.True(model.Trees.Count < 30);
        Assert.True(rows.Average(x => Math.Abs(model.Predict(x) - 0.5)) < 0.1);
    }

    [Fact]
    public void Fit_SameSeed_GivesTheSameModelAndItIsStoredAsJson()
    {
        var (rows, targets) = Draw(9, 1200);
        var options = new BoostingOptions(HoldoutShare: 0.15, Trees: 40) { Categorical = [3] };
        var (one, two) = (GradientBoosting.Fit(rows, targets, options, ct: Ct), GradientBoosting.Fit(rows, targets, options, ct: Ct));
        var json = JsonSerializer.Serialize(one);
        Assert.Equal(json, JsonSerializer.Serialize(two));
        var read = JsonSerializer.Deserialize<GradientBoosting>(json)!;
        Assert.Equal(json, JsonSerializer.Serialize(read));
        Assert.Equal(one.RawScore(rows[3]), read.RawScore(rows[3]));
    }

    [Fact]
    public void Fit_PerfectColumnConstantColumnAndOutliers_StayFinite()
    {
        List<double[]> rows = [.. Enumerable.Range(0, 400).Select(i => new[] { i < 200 ? 0.0 : 1, 7, double.NaN, i })];
        var model = GradientBoosting.Fit(rows, [.. rows.Select(x => x[0])], ct: Ct);
        Assert.All(rows, x => Assert.InRange(Math.Abs(model.Predict(x) - x[0]), 0, 0.01));
        var amounts = GradientBoosting.Fit(rows, [.. rows.Select((x, i) => i == 17 ? 1e9 : x[0])], new(BoostingLoss.SquaredError), ct: Ct);
        Assert.All(rows, x => Assert.True(double.IsFinite(amounts.Predict(x))));
        var constant = GradientBoosting.Fit(rows, [.. rows.Select(_ => 3.0)], new(BoostingLoss.SquaredError), ct: Ct);
        Assert.Equal(3, constant.Predict(rows[0]), 1e-9);
    }

    [Fact]
    public void Fit_BadInput_IsRefusedInWords()
    {
        List<double[]> rows = [.. Enumerable.Range(0, 50).Select(i => new[] { (double)i })];
        Assert.Contains("same outcome", Assert.Throws<LearningException>(() => GradientBoosting.Fit(rows, new double[50], ct: Ct)).Message);
        Assert.Contains("0 or 1", Assert.Throws<LearningException>(() => GradientBoosting.Fit(rows, [.. rows.Select(x => x[0])], ct: Ct)).Message);
        Assert.Throws<LearningException>(() => GradientBoosting.Fit(rows, [.. rows.Select(_ => double.NaN)], new(BoostingLoss.SquaredError), ct: Ct));
        Assert.Throws<LearningException>(() => GradientBoosting.Fit(new List<double[]>(), [], ct: Ct));
        Assert.Throws<LearningException>(() => GradientBoosting.Fit(rows[..5], [0, 1, 0, 1, 0], ct: Ct));
        Assert.Throws<LearningException>(() => GradientBoosting.Fit(rows, [.. rows.Select(x => x[0] % 2)], weights: [.. rows.Select(_ => -1.0)], ct: Ct));
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => GradientBoosting.Fit(rows, [.. rows.Select(x => x[0] % 2)], ct: source.Token));
    }
}
