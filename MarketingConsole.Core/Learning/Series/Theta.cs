using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics;

namespace MarketingConsole.Core.Learning.Series;

/// <summary>The optimised Theta model: half of the forecast goes with the straight line through the series, the rest follows the last values.
/// Source: Assimakopoulos and Nikolopoulos, The theta model, 2000; as a state space with θ estimated: Fiorucci, Pellegrini, Louzada, Petropoulos, Koehler, Models for optimising
/// the theta method, 2016, equations 10 to 13 (OTM). θ = 2 is the classical model.</summary>
/// <param name="Level">ℓ_n, the smoothed level at the end.</param>
/// <param name="Alpha">α, weight of the newest value, 0 to 1.</param>
/// <param name="Weight">θ, at least 1.</param>
/// <param name="Intercept">A_n of the line through the series at t = 1, 2, …</param>
/// <param name="Slope">B_n, a step.</param>
/// <param name="Count">n.</param>
public sealed record Theta(double Level, double Alpha, double Weight, double Intercept, double Slope, int Count) : ISeriesModel
{
    /// <param name="series">Without a season, finite; with fewer than 4 values the last value is kept with no trend.</param>
    public static Theta Fit(IReadOnlyList<double> series)
    {
        var n = series.Count;
        if (n < 4)
        {
            return new(series[n - 1], 1, 1, series[n - 1], 0, n);
        }

        var (a, b) = Line(series);
        var scale = Math.Max(series.Max() - series.Min(), 1e-9);
        var (point, _) = NelderMead.Minimise(x => Run(series, a, b, x).Error, [0, 0, series[0]], [1, 1, scale / 10], 300);
        var (alpha, theta) = Parameters(point);
        return new(Run(series, a, b, point).Level, alpha, theta, a, b, n);
    }

    public double[] Forecast(int horizon)
    {
        var result = new double[horizon];
        var decay = Math.Pow(1 - Alpha, Count);
        for (var h = 1; h <= horizon; h++)
        {
            result[h - 1] = Level + ((1 - (1 / Weight)) * ((decay * Intercept) + ((h - 1 + ((1 - (decay * (1 - Alpha))) / Alpha)) * Slope)));
        }

        return result;
    }

    public double[] VarianceGrowth(int horizon) => [.. Enumerable.Range(0, horizon).Select(h => 1 + (h * Alpha * Alpha))];

    /// <returns>Least-squares line through the values at t = 1, 2, …</returns>
    internal static (double Intercept, double Slope) Line(IReadOnlyList<double> series)
    {
        var n = series.Count;
        if (n < 2)
        {
            return (series[0], 0);
        }

        var (mean, centre) = (series.Average(), (n + 1) / 2.0);
        var (cross, square) = (0.0, 0.0);
        for (var t = 1; t <= n; t++)
        {
            cross += (t - centre) * (series[t - 1] - mean);
            square += (t - centre) * (t - centre);
        }

        return (mean - (cross / square * centre), cross / square);
    }

    private static (double Alpha, double Theta) Parameters(double[] x) => (0.02 + (0.97 * SpecialFunctions.Logistic(x[0])), 1 + Math.Exp(Math.Min(x[1], 5)));

    private static (double Error, double Level) Run(IReadOnlyList<double> series, double a, double b, double[] x)
    {
        var (alpha, theta) = Parameters(x);
        var (level, error, decay) = (x[2], 0.0, 1.0);
        for (var t = 1; t <= series.Count; t++)
        {
            var next = decay * (1 - alpha); // (1 − α)^t
            var expected = level + ((1 - (1 / theta)) * ((decay * a) + ((1 - next) / alpha * b)));
            error += (series[t - 1] - expected) * (series[t - 1] - expected);
            level += alpha * (series[t - 1] - level);
            decay = next;
        }

        return (error, level);
    }
}
