namespace MarketingConsole.Core.Learning.Anomalies;

/// <summary>HBOS: one histogram a column, its highest bin at height 1; the score is Σ ln(1 / height). Columns count as independent, so only values odd by themselves are found; the fastest of the three, and a column with missing values is no trouble.
/// Source: Goldstein and Dengel, Histogram-based outlier score (HBOS), 2012 (static bins).</summary>
/// <param name="Medians">Median of each column.</param>
/// <param name="Low">Where each column's first bin begins: values are cut at the 1st and 99th percentile, so that one far value does not put all others into one bin.</param>
/// <param name="Width">Width of each column's bins, above 0.</param>
/// <param name="Costs">Per column ln(1 / height) of each bin; the first and last are for values beyond the cuts.</param>
public sealed record HistogramOutliers(double[] Medians, double[] Low, double[] Width, double[][] Costs)
{
    /// <param name="bins">Bins a column between the cuts; null for the rounded root of the rows, at least 5 and at most 100.</param>
    public static HistogramOutliers Fit(IReadOnlyList<double[]> rows, int? bins = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var medians = AnomalyReason.Medians(rows);
        var size = bins ?? Math.Clamp((int)Math.Round(Math.Sqrt(rows.Count)), 5, 100);
        if (size < 1)
        {
            throw new LearningException("At least one bin is needed.");
        }

        var (low, width, costs) = (new double[medians.Length], new double[medians.Length], new double[medians.Length][]);
        for (var j = 0; j < medians.Length; j++)
        {
            cancel.ThrowIfCancellationRequested();
            double[] values = [.. rows.Select(x => x[j]).Where(double.IsFinite).Order()];
            if (values.Length == 0)
            {
                values = [0];
            }

            var (from, to) = (values[(int)(0.01 * (values.Length - 1))], values[(int)Math.Ceiling(0.99 * (values.Length - 1))]);
            (low[j], width[j]) = (from, to > from ? (to - from) / size : 1);
            var counts = new double[size + 2];
            foreach (var value in values)
            {
                counts[Bin(value, low[j], width[j], size)]++;
            }

            // An empty bin costs as if it held half a row.
            var highest = counts.Max();
            costs[j] = [.. counts.Select(x => Math.Log(highest / Math.Max(0.5, x)))];
        }

        return new(medians, low, width, costs);
    }

    /// <summary>0 for the most usual row, without upper bound.</summary>
    public double Score(double[] row) => Contributions(row).Sum();

    /// <summary>What each column adds to the score; 0 where the value is missing. Beyond the cuts the cost grows with the distance.</summary>
    public double[] Contributions(double[] row)
    {
        ArgumentNullException.ThrowIfNull(row);
        var result = new double[Medians.Length];
        for (var j = 0; j < result.Length; j++)
        {
            if (double.IsFinite(row[j]))
            {
                var bins = Costs[j].Length - 2;
                var bin = Bin(row[j], Low[j], Width[j], bins);
                var beyond = bin == 0 ? Low[j] - row[j] : bin == bins + 1 ? row[j] - Low[j] - (bins * Width[j]) : 0;
                result[j] = Costs[j][bin] + Math.Log(1 + (Math.Max(0, beyond) / (bins * Width[j])));
            }
        }

        return result;
    }

    /// <summary>The columns that make the row odd, strongest first.</summary>
    public IReadOnlyList<AnomalyReason> Why(double[] row, int count = 3) => AnomalyReason.Strongest(Contributions(row), row, Medians, count);

    private static int Bin(double value, double low, double width, int bins)
    {
        var place = (value - low) / width;
        return place < 0 ? 0 : place <= bins ? 1 + Math.Min(bins - 1, (int)place) : bins + 1;
    }
}
