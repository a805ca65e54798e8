using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Tests.Learning.Classification;

public sealed class IsotonicCalibrationTests
{
    [Fact]
    public void Fit_BentScores_AreStraightened()
    {
        var random = new Random(1);
        List<double> truth = [.. Enumerable.Range(0, 20_000).Select(_ => random.NextDouble())];
        List<bool> labels = [.. truth.Select(p => random.NextDouble() < p)];
        List<double> bent = [.. truth.Select(p => Math.Pow(p, 5) - 3)];
        var calibration = IsotonicCalibration.Fit(bent[..10_000], labels[..10_000]);
        Assert.True(truth[10_000..].Zip(bent[10_000..], (p, s) => Math.Abs(p - calibration.Probability(s))).Average() < 0.03);
        Assert.Equal(calibration.Probability(-2.5), JsonSerializer.Deserialize<IsotonicCalibration>(JsonSerializer.Serialize(calibration))!.Probability(-2.5));
    }

    [Fact]
    public void Probability_AnyScores_NeverFallsAndStaysInside()
    {
        var cases = from seed in Gen.Choose(0, 100_000) from n in Gen.Choose(50, 300) from ties in Gen.Choose(2, 200) select (seed, n, ties);
        Prop.ForAll(cases.ToArbitrary(), c =>
        {
            var random = new Random(c.seed);
            List<double> scores = [.. Enumerable.Range(0, c.n).Select(_ => (double)random.Next(c.ties))];
            List<bool> labels = [.. scores.Select((x, i) => i < 2 ? i == 0 : random.NextDouble() < 0.5)];
            var calibration = IsotonicCalibration.Fit(scores, labels);
            var line = Enumerable.Range(-5, 250).Select(x => calibration.Probability(x * 0.9)).ToList();
            Assert.Equal(line.Order(), line);
            Assert.All(line, x => Assert.InRange(x, 1e-6, 1 - 1e-6));
            Assert.Equal(labels.Average(x => x ? 1.0 : 0), scores.Average(calibration.Probability), 0.06);
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Fit_TooLittleOrNotNumbers_IsRefusedInWords()
    {
        List<double> scores = [.. Enumerable.Range(0, 60).Select(x => (double)x)];
        Assert.Throws<LearningException>(() => IsotonicCalibration.Fit(scores[..10], [.. scores[..10].Select(x => x > 5)]));
        Assert.Throws<LearningException>(() => IsotonicCalibration.Fit(scores, [.. scores.Select(_ => true)]));
        Assert.Throws<LearningException>(() => IsotonicCalibration.Fit([.. scores.Select(_ => double.NaN)], [.. scores.Select(x => x > 5)]));
    }
}
