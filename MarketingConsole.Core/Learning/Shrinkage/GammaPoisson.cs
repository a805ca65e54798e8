using System.Text.Json.Serialization;
using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics;

namespace MarketingConsole.Core.Learning.Shrinkage;

/// <param name="Observed">How often a thing happened: N ≥ 0; not whole when it was weighted.</param>
/// <param name="Expected">How often it was to be expected, or the time it was watched: E > 0.</param>
public readonly record struct ObservedExpected(double Observed, double Expected);

/// <summary>Observed counts against expected ones: N ~ Poisson(λE), the ratio λ ~ Gamma(α, β) differs between customers. A ratio is shrunk towards the crowd's the more, the less was expected.
/// Source: DuMouchel, Bayesian data mining in large frequency tables, The American Statistician 53, 1999, with one gamma component for the prior instead of two.</summary>
/// <param name="Alpha">α: shape.</param>
/// <param name="Beta">β: rate; as many expected cases weigh as much as the crowd.</param>
/// <param name="Customers">With anything expected.</param>
/// <param name="Problem">Why α is not a fitted one, in words; null when it is.</param>
public sealed record GammaPoisson(double Alpha, double Beta, int Customers, string? Problem)
{
    /// <summary>With fewer customers, or fewer observed cases, how much customers differ is not fitted: α is then 1, so that a customer's own cases soon count.</summary>
    public const int MinCustomers = 20;

    /// <summary>α when customers differ by no more than chance.</summary>
    public const double MaxAlpha = 10_000;
    private const double MinAlpha = 1e-2;
    private const int MaxRows = 50_000; // more are thinned evenly
    private const int Points = 64;
    private readonly Lazy<double[]> _crowd = new(() => [.. Enumerable.Range(0, Points).Select(i => new Ratio(Alpha, Beta).Quantile((i + 0.5) / Points))]);

    /// <summary>The crowd's ratio.</summary>
    [JsonIgnore]
    public double Mean => Alpha / Beta;

    /// <summary>Maximum likelihood of the negative binomial that N is over all customers.</summary>
    /// <exception cref="LearningException">A value that is not a number or below 0, nothing expected, or nothing observed.</exception>
    public static GammaPoisson FitTo(IReadOnlyList<ObservedExpected> customers, CancellationToken ct = default)
    {
        if (customers.Any(x => !double.IsFinite(x.Observed) || !double.IsFinite(x.Expected) || x.Observed < 0 || x.Expected < 0))
        {
            throw new LearningException("Observed and expected counts are numbers of 0 or more.");
        }

        var told = customers.Where(x => x.Expected > 0).ToList();
        var (observed, expected) = (told.Sum(x => x.Observed), told.Sum(x => x.Expected));
        if (observed <= 0)
        {
            throw new LearningException("There is nothing to learn a ratio from: nothing happened in the time that was watched.");
        }

        var crude = observed / expected;
        GammaPoisson With(double alpha, string problem) => new(alpha, alpha / crude, told.Count, problem);
        if (told.Count < MinCustomers || observed < MinCustomers)
        {
            return With(1, $"Only {told.Count} customers with {observed:0} cases, {MinCustomers} of each are needed to see how much customers differ.");
        }

        if (told.Sum(x => ((x.Observed - (crude * x.Expected)) * (x.Observed - (crude * x.Expected))) - x.Observed) <= 0)
        {
            return With(MaxAlpha, "Customers differ by no more than chance: everybody is taken to be like the crowd.");
        }

        var every = (told.Count + MaxRows - 1) / MaxRows;
        var used = told.Where((_, i) => i % every == 0).ToArray();
        var best = LikelihoodMaximizer.Maximize(x => Likelihood(Math.Exp(x[0]), Math.Exp(x[0] - x[1]), used),
            [0, Math.Log(crude)], [Math.Log(MinAlpha), Math.Log(crude / 1e3)], [Math.Log(MaxAlpha), Math.Log(crude * 1e3)], 1e-8, null, ct);
        var alpha = Math.Exp(best.Point[0]);
        return best.AtBound[0] ? With(alpha, alpha > 1 ? "Customers hardly differ by more than chance." : "Customers differ too wildly for the model: hardly any has anything observed.") : new(alpha, alpha / Math.Exp(best.Point[1]), told.Count, null);
    }

    /// <summary>What is known of a customer's ratio: Gamma(α + N, β + E).</summary>
    public Ratio Ratio(ObservedExpected customer) => customer is { Observed: >= 0, Expected: >= 0 }
        ? new(Alpha + customer.Observed, Beta + customer.Expected)
        : throw new LearningException("Observed and expected counts are numbers of 0 or more.");

    /// <summary>Where a customer stands: the chance that their ratio is above that of a customer drawn at random from the crowd. 0.5 when nothing is known of them.</summary>
    public double Standing(ObservedExpected customer)
    {
        var own = Ratio(customer);
        return _crowd.Value.Average(x => 1 - own.Below(x));
    }

    public bool Equals(GammaPoisson? other) => other is not null && (Alpha, Beta, Customers, Problem) == (other.Alpha, other.Beta, other.Customers, other.Problem);

    public override int GetHashCode() => HashCode.Combine(Alpha, Beta, Customers, Problem);

    private static double Likelihood(double alpha, double beta, ObservedExpected[] rows)
    {
        var (sum, start) = (0.0, (alpha * Math.Log(beta)) - SpecialFunctions.GammaLn(alpha));
        foreach (var row in rows)
        {
            sum += SpecialFunctions.GammaLn(alpha + row.Observed) + start - ((alpha + row.Observed) * Math.Log(beta + row.Expected)) + (row.Observed > 0 ? row.Observed * Math.Log(row.Expected) : 0);
        }

        return sum;
    }
}

/// <summary>What is known of one customer's ratio: a gamma distribution.</summary>
/// <param name="Shape">Above 0.</param>
/// <param name="Rate">Above 0.</param>
public readonly record struct Ratio(double Shape, double Rate)
{
    /// <summary>Expected ratio.</summary>
    public double Mean => Shape / Rate;

    /// <returns>Chance that the ratio is at most <paramref name="x"/>.</returns>
    public double Below(double x) => x <= 0 ? 0 : SpecialFunctions.GammaLowerRegularized(Shape, Rate * x);

    /// <returns>The ratio that is not exceeded with the given chance (0 to 1), by bisection.</returns>
    public double Quantile(double chance)
    {
        var (low, high) = (0.0, Mean);
        while (Below(high) < chance)
        {
            (low, high) = (high, 2 * high);
        }

        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Below(middle) < chance ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <param name="level">Chance that the interval holds the ratio, for example 0.8.</param>
    public Interval Interval(double level) => Shrinkage.Interval.Of(level, Quantile);
}
