using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics;

namespace MarketingConsole.Core.Learning.Series;

/// <summary>Exponential smoothing as a state space, fitted by maximum likelihood; the form is chosen by AICc.
/// Source: Hyndman, Koehler, Ord, Snyder, Forecasting with Exponential Smoothing, 2008, chapters 2, 5 and 7. The recursions of additive and multiplicative errors give the same
/// point forecasts for the same parameters; only their likelihoods differ, and with them the parameters.</summary>
/// <param name="Form">Error, trend and season.</param>
/// <param name="Alpha">α, weight of an error in the level, 0 to 1.</param>
/// <param name="Beta">β, in the trend, 0 to α.</param>
/// <param name="Gamma">γ, in the season, 0 to 1 − α.</param>
/// <param name="Phi">φ, how much of the trend is left a step later; 1 undamped.</param>
/// <param name="Level">ℓ at the end of the series.</param>
/// <param name="Slope">b at the end.</param>
/// <param name="Season">s of the next steps, as many as a period has.</param>
/// <param name="Aicc">Akaike's criterion with the correction for short series; smaller is better.</param>
public sealed record ExponentialSmoothing(SmoothingForm Form, double Alpha, double Beta, double Gamma, double Phi, double Level, double Slope, double[] Season, double Aicc) : ISeriesModel
{
    private const double Edge = 1e-4;

    /// <summary>The form of the smallest AICc among those the series allows.</summary>
    /// <param name="series">At least one value, finite.</param>
    /// <param name="period">Steps a season, 1 for none; a season needs two of them and five values more.</param>
    /// <param name="cancellation">Asked between forms.</param>
    public static ExponentialSmoothing Choose(IReadOnlyList<double> series, int period = 1, CancellationToken cancellation = default)
    {
        var seasonal = period > 1 && series.Count >= (2 * period) + 5;
        ExponentialSmoothing? best = null;
        foreach (var form in SmoothingForm.All(series.All(x => x > 0), seasonal))
        {
            cancellation.ThrowIfCancellationRequested();
            var model = Fit(series, form, period);
            best = best is null || model.Aicc < best.Aicc ? model : best;
        }

        return best!;
    }

    /// <summary>One form. With fewer than 4 values, or a series that never changes, the last value is kept.</summary>
    public static ExponentialSmoothing Fit(IReadOnlyList<double> series, SmoothingForm form, int period = 1)
    {
        double[] y = [.. series];
        var n = y.Length;
        var range = y.Max() - y.Min();
        if (n < 4 || range <= 1e-12 * Math.Abs(y[0]))
        {
            return new(SmoothingForm.Simple, 1, 0, 0, 1, y[n - 1], 0, [], double.MaxValue);
        }

        var first = new double[form.Season == Component.None ? 0 : period];
        var rest = y;
        if (form.Season != Component.None)
        {
            var pattern = SeasonalPattern.Fit(y, period, form.Season == Component.Multiplicative);
            pattern.Indices.CopyTo(first, 0);
            rest = pattern.Remove(y);
        }

        var (intercept, slope) = Theta.Line(rest[..Math.Min(n, Math.Max(10, 2 * period))]);
        var trended = form.Trend != Component.None;
        double[] start = [-0.5, -1.5, -2, 1.5, trended ? intercept : rest[..Math.Min(n, Math.Max(3, period))].Average(), slope];
        double[] step = [1, 1, 1, 1, range / 10, range / 10 / Math.Max(period, 4)];
        int[] used = [0, .. trended ? new[] { 1 } : [], .. form.Season != Component.None ? new[] { 2 } : [], .. form.Trend == Component.Damped ? new[] { 3 } : [], 4, .. trended ? new[] { 5 } : []];
        var full = (double[])start.Clone();
        var season = new double[first.Length];
        var (point, value) = NelderMead.Minimise(x => Run(y, form, Unpack(x), first, season).Likelihood, [.. used.Select(i => start[i])], [.. used.Select(i => step[i])], 150 * used.Length, 1e-6);
        var parameters = Unpack(point);
        var (_, level, trend) = Run(y, form, parameters, first, season);
        double[] next = [.. Enumerable.Range(0, first.Length).Select(i => season[(n + i) % first.Length])];
        var k = used.Length + 1 + Math.Max(0, first.Length - 1);
        var aicc = n > k + 1 ? value + (2 * k) + (2.0 * k * (k + 1) / (n - k - 1)) : double.MaxValue;
        return new(form, parameters[0], parameters[1], parameters[2], parameters[3], level, trend, next, double.IsFinite(aicc) ? aicc : double.MaxValue);

        double[] Unpack(double[] x)
        {
            for (var i = 0; i < used.Length; i++)
            {
                full[used[i]] = x[i];
            }

            var alpha = Edge + ((1 - (2 * Edge)) * SpecialFunctions.Logistic(full[0]));
            return
            [
                alpha, trended ? alpha * SpecialFunctions.Logistic(full[1]) : 0, form.Season == Component.None ? 0 : (1 - alpha) * SpecialFunctions.Logistic(full[2]),
                form.Trend == Component.Damped ? 0.8 + (0.18 * SpecialFunctions.Logistic(full[3])) : 1, full[4], trended ? full[5] : 0,
            ];
        }
    }

