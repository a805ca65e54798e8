using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Core.Learning.Series;

/// <summary>What each step of a season adds to, or multiplies, the level. With three seasons or more it is the classical decomposition (ratios to a centred moving average,
/// Makridakis, Wheelwright, Hyndman, Forecasting, 1998, 3.4); with fewer, where a moving average would lose half of the data, a ridge regression on trend and season,
/// the penalty chosen by generalised cross-validation (Golub, Heath, Wahba 1979).</summary>
/// <param name="Indices">One a step of the season; the first belongs to the first value of the series. Mean 0 (added) or geometric mean 1 (multiplied).</param>
/// <param name="Multiplicative">Whether indices multiply; only for series above 0.</param>
public sealed record SeasonalPattern(double[] Indices, bool Multiplicative)
{
    private static readonly double[] Penalties = [0.03, 0.1, 0.3, 1, 3, 10];

    public int Period => Indices.Length;

    /// <param name="series">At least one season and a half, finite.</param>
    /// <param name="period">At least 2.</param>
    /// <param name="multiplicative">Only where every value is above 0; otherwise the pattern is added all the same.</param>
    public static SeasonalPattern Fit(IReadOnlyList<double> series, int period, bool multiplicative)
    {
        multiplicative = multiplicative && series.All(x => x > 0);
        double[] z = multiplicative ? [.. series.Select(x => Math.Log(x))] : [.. series];
        var indices = z.Length >= 3 * period ? Classical(z, period) : Regression(z, period);
        var mean = indices.Average();
        return new([.. indices.Select(x => multiplicative ? Math.Exp(x - mean) : x - mean)], multiplicative);
    }

    /// <returns>The series without the season.</returns>
    public double[] Remove(IReadOnlyList<double> series) => [.. series.Select((x, t) => Multiplicative ? x / Indices[t % Period] : x - Indices[t % Period])];

    /// <returns>Values that begin at step <paramref name="start"/> of the series, with the season put back.</returns>
    public double[] Apply(IReadOnlyList<double> values, int start) =>
        [.. values.Select((x, t) => Multiplicative ? x * Indices[(start + t) % Period] : x + Indices[(start + t) % Period])];

    private static double[] Classical(double[] z, int period)
    {
        var (sums, counts) = (new double[period], new int[period]);
        var half = period / 2;
        for (var t = half; t < z.Length - half; t++)
        {
            var level = 0.0;
            for (var j = -half; j <= half; j++)
            {
                level += z[t + j] * (period % 2 == 0 && Math.Abs(j) == half ? 0.5 : 1) / period;
            }

            sums[t % period] += z[t] - level;
            counts[t % period]++;
        }

        return [.. sums.Select((x, i) => x / Math.Max(1, counts[i]))];
    }

    private static double[] Regression(double[] z, int period)
    {
        var n = z.Length;
        var design = Matrix<double>.Build.Dense(n, period + 2, (t, j) => j == period ? 1 : j == period + 1 ? (t - (n / 2.0)) / period : t % period == j ? 1 : 0);
        var target = Vector<double>.Build.DenseOfArray(z);
        var (gram, moment) = (design.TransposeThisAndMultiply(design), design.TransposeThisAndMultiply(target));
        var (best, coefficients) = (double.PositiveInfinity, new double[period + 2]);
        foreach (var penalty in Penalties)
        {
            var ridge = gram + Matrix<double>.Build.DenseDiagonal(period + 2, period + 2, j => j < period ? penalty : 1e-8);
            var cholesky = ridge.Cholesky();
            var beta = cholesky.Solve(moment);
            var free = n - cholesky.Solve(gram).Trace();
            var score = (target - (design * beta)).L2Norm() / Math.Max(free, 1e-3);
            if (score < best)
            {
                (best, coefficients) = (score, beta.ToArray());
            }
        }

        return coefficients[..period];
    }
}
