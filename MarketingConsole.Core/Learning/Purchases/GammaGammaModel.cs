using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics;

namespace MarketingConsole.Core.Learning.Purchases;

/// <summary>Gamma-Gamma: a customer's purchases are Gamma(p, ν) distributed around their own mean, and ν ~ Gamma(q, γ) differs between customers; spend does not depend on how often they buy.
/// Source: Fader and Hardie, The Gamma-Gamma model of monetary value, 2013.</summary>
/// <param name="P">p: shape of a customer's purchases.</param>
/// <param name="Q">q: shape of ν; fitted above 1, because at 1 or less no mean exists.</param>
/// <param name="Gamma">γ: scale of ν, in money.</param>
public sealed record GammaGammaModel(double P, double Q, double Gamma, PurchaseFit Fit)
{
    /// <summary>The fewest customers with a repeat purchase that a fit is made from.</summary>
    public const int MinCustomers = 10;
    private const int MaxRows = 50_000; // more are thinned evenly
    private const double MinQ = 1.05;
    private static readonly string[] Names = ["p", "q", "γ"];

    /// <summary>Expected mean spend of a customer of whom nothing is known.</summary>
    public double PopulationMean => P * Gamma / (Q - 1);

    /// <summary>Maximum likelihood on the customers with repeats and a mean spend above 0; the others say nothing about spend and are left out.</summary>
    /// <exception cref="LearningException">Too few of them, or all spend the same.</exception>
    public static GammaGammaModel FitTo(IReadOnlyList<PurchaseHistory> rows, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        if (rows.Any(x => !double.IsFinite(x.MeanSpend)))
        {
            throw new LearningException("A customer's mean spend is not a number.");
        }

        var spent = rows.Where(x => x.Repeats > 0 && x.MeanSpend > 0).ToArray();
        if (spent.Length < MinCustomers)
        {
            throw new LearningException($"Too little to learn what customers spend: {spent.Length} customers bought repeatedly and paid something; at least {MinCustomers} are needed.");
        }

        var scale = spent.Average(x => x.MeanSpend);
        if (spent.All(x => Math.Abs(x.MeanSpend - scale) <= 1e-9 * scale))
        {
            throw new LearningException("Every customer spends exactly the same on average: there is nothing to learn about spend.");
        }

        var factor = Math.Log(scale);
        var every = (spent.Length + MaxRows - 1) / MaxRows;
        PurchaseHistory[] used = every == 1 ? spent : [.. spent.Where((_, i) => i % every == 0)];
        var best = LikelihoodMaximizer.Maximize(
            x => Total(Math.Exp(x[0]), MinQ + Math.Exp(x[1]), Math.Exp(x[2]), used),
            [0, 1, factor], [Math.Log(1e-3), Math.Log(1e-4), factor - Math.Log(1e6)], [Math.Log(1e5), Math.Log(1e4), factor + Math.Log(1e6)], 1e-8, progress, ct);
        var (p, free, gamma) = (Math.Exp(best.Point[0]), Math.Exp(best.Point[1]), Math.Exp(best.Point[2]));
        double[]? errors = best.Covariance is { } c ? [p * Math.Sqrt(c[0, 0]), free * Math.Sqrt(c[1, 1]), gamma * Math.Sqrt(c[2, 2])] : null;
        var running = Names.Where((_, i) => best.AtBound[i]).ToList();
        var problem = running.Count > 0 ? $"No finite best value exists for {string.Join(" and ", running)}: spend differs too little, or too wildly, between customers." : errors is null ? "The likelihood is flat at its top." : null;
        return new(p, MinQ + free, gamma, new(spent.Length, Total(p, MinQ + free, gamma, spent), errors, problem));
    }

    /// <summary>Expected mean spend of a customer's future purchases: between their own mean and everybody's, the nearer to their own the more purchases they made.</summary>
    public double ExpectedSpend(PurchaseHistory history)
    {
        var x = history is { Repeats: > 0, MeanSpend: > 0 } ? history.Repeats : 0;
        return P * (Gamma + (x * history.MeanSpend)) / ((P * x) + Q - 1);
    }

    /// <summary>Draws the customer's mean spend from what is known of them, once a simulated future: 1/ν is drawn, so that the spread between futures includes not knowing the customer.</summary>
    public double SampleMeanSpend(PurchaseHistory history, Random random)
    {
        var x = history is { Repeats: > 0, MeanSpend: > 0 } ? history.Repeats : 0;
        return P / Math.Max(MathNet.Numerics.Distributions.Gamma.Sample(random, (P * x) + Q, Gamma + (x * history.MeanSpend)), 1e-300);
    }

    /// <summary>Draws the amount of one purchase of a customer with that mean spend.</summary>
    public double SampleAmount(double meanSpend, Random random) => MathNet.Numerics.Distributions.Gamma.Sample(random, P, P / meanSpend);

    /// <summary>Correlation of number of repeats and mean spend: the model takes it to be 0; beyond ± 0.3 its values are to be doubted.</summary>
    public static double Dependence(IReadOnlyList<PurchaseHistory> rows)
    {
        var spent = rows.Where(x => x.Repeats > 0 && x.MeanSpend > 0).ToList();
        var correlation = spent.Count < 3 ? 0 : MathNet.Numerics.Statistics.Correlation.Pearson(spent.Select(x => (double)x.Repeats), spent.Select(x => x.MeanSpend));
        return double.IsFinite(correlation) ? correlation : 0;
    }

    private static double Total(double p, double q, double gamma, PurchaseHistory[] rows)
    {
        var (sum, start) = (0.0, (q * Math.Log(gamma)) - SpecialFunctions.GammaLn(q));
        foreach (var row in rows)
        {
            var (px, spend) = (p * row.Repeats, row.Repeats * row.MeanSpend);
            sum += SpecialFunctions.GammaLn(px + q) - SpecialFunctions.GammaLn(px) + start + ((px - 1) * Math.Log(row.MeanSpend)) + (px * Math.Log(row.Repeats)) - ((px + q) * Math.Log(gamma + spend));
        }

        return sum;
    }
}
