namespace MarketingConsole.Core.Learning.Series;

/// <summary>Whether a series has a season, and of how many steps, by autocorrelation.
/// Source: the test of the M competitions (Makridakis and Hibon 2000; Fiorucci et al. 2016): |r_m| against 1.645 · √((1 + 2 Σ r_i²) / n), Bartlett's error at 90 %.</summary>
public static class Seasonality
{
    private const double Quantile = 1.645;
    private const int LongestTested = 24; // periods the test was made for: quarters, months, hours

    /// <returns>Whether a season of <paramref name="period"/> steps is there; always false with less than a season and a half. With fewer than three seasons, or long ones,
    /// the test has no power, and the trend is taken out first.</returns>
    public static bool IsPresent(IReadOnlyList<double> series, int period)
    {
        if (period < 2 || series.Count < period + Math.Max(3, period / 2))
        {
            return false;
        }

        var few = series.Count < 3 * period || period > LongestTested;
        var r = Autocorrelation(few ? Detrend(series) : series, period);
        var sum = 0.0;
        for (var i = 1; i < period; i++)
        {
            sum += r[i] * r[i];
        }

        // For few or long seasons Bartlett's error is larger than any correlation can be: there the plain error 1 / √n of independent values decides.
        var error = few ? Math.Sqrt(1.0 / series.Count) : Math.Sqrt((1 + (2 * sum)) / series.Count);
        return r[period] > Quantile * error;
    }

    /// <returns>The period with the clearest peak of the autocorrelation of the detrended series, 1 where none is significant.</returns>
    public static int Find(IReadOnlyList<double> series)
    {
        var most = (series.Count / 2) - 1;
        if (most < 3)
        {
            return 1;
        }

        // What is near in time is alike without any season: peaks count from where the correlation has once fallen to 0.
        var r = Autocorrelation(Detrend(series), most + 1);
        var from = Array.FindIndex(r, 1, x => x <= 0);
        List<int> peaks = [.. Enumerable.Range(2, most - 1).Where(k => from > 0 && k > from && r[k] > r[k - 1] && r[k] >= r[k + 1] && r[k] > Quantile * 1.5 / Math.Sqrt(series.Count))];
        if (peaks.Count == 0)
        {
            return 1;
        }

        // The first of a row of multiples is the season itself; noise makes several small peaks at its top.
        var highest = peaks.Max(k => r[k]);
        var first = peaks.First(k => r[k] >= 0.9 * highest);
        var best = peaks.Where(k => k <= first + Math.Max(0, first / 8)).MaxBy(k => r[k] / (series.Count - k)); // fewer pairs make longer lags look weaker
        return IsPresent(series, best) ? best : 1;
    }

    /// <returns>Autocorrelations of lag 0 to <paramref name="lags"/>; all 0 for a constant series.</returns>
    public static double[] Autocorrelation(IReadOnlyList<double> series, int lags)
    {
        var mean = series.Average();
        double[] x = [.. series.Select(v => v - mean)];
        var variance = x.Sum(v => v * v);
        var result = new double[lags + 1];
        for (var k = 0; k <= lags && variance > 1e-12 * (1 + (mean * mean)); k++)
        {
            for (var t = k; t < x.Length; t++)
            {
                result[k] += x[t] * x[t - k] / variance;
            }
        }

        return result;
    }

    private static double[] Detrend(IReadOnlyList<double> series)
    {
        var (intercept, slope) = Theta.Line(series);
        return [.. series.Select((x, t) => x - intercept - (slope * (t + 1)))];
    }
}
