using System.Text.Json.Serialization;

namespace MarketingConsole.Core.Learning.Series;

/// <summary>A model fitted to one evenly spaced series. It forecasts from the end of that series on.</summary>
[JsonDerivedType(typeof(SeasonalNaive), "seasonalNaive")]
[JsonDerivedType(typeof(ExponentialSmoothing), "exponentialSmoothing")]
[JsonDerivedType(typeof(Theta), "theta")]
[JsonDerivedType(typeof(SeasonallyAdjusted), "seasonallyAdjusted")]
[JsonDerivedType(typeof(Combination), "combination")]
public interface ISeriesModel
{
    /// <param name="horizon">How many steps, at least 1.</param>
    /// <returns>The expected values of the next steps, in the unit of the series.</returns>
    double[] Forecast(int horizon);

    /// <returns>Variance of the error of each step, as a multiple of that of the first: how fast the model's uncertainty grows.</returns>
    double[] VarianceGrowth(int horizon);
}
