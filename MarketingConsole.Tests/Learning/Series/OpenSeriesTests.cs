using MarketingConsole.Core.Learning.Series;
using MarketingConsole.Tests.Benchmarks.Learning;
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

    [Fact]
    public void Fit_CompetitionSeries_BeatsNaive2AndComb()
    {
        var (smape, coverage80, coverage90, text) = SeriesBenchmark.Competition(4, TestContext.Current.CancellationToken);
        output.WriteLine(text);
        Assert.True(smape["ours"] < smape["Naive2"] && smape["ours"] < smape["Comb"]);
        Assert.InRange(coverage90, 0.85, 0.96);
        Assert.InRange(coverage80, 0.74, 0.9);
    }
}
