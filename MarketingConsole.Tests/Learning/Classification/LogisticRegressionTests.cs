using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Tests.Learning.Classification;

public sealed class LogisticRegressionTests
{
    private static (List<double[]> Rows, List<bool> Labels) Draw(int seed, int n, double[] weights, double intercept)
    {
        var random = new Random(seed);
        var rows = Enumerable.Range(0, n).Select(_ => weights.Select((_, j) => (random.NextDouble() * 6) - 3 + j).ToArray()).ToList();
        return (rows, [.. rows.Select(x => random.NextDouble() < LogisticRegression.Sigmoid(intercept + x.Zip(weights, (a, w) => a * w).Sum()))]);
    }

    [Fact]
    public void Fit_OneBinaryFeature_GivesTheLogOddsRatioOfTheTable()
    {
        // 2 × 2 table: feature 1: 30 yes 10 no; feature 0: 20 yes 40 no. Without a penalty the coefficient is ln(30·40 / (10·20)).
        List<double[]> rows = [.. Enumerable.Repeat(new[] { 1.0 }, 40), .. Enumerable.Repeat(new[] { 0.0 }, 60)];
        List<bool> labels = [.. Enumerable.Repeat(true, 30), .. Enumerable.Repeat(false, 10), .. Enumerable.Repeat(true, 20), .. Enumerable.Repeat(false, 40)];
        var model = LogisticRegression.Fit(rows, labels, penalty: 0);
        Assert.Equal(Math.Log(30.0 * 40 / (10 * 20)), model.LogOdds([1]) - model.LogOdds([0]), 6);
        Assert.Equal(0.75, LogisticRegression.Sigmoid(model.LogOdds([1])), 6);
    }

    [Theory, InlineData(1, 0.0), InlineData(2, 1.0), InlineData(3, 50.0)]
    public void Fit_AnyData_StopsWhereFiniteDifferencesVanish(int seed, double penalty)
    {
        var (rows, labels) = Draw(seed, 400, [0.8, -1.2, 0.1], 0.3);
        var model = LogisticRegression.Fit(rows, labels, penalty);
        double[] beta = [.. model.Coefficients, model.Intercept];
        double Loss(double[] at) => LogisticRegression.Loss(rows, labels, model.Means, model.Scales, at, penalty);
        var (_, gradient, _) = LogisticRegression.Derivatives(rows, labels, model.Means, model.Scales, beta, penalty);
        for (var j = 0; j < beta.Length; j++)
        {
            const double Step = 1e-5;
            var difference = (Loss([.. beta.Select((x, i) => i == j ? x + Step : x)]) - Loss([.. beta.Select((x, i) => i == j ? x - Step : x)])) / (2 * Step);
            Assert.Equal(0, difference, 3);
            Assert.Equal(difference, gradient[j], 3);
        }
    }

    [Fact]
    public void Fit_KnownWeights_AreFoundAgain()
    {
        var (rows, labels) = Draw(4, 40_000, [0.8, -1.2], 0.3);
        var model = LogisticRegression.Fit(rows, labels, penalty: 1);
        Assert.Equal(0.8, model.Coefficients[0] / model.Scales[0], 0.05);
        Assert.Equal(-1.2, model.Coefficients[1] / model.Scales[1], 0.05);
    }

    [Fact]
    public void Fit_SeparableClassesAndConstantFeature_StaysFinite()
    {
        List<double[]> rows = [.. Enumerable.Range(0, 50).Select(x => new[] { x, 7.0 })];
        var model = LogisticRegression.Fit(rows, [.. rows.Select(x => x[0] > 20)], penalty: 1);
        Assert.All(model.Coefficients, x => Assert.True(double.IsFinite(x)));
        Assert.Equal(0, model.Coefficients[1], 6);
    }

    [Fact]
    public void Fit_OneClass_IsRefused() => Assert.Throws<ArgumentException>(() => LogisticRegression.Fit([[1.0], [2.0]], [true, true], 1));

    [Fact]
    public void Contributions_AnyRow_AddUpToTheDistanceFromTheMeanRow()
    {
        var (rows, labels) = Draw(5, 300, [1, -0.5], 0);
        var model = LogisticRegression.Fit(rows, labels, 1);
        Assert.Equal(model.LogOdds(rows[3]) - model.LogOdds(model.Means), model.Contributions(rows[3]).Sum(), 9);
    }

    [Fact]
    public void Platt_SkewedLogOdds_AreStraightenedAndKeepTheirOrder()
    {
        var random = new Random(6);
        var truth = Enumerable.Range(0, 20_000).Select(_ => (random.NextDouble() * 6) - 3).ToList();
        List<bool> labels = [.. truth.Select(z => random.NextDouble() < LogisticRegression.Sigmoid(z))];
        List<double> skewed = [.. truth.Select(z => (3 * z) - 2)]; // too sure of itself, and shifted
        var scaling = PlattScaling.Fit(skewed, labels);
        Assert.Equal(1.0 / 3, scaling.Slope, 0.03);
        Assert.Equal(2.0 / 3, scaling.Offset, 0.08);
        var before = ForecastMetrics.Of([.. skewed.Select(LogisticRegression.Sigmoid)], labels);
        var after = ForecastMetrics.Of([.. skewed.Select(scaling.Probability)], labels);
        Assert.True(after.CalibrationError < 0.02 && after.CalibrationError < before.CalibrationError / 3);
        Assert.Equal(before.Auc, after.Auc, 9);
    }

    [Fact]
    public void Platt_ScoresThatRankBackwards_FallToTheBaseRate()
    {
        List<double> scores = [.. Enumerable.Range(0, 100).Select(x => (double)x)];
        var scaling = PlattScaling.Fit(scores, [.. scores.Select(x => x < 30)]);
        Assert.Equal(0.3, scaling.Probability(5), 6);
        Assert.Equal(0.3, scaling.Probability(95), 6);
    }
}
