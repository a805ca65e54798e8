using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Learning.Clusters;

/// <param name="K">Number of clusters.</param>
/// <param name="Silhouette">−1 to 1; above 0.25 the groups are real, above 0.5 clear (Kaufman and Rousseeuw, Finding groups in data, 1990).</param>
public sealed record ClusterCount(int K, double Silhouette);

/// <summary>How well rows lie in their own cluster: (b − a) / max(a, b), a the mean distance to their own cluster, b to the next one.
/// Source: Rousseeuw, Silhouettes: a graphical aid to the interpretation and validation of cluster analysis, 1987.</summary>
public static class Silhouette
{
    private const int Sample = 2000;

    /// <summary>Mean over the rows; rows alone in their cluster count 0.</summary>
    /// <exception cref="LearningException">Fewer than two clusters.</exception>
    public static double Of(IReadOnlyList<double[]> rows, IReadOnlyList<int> labels)
    {
        Standardisation.Check(rows);
        var k = labels.Max() + 1;
        var sizes = new int[k];
        foreach (var label in labels)
        {
            sizes[label]++;
        }

        if (sizes.Count(x => x > 0) < 2)
        {
            throw new LearningException("At least two groups are needed to say how well they are apart.");
        }

        var (total, sums) = (0.0, new double[k]);
        for (var i = 0; i < rows.Count; i++)
        {
            Array.Clear(sums);
            for (var j = 0; j < rows.Count; j++)
            {
                sums[labels[j]] += System.Numerics.Tensors.TensorPrimitives.Distance<double>(rows[i], rows[j]);
            }

            var own = labels[i];
            if (sizes[own] > 1)
            {
                var a = sums[own] / (sizes[own] - 1);
                var b = Enumerable.Range(0, k).Where(c => c != own && sizes[c] > 0).Min(c => sums[c] / sizes[c]);
                total += Math.Max(a, b) > 0 ? (b - a) / Math.Max(a, b) : 0;
            }
        }

        return total / rows.Count;
    }

    /// <summary>Tries each number of clusters on the same sample of at most 2,000 rows with k-means; take the one with the highest silhouette.</summary>
    /// <returns>In the order of k; numbers the rows are too few for are left out.</returns>
    public static IReadOnlyList<ClusterCount> Choose(IReadOnlyList<double[]> rows, int from = 2, int to = 10, int seed = 1, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        Standardisation.Check(rows);
        var sample = rows.ToArray();
        new Random(seed).Shuffle(sample);
        sample = sample[..Math.Min(Sample, sample.Length)];
        var different = sample.Distinct(new SameNumbers()).Count();
        var result = new List<ClusterCount>();
        for (var k = Math.Max(2, from); k <= Math.Min(to, different - 1); k++)
        {
            cancel.ThrowIfCancellationRequested();
            result.Add(new(k, Of(sample, KMeans.Fit(sample, k, 5, seed, null, cancel).Labels)));
            progress?.Report((k - from + 1.0) / (to - from + 1));
        }

        return result.Count > 0 ? result : throw new LearningException("The rows are too few or too much alike to be put into groups.");
    }

    private sealed class SameNumbers : IEqualityComparer<double[]>
    {
        public bool Equals(double[]? x, double[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(double[] obj)
        {
            var hash = default(HashCode);
            foreach (var x in obj)
            {
                hash.Add(x);
            }

            return hash.ToHashCode();
        }
    }
}
