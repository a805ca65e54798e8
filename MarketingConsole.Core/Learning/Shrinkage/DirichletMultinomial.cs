using System.Text.Json.Serialization;

namespace MarketingConsole.Core.Learning.Shrinkage;

/// <summary>Pólya distribution: each customer has shares of their own, drawn from Dirichlet(α), and spreads their acts over the categories by them.
/// Fitted to many customers it is the prior from which one customer's shares are judged: with little data they are the crowd's, with much their own.
/// Source: Minka, Estimating a Dirichlet distribution, 2000, section 4; ψ differences as sums over histograms: Sklar, Fast MLE computation for the Dirichlet multinomial, 2014.</summary>
/// <param name="Alpha">α: one weight a category, above 0. In proportion the crowd's shares; in sum (the concentration) how many acts of a customer weigh as much as the crowd.</param>
/// <param name="Customers">With at least one act.</param>
/// <param name="Problem">Why the concentration is not a fitted one, in words; null when it is.</param>
public sealed record DirichletMultinomial(IReadOnlyList<double> Alpha, int Customers, string? Problem)
{
    /// <summary>With fewer customers of two acts or more the concentration is not fitted: it is then the number of categories, as if one act a category were known beforehand.</summary>
    public const int MinCustomers = 20;

    /// <summary>Customers who differ by no more than chance would have an endless concentration; here a customer's own shares then weigh half after 10,000 acts.</summary>
    public const double MaxConcentration = 10_000;
    private const double MinAlpha = 1e-4, Tolerance = 1e-8;
    private const int MaxSteps = 2_000;

    /// <summary>How many acts of a customer weigh as much as the crowd.</summary>
    [JsonIgnore]
    public double Concentration => Alpha.Sum();

    /// <summary>The crowd's shares.</summary>
    [JsonIgnore]
    public IReadOnlyList<double> Mean => Alpha.Select(x => x / Concentration).ToArray();

    /// <summary>Maximum likelihood: Newton's steps (Minka, section 4.1 with the Hessian's inverse in closed form), and his fixed point where such a step does not climb.
    /// A category nobody has keeps a weight of 0.0001.</summary>
    /// <exception cref="LearningException">No category, or no act at all.</exception>
    public static DirichletMultinomial FitTo(ShareCounts counts, CancellationToken ct = default)
    {
        if (counts.Categories == 0 || counts.Total == 0)
        {
            throw new LearningException("There is nothing to learn shares from: no customer has done anything that is counted.");
        }

        var categories = Enumerable.Range(0, counts.Categories).ToArray();
        double[] pooled = [.. categories.Select(x => (double)counts.Sum(x) / counts.Total)];
        DirichletMultinomial With(double concentration, string? problem) => new([.. pooled.Select(x => Math.Max(MinAlpha, x * concentration))], counts.Customers, problem);
        if (counts.Telling < MinCustomers)
        {
            return With(counts.Categories, $"Only {counts.Telling} customers have two acts or more, {MinCustomers} are needed to see how much customers differ: a customer's own acts count as much as the crowd's from the {counts.Categories}th on.");
        }

        if (counts.ExcessVariation() <= 0)
        {
            return With(MaxConcentration, "Customers differ by no more than chance: everybody is taken to be like the crowd.");
        }

        double[][] above = [.. categories.Select(counts.Above)];
        var alpha = Climb(pooled, above, counts.Above(), ct);
        return alpha.Sum() > MaxConcentration ? With(MaxConcentration, "Customers hardly differ by more than chance: everybody is taken to be nearly like the crowd.") : new(alpha, counts.Customers, null);
    }

    /// <summary>As <see cref="FitTo(ShareCounts, CancellationToken)"/>, of vectors of the same length, one a customer.</summary>
    public static DirichletMultinomial FitTo(IEnumerable<IReadOnlyList<int>> customers, CancellationToken ct = default)
    {
        var counts = new ShareCounts();
        foreach (var customer in customers)
        {
            counts.Add(customer);
        }

        return FitTo(counts, ct);
    }

