using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Learning.Purchases;

/// <summary>What the purchase models' fits have in common: checks, equal histories counted once, parameters fitted as logarithms in wide bounds, standard errors by the delta method.</summary>
internal static class PurchaseFitter
{
    /// <summary>The fewest customers, and customers with repeats, that a fit is made from.</summary>
    public const int MinCustomers = 20, MinRepeaters = 5;

    /// <summary>More different histories than this are thinned evenly: the standard errors are then far below a hundredth.</summary>
    private const int MaxRows = 50_000;
    private const int FirstRows = 3_000;

    /// <param name="likelihood">Sum of log likelihoods: parameters, distinct histories, their counts.</param>
    /// <param name="time">Which parameters are times, and therefore scale with the unit.</param>
    public static (double[] Parameters, PurchaseFit Fit) Fit(
        IReadOnlyList<PurchaseHistory> rows, Func<double[], PurchaseHistory[], double[], double> likelihood, string[] names, bool[] time, IProgress<double>? progress, CancellationToken ct)
    {
        var scale = Check(rows);
        var groups = rows.GroupBy(x => x with { MeanSpend = 0 }).ToList();
        var (histories, counts) = (groups.Select(x => x.Key).ToArray(), groups.Select(x => (double)x.Count()).ToArray());
        double[] start = [.. time.Select(x => x ? Math.Log(scale / 2) : 0)];
        double[] lower = [.. time.Select(x => Math.Log(1e-4) + (x ? Math.Log(scale) : 0))], upper = [.. time.Select(x => Math.Log(1e4) + (x ? Math.Log(scale) : 0))];

        Optimum On(int size, double[] from, IProgress<double>? report)
        {
            var every = Math.Max(1, (int)Math.Ceiling(histories.Length / (double)size));
            var (h, c) = every == 1 ? (histories, counts) : ([.. histories.Where((_, i) => i % every == 0)], [.. counts.Where((_, i) => i % every == 0)]);
            return LikelihoodMaximizer.Maximize(x => likelihood([.. x.Select(Math.Exp)], h, c), from, lower, upper, 1e-7, report, ct);
        }

        var first = histories.Length > FirstRows ? On(FirstRows, start, null).Point : start;
        var best = On(MaxRows, first, progress);
        double[] parameters = [.. best.Point.Select(Math.Exp)];
        double[]? errors = best.Covariance is null ? null : [.. parameters.Select((x, i) => x * Math.Sqrt(best.Covariance[i, i]))];
        return (parameters, new(rows.Count, likelihood(parameters, histories, counts), errors, Problem(best, errors, parameters, names)));
    }

    private static string? Problem(Optimum best, double[]? errors, double[] parameters, string[] names)
    {
        var running = names.Where((_, i) => best.AtBound[i]).ToList();
        return running.Count > 0 ? $"No finite best value exists for {string.Join(" and ", running)}: the customers do not differ in that respect, or nothing in the data tells it."
            : errors is null ? "The likelihood is flat at its top: the data does not tell the parameters apart."
            : parameters.Zip(errors).Any(x => x.Second > 3 * x.First) ? $"The data hardly tells {string.Join(" and ", names.Where((_, i) => errors[i] > 3 * parameters[i]))}: the standard error is more than three times the value."
            : best.Converged ? null : "The fit did not settle within its steps.";
    }

    /// <returns>Mean time observed.</returns>
    private static double Check(IReadOnlyList<PurchaseHistory> rows)
    {
        foreach (var row in rows)
        {
            row.Check();
        }

        var repeaters = rows.Count(x => x.Repeats > 0);
        if (rows.Count < MinCustomers || repeaters < MinRepeaters)
        {
            throw new LearningException($"Too little to learn when customers buy again: {rows.Count} customers, {repeaters} of them bought more than once; at least {MinCustomers} and {MinRepeaters} are needed.");
        }

        return rows.Average(x => x.Age);
    }

    /// <summary>ln Γ(r + x) − ln Γ(r) for x = 0 … <paramref name="max"/>.</summary>
    public static double[] LogRising(double r, int max)
    {
        var sums = new double[max + 1];
        for (var x = 1; x <= max; x++)
        {
            sums[x] = sums[x - 1] + Math.Log(r + x - 1);
        }

        return sums;
    }
}
