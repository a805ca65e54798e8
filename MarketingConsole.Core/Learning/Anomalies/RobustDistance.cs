using MathNet.Numerics.Distributions;
using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Core.Learning.Anomalies;

/// <summary>Mahalanobis distance from the bulk of the rows: centre and covariance of the three quarters whose covariance has the smallest determinant (MCD), so that the odd rows do not hide themselves. Finds rows whose columns are each usual but do not fit together.
/// Sources: Rousseeuw and Van Driessen, A fast algorithm for the minimum covariance determinant estimator, 1999 (C-steps); Ledoit and Wolf, A well-conditioned estimator for large-dimensional covariance matrices, 2004 (shrinkage).</summary>
/// <param name="Medians">Median of each column.</param>
/// <param name="Centre">Mean of the bulk.</param>
/// <param name="Scales">Standard deviation of each column in the bulk, at least a tenth of that of all rows, so that a column which hardly varies in the bulk still counts; 0 for a column that never varies, which is left out.</param>
/// <param name="Precision">Inverse correlation matrix of the bulk by rows, columns × columns.</param>
/// <param name="Factor">Factor that brings the median squared distance to that of the χ² distribution.</param>
/// <param name="Degrees">Columns that vary.</param>
public sealed record RobustDistance(double[] Medians, double[] Centre, double[] Scales, double[] Precision, double Factor, int Degrees)
{
    private const double Bulk = 0.75;
    private const int Starts = 20;
    private const int MostRows = 2000;
    private const int MostFinalRows = 20_000;
    private const int MostSteps = 30;

    /// <param name="rows">More than twice as many as columns, else the shrinkage decides; missing values count as the median.</param>
    public static RobustDistance Fit(IReadOnlyList<double[]> rows, int seed = 1, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var medians = AnomalyReason.Medians(rows);
        double[][] all = [.. rows.Select(x => x.Select((v, j) => double.IsFinite(v) ? v : medians[j]).ToArray())];
        var random = new Random(seed);
        random.Shuffle(all);
        all = all[..Math.Min(MostFinalRows, all.Length)];
        var sample = all[..Math.Min(MostRows, all.Length)];
        double[] least = [.. Numerics.Standardisation.Fit(all).Scales.Select((s, j) => all.Any(x => x[j] != all[0][j]) ? s / 10 : 0)];

        // The first start is all rows nearest the medians; the others grow from few rows drawn at random.
        (RobustDistance Shape, double LogDeterminant)? best = null;
        for (var start = 0; start <= Starts; start++)
        {
            cancel.ThrowIfCancellationRequested();
            var few = start == 0 ? sample : [.. sample.OrderBy(_ => random.NextDouble()).Take(Math.Min(sample.Length, medians.Length + 2))];
            var (shape, _) = Estimate(few, medians, least);
            shape = start == 0 ? shape with { Centre = medians } : shape;
            var now = Steps(shape, sample, least, 2, cancel);
            best = best is null || now.LogDeterminant < best.Value.LogDeterminant ? now : best;
            progress?.Report(0.8 * (start + 1) / (Starts + 1));
        }

        var (final, _) = Steps(best!.Value.Shape, all, least, MostSteps, cancel);
        var distances = all.Select(final.Squared).Order().ToArray();
        var factor = final.Degrees > 0 && distances[distances.Length / 2] > 0 ? ChiSquared.InvCDF(final.Degrees, 0.5) / distances[distances.Length / 2] : 1;
        progress?.Report(1);
        return final with { Factor = factor };
    }

    /// <summary>Squared robust distance; of usual rows about χ² with <see cref="Degrees"/> degrees of freedom.</summary>
    public double Score(double[] row) => Factor * Squared(row);

    /// <summary>Share of usual rows that would lie farther out, 0 to 1, if columns were normal.</summary>
    public double Chance(double[] row) => Degrees == 0 ? 1 : 1 - ChiSquared.CDF(Degrees, Score(row));

    /// <summary>What each column adds to <see cref="Score"/>: z(j) · (R⁻¹z)(j). Below 0 where it fits the other columns better than expected.</summary>
    public double[] Contributions(double[] row)
    {
        var (z, p) = (Standard(row), Medians.Length);
        var result = new double[p];
        for (var j = 0; j < p; j++)
        {
            result[j] = Factor * z[j] * System.Numerics.Tensors.TensorPrimitives.Dot<double>(Precision.AsSpan(j * p, p), z);
        }

        return result;
    }

