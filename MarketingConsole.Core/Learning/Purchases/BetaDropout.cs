using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Learning.Purchases;

/// <summary>A customer who is alive: buys at a rate λ ~ Gamma(r, α) and leaves after each purchase with probability p ~ Beta(a, b).
/// BG/NBD and MBG/NBD differ only in what a history says about these four numbers.</summary>
internal readonly record struct BetaDropout(double R, double Alpha, double A, double B)
{
    /// <summary>Expected purchases within t. By Fader, Hardie and Lee (2005), equation 9, after Euler's transformation of the hypergeometric function,
    /// arranged so that a = 1 is no exception; where that cancels or converges slowly, by integration over p.</summary>
    public double Expected(double t)
    {
        if (t <= 0)
        {
            return 0;
        }

        var (c, z) = (A + B - 1, t / (Alpha + t));
        if (c > 0.5 && z < 0.95)
        {
            var (power, sum, term, largest) = ((A - 1) * -NearZero.Log1P(t / Alpha), 0.0, (c - R) / c * z, 0.0);
            for (var k = 1; k < 2_000; k++)
            {
                sum += term;
                largest = Math.Max(largest, Math.Abs(term));
                if (Math.Abs(term) <= 1e-16 * Math.Abs(sum))
                {
                    break;
                }

                term *= (c - R + k) / (c + k) * (A + k - 1) / (k + 1) * z;
            }

            // −(e^power − 1) / (a − 1) is ln(1 + t/α) when a = 1
            var log = NearZero.Log1P(t / Alpha);
            var plain = Math.Abs(power) < 1e-12 ? log : NearZero.ExpM1(power) / power * log;
            var result = c * (plain - (sum * Math.Exp(power)));
            if (result > 1e-6 * c * Math.Max(Math.Max(plain, largest * Math.Exp(power)), Math.Abs(sum) * Math.Exp(power)))
            {
                return result;
            }
        }

        return Integrated(t);
    }

    /// <summary>E over p of (1 − (1 + p·t/α)^−r) / p by the trapezoidal rule over ln(p / (1 − p)), where the integrand is analytic and falls off exponentially at both ends, so that the rule converges geometrically.
    /// Source: Trefethen and Weideman, The exponentially convergent trapezoidal rule, 2014.</summary>
    public double Integrated(double t)
    {
        var mode = Math.Log(A / B);
        var step = Math.Min(0.3, 0.7 * Math.Sqrt((A + B) / (A * B)));
        var top = Weight(mode);
        var flat = 1e-9 / ((R * t / Alpha) + B + 1); // below this p nothing changes but the weight, which falls like p^a
        var (sum, weights) = (0.0, 0.0);
        for (var side = -1; side <= 1; side += 2)
        {
            for (var i = side < 0 ? 1 : 0; ; i++)
            {
                var y = mode + (side * i * step);
                var p = y > 0 ? 1 / (1 + Math.Exp(-y)) : Math.Exp(y) / (1 + Math.Exp(y));
                var weight = Math.Exp(Weight(y) - top);
                if (p < flat || (weight < 1e-18 && i > 0))
                {
                    var rest = side < 0 && p < flat ? weight / -NearZero.ExpM1(-A * step) : 0;
                    weights += rest;
                    sum += rest * R * t / Alpha;
                    break;
                }

                weights += weight;
                sum += weight * -NearZero.ExpM1(-R * NearZero.Log1P(p * t / Alpha)) / p;
            }
        }

        return sum / weights;
    }

    /// <summary>Probability that an alive customer buys within t: the time to the next purchase is Lomax distributed.</summary>
    public double Within(double t) => -NearZero.ExpM1(-R * NearZero.Log1P(t / Alpha));

    public double NextPurchase(double quantile) => Alpha * NearZero.ExpM1(-NearZero.Log1P(-quantile) / R);

    public void Sample(double horizon, Random random, double regularity, List<double> times)
    {
        var rate = Gamma.Sample(random, R, Alpha);
        var dropout = Beta.Sample(random, A, B);
        foreach (var at in Regularity.Times(rate, regularity, random).TakeWhile(x => x <= horizon))
        {
            times.Add(at);
            if (random.NextDouble() < dropout)
            {
                return;
            }
        }
    }

    /// <summary>ln of p^a (1 − p)^b, p = sigmoid(y).</summary>
    private double Weight(double y) => (-A * Softplus(-y)) - (B * Softplus(y));

    private static double Softplus(double z) => z > 0 ? z + NearZero.Log1P(Math.Exp(-z)) : NearZero.Log1P(Math.Exp(z));
}
