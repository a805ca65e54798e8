namespace MarketingConsole.Core.Learning.Series;

/// <summary>The next season will be the last one again; period 1: the next value is the last one. Levelled, the last season is first brought to today's level,
/// the sum of the last quarter of a season by the sum of the same steps a season before: last year's weeks at this year's growth.</summary>
/// <param name="Last">The last season, already levelled.</param>
public sealed record SeasonalNaive(double[] Last) : ISeriesModel
{
    /// <param name="series">At least one value, finite.</param>
    /// <param name="period">Steps a season; where the series is shorter, the last value is repeated.</param>
    /// <param name="levelled">Multiplies for series above 0 and adds for others; needs a season and a quarter, otherwise without effect.</param>
    public static SeasonalNaive Fit(IReadOnlyList<double> series, int period, bool levelled = false)
    {
        var n = series.Count;
        if (n < period || period < 2)
        {
            return new([series[n - 1]]);
        }

        double[] last = [.. series.Skip(n - period)];
        var quarter = Math.Max(1, period / 4);
        if (!levelled || n < period + quarter)
        {
            return new(last);
        }

        var (now, then) = (series.Skip(n - quarter).Sum(), series.Skip(n - period - quarter).Take(quarter).Sum());
        return series.All(x => x > 0) ? new([.. last.Select((x, i) => i < period - quarter ? x * now / then : x)]) : new([.. last.Select((x, i) => i < period - quarter ? x + ((now - then) / quarter) : x)]);
    }

    public double[] Forecast(int horizon) => [.. Enumerable.Range(0, horizon).Select(i => Last[i % Last.Length])];

    public double[] VarianceGrowth(int horizon) => [.. Enumerable.Range(0, horizon).Select(i => 1.0 + (i / Last.Length))];
}
