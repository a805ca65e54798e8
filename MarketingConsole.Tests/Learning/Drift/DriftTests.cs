using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Core.Learning.Drift;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Tests.Learning.Drift;

public sealed class DriftTests
{
    private static readonly DateTime Start = new(2025, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void OfAmounts_ShiftedNormal_EqualsTheDivergenceOfTheBins()
    {
        var random = new Random(1);
        List<double> before = [.. Normal.Samples(random, 0, 1).Take(20_000)], now = [.. Normal.Samples(random, 0.5, 1).Take(20_000)];
        var expected = 0.0;
        for (var k = 0; k < 10; k++)
        {
            double Cut(int i) => i == 0 ? double.NegativeInfinity : i == 10 ? double.PositiveInfinity : Normal.InvCDF(0, 1, i / 10.0);
            var q = Normal.CDF(0.5, 1, Cut(k + 1)) - Normal.CDF(0.5, 1, Cut(k));
            expected += (q - 0.1) * Math.Log(q / 0.1);
        }

        var stability = PopulationStability.OfAmounts(before, now);
        Assert.Equal(expected, stability.Index, 0.03);
        Assert.Equal(Stability.Moved, stability.Verdict);
        Assert.Equal(10, stability.Bins.Count);
        Assert.Equal(Stability.Shifted, PopulationStability.OfAmounts(before, [.. now.Select(x => x + 1)]).Verdict);
    }

    [Fact]
    public void OfAmounts_NothingMoved_StaysBelowChanceInAboutNinetyNineOfAHundred()
    {
        var random = new Random(2);
        var over = Enumerable.Range(0, 400).Count(_ =>
        {
            var (a, b) = (Normal.Samples(random, 5, 2).Take(300).ToList(), Normal.Samples(random, 5, 2).Take(120).ToList());
            var stability = PopulationStability.OfAmounts(a, b);
            return stability.Index > stability.Chance;
        });
        Assert.InRange(over, 0, 12);
    }

    [Fact]
    public void Of_MissingNewAndConstant_AreBinsOfTheirOwn()
    {
        double[] before = [.. Enumerable.Repeat(3.0, 500)], now = [.. Enumerable.Repeat(3.0, 250), .. Enumerable.Repeat(double.NaN, 250)];
        var gaps = PopulationStability.OfAmounts(before, now);
        Assert.Equal(Stability.Shifted, gaps.Verdict);
        Assert.Equal(0.5, gaps.Bins.Single(x => x.Name == "missing").Now);
        Assert.Equal(0, PopulationStability.OfAmounts(before, before).Index, 1e-12);
        string?[] old = [.. Enumerable.Range(0, 600).Select(i => i % 3 == 0 ? "shop" : "web")], young = [.. Enumerable.Range(0, 600).Select(i => i % 3 == 0 ? "app" : i % 3 == 1 ? "web" : null)];
        var channels = PopulationStability.OfCategories(old, young);
        Assert.Equal(["web", "shop", "new", "missing"], channels.Bins.Select(x => x.Name));
        Assert.Equal(Stability.Shifted, channels.Verdict);
        Assert.Contains("other", PopulationStability.OfCategories([.. Enumerable.Range(0, 3000).Select(i => $"c{i % 60}")], ["c59", "c1"]).Bins.Select(x => x.Name));
        Assert.Throws<LearningException>(() => PopulationStability.OfAmounts([], before));
        Assert.Throws<LearningException>(() => PopulationStability.OfCategories(old, []));
    }

    [Fact]
    public void OfAmounts_AnyValues_IsFiniteAndAtLeastZero()
    {
        var values = Gen.OneOf(Gen.Elements(0.0, 1, 1, 1, -7, double.NaN, 1e300, double.PositiveInfinity, double.NegativeInfinity), Gen.Choose(-50, 50).Select(x => (double)x)).NonEmptyListOf();
        Prop.ForAll(values.ToArbitrary(), values.ToArbitrary(), (a, b) =>
        {
            var stability = PopulationStability.OfAmounts([.. a], [.. b]);
            return stability.Index >= 0 && double.IsFinite(stability.Index) && Math.Abs(stability.Bins.Sum(x => x.Now) - 1) < 1e-9;
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Performance_RankingBreaksInMay_IsSaidAndBeforeItIsNot()
    {
        var random = new Random(3);
        List<(DateTime, double, bool)> forecasts = [.. Enumerable.Range(0, 6000).Select(i =>
        {
            var (at, p) = (Start.AddDays(i / 40.0), random.NextDouble());
            return (at, p, random.NextDouble() < (i < 4800 ? p : 0.5));
        })];
        var drift = PerformanceDrift.Of(forecasts, 30);
        Assert.Equal(5, drift.Periods.Count);
        Assert.All(drift.Periods.Take(4), x => Assert.False(x.Fell));
        Assert.True(drift.Periods[4].Fell);
        Assert.Contains("Train it again", drift.Warning);
        Assert.Null(PerformanceDrift.Of(forecasts[..4800], 30).Warning);
        Assert.Null(PerformanceDrift.Of([.. forecasts.Select(x => (x.Item1, x.Item2, true))], 30).Warning);
        Assert.Throws<LearningException>(() => PerformanceDrift.Of([], 30));
        Assert.Throws<LearningException>(() => PerformanceDrift.Of([(Start, double.NaN, true)], 30));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void Backtest_LawThatTurns_WarnsAndStableLawDoesNot(bool turns)
    {
        var random = new Random(4);
        const int N = 3000;
        List<double[]> rows = [.. Enumerable.Range(0, N).Select(_ => new[] { random.NextDouble() - 0.5, random.NextDouble() - 0.5 })];
        DateTime[] times = [.. Enumerable.Range(0, N).Select(i => Start.AddHours(i / 3))];
        bool[] labels = [.. rows.Select((x, i) => random.NextDouble() < LogisticRegression.Sigmoid(x[0] * 5 * (turns ? 1 - (2.0 * i / N) : 1)))];
        List<(int[] Train, int[] Test)> asked = [];
        var backtest = Backtest.Run(times, labels, (train, test) =>
        {
            asked.Add((train, test));
            var model = LogisticRegression.Fit([.. train.Select(i => rows[i])], [.. train.Select(i => labels[i])], 1);
            return [.. test.Select(i => model.LogOdds(rows[i]))];
        }, ct: Ct);
        Assert.Equal(turns, backtest.Warning is not null);
        Assert.Equal(4, backtest.Steps.Count);
        Assert.All(asked.Where((_, i) => i % 2 == 0), x => Assert.True(x.Train.Max(i => times[i]) < x.Test.Min(i => times[i])));
        Assert.All(asked, x => Assert.Empty(x.Train.Intersect(x.Test)));
    }

    [Fact]
    public void Backtest_TooLittle_IsRefusedInWords()
    {
        Assert.Throws<LearningException>(() => Backtest.Run([Start], [true], (_, test) => new double[test.Length], ct: Ct));
        DateTime[] same = [.. Enumerable.Repeat(Start, 200)];
        Assert.Throws<LearningException>(() => Backtest.Run(same, [.. same.Select((_, i) => i % 2 == 0)], (_, test) => new double[test.Length], ct: Ct));
    }
}
