using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Tests.Learning;

public sealed class ForecastMetricsTests
{
    [Theory, InlineData(1), InlineData(2), InlineData(3), InlineData(4)]
    public void AreaUnderCurve_ManyTies_EqualsCountingAllPairs(int seed)
    {
        var random = new Random(seed);
        List<double> scores = [.. Enumerable.Range(0, 200).Select(_ => random.Next(15) / 10.0)];
        List<bool> labels = [.. scores.Select(x => random.NextDouble() < x / 2)];
        var (wins, pairs) = (0.0, 0);
        foreach (var i in Enumerable.Range(0, 200).Where(i => labels[i]))
        {
            foreach (var j in Enumerable.Range(0, 200).Where(j => !labels[j]))
            {
                wins += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0;
                pairs++;
            }
        }

        Assert.Equal(wins / pairs, ForecastMetrics.AreaUnderCurve(scores, labels), 12);
    }

    [Fact]
    public void Of_ConstantForecast_KnowsNothing()
    {
        var metrics = ForecastMetrics.Of([.. Enumerable.Repeat(0.25, 400)], [.. Enumerable.Range(0, 400).Select(x => x % 4 == 0)]);
        Assert.Equal(0.5, metrics.Auc);
        Assert.Equal(metrics.BaseLogLoss, metrics.LogLoss, 12);
        Assert.Equal(0, metrics.CalibrationError, 12);
        Assert.Equal(0.1875, metrics.Brier, 12);
        Assert.Single(metrics.Bins);
    }

    [Fact]
    public void Calibration_AnyForecasts_PutsEachRowIntoOneAscendingBin() => Prop.ForAll(Gen.Choose(0, 20).ArrayOf().Where(x => x.Length > 0).ToArbitrary(), numbers =>
    {
        var bins = ForecastMetrics.Calibration([.. numbers.Select(x => x / 20.0)], [.. numbers.Select(x => x % 3 == 0)]);
        return bins.Sum(x => x.Count) == numbers.Length && bins.Count <= 10 && bins.Zip(bins.Skip(1)).All(x => x.First.To < x.Second.From) && bins.All(x => x.Forecast >= x.From - 1e-12 && x.Forecast <= x.To + 1e-12);
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void GapDistribution_ManyGaps_ForgetsTheShop()
    {
        var few = GapDistribution.Fit([20, 22], Math.Log(90), 0.8);
        var many = GapDistribution.Fit([.. Enumerable.Repeat(21.0, 300)], Math.Log(90), 0.8);
        Assert.Equal(21, Math.Exp(many.LogMean), 0.5);
        Assert.InRange(Math.Exp(few.LogMean), 30, 80);
        Assert.Equal(90, Math.Exp(GapDistribution.Fit([], Math.Log(90), 0.8).LogMean), 9);
    }

    [Fact]
    public void GapDistribution_Waiting_QuantilesSplitWhatIsLeft()
    {
        var gaps = new GapDistribution(Math.Log(30), 0.5);
        Assert.Equal(30, gaps.Quantile(0.5, 0), 9);
        foreach (var waited in new[] { 0.0, 10, 30, 80 })
        {
            var (from, to) = (gaps.Quantile(0.25, waited), gaps.Quantile(0.75, waited));
            Assert.True(waited < from && from < to);
            Assert.Equal(0.5, gaps.Within(to - waited, waited) - gaps.Within(from - waited, waited), 6);
        }

        Assert.Equal(LogNormal.CDF(Math.Log(30), 0.5, 30), gaps.Within(30, 0), 9);
    }
}