    public double[] Forecast(int horizon)
    {
        var result = new double[horizon];
        var (level, damping) = (Level, 1.0);
        for (var h = 0; h < horizon; h++)
        {
            damping *= Phi;
            level += damping * Slope;
            result[h] = Season.Length == 0 ? level : Form.Season == Component.Multiplicative ? level * Season[h % Season.Length] : level + Season[h % Season.Length];
        }

        return result;
    }

    /// <summary>1 + Σ c_j², c_j = α + αβ-part of the trend + γ where a season has passed (Hyndman et al. 2008, table 6.1; for multiplicative errors their first-order form).</summary>
    public double[] VarianceGrowth(int horizon)
    {
        var result = new double[horizon];
        var (sum, trend, damping) = (1.0, 0.0, 1.0);
        for (var j = 1; j <= horizon; j++)
        {
            result[j - 1] = sum;
            damping *= Phi;
            trend += damping;
            var c = Alpha + (Form.Trend == Component.None ? 0 : Beta * trend) + (Season.Length > 0 && j % Season.Length == 0 ? Gamma : 0);
            sum += c * c;
        }

        return result;
    }

    /// <summary>−2 · log likelihood up to a constant, and the states at the end; <paramref name="season"/> is overwritten.</summary>
    private static (double Likelihood, double Level, double Slope) Run(double[] y, SmoothingForm form, double[] p, double[] first, double[] season)
    {
        var (alpha, beta, gamma, phi, level, slope) = (p[0], p[1], p[2], p[3], p[4], p[5]);
        var relative = form.Error == Component.Multiplicative;
        var multiply = form.Season == Component.Multiplicative;
        first.CopyTo(season, 0);
        var (squares, logs, product) = (0.0, 0.0, 1.0);
        var at = 0;
        for (var t = 0; t < y.Length; t++)
        {
            var calm = level + (phi * slope);
            var s = season.Length > 0 ? season[at] : multiply ? 1 : 0;
            var expected = multiply ? calm * s : calm + s;
            var error = y[t] - expected;
            if (relative)
            {
                if (expected <= 0 || calm <= 0)
                {
                    return (double.PositiveInfinity, level, slope);
                }

                squares += error / expected * (error / expected);
                product *= expected;
                if (product is > 1e100 or < 1e-100)
                {
                    logs += Math.Log(product);
                    product = 1;
                }
            }
            else
            {
                squares += error * error;
            }

            var correction = multiply ? error / s : error;
            slope = (phi * slope) + (beta * correction);
            level = calm + (alpha * correction);
            if (season.Length > 0)
            {
                season[at] = s + (gamma * (multiply ? error / calm : error));
                at = at + 1 == season.Length ? 0 : at + 1;
            }
        }

        return ((y.Length * Math.Log(Math.Max(squares, 1e-300))) + (2 * (logs + Math.Log(product))), level, slope);
    }
}
