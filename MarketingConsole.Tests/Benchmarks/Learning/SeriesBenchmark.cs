using System.Diagnostics;
using System.Globalization;
using MarketingConsole.Core.Learning.Series;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Benchmarks.Learning;

/// <summary>The figures of series over all 1,001 series of the M1 competition (the tests work every fourth).</summary>
internal static class SeriesBenchmark
{
    /// <param name="args">Not used; the open data lies beside the repository.</param>
    public static int Run(string[] args)
    {
        _ = args;
        var watch = Stopwatch.StartNew();
        var result = Competition(1, CancellationToken.None);
        Console.WriteLine(result.Text);
        var met = result.Smape["ours"] < result.Smape["Naive2"] && result.Smape["ours"] < result.Smape["Comb"];
        Console.WriteLine($"beats Naive2 and Comb: {(met ? "met" : "NOT MET")}; all methods together {watch.Elapsed.TotalSeconds:F0} s");
        return met ? 0 : 1;
    }

    /// <summary>Pooled sMAPE of each method over every so-manieth series, and the coverage of our 80 % and 90 % intervals.</summary>
    internal static (Dictionary<string, double> Smape, double Coverage80, double Coverage90, string Text) Competition(int every, CancellationToken cancellation)
    {
        var sums = new Dictionary<string, (double Sum, int Steps)>();
        var (inside80, inside90, steps) = (0.0, 0.0, 0);
        foreach (var row in OpenData.Rows("m1/M1.csv.gz").Where((_, i) => i % every == 0))
        {
            double[] Values(string column) => [.. row[column].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(x => double.Parse(x, CultureInfo.InvariantCulture))];
            var (train, test, period) = (Values("train"), Values("test"), (int)row.Number("freq"));
            var pattern = Seasonality.IsPresent(train, period) ? SeasonalPattern.Fit(train, period, multiplicative: true) : null;
            var model = SeriesForecaster.Fit(train, test.Length, period, cancellation: cancellation);
            var (wide, narrow) = (model.Forecast(test.Length, 0.9), model.Forecast(test.Length, 0.8));
            Add("ours", wide.Mean);
            Add("Naive2", SeasonallyAdjusted.Fit(train, pattern, x => SeasonalNaive.Fit(x, 1)).Forecast(test.Length));
            Add("Comb", Combination.Comb(train, pattern).Forecast(test.Length));
            Add("Theta", SeasonallyAdjusted.Fit(train, pattern, x => Theta.Fit(x)).Forecast(test.Length));
            Add("damped trend", SeasonallyAdjusted.Fit(train, pattern, x => ExponentialSmoothing.Fit(x, SmoothingForm.Damped)).Forecast(test.Length));
            Add("exponential smoothing", ExponentialSmoothing.Choose(train, period, cancellation).Forecast(test.Length));
            inside90 += test.Length * SeriesMetrics.Coverage(test, wide.Lower, wide.Upper);
            inside80 += test.Length * SeriesMetrics.Coverage(test, narrow.Lower, narrow.Upper);
            steps += test.Length;

            void Add(string name, double[] forecast)
            {
                var (sum, count) = sums.GetValueOrDefault(name);
                sums[name] = (sum + (test.Length * SeriesMetrics.Smape(test, forecast)), count + test.Length);
            }
        }

        var pooled = sums.ToDictionary(x => x.Key, x => x.Value.Sum / x.Value.Steps);
        var text = $"pooled sMAPE over {steps} values: {string.Join(", ", pooled.OrderBy(x => x.Value).Select(x => $"{x.Key} {100 * x.Value:F2}"))}; 90 % intervals held {inside90 / steps:P1}, 80 % intervals {inside80 / steps:P1}";
        return (pooled, inside80 / steps, inside90 / steps, text);
    }
}
