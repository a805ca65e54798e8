using System.Globalization;
using System.Text;

namespace MarketingConsole.Ui;

/// <summary>The data behind a chart: its text alternative and its CSV.</summary>
/// <param name="Rows">Text, numbers, <see cref="DateOnly"/> or null, one value a column.</param>
public sealed record ChartTable(IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows)
{
    public static string Shown(object? value) => value switch
    {
        null => "–",
        int or long or short => Format.Number(Convert.ToInt64(value, CultureInfo.InvariantCulture)),
        double or float or decimal => Format.Number(Convert.ToDouble(value, CultureInfo.InvariantCulture), 2),
        DateOnly date => date.ToString("d MMM yyyy", CultureInfo.CurrentCulture),
        _ => Convert.ToString(value, CultureInfo.CurrentCulture) ?? "",
    };

    public static bool IsNumber(object? value) => value is int or long or short or double or float or decimal;

    /// <summary>RFC 4180 with a header line; numbers and dates are culture-free.</summary>
    public string ToCsv()
    {
        var csv = new StringBuilder();
        csv.AppendJoin(',', Columns.Select(Quoted)).Append("\r\n");
        foreach (var row in Rows)
        {
            csv.AppendJoin(',', row.Select(x => IsNumber(x) ? Plain(x) : Quoted(Plain(x)))).Append("\r\n");
        }

        return csv.ToString();
    }

    private static string Plain(object? value) => value is DateOnly date ? date.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture) : Convert.ToString(value, CultureInfo.InvariantCulture) ?? "";

    private static string Quoted(string text)
    {
        if (text is ['=' or '+' or '-' or '@' or '\t', ..])
        {
            text = "'" + text; // a spreadsheet would run it as a formula
        }

        return text.AsSpan().IndexOfAny(",\"\r\n") >= 0 ? $"\"{text.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : text;
    }
}

/// <summary>The chart colours; the browser puts in the value of the current theme.</summary>
public static class ChartColour
{
    public const string Blue = "var(--chart-1)", Orange = "var(--chart-2)", Green = "var(--chart-3)", Pink = "var(--chart-4)", Sky = "var(--chart-5)", Vermilion = "var(--chart-6)", Yellow = "var(--chart-7)", Grey = "var(--chart-8)",
        Text = "var(--text)", Faint = "var(--text-3)", Line = "var(--border)", Surface = "var(--surface)";

    public static IReadOnlyList<string> All { get; } = [Blue, Orange, Green, Pink, Sky, Vermilion, Yellow, Grey];
}
