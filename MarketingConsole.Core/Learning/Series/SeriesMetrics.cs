namespace MarketingConsole.Core.Learning.Series;

/// <summary>Errors of forecasts of series. Source: Hyndman and Koehler, Another look at measures of forecast accuracy, 2006; sMAPE as in Makridakis and Hibon 2000 (0 to 2).</summary>
public static class SeriesMetrics
{
    /// <returns>Sum of absolute errors by the sum of absolute actual values; 0 is perfect; 0 where both sums are 0.</returns>
    public static double Wape(IReadOnlyList<double> actual, IReadOnlyList<double> forecast)
    {
        var (error, size) = (0.0, 0.0);
        for (var i = 0; i < Same(actual, forecast); i++)
        {
            error += Math.Abs(actual[i] - forecast[i]);
            size += Math.Abs(actual[i]);
        }

        return size > 0 ? error / size : error > 0 ? 1 : 0;
    }

    /// <returns>Mean of 2 |a − f| / (|a| + |f|), 0 to 2; a step where both are 0 counts as 0.</returns>
    public static double Smape(IReadOnlyList<double> actual, IReadOnlyList<double> forecast)
    {
        var sum = 0.0;
        for (var i = 0; i < Same(actual, forecast); i++)
        {
            var size = Math.Abs(actual[i]) + Math.Abs(forecast[i]);
            sum += size > 0 ? 2 * Math.Abs(actual[i] - forecast[i]) / size : 0;
        }

        return actual.Count > 0 ? sum / actual.Count : 0;
    }

    /// <param name="history">The series before the forecast, without gaps.</param>
    /// <param name="actual">What came true.</param>
    /// <param name="forecast">What was said.</param>
    /// <param name="period">Steps a season, 1 for none.</param>
    /// <returns>Mean absolute error by that of the seasonal naive forecast within the history; null where the history never changes.</returns>
    public static double? Mase(IReadOnlyList<double> history, IReadOnlyList<double> actual, IReadOnlyList<double> forecast, int period = 1)
    {
        var scale = NaiveError(history, period);
        if (scale is null)
        {
            return null;
        }

        var n = Same(actual, forecast);
        return n == 0 ? 0 : Enumerable.Range(0, n).Average(i => Math.Abs(actual[i] - forecast[i])) / scale;
    }

    /// <returns>Mean absolute change over a season, over one step where the history is shorter than two seasons; null where nothing changes.</returns>
    public static double? NaiveError(IReadOnlyList<double> history, int period)
    {
        var lag = history.Count > period ? Math.Max(1, period) : 1;
        if (history.Count <= lag)
        {
            return null;
        }

        var scale = Enumerable.Range(lag, history.Count - lag).Average(i => Math.Abs(history[i] - history[i - lag]));
        return scale > 0 ? scale : null;
    }

    /// <returns>Share of actual values within their intervals, ends included.</returns>
    public static double Coverage(IReadOnlyList<double> actual, IReadOnlyList<double> lower, IReadOnlyList<double> upper)
    {
        var n = Math.Min(Same(actual, lower), Same(actual, upper));
        return n == 0 ? 0 : Enumerable.Range(0, n).Count(i => actual[i] >= lower[i] && actual[i] <= upper[i]) / (double)n;
    }

    private static int Same(IReadOnlyList<double> a, IReadOnlyList<double> b) => a.Count == b.Count ? a.Count : throw new ArgumentException("One forecast for each actual value.");
}
