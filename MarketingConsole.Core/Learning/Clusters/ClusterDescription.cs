using System.Globalization;

namespace MarketingConsole.Core.Learning.Clusters;

/// <summary>A column to describe clusters by: numbers or categories, one value a row; missing is NaN or null.</summary>
public sealed record DescribedColumn(string Name, IReadOnlyList<double>? Numbers = null, IReadOnlyList<string?>? Categories = null);

/// <summary>Something that sets a cluster apart.</summary>
/// <param name="Category">The value that is more or less frequent; null for a number.</param>
/// <param name="Inside">Mean of the number, or share of the category, in the cluster.</param>
/// <param name="Outside">The same for all other rows.</param>
/// <param name="Effect">Size comparable between columns, with sign: (inside − outside) / standard deviation of all rows, or for shares 2·asin√inside − 2·asin√outside. 0.2 is small, 0.5 medium, 0.8 large.</param>
/// <param name="Lift">Share inside / share of all rows; null for a number.</param>
public sealed record ClusterTrait(string Column, string? Category, double Inside, double Outside, double Effect, double? Lift)
{
    public bool Higher => Effect > 0;

    /// <summary>For a person, e.g. "spend higher: 120 instead of 40" or "country DE more often: 61 % instead of 20 %".</summary>
    public override string ToString() => Category is null
        ? string.Create(CultureInfo.InvariantCulture, $"{Column} {(Higher ? "higher" : "lower")}: {Inside:#,0.##} instead of {Outside:#,0.##}")
        : string.Create(CultureInfo.InvariantCulture, $"{Column} {Category} {(Higher ? "more often" : "less often")}: {100 * Inside:0} % instead of {100 * Outside:0} %");
}

/// <summary>What sets each cluster apart from all other rows. Source of the effect sizes: Cohen, Statistical Power Analysis for the Behavioral Sciences, 1988 (d and h).</summary>
public static class ClusterDescription
{
    private const double LeastEffect = 0.2;
    private const double LeastErrors = 3; // standard errors: with many columns and clusters some differ by two by chance

    /// <param name="labels">Each row's cluster from 0; rows below 0 (noise) count as others.</param>
    /// <param name="most">Traits a cluster, strongest first.</param>
    /// <returns>Per cluster its traits; a cluster like all others has none.</returns>
    public static IReadOnlyList<IReadOnlyList<ClusterTrait>> Of(IReadOnlyList<int> labels, IReadOnlyList<DescribedColumn> columns, int most = 5)
    {
        ArgumentNullException.ThrowIfNull(labels);
        ArgumentNullException.ThrowIfNull(columns);
        var found = Enumerable.Range(0, labels.Count == 0 ? 0 : Math.Max(0, labels.Max() + 1)).Select(_ => new List<ClusterTrait>()).ToArray();
        foreach (var column in columns)
        {
            if ((column.Numbers?.Count ?? column.Categories?.Count) != labels.Count)
            {
                throw new LearningException($"Column {column.Name} needs one value a row.");
            }

            if (column.Numbers is { } numbers)
            {
                AddNumber(column.Name, numbers, labels, found);
            }
            else
            {
                AddCategories(column.Name, column.Categories!, labels, found);
            }
        }

        return [.. found.Select(x => (IReadOnlyList<ClusterTrait>)[.. x.OrderByDescending(t => Math.Abs(t.Effect)).Take(most)])];
    }

    private static void AddNumber(string name, IReadOnlyList<double> numbers, IReadOnlyList<int> labels, List<ClusterTrait>[] found)
    {
        var (counts, sums) = (new int[found.Length], new double[found.Length]);
        var (n, sum, squares) = (0, 0.0, 0.0);
        var shift = numbers.FirstOrDefault(double.IsFinite); // keeps the squares small
        for (var i = 0; i < labels.Count; i++)
        {
            if (double.IsFinite(numbers[i]))
            {
                var v = numbers[i] - shift;
                (n, sum, squares) = (n + 1, sum + v, squares + (v * v));
                if (labels[i] >= 0)
                {
                    counts[labels[i]]++;
                    sums[labels[i]] += v;
                }
            }
        }

        var deviation = n > 0 ? Math.Sqrt(Math.Max(0, (squares / n) - (sum / n * (sum / n)))) : 0;
        for (var c = 0; c < found.Length; c++)
        {
            var others = n - counts[c];
            if (deviation > 0 && counts[c] > 0 && others > 0)
            {
                var (inside, outside) = (sums[c] / counts[c], (sum - sums[c]) / others);
                Add(found[c], new(name, null, inside + shift, outside + shift, (inside - outside) / deviation, null), counts[c], others);
            }
        }
    }

    private static void AddCategories(string name, IReadOnlyList<string?> categories, IReadOnlyList<int> labels, List<ClusterTrait>[] found)
    {
        var sizes = new int[found.Length];
        var (n, members) = (0, new Dictionary<string, int[]>());
        for (var i = 0; i < labels.Count; i++)
        {
            if (categories[i] is { } category)
            {
                n++;
                var counts = members.TryGetValue(category, out var seen) ? seen : members[category] = new int[found.Length + 1];
                counts[^1]++;
                if (labels[i] >= 0)
                {
                    sizes[labels[i]]++;
                    counts[labels[i]]++;
                }
            }
        }

        foreach (var (category, counts) in members.OrderBy(x => x.Key, StringComparer.Ordinal))
        {
            for (var c = 0; c < found.Length; c++)
            {
                var others = n - sizes[c];
                if (sizes[c] > 0 && others > 0)
                {
                    var (inside, outside) = ((double)counts[c] / sizes[c], (double)(counts[^1] - counts[c]) / others);
                    Add(found[c], new(name, category, inside, outside, 2 * (Math.Asin(Math.Sqrt(inside)) - Math.Asin(Math.Sqrt(outside))), inside * n / counts[^1]), sizes[c], others);
                }
            }
        }
    }

    /// <summary>Keeps effects that are neither small nor explained by chance: both effects have a standard error of about √(1/n + 1/m).</summary>
    private static void Add(List<ClusterTrait> found, ClusterTrait trait, int inside, int outside)
    {
        if (Math.Abs(trait.Effect) >= Math.Max(LeastEffect, LeastErrors * Math.Sqrt((1.0 / inside) + (1.0 / outside))))
        {
            found.Add(trait);
        }
    }
}
