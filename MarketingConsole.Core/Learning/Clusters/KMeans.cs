using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Learning.Clusters;

/// <summary>k-means: rows go to the nearest of k centres, centres to the mean of their rows, until nothing changes; the best of several starts.
/// Starts are greedy k-means++; a row whose bounds prove that its centre is still the nearest is not looked at.
/// Sources: Lloyd, Least squares quantization in PCM, 1982; Arthur and Vassilvitskii, k-means++, 2007; Hamerly, Making k-means even faster, 2010.</summary>
/// <remarks>Columns should be on one scale: see <see cref="Standardisation"/>. Distances are taken in single precision after the mean is subtracted; the result is summed in double.</remarks>
/// <param name="Centres">k × columns.</param>
/// <param name="Sizes">Rows of each cluster, largest first.</param>
/// <param name="Inertia">Sum of squared distances to the nearest centre.</param>
public sealed record KMeans(double[][] Centres, int[] Sizes, double Inertia)
{
    private const int MostRounds = 300;
    private const double Tolerance = 1e-4; // share of the mean variance below which a start counts as settled, as in scikit-learn

    /// <param name="k">From 1 to the number of different rows.</param>
    /// <param name="restarts">Starts, at least 1.</param>
    /// <returns>The model and each row's cluster.</returns>
    public static (KMeans Model, int[] Labels) Fit(IReadOnlyList<double[]> rows, int k, int restarts = 10, int seed = 1, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        var columns = Standardisation.Check(rows);
        if (k < 1 || restarts < 1 || k > rows.Count)
        {
            throw new LearningException($"{rows.Count} rows cannot be put into {k} groups.");
        }

        var scale = Standardisation.Fit(rows);
        var data = new float[rows.Count * columns];
        for (var i = 0; i < rows.Count; i++)
        {
            for (var j = 0; j < columns; j++)
            {
                data[(i * columns) + j] = (float)(rows[i][j] - scale.Means[j]);
            }
        }

        var variance = rows.Sum(x => x.Select((v, j) => (v - scale.Means[j]) * (v - scale.Means[j])).Sum()) / data.Length;
        var random = new Random(seed);
        LloydStart? best = null;
        for (var start = 0; start < restarts; start++)
        {
            var run = new LloydStart(data, columns, k);
            run.Seed(random);
            run.Run(MostRounds, Tolerance * variance, cancel);
            best = best is null || run.Inertia() < best.Inertia() ? run : best;
            progress?.Report((start + 1.0) / (restarts + 1));
        }

        best!.Run(MostRounds, 0, cancel);
        progress?.Report(1);
        var order = Enumerable.Range(0, k).OrderByDescending(c => best.Sizes[c]).ThenBy(c => c).ToArray();
        var place = new int[k];
        for (var c = 0; c < k; c++)
        {
            place[order[c]] = c;
        }

        var centres = order.Select(c => Enumerable.Range(0, columns).Select(j => scale.Means[j] + (best.Sums[(c * columns) + j] / best.Sizes[c])).ToArray()).ToArray();
        int[] labels = [.. best.Labels.Select(c => place[c])];
        var inertia = 0.0;
        for (var i = 0; i < rows.Count; i++)
        {
            inertia += Squared(rows[i], centres[labels[i]]);
        }

        return (new(centres, [.. order.Select(c => best.Sizes[c])], inertia), labels);
    }

    /// <summary>The cluster of a row.</summary>
    public int Nearest(ReadOnlySpan<double> row)
    {
        var (best, distance) = (0, double.PositiveInfinity);
        for (var c = 0; c < Centres.Length; c++)
        {
            var d = Squared(row, Centres[c]);
            (best, distance) = d < distance ? (c, d) : (best, distance);
        }

        return best;
    }

    private static double Squared(ReadOnlySpan<double> x, ReadOnlySpan<double> y)
    {
        var sum = 0.0;
        for (var j = 0; j < x.Length; j++)
        {
            sum += (x[j] - y[j]) * (x[j] - y[j]);
        }

        return sum;
    }
}
