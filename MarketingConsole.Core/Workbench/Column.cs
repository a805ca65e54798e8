using System.Globalization;

namespace MarketingConsole.Core.Workbench;

/// <summary>What a column holds, found by looking at its values.</summary>
public enum ColumnKind { Number, Category, Date, Text, Id }

/// <summary>One column of a table, as text.</summary>
/// <param name="Cells">Trimmed; "" where the value is missing ("NA", "null", "NaN" and the like count as missing).</param>
/// <param name="DayFirst">True where dates are written day before month.</param>
public sealed record Column(string Name, ColumnKind Kind, string[] Cells, bool DayFirst = false)
{
    private static readonly CultureInfo DayBeforeMonth = CultureInfo.GetCultureInfo("en-GB");
    private const int MostCategories = 200;
    private static readonly string[] Gaps = ["na", "n/a", "nan", "null", "none", "?", "-"];
    private static readonly string[] IdNames = ["id", "key", "uuid", "guid", "index"];

    /// <summary>Values as numbers; NaN where missing.</summary>
    public double[] Numbers() => [.. Cells.Select(x => Number(x) ?? double.NaN)];

    /// <summary>Values as instants, UTC; null where missing or no date.</summary>
    public DateTime?[] Dates() => [.. Cells.Select(x => Date(x, DayFirst))];

    internal static Column Of(string name, IReadOnlyList<string> raw)
    {
        string[] cells = [.. raw.Select(x => x.Trim()).Select(x => Gaps.Contains(x, StringComparer.OrdinalIgnoreCase) ? "" : x)];
        var dayFirst = cells.Any(x => x.Length > 0 && Date(x, false) is null) && cells.All(x => x.Length == 0 || Date(x, true) is not null);
        return new(name, KindOf(name, cells, dayFirst), cells, dayFirst);
    }

    internal static double? Number(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value
        : cell.Contains(',', StringComparison.Ordinal) && !cell.Contains('.', StringComparison.Ordinal) && double.TryParse(cell.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out value) ? value : null;

    internal static DateTime? Date(string cell, bool dayFirst)
    {
        if (cell.Length == 8 && cell.All(char.IsAsciiDigit) && DateTime.TryParseExact(cell, "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var day))
        {
            return day;
        }

        return cell.Length >= 8 && cell.Any(x => x is '-' or '/' or '.') && DateTime.TryParse(cell, dayFirst ? DayBeforeMonth : CultureInfo.InvariantCulture, DateTimeStyles.AdjustToUniversal | DateTimeStyles.AssumeUniversal, out var at) ? at : null;
    }

    private static ColumnKind KindOf(string name, string[] cells, bool dayFirst)
    {
        var known = cells.Where(x => x.Length > 0).ToList();
        var different = known.Distinct(StringComparer.Ordinal).Count();
        var unique = known.Count > 1 && different == known.Count;
        var named = IdNames.Any(x => name.Equals(x, StringComparison.OrdinalIgnoreCase) || name.EndsWith("_" + x, StringComparison.OrdinalIgnoreCase) || name.EndsWith(" " + x, StringComparison.OrdinalIgnoreCase))
            || name.EndsWith("ID", StringComparison.Ordinal) || name.EndsWith("Id", StringComparison.Ordinal);
        if (known.All(x => Number(x) is not null))
        {
            return named && unique ? ColumnKind.Id : known.Count > 0 && known.All(x => x.Length == 8 && x[0] is '1' or '2') && known.All(x => Date(x, dayFirst) is not null) ? ColumnKind.Date : ColumnKind.Number;
        }

        if (known.All(x => Date(x, dayFirst) is not null))
        {
            return ColumnKind.Date;
        }

        if (unique && (named || known.All(x => !x.Contains(' ', StringComparison.Ordinal))))
        {
            return ColumnKind.Id;
        }

        return different <= MostCategories && different * 2 <= known.Count ? ColumnKind.Category : known.Average(x => x.Count(c => c == ' ')) >= 2 ? ColumnKind.Text : different <= MostCategories ? ColumnKind.Category : ColumnKind.Text;
    }
}
