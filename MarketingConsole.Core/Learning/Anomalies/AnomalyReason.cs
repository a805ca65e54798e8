namespace MarketingConsole.Core.Learning.Anomalies;

/// <summary>A column that makes a row odd.</summary>
/// <param name="Column">From 0.</param>
/// <param name="Value">The row's value.</param>
/// <param name="Typical">The median of the column in training.</param>
/// <param name="Share">Part of the oddness it explains, above 0 to 1.</param>
public sealed record AnomalyReason(int Column, double Value, double Typical, double Share)
{
    public bool Higher => Value > Typical;

    /// <summary>The strongest columns of contributions, as shares of their positive sum.</summary>
    internal static IReadOnlyList<AnomalyReason> Strongest(IReadOnlyList<double> contributions, ReadOnlySpan<double> row, double[] medians, int count)
    {
        var result = new List<AnomalyReason>();
        var sum = contributions.Where(x => x > 0).Sum();
        foreach (var j in Enumerable.Range(0, contributions.Count).Where(j => contributions[j] > 0).OrderByDescending(j => contributions[j]).Take(count))
        {
            result.Add(new(j, double.IsFinite(row[j]) ? row[j] : medians[j], medians[j], contributions[j] / sum));
        }

        return result;
    }

    /// <summary>Median of each column over its numbers; 0 for a column without any. Checks that there are rows of one length.</summary>
    internal static double[] Medians(IReadOnlyList<double[]> rows)
    {
        if (rows.Count < 2 || rows[0].Length == 0)
        {
            throw new LearningException("At least two rows and one column are needed to say what is odd.");
        }

        var medians = new double[rows[0].Length];
        var values = new List<double>(rows.Count);
        for (var j = 0; j < medians.Length; j++)
        {
            values.Clear();
            for (var i = 0; i < rows.Count; i++)
            {
                if (rows[i].Length != medians.Length)
                {
                    throw new LearningException($"Row {i + 1} has {rows[i].Length} columns, the first has {medians.Length}.");
                }

                if (double.IsFinite(rows[i][j]))
                {
                    values.Add(rows[i][j]);
                }
            }

            values.Sort();
            medians[j] = values.Count > 0 ? values[values.Count / 2] : 0;
        }

        return medians;
    }
}
