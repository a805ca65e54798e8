using System.Globalization;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Imports;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Workbench;

/// <summary>What a column holds, found by looking at its values.</summary>
public enum ColumnKind { Number, Category, Date, Text, Id }

/// <summary>One column of a table, as text.</summary>
/// <param name="cells">Trimmed; "" where the value is missing ("NA", "null", "NaN" and the like count as missing).</param>
/// <param name="order">How dates are written in it.</param>
public sealed class Column(string name, ColumnKind kind, string[] cells, DateOrder order)
{
    private const int MostCategories = 200;
    private static readonly string[] Gaps = ["na", "n/a", "nan", "null", "none", "?", "-"];
    private static readonly string[] IdNames = ["id", "key", "uuid", "guid", "index"];
    private static readonly ShopCalendar Utc = new(Options.Create(new ShopOptions { TimeZone = "UTC" }));
    private double[]? _numbers;
    private DateTime?[]? _dates;

    public string Name => name;

    public ColumnKind Kind => kind;

    public string[] Cells => cells;

    public DateOrder Order => order;

    /// <summary>Values as numbers; NaN where missing or no number.</summary>
    public IReadOnlyList<double> Numbers => _numbers ??= [.. cells.Select(x => Number(x) ?? double.NaN)];

    /// <summary>Values as instants, UTC; null where missing or no date. A date without a time is its midnight.</summary>
    public IReadOnlyList<DateTime?> Dates => _dates ??= ReadDates(cells, order);

    internal static Column Of(string name, IReadOnlyList<string> raw)
    {
        string[] cells = [.. raw.Select(x => x.Trim()).Select(x => Gaps.Contains(x, StringComparer.OrdinalIgnoreCase) ? "" : x)];
        string[] known = [.. cells.Where(x => x.Length > 0)];
        var order = FormatDetector.DatesOf(known).Order;
        return new(name, KindOf(name, known, order), cells, order);
    }

    internal Column Take(IReadOnlyList<int> rows) => new(name, kind, [.. rows.Select(i => cells[i])], order);

    /// <summary>The values as dates written in another column's order.</summary>
    internal IReadOnlyList<DateTime?> DatesAs(DateOrder other) => other == order ? Dates : ReadDates(cells, other);

    internal static double? Number(string cell) =>
        double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && double.IsFinite(value) ? value
        : cell.Contains(',', StringComparison.Ordinal) && !cell.Contains('.', StringComparison.Ordinal) && double.TryParse(cell.Replace(',', '.'), NumberStyles.Float, CultureInfo.InvariantCulture, out value) ? value : null;

    private static DateTime?[] ReadDates(IEnumerable<string> cells, DateOrder order)
    {
        var reader = new ValueReader(order, '.', Utc);
        return [.. cells.Select(x => order is DateOrder.UnixSeconds or DateOrder.UnixMilliseconds || x.Contains(':', StringComparison.Ordinal) ? reader.Time(x) : reader.Date(x)?.ToDateTime(TimeOnly.MinValue, DateTimeKind.Utc))];
    }

    private static ColumnKind KindOf(string name, string[] known, DateOrder order)
    {
        var different = known.Distinct(StringComparer.Ordinal).Count();
        var unique = known.Length > 1 && different == known.Length;
        var named = IdNames.Any(x => name.Equals(x, StringComparison.OrdinalIgnoreCase) || name.EndsWith("_" + x, StringComparison.OrdinalIgnoreCase) || name.EndsWith(" " + x, StringComparison.OrdinalIgnoreCase))
            || name.EndsWith("ID", StringComparison.Ordinal) || name.EndsWith("Id", StringComparison.Ordinal);
        var dates = new ValueReader(order, '.', Utc);
        if (known.All(x => Number(x) is not null))
        {
            return named && unique ? ColumnKind.Id : known.Length > 0 && known.All(x => x.Length == 8 && dates.Date(x) is not null) ? ColumnKind.Date : ColumnKind.Number;
        }

        if (known.All(x => dates.Time(x) is not null))
        {
            return ColumnKind.Date;
        }

        if (unique && (named || known.All(x => !x.Contains(' ', StringComparison.Ordinal))))
        {
            return ColumnKind.Id;
        }

        return different <= MostCategories && different * 2 <= known.Length ? ColumnKind.Category : known.Average(x => x.Count(c => c == ' ')) >= 2 ? ColumnKind.Text : different <= MostCategories ? ColumnKind.Category : ColumnKind.Text;
    }
}
