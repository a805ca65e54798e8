namespace MarketingConsole.Core.Learning.Numerics;

/// <summary>Brings columns to mean 0 and standard deviation 1.</summary>
/// <param name="Scales">Standard deviations; 1 where a column does not vary.</param>
public sealed record Standardisation(double[] Means, double[] Scales)
{
    /// <exception cref="LearningException">No rows, rows of different length, or numbers that are missing or infinite.</exception>
    public static Standardisation Fit(IReadOnlyList<double[]> rows)
    {
        var columns = Check(rows);
        var (means, scales) = (new double[columns], new double[columns]);
        foreach (var row in rows)
        {
            System.Numerics.Tensors.TensorPrimitives.Add(means, row, means);
        }

        System.Numerics.Tensors.TensorPrimitives.Divide(means, rows.Count, means);
        foreach (var row in rows)
        {
            for (var j = 0; j < columns; j++)
            {
                scales[j] += (row[j] - means[j]) * (row[j] - means[j]);
            }
        }

        for (var j = 0; j < columns; j++)
        {
            var scale = Math.Sqrt(scales[j] / rows.Count);
            scales[j] = scale > 1e-12 * (1 + Math.Abs(means[j])) ? scale : 1;
        }

        return new(means, scales);
    }

    public double[] Apply(ReadOnlySpan<double> row)
    {
        var result = new double[Means.Length];
        for (var j = 0; j < result.Length; j++)
        {
            result[j] = (row[j] - Means[j]) / Scales[j];
        }

        return result;
    }

    /// <returns>The number of columns.</returns>
    /// <exception cref="LearningException">As in <see cref="Fit"/>.</exception>
    public static int Check(IReadOnlyList<double[]> rows)
    {
        ArgumentNullException.ThrowIfNull(rows);
        if (rows.Count == 0 || rows[0].Length == 0)
        {
            throw new LearningException("There are no rows or no columns to learn from.");
        }

        var columns = rows[0].Length;
        for (var i = 0; i < rows.Count; i++)
        {
            if (rows[i].Length != columns)
            {
                throw new LearningException($"Row {i + 1} has {rows[i].Length} columns, the first has {columns}.");
            }

            for (var j = 0; j < columns; j++)
            {
                if (!double.IsFinite(rows[i][j]))
                {
                    throw new LearningException($"Column {j + 1} of row {i + 1} is empty or not a number. Fill the gaps or leave the column out.");
                }
            }
        }

        return columns;
    }
}
