using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Learning.Drift;

/// <summary>One bin of a column then and now.</summary>
/// <param name="Name">Range or category; "missing", "new" or "other".</param>
/// <param name="Before">Share in the data learnt from.</param>
/// <param name="Now">Share today.</param>
/// <param name="Part">What it adds to the index.</param>
public sealed record StabilityBin(string Name, double Before, double Now, double Part);

public enum Stability
{
    /// <summary>Under 0.1, or no more than chance explains.</summary>
    Stable,

    /// <summary>0.1 to 0.25: worth a look.</summary>
    Moved,

    /// <summary>Above 0.25: a model learnt on the old data should not be trusted.</summary>
    Shifted,
}

/// <summary>Population stability index: how far the distribution of a column or score has moved since the model learnt. Sources: Siddiqi, Credit Risk Scorecards, 2006 (bounds 0.1 and 0.25);
/// Yurdakul, Statistical properties of the population stability index, 2018 (its distribution when nothing moved).</summary>
/// <param name="Index">Σ (now − before) · ln(now / before), at least 0.</param>
/// <param name="Chance">What the index stays below in 99 of 100 cases when nothing has moved: small samples make it large.</param>
public sealed record PopulationStability(double Index, double Chance, IReadOnlyList<StabilityBin> Bins)
{
    private const int MaxBins = 10, MaxCategories = 20;

    public Stability Verdict => Index <= Chance || Index < 0.1 ? Stability.Stable : Index <= 0.25 ? Stability.Moved : Stability.Shifted;

    /// <summary>Amounts: ten bins with about a tenth of the old values each (fewer where values repeat), and one for missing values.</summary>
    /// <param name="before">Values learnt from; NaN is missing.</param>
    /// <param name="now">Values of today.</param>
    /// <exception cref="LearningException">Nothing to compare.</exception>
    public static PopulationStability OfAmounts(IReadOnlyList<double> before, IReadOnlyList<double> now)
    {
        Check(before.Count, now.Count);
        double[] known = [.. before.Where(x => !double.IsNaN(x)).Order()];
        double[] cuts = known.Length == 0 ? [] : [.. Enumerable.Range(1, MaxBins - 1).Select(k => known[(int)((long)known.Length * k / MaxBins)]).Distinct().Where(x => x > known[0])];
        int Bin(double x)
        {
            if (double.IsNaN(x))
            {
                return cuts.Length + 1;
            }

            var at = Array.BinarySearch(cuts, x);
            return at >= 0 ? at + 1 : ~at;
        }

        string Name(int bin) => bin == cuts.Length + 1 ? "missing" : cuts.Length == 0 ? "any"
            : bin == 0 ? FormattableString.Invariant($"< {cuts[0]:g4}") : bin == cuts.Length ? FormattableString.Invariant($">= {cuts[^1]:g4}") : FormattableString.Invariant($"{cuts[bin - 1]:g4} to {cuts[bin]:g4}");
        return Of(before.Select(Bin), now.Select(Bin), cuts.Length + 2, before.Count, now.Count, Name);
    }

    /// <summary>Categories: the twenty commonest of the old ones, "other" for its rest, "new" for those that did not exist, "missing" for null or empty.</summary>
    /// <exception cref="LearningException">Nothing to compare.</exception>
    public static PopulationStability OfCategories(IReadOnlyList<string?> before, IReadOnlyList<string?> now)
    {
        Check(before.Count, now.Count);
        var known = before.Where(x => !string.IsNullOrEmpty(x)).CountBy(x => x!).OrderByDescending(x => x.Value).ThenBy(x => x.Key, StringComparer.Ordinal).Select(x => x.Key).ToList();
        var places = known.Select((x, i) => (x, i)).ToDictionary(x => x.x, x => Math.Min(x.i, MaxCategories));
        int Bin(string? x) => string.IsNullOrEmpty(x) ? MaxCategories + 2 : places.GetValueOrDefault(x, MaxCategories + 1);
        return Of(before.Select(Bin), now.Select(Bin), MaxCategories + 3, before.Count, now.Count, bin => bin < MaxCategories ? known[bin] : bin == MaxCategories ? "other" : bin == MaxCategories + 1 ? "new" : "missing");
    }

    private static PopulationStability Of(IEnumerable<int> before, IEnumerable<int> now, int bins, int beforeCount, int nowCount, Func<int, string> name)
    {
        var (old, young) = (new double[bins], new double[bins]);
        foreach (var bin in before)
        {
            old[bin]++;
        }

        foreach (var bin in now)
        {
            young[bin]++;
        }

        int[] used = [.. Enumerable.Range(0, bins).Where(i => old[i] + young[i] > 0)];
        var result = used.Select(i =>
        {
            // half a row more in each bin: a bin empty on one side counts as rare, not as impossible
            var (p, q) = ((old[i] + 0.5) / (beforeCount + (0.5 * used.Length)), (young[i] + 0.5) / (nowCount + (0.5 * used.Length)));
            return new StabilityBin(name(i), old[i] / beforeCount, young[i] / nowCount, (q - p) * Math.Log(q / p));
        }).ToList();
        var chance = used.Length < 2 ? 0 : ChiSquared.InvCDF(used.Length - 1, 0.99) * ((1.0 / beforeCount) + (1.0 / nowCount));
        return new(result.Sum(x => x.Part), chance, result);
    }

    private static void Check(int before, int now)
    {
        if (before == 0 || now == 0)
        {
            throw new LearningException("Drift compares old values with new ones: one of the two is empty.");
        }
    }
}
