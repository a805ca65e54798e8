namespace MarketingConsole.Core.Learning.Series;

/// <summary>A model of the series without its season, with the season put back on the forecast. With the plain naive model inside it is Naive2 of the M competitions.</summary>
/// <param name="Pattern">The season.</param>
/// <param name="Start">Step of the season the first forecast falls on.</param>
/// <param name="Inner">What forecasts the rest.</param>
public sealed record SeasonallyAdjusted(SeasonalPattern Pattern, int Start, ISeriesModel Inner) : ISeriesModel
{
    /// <param name="series">Finite values.</param>
    /// <param name="pattern">The season of this series; null: none, the inner model comes back alone.</param>
    /// <param name="inner">Fits the series without its season.</param>
    public static ISeriesModel Fit(IReadOnlyList<double> series, SeasonalPattern? pattern, Func<double[], ISeriesModel> inner) =>
        pattern is null ? inner([.. series]) : new SeasonallyAdjusted(pattern, series.Count % pattern.Period, inner(pattern.Remove(series)));

    public double[] Forecast(int horizon) => Pattern.Apply(Inner.Forecast(horizon), Start);

    public double[] VarianceGrowth(int horizon) => Inner.VarianceGrowth(horizon);
}
