namespace MarketingConsole.Core.Learning.Series;

/// <summary>Mean or median, step by step, of several models. Simple combinations are hard to beat: Clemen 1989; Petropoulos and Svetunkov, A simple combination of univariate models, 2020.</summary>
/// <param name="Parts">At least one.</param>
/// <param name="Median">Median instead of mean.</param>
public sealed record Combination(ISeriesModel[] Parts, bool Median) : ISeriesModel
{
    /// <summary>Comb of the M competitions: the mean of simple, Holt's and damped exponential smoothing of the series without its season.</summary>
    public static ISeriesModel Comb(IReadOnlyList<double> series, SeasonalPattern? pattern) => SeasonallyAdjusted.Fit(series, pattern, x => new Combination(
        [ExponentialSmoothing.Fit(x, SmoothingForm.Simple), ExponentialSmoothing.Fit(x, SmoothingForm.Holt), ExponentialSmoothing.Fit(x, SmoothingForm.Damped)], Median: false));

    public double[] Forecast(int horizon) => Middle([.. Parts.Select(x => x.Forecast(horizon))]);

    public double[] VarianceGrowth(int horizon) => Middle([.. Parts.Select(x => x.VarianceGrowth(horizon))]);

    private double[] Middle(double[][] all) => [.. all[0].Select((_, h) => Median ? MedianOf([.. all.Select(x => x[h])]) : all.Average(x => x[h]))];

    private static double MedianOf(double[] values)
    {
        Array.Sort(values);
        return values.Length % 2 == 1 ? values[values.Length / 2] : (values[(values.Length / 2) - 1] + values[values.Length / 2]) / 2;
    }
}
