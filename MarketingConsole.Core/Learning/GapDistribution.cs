using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Learning;

/// <summary>How long a customer waits between orders: log-normal, with mean and spread drawn from the customer's own gaps and,
/// as if <see cref="PriorGaps"/> more gaps had been seen, from the shop's (empirical Bayes shrinkage).
/// Sources: Lawrence, Consumer purchase behaviour over time (log-normal purchase gaps), 1980; Efron and Morris, Stein's estimation rule and its competitors, 1973.</summary>
/// <param name="LogMean">Mean of ln(days).</param>
/// <param name="LogDeviation">Standard deviation of ln(days), above 0.</param>
public sealed record GapDistribution(double LogMean, double LogDeviation)
{
    /// <summary>Weight of the shop's gaps, in gaps.</summary>
    public const double PriorGaps = 3;

    /// <param name="gaps">The customer's gaps in days, each above 0.</param>
    /// <param name="priorMean">The shop's mean of ln(days).</param>
    /// <param name="priorDeviation">The shop's standard deviation of ln(days).</param>
    public static GapDistribution Fit(IReadOnlyList<double> gaps, double priorMean, double priorDeviation)
    {
        var n = gaps.Count;
        var own = n == 0 ? priorMean : gaps.Average(Math.Log);
        var mean = ((n * own) + (PriorGaps * priorMean)) / (n + PriorGaps);
        var spread = gaps.Sum(x => Math.Pow(Math.Log(x) - own, 2)) + (PriorGaps * priorDeviation * priorDeviation);
        return new(mean, Math.Max(0.05, Math.Sqrt(spread / (n + PriorGaps))));
    }

    /// <summary>Days since the last order by which the next will have come with probability <paramref name="p"/>, given that none came for <paramref name="elapsed"/> days.</summary>
    public double Quantile(double p, double elapsed)
    {
        var gone = Cumulative(elapsed);
        return gone > 1 - 1e-6 ? elapsed : Math.Max(elapsed, LogNormal.InvCDF(LogMean, LogDeviation, gone + (p * (1 - gone))));
    }

    /// <summary>Probability that the next order comes within <paramref name="horizon"/> days, given none for <paramref name="elapsed"/> days and that the customer still buys.</summary>
    public double Within(double horizon, double elapsed)
    {
        var left = 1 - Cumulative(elapsed);
        return left < 1e-9 ? 0 : (Cumulative(elapsed + horizon) - Cumulative(elapsed)) / left;
    }

    private double Cumulative(double days) => days <= 0 ? 0 : LogNormal.CDF(LogMean, LogDeviation, days);
}
