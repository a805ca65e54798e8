using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Learning.Purchases;

/// <summary>How evenly customers buy: their gaps are Gamma(k, k λ) distributed, so that k = 1 is pure chance (a Poisson process, what the NBD models assume), above 1 is more even and below 1 comes in bursts.
/// Source: Wheat and Morrison, Estimating purchase regularity with two interpurchase times, 1990.</summary>
public static class Regularity
{
    /// <summary>Fewer customers than this tell nothing: 1 is taken.</summary>
    public const int MinCustomers = 100;
    private const double Least = 0.5, Most = 10;

    /// <summary>k from the last two gaps of each customer: t₁ / (t₁ + t₂) is Beta(k, k) whatever λ, so that its variance is 1 / (4 (2 k + 1)).</summary>
    /// <param name="gaps">Two gaps a customer, in any unit, above 0.</param>
    /// <returns>0.5 to 10; 1 with too few customers.</returns>
    public static double Of(IReadOnlyCollection<(double First, double Second)> gaps)
    {
        if (gaps.Count < MinCustomers)
        {
            return 1;
        }

        var variance = gaps.Average(x => Math.Pow((x.First / (x.First + x.Second)) - 0.5, 2)); // the mean is ½ by symmetry
        return variance > 0 ? Math.Clamp((1 - (4 * variance)) / (8 * variance), Least, Most) : Most;
    }

    /// <summary>Times from now of the purchases of a customer who buys at a rate, seen at a moment that has nothing to do with their rhythm: the expected number is rate · time whatever k (an equilibrium renewal process; Cox, Renewal Theory, 1962, chapter 4).</summary>
    /// <param name="rate">λ: purchases a unit of time.</param>
    /// <param name="k">Above 0.</param>
    internal static IEnumerable<double> Times(double rate, double k, Random random)
    {
        if (k == 1)
        {
            for (var at = -Math.Log(1 - random.NextDouble()) / rate; ; at -= Math.Log(1 - random.NextDouble()) / rate)
            {
                yield return at;
            }
        }

        for (var at = Gamma.Sample(random, k + 1, k * rate) * random.NextDouble(); ; at += Gamma.Sample(random, k, k * rate))
        {
            yield return at;
        }
    }
}
