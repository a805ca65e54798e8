using System.Globalization;
using MarketingConsole.Core.Events.Imports;
using MarketingConsole.Core.Learning;

namespace MarketingConsole.Core.Workbench;

/// <summary>The columns of a table as a model takes them: numbers, dates as days, categories as codes; ids and free text left out.</summary>
/// <param name="Names">Column names in order.</param>
/// <param name="Categorical">Positions of the columns of categories.</param>
/// <param name="Dates">How dates are written in each column of dates; null in the others.</param>
/// <param name="LeftOut">Columns not used, with the reason.</param>
public sealed record FeatureTable(IReadOnlyList<string> Names, IReadOnlyList<int> Categorical, IReadOnlyList<IReadOnlyList<string>> Levels, IReadOnlyList<DateOrder?> Dates, IReadOnlyList<string> LeftOut)
{
    /// <summary>A sentence about the columns not used; none where all are.</summary>
    public IReadOnlyList<string> Notes => LeftOut.Count > 0 ? [$"Not used: {string.Join(", ", LeftOut)}."] : [];

    /// <param name="except">Columns that are not features: label, id, time, treatment.</param>
    /// <exception cref="LearningException">No column is left.</exception>
    public static FeatureTable Of(Table table, params IEnumerable<string?> except)
    {
        var (names, categorical, levels, dates, leftOut) = (new List<string>(), new List<int>(), new List<IReadOnlyList<string>>(), new List<DateOrder?>(), new List<string>());
        foreach (var column in table.Columns.Where(x => !except.Contains(x.Name, StringComparer.OrdinalIgnoreCase)))
        {
            var different = column.Cells.Distinct(StringComparer.Ordinal).Count();
            if (column.Kind is ColumnKind.Id or ColumnKind.Text || different < 2)
            {
                leftOut.Add($"{column.Name} ({(column.Kind == ColumnKind.Id ? "an id" : column.Kind == ColumnKind.Text && different >= 2 ? "free text or too many different values" : "always the same")})");
                continue;
            }

            if (column.Kind == ColumnKind.Category)
            {
                categorical.Add(names.Count);
            }

            names.Add(column.Name);
            dates.Add(column.Kind == ColumnKind.Date ? column.Order : null);
            levels.Add(column.Kind == ColumnKind.Category ? [.. column.Cells.Where(x => x.Length > 0).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)] : []);
        }

        return names.Count > 0 ? new(names, categorical, levels, dates, leftOut) : throw new LearningException($"No column of {table.Name} can be learnt from: {string.Join(", ", leftOut)}.");
    }

    /// <summary>One array a column; NaN where the value is missing or a category was not seen in training.</summary>
    /// <exception cref="LearningException">A column is missing in <paramref name="table"/>.</exception>
    public float[][] Values(Table table) => [.. Names.Select((name, j) =>
    {
        var column = table.Need(name);
        if (Categorical.Contains(j))
        {
            var codes = Levels[j].Select((x, i) => (x, i)).ToDictionary(x => x.x, x => (float)x.i, StringComparer.Ordinal);
            return column.Cells.Select(x => codes.GetValueOrDefault(x, float.NaN)).ToArray();
        }

        return Dates[j] is { } order ? [.. column.DatesAs(order).Select(x => x is { } day ? (float)(day - DateTime.UnixEpoch).TotalDays : float.NaN)] : [.. column.Numbers.Select(x => (float)x)];
    })];

    /// <summary>What a row has in a column, as words.</summary>
    public static string Words(Table table, string column, int row) => table.Need(column).Cells[row] is { Length: > 0 } cell ? cell : "nothing";

    internal static string Text(double value) => double.IsFinite(value) ? value.ToString("0.######", CultureInfo.InvariantCulture) : "";
}