    /// <summary>A customer's expected shares given their acts: (α + n) / (Σα + Σn).</summary>
    public IReadOnlyList<double> Shares(IReadOnlyList<int> counts)
    {
        Check(counts);
        var sum = Concentration + counts.Sum();
        return [.. Alpha.Zip(counts, (a, n) => (a + n) / sum)];
    }

    /// <summary>One share of a customer, alone: the marginal of a Dirichlet is a beta distribution.</summary>
    public Share Share(IReadOnlyList<int> counts, int category)
    {
        Check(counts);
        return Share(category, counts[category], counts.Sum());
    }

    /// <param name="count">The customer's acts in the category.</param>
    /// <param name="total">The customer's acts in all.</param>
    public Share Share(int category, int count, int total)
    {
        if (count < 0 || total < count)
        {
            throw new LearningException($"{count} of {total} is impossible.");
        }

        return new(Alpha[category] + count, Concentration - Alpha[category] + total - count);
    }

    private void Check(IReadOnlyList<int> counts)
    {
        if (counts.Count != Alpha.Count || counts.Any(x => x < 0))
        {
            throw new LearningException($"The counts do not fit the model: {Alpha.Count} categories with counts of 0 or more are expected.");
        }
    }

    private static double[] Climb(double[] pooled, double[][] above, double[] aboveTotal, CancellationToken ct)
    {
        double Likelihood(double[] a)
        {
            var (sum, result) = (a.Sum(), 0.0);
            for (var k = 0; k < a.Length; k++)
            {
                for (var j = 0; j < above[k].Length; j++)
                {
                    result += above[k][j] * Math.Log(a[k] + j);
                }
            }

            for (var j = 0; j < aboveTotal.Length; j++)
            {
                result -= aboveTotal[j] * Math.Log(sum + j);
            }

            return result;
        }

        double[] alpha = [.. pooled.Select(x => Math.Max(MinAlpha, x * pooled.Length))];
        var value = Likelihood(alpha);
        for (var step = 0; step < MaxSteps; step++)
        {
            ct.ThrowIfCancellationRequested();
            var (newton, fixedPoint) = Steps(alpha, above, aboveTotal);
            var (next, there) = (newton, newton.All(x => x > 0 && double.IsFinite(x)) ? Likelihood(newton) : double.NegativeInfinity);
            if (there <= value)
            {
                (next, there) = (fixedPoint, Likelihood(fixedPoint));
            }

            var moved = next.Zip(alpha, (x, y) => Math.Abs(x - y) / y).Max();
            (alpha, value) = (next, there);
            if (moved < Tolerance || alpha.Sum() > 2 * MaxConcentration)
            {
                break;
            }
        }

        return alpha;
    }

    private static (double[] Newton, double[] FixedPoint) Steps(double[] alpha, double[][] above, double[] aboveTotal)
    {
        var sum = alpha.Sum();
        var (total, curve) = (0.0, 0.0); // ψ(Σα + n) − ψ(Σα) and its slope, over all customers
        for (var j = 0; j < aboveTotal.Length; j++)
        {
            total += aboveTotal[j] / (sum + j);
            curve += aboveTotal[j] / ((sum + j) * (sum + j));
        }

        var (gradient, diagonal, fixedPoint) = (new double[alpha.Length], new double[alpha.Length], new double[alpha.Length]);
        var (ratios, inverses) = (0.0, 1 / curve);
        for (var k = 0; k < alpha.Length; k++)
        {
            var own = 0.0;
            for (var j = 0; j < above[k].Length; j++)
            {
                own += above[k][j] / (alpha[k] + j);
                diagonal[k] -= above[k][j] / ((alpha[k] + j) * (alpha[k] + j));
            }

            fixedPoint[k] = Math.Max(MinAlpha, alpha[k] * own / total);
            if (above[k].Length > 0)
            {
                gradient[k] = own - total;
                ratios += gradient[k] / diagonal[k];
                inverses += 1 / diagonal[k];
            }
        }

        return ([.. alpha.Select((x, k) => above[k].Length == 0 ? MinAlpha : x - ((gradient[k] - (ratios / inverses)) / diagonal[k]))], fixedPoint);
    }
}
