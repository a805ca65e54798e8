namespace MarketingConsole.Core.Learning.Series;

/// <summary>Fills missing values (NaN): straight between the neighbours, and where the series has a season, between the neighbours without their season.
/// A gap at the start or the end takes the nearest value.</summary>
public static class Gaps
{
    /// <param name="series">At least one value.</param>
    /// <param name="period">Steps a season; null or 1 for none.</param>
    public static double[] Fill(IReadOnlyList<double> series, int? period = null)
    {
        double[] gaps = [.. series];
        var filled = Straight(gaps);
        if (period is not > 1 || !gaps.Any(double.IsNaN) || !Seasonality.IsPresent(filled, period.Value))
        {
            return filled;
        }

        var pattern = SeasonalPattern.Fit(filled, period.Value, multiplicative: true);
        return [.. pattern.Apply(Straight(pattern.Remove(gaps)), 0).Select((x, t) => double.IsNaN(gaps[t]) ? x : gaps[t])];
    }

    private static double[] Straight(double[] series)
    {
        int[] known = [.. Enumerable.Range(0, series.Length).Where(t => !double.IsNaN(series[t]))];
        var result = (double[])series.Clone();
        var next = 0;
        for (var t = 0; t < series.Length; t++)
        {
            while (next < known.Length && known[next] < t)
            {
                next++;
            }

            if (double.IsNaN(series[t]))
            {
                var (left, right) = (known[Math.Max(0, next - 1)], known[Math.Min(next, known.Length - 1)]);
                result[t] = left >= right || t < left || t > right ? series[t < left ? left : t > right ? right : left] : series[left] + ((series[right] - series[left]) * (t - left) / (right - left));
            }
        }

        return result;
    }
}
