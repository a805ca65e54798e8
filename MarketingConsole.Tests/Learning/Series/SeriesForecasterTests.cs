using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Numerics;
using MarketingConsole.Core.Learning.Series;

namespace MarketingConsole.Tests.Learning.Series;

public sealed class SeriesForecasterTests(ITestOutputHelper output)
{
    private static double[] Seasonal(int n, int period, double slope, double noise, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, n).Select(t => 200 + (slope * t) + (40 * Math.Sin(2 * Math.PI * t / period)) + (t % period == 3 ? 80 : 0) + (noise * MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1)))];
    }

    [Theory, InlineData(7), InlineData(12), InlineData(52)]
    public void Find_SeasonWithTrendAndNoise_IsFound(int period) => Assert.Equal(period, Seasonality.Find(Seasonal(3 * period + 10, period, 0.4, 8, 1)));

    [Fact]
    public void Fit_TwoYearsOfDays_UsesTheYear()
    {
        var series = Seasonal(760, 365, 0.05, 10, 9);
        var model = SeriesForecaster.Fit(series[..730], 30, 365, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(365, model.Period);
        Assert.InRange(Seasonality.Find(series), 350, 380);
        Assert.True(SeriesMetrics.Wape(series[730..], model.Forecast(30).Mean) < 0.06);
    }

    [Fact]
    public void Pattern_FewSeasons_IsTheRidgeRegression()
    {
        // The elimination must equal the plain normal equations at the chosen penalty: residual gradient of level and slope 0, of each index penalty · index.
        var series = Seasonal(20, 8, 1, 3, 10);
        var pattern = SeasonalPattern.Fit(series, 8, multiplicative: false);
        var rest = pattern.Remove(series);
        var (intercept, slope) = (rest.Average(), 0.0);
        var centre = 10.5;
        slope = Enumerable.Range(1, 20).Sum(t => (t - centre) * (rest[t - 1] - intercept)) / Enumerable.Range(1, 20).Sum(t => (t - centre) * (t - centre));
        double[] ratios = [.. Enumerable.Range(0, 8).Select(j => Enumerable.Range(0, 20).Where(t => t % 8 == j).Sum(t => rest[t] - intercept - (slope * (t + 1 - centre))) / pattern.Indices[j])];
        Assert.All(ratios, x => Assert.Equal(ratios[0], x, Math.Abs(ratios[0]) * 0.35)); // indices are shifted to mean 0 afterwards, which moves the ratios a little
        Assert.True(ratios[0] > 0);
    }

    [Fact]
    public void Find_NoiseOnly_FindsASeasonRarely()
    {
        var found = Enumerable.Range(0, 100).Count(seed => Seasonality.Find([.. MathNet.Numerics.Distributions.Normal.Samples(new Random(seed), 100, 10).Take(80)]) > 1);
        output.WriteLine($"a season seen in {found} of 100 series of noise");
        Assert.True(found <= 20);
    }

    [Fact]
    public void Fit_RegularPeaks_AreForecastWhereTheyFall()
    {
        var series = Seasonal(150, 52, 0.3, 4, 2);
        var model = SeriesForecaster.Fit(series[..137], 13, 52, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(52, model.Period);
        Assert.True(SeriesMetrics.Wape(series[137..], model.Forecast(13).Mean) < 0.05);

        var weekly = Seasonal(140, 7, 0.1, 4, 3);
        var found = SeriesForecaster.Fit(weekly[..126], 14, cancellation: TestContext.Current.CancellationToken);
        var mean = found.Forecast(14).Mean;
        Assert.Equal(7, found.Period);
        Assert.Equal(Enumerable.Range(0, 7).MaxBy(i => weekly[126 + i]), Enumerable.Range(0, 7).MaxBy(i => mean[i]));
        Assert.True(SeriesMetrics.Mase(weekly[..126], weekly[126..], mean, 7) < 1);
    }

    [Fact]
    public void Forecast_KnownProcesses_IntervalsHoldWhatTheyPromise()
    {
        var (inside, count) = (new double[2], 0);
        for (var seed = 0; seed < 60; seed++)
        {
            var random = new Random(seed);
            var level = 100.0;
            double[] series = [.. Enumerable.Range(0, 72).Select(t => (level += MathNet.Numerics.Distributions.Normal.Sample(random, 0.2, seed % 3)) + (seed % 2 * 15 * Math.Sin(t * Math.PI / 2)) + MathNet.Numerics.Distributions.Normal.Sample(random, 0, 4))];
            var model = SeriesForecaster.Fit(series[..60], 12, seed % 2 == 0 ? 1 : 4, cancellation: TestContext.Current.CancellationToken);
            var (wide, narrow) = (model.Forecast(12, 0.95), model.Forecast(12, 0.8));
            inside[0] += SeriesMetrics.Coverage(series[60..], wide.Lower, wide.Upper);
            inside[1] += SeriesMetrics.Coverage(series[60..], narrow.Lower, narrow.Upper);
            count++;
        }

        output.WriteLine($"95 % intervals held {inside[0] / count:P1}, 80 % intervals {inside[1] / count:P1}");
        Assert.InRange(inside[0] / count, 0.9, 0.99);
        Assert.InRange(inside[1] / count, 0.72, 0.92);
    }

    [Fact]
    public void Fit_GapsInASeason_AreFilledWithTheSeason()
    {
        var whole = Seasonal(96, 12, 0.5, 1, 4);
        double[] gappy = [.. whole.Select((x, t) => t is 27 or 28 or 40 or 70 ? double.NaN : x)];
        var filled = Gaps.Fill(gappy, 12);
        Assert.All([27, 28, 40, 70], t => Assert.Equal(whole[t], filled[t], 20.0));
        var model = SeriesForecaster.Fit(gappy, 6, cancellation: TestContext.Current.CancellationToken);
        Assert.Equal(4, model.Missing);
        Assert.Equal(12, model.Period);
        Assert.Equal([5, 5, 7, 9, 9], Gaps.Fill([double.NaN, 5, 7, 9, double.NaN]));
    }

    [Fact]
    public void Fit_Constant_StaysWithoutSpread()
    {
        var forecast = SeriesForecaster.Fit([.. Enumerable.Repeat(7.0, 30)], 5, 12, cancellation: TestContext.Current.CancellationToken).Forecast(5);
        Assert.All(forecast.Mean, x => Assert.Equal(7, x, 9));
        Assert.All(forecast.Upper, x => Assert.Equal(7, x, 9));
        Assert.All(SeriesForecaster.Fit(new double[20], 3, cancellation: TestContext.Current.CancellationToken).Forecast(3).Mean, x => Assert.Equal(0, x));
    }

    [Fact]
    public void Fit_ManyZeros_NeverForecastsLessThanNone()
    {
        var random = new Random(5);
        double[] series = [.. Enumerable.Range(0, 80).Select(_ => random.NextDouble() < 0.75 ? 0.0 : random.Next(1, 6))];
        var forecast = SeriesForecaster.Fit(series, 12, cancellation: TestContext.Current.CancellationToken).Forecast(12);
        Assert.All(forecast.Lower, x => Assert.True(x >= 0));
        Assert.InRange(forecast.Mean.Average(), 0.1, 2.5);
    }

    [Fact]
    public void Fit_TooLittle_SaysWhatIsNeeded()
    {
        Assert.Contains("at least 3 values", Assert.Throws<LearningException>(() => SeriesForecaster.Fit([1, double.NaN, 2], 3, cancellation: TestContext.Current.CancellationToken)).Message, StringComparison.Ordinal);
        Assert.Throws<LearningException>(() => SeriesForecaster.Fit([], 3, cancellation: TestContext.Current.CancellationToken));
        Assert.Throws<LearningException>(() => SeriesForecaster.Fit([1, 2, double.PositiveInfinity, 4], 3, cancellation: TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Fit_AnySeries_IsFiniteOrderedDeterministicAndStored()
    {
        var values = Gen.Choose(-50, 400).Select(x => x / 4.0);
        var gen = Gen.Choose(3, 60).SelectMany(n => values.ArrayOf(n)).SelectMany(y => Gen.Elements(1, 4, 7, 12), (y, period) => (y, period));
        Prop.ForAll(Arb.From(gen), x =>
        {
            var model = SeriesForecaster.Fit(x.y, 8, x.period);
            var forecast = model.Forecast(8);
            var again = JsonSerializer.Deserialize<SeriesForecaster>(JsonSerializer.Serialize(model))!.Forecast(8);
            return Enumerable.Range(0, 8).All(h => double.IsFinite(forecast.Upper[h]) && forecast.Lower[h] <= forecast.Mean[h] && forecast.Mean[h] <= forecast.Upper[h] && forecast.Mean[h] == again.Mean[h] && forecast.Upper[h] == again.Upper[h]);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(60));
    }

    [Fact]
    public void Fit_Scaled_ForecastsScale()
    {
        var series = Seasonal(72, 12, 0.5, 5, 6);
        var one = SeriesForecaster.Fit(series, 12, 12, cancellation: TestContext.Current.CancellationToken).Forecast(12);
        var thousand = SeriesForecaster.Fit([.. series.Select(x => 1000 * x)], 12, 12, cancellation: TestContext.Current.CancellationToken).Forecast(12);
        Assert.All(one.Mean.Zip(thousand.Mean), x => Assert.Equal(x.First, x.Second / 1000, x.First * 0.01));
    }

    [Fact]
    public void Fit_Cancelled_Stops() => Assert.Throws<OperationCanceledException>(() => SeriesForecaster.Fit(Seasonal(100, 12, 0, 1, 1), 12, 12, null, new CancellationToken(true)));

    [Fact]
    public void Fit_StraightLine_IsContinuedByTrendsAndNotByNaive()
    {
        double[] line = [.. Enumerable.Range(0, 40).Select(t => 10.0 + (3 * t))];
        Assert.Equal(10 + (3 * 44), ExponentialSmoothing.Fit(line, SmoothingForm.Holt).Forecast(5)[4], 1.0);
        Assert.Equal(10 + (3 * 44), Theta.Fit(line).Forecast(5)[4], 3.0);
        Assert.Equal(line[39], SeasonalNaive.Fit(line, 1).Forecast(5)[4]);
        Assert.True(ExponentialSmoothing.Fit(line, SmoothingForm.Damped).Forecast(100)[99] < 10 + (3 * 139));
    }

    [Fact]
    public void Theta_Forecast_ContinuesTheRecursionOfTheModel()
    {
        // With no surprise (each value as expected) the level stays: the forecast of step h is that of step 1 of the series prolonged by its own forecasts, for the same parameters.
        var model = new Theta(50, 0.3, 2, 20, 1.5, 12);
        var (mean, decay) = (model.Forecast(2), Math.Pow(0.7, 12));
        Assert.Equal(50 + (0.5 * ((decay * 20) + ((1 - (decay * 0.7)) / 0.3 * 1.5))), mean[0], 9);
        Assert.Equal(1.5 * 0.5, mean[1] - mean[0], 9);
    }

    [Fact]
    public void Choose_MultiplicativeSeason_TakesAMultiplicativeForm()
    {
        var random = new Random(8);
        double[] series = [.. Enumerable.Range(0, 120).Select(t => (100 + (5 * t)) * (1 + (0.4 * Math.Sin(2 * Math.PI * t / 12))) * Math.Exp(0.02 * MathNet.Numerics.Distributions.Normal.Sample(random, 0, 1)))];
        var model = ExponentialSmoothing.Choose(series[..108], 12, TestContext.Current.CancellationToken);
        Assert.Equal(Component.Multiplicative, model.Form.Season);
        Assert.NotEqual(Component.None, model.Form.Trend);
        Assert.True(SeriesMetrics.Smape(series[108..], model.Forecast(12)) < 0.05);
    }

    [Fact]
    public void Metrics_ByHand_Agree()
    {
        Assert.Equal(4.0 / 30, SeriesMetrics.Wape([10, 20], [12, 18]), 12);
        Assert.Equal((2 * 2 / 22.0 + 2 * 2 / 38.0) / 2, SeriesMetrics.Smape([10, 20], [12, 18]), 12);
        Assert.Equal(2.0, SeriesMetrics.Mase([1, 2, 3], [10, 20], [12, 18]));
        Assert.Null(SeriesMetrics.Mase([1, 1, 1], [2], [3]));
        Assert.Equal(0.5, SeriesMetrics.Coverage([1, 5], [0, 0], [2, 2]));
        Assert.Equal(0, SeriesMetrics.Smape([0], [0]));
    }

    [Fact]
    public void Minimise_CurvedValley_FindsItsBottom()
    {
        var (point, value) = NelderMead.Minimise(x => Math.Pow(1 - x[0], 2) + (100 * Math.Pow(x[1] - (x[0] * x[0]), 2)), [-1.2, 1], [0.5, 0.5], 1000, 1e-14);
        Assert.Equal(1, point[0], 0.01);
        Assert.True(value < 1e-4);
    }
}
