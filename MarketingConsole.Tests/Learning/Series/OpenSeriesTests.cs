using System.Globalization;
using MarketingConsole.Core.Learning.Series;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Learning.Series;

/// <summary>Figures on open series: retail sales and the M1 competition.</summary>
public sealed class OpenSeriesTests(ITestOutputHelper output)
{
    [Fact]
    public void Fit_WeeklyRetailSales_BeatsTheFigureAndCoversItsIntervals()
    {
        var stores = OpenData.Rows("walmart/walmart_store_weekly.csv.gz").GroupBy(x => x["Store"]).Select(x => x.OrderBy(w => w["Date"], StringComparer.Ordinal).Select(w => w.Number("Weekly_Sales")).ToArray()).ToList();
        Assert.Equal(45, stores.Count);
        foreach (var end in new[] { 130, 143 })
        {
            List<double> actual = [], ours = [], naive = [], lower = [], upper = [];
            var chosen = new Dictionary<string, int>();
            foreach (var store in stores)
            {
                var model = SeriesForecaster.Fit(store[..(end - 13)], 13, 52, cancellation: TestContext.Current.CancellationToken);
                var forecast = model.Forecast(13, 0.9);
                actual.AddRange(store[(end - 13)..end]);
                ours.AddRange(forecast.Mean);
                lower.AddRange(forecast.Lower);
                upper.AddRange(forecast.Upper);
                naive.AddRange(SeasonalNaive.Fit(store[..(end - 13)], 52).Forecast(13));
                chosen[model.Method + model.Period] = chosen.GetValueOrDefault(model.Method + model.Period) + 1;
            }

            var (wape, rival, coverage) = (SeriesMetrics.Wape(actual, ours), SeriesMetrics.Wape(actual, naive), SeriesMetrics.Coverage(actual, lower, upper));
            output.WriteLine($"last 13 weeks before week {end}: WAPE {wape:P2}, seasonal naive {rival:P2}, coverage of 90 % intervals {coverage:P1}; {string.Join(", ", chosen)}");
            Assert.True(wape < 0.9 * rival);
            Assert.InRange(coverage, 0.8, 1);
            Assert.True(end < 143 || wape <= 0.039);
        }
    }

    [Theory, InlineData(4)]
    public void Fit_CompetitionSeries_BeatsNaive2AndComb(int every)
    {
        var sums = new Dictionary<string, double[]>();
        var (inside, steps) = (new double[2], 0);
        foreach (var row in OpenData.Rows("m1/M1.csv.gz").Where((_, i) => i % every == 0))
        {
            double[] Values(string column) => [.. row[column].Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(x => double.Parse(x, CultureInfo.InvariantCulture))];
            var (train, test, period) = (Values("train"), Values("test"), (int)row.Number("freq"));
            var pattern = Seasonality.IsPresent(train, period) ? SeasonalPattern.Fit(train, period, multiplicative: true) : null;
            var model = SeriesForecaster.Fit(train, test.Length, period, cancellation: TestContext.Current.CancellationToken);
            var forecast = model.Forecast(test.Length, 0.9);
            var narrow = model.Forecast(test.Length, 0.8);
            Add("ours", forecast.Mean);
            Add("Naive2", SeasonallyAdjusted.Fit(train, pattern, x => SeasonalNaive.Fit(x, 1)).Forecast(test.Length));
            Add("Comb", Combination.Comb(train, pattern).Forecast(test.Length));
            Add("Theta", SeasonallyAdjusted.Fit(train, pattern, x => Theta.Fit(x)).Forecast(test.Length));
            Add("damped", SeasonallyAdjusted.Fit(train, pattern, x => ExponentialSmoothing.Fit(x, SmoothingForm.Damped)).Forecast(test.Length));
            Add("smoothing", ExponentialSmoothing.Choose(train, period, TestContext.Current.CancellationToken).Forecast(test.Length));
            inside[0] += test.Length * SeriesMetrics.Coverage(test, forecast.Lower, forecast.Upper);
            inside[1] += test.Length * SeriesMetrics.Coverage(test, narrow.Lower, narrow.Upper);
            steps += test.Length;

            void Add(string name, double[] f)
            {
                foreach (var key in new[] { name, $"{name} {row["period"]}" })
                {
                    sums.TryAdd(key, new double[2]);
                    sums[key][0] += test.Length * SeriesMetrics.Smape(test, f);
                    sums[key][1] += test.Length;
                }
            }
        }

        foreach (var (name, sum) in sums.OrderBy(x => x.Key.Contains(' ')).ThenBy(x => x.Value[0] / x.Value[1]))
        {
            output.WriteLine($"{name}: pooled sMAPE {100 * sum[0] / sum[1]:F2} over {sum[1]} values");
        }

        output.WriteLine($"coverage of 90 % intervals {inside[0] / steps:P1}, of 80 % intervals {inside[1] / steps:P1}");
        double Pooled(string name) => sums[name][0] / sums[name][1];
        Assert.True(Pooled("ours") < Pooled("Naive2") && Pooled("ours") < Pooled("Comb"));
        Assert.InRange(inside[0] / steps, 0.82, 0.97);
    }
}
