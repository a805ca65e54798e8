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

    /// <summary>Each step of the season is its own penalised coefficient; eliminating these leaves two equations for level and slope, so that the work is in proportion to the series.</summary>
    private static double[] Regression(double[] z, int period)
    {
        var n = z.Length;
        var (count, slopes, sums) = (new double[period], new double[period], new double[period]);
        double At(int t) => (t - (n / 2.0)) / period;
        var (u, uu, y, uy) = (0.0, 0.0, 0.0, 0.0);
        for (var t = 0; t < n; t++)
        {
            var (x, j) = (At(t), t % period);
            (count[j], slopes[j], sums[j]) = (count[j] + 1, slopes[j] + x, sums[j] + z[t]);
            (u, uu, y, uy) = (u + x, uu + (x * x), y + z[t], uy + (x * z[t]));
        }

        var (best, result) = (double.PositiveInfinity, new double[period]);
        foreach (var penalty in Penalties)
        {
            var (a, b, c, p, q) = (n + 1e-8, u, uu + 1e-8, y, uy);
            var (aa, bb, cc, inverse) = (0.0, 0.0, 0.0, 0.0);
            for (var j = 0; j < period; j++)
            {
                var d = 1 / (count[j] + penalty);
                (a, b, c) = (a - (d * count[j] * count[j]), b - (d * count[j] * slopes[j]), c - (d * slopes[j] * slopes[j]));
                (p, q) = (p - (d * count[j] * sums[j]), q - (d * slopes[j] * sums[j]));
                (aa, bb, cc, inverse) = (aa + (d * d * count[j] * count[j]), bb + (d * d * count[j] * slopes[j]), cc + (d * d * slopes[j] * slopes[j]), inverse + d);
            }

            var determinant = (a * c) - (b * b);
            var (level, slope) = (((c * p) - (b * q)) / determinant, ((a * q) - (b * p)) / determinant);
            double[] indices = [.. Enumerable.Range(0, period).Select(j => (sums[j] - (level * count[j]) - (slope * slopes[j])) / (count[j] + penalty))];
            var residual = Enumerable.Range(0, n).Sum(t => Math.Pow(z[t] - level - (slope * At(t)) - indices[t % period], 2));
            var used = period + 2 - (penalty * (inverse + (((c * aa) - (2 * b * bb) + (a * cc)) / determinant))); // trace of the hat matrix
            var score = Math.Sqrt(residual) / Math.Max(n - used, 1e-3);
            if (score < best)
            {
                (best, result) = (score, indices);
            }
        }

        return result;
    }
}
