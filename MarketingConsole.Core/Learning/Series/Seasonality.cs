namespace MarketingConsole.Core.Learning.Series;

/// <summary>Whether a series has a season, and of how many steps, by autocorrelation.
/// Source: the test of the M competitions (Makridakis and Hibon 2000; Fiorucci et al. 2016): |r_m| against 1.645 · √((1 + 2 Σ r_i²) / n), Bartlett's error at 90 %.</summary>
public static class Seasonality
{
    private const double Quantile = 1.645;

    /// <returns>Whether a season of <paramref name="period"/> steps is there; always false with less than a season and a half. With fewer than three seasons the test
    /// has no power against a trend, so the trend is taken out first.</returns>
    public static bool IsPresent(IReadOnlyList<double> series, int period)
    {
        if (period < 2 || series.Count < period + Math.Max(3, period / 2))
        {
            return false;
        }

        var r = Autocorrelation(series.Count < 3 * period ? Detrend(series) : series, period);
        var sum = 0.0;
        for (var i = 1; i < period; i++)
        {
            sum += r[i] * r[i];
        }

        // Above two seasons of a long period the error of Bartlett is larger than any correlation can be: there the plain error 1 / √n of independent values decides.
        var error = series.Count < 3 * period ? Math.Sqrt(1.0 / series.Count) : Math.Sqrt((1 + (2 * sum)) / series.Count);
        return r[period] > Quantile * error;
    }

    /// <returns>The period with the clearest peak of the autocorrelation of the detrended series, 1 where none is significant.</returns>
    public static int Find(IReadOnlyList<double> series)
    {
        var most = series.Count * 2 / 5;
        if (most < 3)
        {
            return 1;
        }

        var r = Autocorrelation(Detrend(series), most + 1);
        List<int> peaks = [.. Enumerable.Range(2, most - 1).Where(k => r[k] > r[k - 1] && r[k] >= r[k + 1] && r[k] > Quantile * 1.5 / Math.Sqrt(series.Count))];
        if (peaks.Count == 0)
        {
            return 1;
        }

        var highest = peaks.Max(k => r[k]);
        return peaks.FirstOrDefault(k => r[k] >= 0.9 * highest && IsPresent(series, k), 1); // the first of a row of multiples is the season itself
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