    /// <summary>The columns that make the row odd, strongest first.</summary>
    public IReadOnlyList<AnomalyReason> Why(double[] row, int count = 3) => AnomalyReason.Strongest(Contributions(row), row, Medians, count);

    /// <summary>C-steps: the nearest rows make the next estimate, whose determinant cannot be larger.</summary>
    private static (RobustDistance Shape, double LogDeterminant) Steps(RobustDistance shape, double[][] rows, double[] least, int steps, CancellationToken cancel)
    {
        var keep = Math.Max(2, (int)Math.Ceiling(Bulk * rows.Length));
        var last = double.PositiveInfinity;
        for (var step = 0; step < steps; step++)
        {
            cancel.ThrowIfCancellationRequested();
            var distances = rows.Select(shape.Squared).ToArray();
            var order = Enumerable.Range(0, rows.Length).ToArray();
            Array.Sort(distances, order);
            (shape, var determinant) = Estimate([.. order[..keep].Select(i => rows[i])], shape.Medians, least);
            if (determinant >= last - 1e-9)
            {
                break;
            }

            last = determinant;
        }

        return (shape, last);
    }

    /// <summary>Mean, scales and shrunk correlation of some rows, with the logarithm of their covariance's determinant.</summary>
    private static (RobustDistance Shape, double LogDeterminant) Estimate(double[][] rows, double[] medians, double[] least)
    {
        var (n, p) = (rows.Length, medians.Length);
        var (mean, scales) = (new double[p], new double[p]);
        foreach (var row in rows)
        {
            System.Numerics.Tensors.TensorPrimitives.Add(mean, row, mean);
        }

        System.Numerics.Tensors.TensorPrimitives.Divide(mean, n, mean);
        foreach (var row in rows)
        {
            for (var j = 0; j < p; j++)
            {
                scales[j] += (row[j] - mean[j]) * (row[j] - mean[j]) / n;
            }
        }

        for (var j = 0; j < p; j++)
        {
            scales[j] = Math.Max(Math.Sqrt(scales[j]), least[j]);
        }

        var z = Matrix<double>.Build.Dense(n, p, (i, j) => scales[j] > 0 ? (rows[i][j] - mean[j]) / scales[j] : 0);
        var correlation = z.TransposeThisAndMultiply(z) / n;

        // Ledoit–Wolf intensity towards the identity, the correlations' own target.
        var (noise, spread) = (0.0, 0.0);
        for (var i = 0; i < n; i++)
        {
            var square = z.Row(i).DotProduct(z.Row(i));
            noise += square * square / n / n;
        }

        var norm = correlation.PointwiseMultiply(correlation).Enumerate().Sum();
        noise -= norm / n;
        for (var a = 0; a < p; a++)
        {
            for (var b = 0; b < p; b++)
            {
                var away = correlation[a, b] - (a == b ? 1 : 0);
                spread += away * away;
            }
        }

        var shrinkage = Math.Clamp(spread > 0 ? noise / spread : 1, 1e-6, 1);
        var shrunk = (correlation * (1 - shrinkage)) + (shrinkage * Matrix<double>.Build.DenseIdentity(p));
        var determinant = scales.Where(x => x > 0).Sum(x => 2 * Math.Log(x));
        for (var j = 0; j < p; j++)
        {
            shrunk[j, j] = 1; // also where the least scale was taken
        }

        var factor = shrunk.Cholesky();
        return (new(medians, mean, scales, factor.Solve(Matrix<double>.Build.DenseIdentity(p)).ToRowMajorArray(), 1, scales.Count(x => x > 0)), determinant + factor.DeterminantLn);
    }

    private double Squared(double[] row)
    {
        var (z, p, sum) = (Standard(row), Medians.Length, 0.0);
        for (var j = 0; j < p; j++)
        {
            sum += z[j] * System.Numerics.Tensors.TensorPrimitives.Dot<double>(Precision.AsSpan(j * p, p), z);
        }

        return Math.Max(0, sum);
    }

    private double[] Standard(double[] row)
    {
        var z = new double[Medians.Length];
        for (var j = 0; j < z.Length; j++)
        {
            z[j] = Scales[j] > 0 ? ((double.IsFinite(row[j]) ? row[j] : Medians[j]) - Centre[j]) / Scales[j] : 0;
        }

        return z;
    }
}
