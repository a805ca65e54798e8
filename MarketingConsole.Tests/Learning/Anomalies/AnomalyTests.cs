using System.Globalization;
using System.Text.Json;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Anomalies;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Learning.Anomalies;

public sealed class AnomalyTests
{
    private static readonly string[] Sets = ["6_cardio", "20_letter", "23_mammography", "27_PageBlocks", "28_pendigits", "30_satellite", "38_thyroid", "42_WBC"];

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Forest_EightSetsFiveSeeds_ReachesTheMeanArea()
    {
        var areas = Sets.ToDictionary(x => x, x =>
        {
            var (rows, odd) = Read(x);
            return Enumerable.Range(1, 5).Average(seed => ForecastMetrics.AreaUnderCurve(IsolationForest.Fit(rows, seed: seed, cancel: Cancel).Score(rows, Cancel), odd));
        });
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join(", ", areas.Select(x => $"{x.Key} {x.Value:F3}")));
        Assert.True(areas.Values.Average() >= 0.86, $"{areas.Values.Average():F4}: {string.Join(", ", areas.Select(x => $"{x.Key} {x.Value:F3}"))}");
    }

    [Fact]
    public void HistogramsAndDistance_EightSets_BeatChanceByFar()
    {
        var (histogram, distance) = (0.0, 0.0);
        foreach (var set in Sets)
        {
            var (rows, odd) = Read(set);
            var (h, d) = (HistogramOutliers.Fit(rows, cancel: Cancel), RobustDistance.Fit(rows, cancel: Cancel));
            histogram += ForecastMetrics.AreaUnderCurve([.. rows.Select(h.Score)], odd) / Sets.Length;
            distance += ForecastMetrics.AreaUnderCurve([.. rows.Select(d.Score)], odd) / Sets.Length;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"histograms {histogram:F3} distance {distance:F3}");
        Assert.True(histogram >= 0.8 && distance >= 0.8, $"histograms {histogram:F3} distance {distance:F3}");
    }

    [Theory, InlineData(2), InlineData(3), InlineData(100), InlineData(2000)]
    public void Forest_AnyRow_ContributionsAddUpToTheStepsSaved(int n)
    {
        var rows = Usual(n, 4, n);
        var forest = IsolationForest.Fit(rows, 20, cancel: Cancel);
        var scores = forest.Score(rows, Cancel);
        var usual = IsolationForest.Expected(Math.Min(n, 256));
        for (var i = 0; i < Math.Min(n, 50); i++)
        {
            // s = 2^(−E(h) / c)
            Assert.Equal(usual - (-Math.Log2(scores[i]) * usual), forest.Contributions(rows[i]).Sum(), 1e-4);
        }
    }

    [Fact]
    public void Forest_ScaledAndShiftedColumns_ScoresAlike()
    {
        var rows = Usual(500, 3, 1);
        double[][] moved = [.. rows.Select(x => new[] { (x[0] * 1024) + 4e6, x[1] * 0.25, -8 + x[2] })];
        Assert.All(IsolationForest.Fit(rows, cancel: Cancel).Score(rows, Cancel).Zip(IsolationForest.Fit(moved, cancel: Cancel).Score(moved, Cancel)), x => Assert.Equal(x.First, x.Second, 1e-2));
    }

    [Fact]
    public void All_OneOddRow_RankItFirstAndNameTheColumn()
    {
        double[][] rows = [.. Usual(600, 3, 2), [0.5, 40, 0.5]];
        var (forest, histogram, distance) = (IsolationForest.Fit(rows, cancel: Cancel), HistogramOutliers.Fit(rows, cancel: Cancel), RobustDistance.Fit(rows, cancel: Cancel));
        Assert.Equal(600, Array.IndexOf(forest.Score(rows, Cancel), forest.Score(rows, Cancel).Max()));
        Assert.Equal(600, Enumerable.Range(0, 601).MaxBy(i => histogram.Score(rows[i])));
        Assert.Equal(600, Enumerable.Range(0, 601).MaxBy(i => distance.Score(rows[i])));
        Assert.All(new[] { forest.Why(rows[600]), histogram.Why(rows[600]), distance.Why(rows[600]) }, x => Assert.Equal((1, true), (x[0].Column, x[0].Higher)));
        Assert.True(distance.Chance(rows[600]) < 1e-6 && distance.Chance([0.5, 0.5, 0.5]) > 0.5);
    }

    [Fact]
    public void Distance_ColumnsThatDoNotFitTogether_IsFoundDespiteATenthOfOddRows()
    {
        // Second column repeats the first; odd rows have usual values in both, turned round.
        var random = new Random(3);
        double[][] rows = [.. Enumerable.Range(0, 1000).Select(i => (X: random.NextDouble(), Odd: i % 10 == 0)).Select(v => v.Odd ? new[] { 0.9, 0.1 + (0.05 * random.NextDouble()) } : [v.X, v.X + (0.02 * random.NextDouble())])];
        var model = RobustDistance.Fit(rows, cancel: Cancel);
        Assert.Equal(1, ForecastMetrics.AreaUnderCurve([.. rows.Select(model.Score)], [.. rows.Select((_, i) => i % 10 == 0)]), 3);
        Assert.Equal(model.Score(rows[0]), model.Contributions(rows[0]).Sum(), 6);
    }

    [Fact]
    public void All_MissingConstantAndTooFew_GiveNumbersOrAMessage()
    {
        double[][] rows = [.. Usual(50, 3, 4).Select((x, i) => new[] { i % 5 == 0 ? double.NaN : x[0], 7, x[2], double.NaN })];
        double[][] alike = [.. Enumerable.Repeat(new double[] { 1, 1 }, 20)];
        Assert.All([.. IsolationForest.Fit(rows, cancel: Cancel).Score(rows, Cancel), .. IsolationForest.Fit(alike, cancel: Cancel).Score(alike, Cancel)], x => Assert.InRange(x, 0, 1));
        Assert.All(rows, x => Assert.True(double.IsFinite(HistogramOutliers.Fit(rows, cancel: Cancel).Score(x)) && double.IsFinite(RobustDistance.Fit(rows, cancel: Cancel).Score(x))));
        Assert.Equal(0, RobustDistance.Fit(alike, cancel: Cancel).Score(alike[0]));
        Assert.Empty(HistogramOutliers.Fit(alike, cancel: Cancel).Why(alike[0]));
        Assert.Throws<LearningException>(() => IsolationForest.Fit([[1.0]], cancel: Cancel));
        Assert.Throws<LearningException>(() => HistogramOutliers.Fit([], cancel: Cancel));
        Assert.Throws<LearningException>(() => RobustDistance.Fit([[1.0, 2], [1.0]], cancel: Cancel));
    }

    [Fact]
    public void Json_ThereAndBack_ScoresAlike()
    {
        var rows = Usual(300, 3, 5);
        var (forest, histogram, distance) = (IsolationForest.Fit(rows, 10, cancel: Cancel), HistogramOutliers.Fit(rows, cancel: Cancel), RobustDistance.Fit(rows, cancel: Cancel));
        Assert.Equal(forest.Score(rows, Cancel), Copy(forest).Score(rows, Cancel));
        Assert.Equal(histogram.Score(rows[1]), Copy(histogram).Score(rows[1]));
        Assert.Equal(distance.Score(rows[1]), Copy(distance).Score(rows[1]));
    }

    private static T Copy<T>(T model) => JsonSerializer.Deserialize<T>(JsonSerializer.Serialize(model))!;

    private static double[][] Usual(int n, int columns, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n).Select(_ => Enumerable.Range(0, columns).Select(_ => random.NextDouble() + random.NextDouble() - 0.5).ToArray())];
    }

    private static (double[][] Rows, bool[] Odd) Read(string set)
    {
        var rows = OpenData.Rows($"adbench/{set}.csv.gz");
        return ([.. rows.Select(x => x.Where(v => v.Key != "label").Select(v => double.Parse(v.Value, CultureInfo.InvariantCulture)).ToArray())], [.. rows.Select(x => x["label"][0] == '1')]);
    }
}
