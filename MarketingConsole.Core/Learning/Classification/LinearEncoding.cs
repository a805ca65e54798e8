using System.Text.Json.Serialization;

namespace MarketingConsole.Core.Learning.Classification;

/// <summary>What a linear model needs of a column: amounts with gaps filled by the median, kept within the range seen, and a logarithm beside amounts that vary a lot; a 0/1 column a category and for gaps.</summary>
/// <param name="Low">Least value seen (numeric columns).</param>
/// <param name="High">Greatest value seen.</param>
/// <param name="Median">Fills gaps.</param>
/// <param name="Gaps">Whether a column says that the value is missing.</param>
/// <param name="Logarithm">Whether sign(v) · ln(1 + |v|) is given too.</param>
/// <param name="Categories">Codes with a column of their own; null for numeric columns.</param>
public sealed record EncodedColumn(float Low, float High, float Median, bool Gaps, bool Logarithm, float[]? Categories)
{
    [JsonIgnore]
    public int Width => Categories?.Length ?? 1 + (Gaps ? 1 : 0) + (Logarithm ? 1 : 0);
}

/// <summary>Turns rows of a mixed table into rows for <see cref="LogisticRegression"/>.</summary>
public sealed record LinearEncoding(IReadOnlyList<EncodedColumn> Columns)
{
    private const int MinRowsACategory = 10, MaxCategories = 50, MinValuesForLogarithm = 10;

    [JsonIgnore]
    public int Width => Columns.Sum(x => x.Width);

    public static LinearEncoding Fit(IReadOnlyList<float[]> columns, IReadOnlyList<int> categorical) => new([.. columns.Select((column, j) =>
    {
        float[] known = [.. column.Where(float.IsFinite)];
        if (categorical.Contains(j))
        {
            var common = known.CountBy(x => x).Where(x => x.Value >= MinRowsACategory).OrderByDescending(x => x.Value).ThenBy(x => x.Key).Take(MaxCategories).Select(x => x.Key).Order();
            return new EncodedColumn(0, 0, 0, false, false, [.. common]);
        }

        Array.Sort(known);
        var values = known.Distinct().Take(MinValuesForLogarithm + 1).Count();
        return new EncodedColumn(known.Length == 0 ? 0 : known[0], known.Length == 0 ? 0 : known[^1], known.Length == 0 ? 0 : known[known.Length / 2], known.Length is > 0 && known.Length < column.Length, values > MinValuesForLogarithm, null);
    })]);

    /// <param name="row">As many values as columns; no finite number is a gap.</param>
    /// <returns><see cref="Width"/> finite numbers.</returns>
    public double[] Encode(ReadOnlySpan<float> row)
    {
        var (result, at) = (new double[Width], 0);
        for (var j = 0; j < row.Length; j++)
        {
            var (column, value) = (Columns[j], row[j]);
            if (column.Categories is { } categories)
            {
                var place = float.IsFinite(value) ? Array.BinarySearch(categories, value) : -1;
                if (place >= 0)
                {
                    result[at + place] = 1;
                }

                at += categories.Length;
                continue;
            }

            var inside = float.IsFinite(value) ? Math.Clamp(value, column.Low, column.High) : column.Median;
            result[at++] = inside;
            if (column.Gaps)
            {
                result[at++] = float.IsFinite(value) ? 0 : 1;
            }

            if (column.Logarithm)
            {
                result[at++] = Math.Sign(inside) * Math.Log(1 + Math.Abs((double)inside));
            }
        }

        return result;
    }

    public double[][] Encode(IReadOnlyList<float[]> columns)
    {
        var row = new float[columns.Count];
        var result = new double[columns[0].Length][];
        for (var i = 0; i < result.Length; i++)
        {
            for (var j = 0; j < row.Length; j++)
            {
                row[j] = columns[j][i];
            }

            result[i] = Encode(row);
        }

        return result;
    }
}
