using System.Globalization;
using System.Text.Json;
using CsvHelper;

namespace MarketingConsole.Core.Workbench;

/// <summary>Answers as files, and questions as command lines.</summary>
public static class WorkbenchOutput
{
    private static readonly JsonSerializerOptions Indented = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    /// <summary>Header and rows. Text that a spreadsheet would take for a formula gets an apostrophe.</summary>
    public static void WriteCsv(TextWriter text, TaskResult result)
    {
        ArgumentNullException.ThrowIfNull(result);
        using var csv = CsvWriter.Create(text, new CsvWriterOptions(), true);
        foreach (var row in result.Rows.Prepend([.. result.Header]))
        {
            csv.WriteRecord([.. row.Select(Harmless)]);
        }
    }

    /// <summary>Figures and notes.</summary>
    public static string Json(WorkbenchTask task, TaskResult result)
    {
        ArgumentNullException.ThrowIfNull(task);
        ArgumentNullException.ThrowIfNull(result);
        return JsonSerializer.Serialize(new { task = task.Name, figures = result.Figures.ToDictionary(x => x.Name, x => x.Value), result.Notes }, Indented);
    }

    /// <summary>The command that asks the same.</summary>
    /// <param name="score">Name of the file to be scored; null = none.</param>
    public static string CommandLine(WorkbenchTask task, string train, string? score, IReadOnlyDictionary<string, string> options, int seed)
    {
        ArgumentNullException.ThrowIfNull(task);
        var given = task.Options.Select(x => (x.Name, Value: options.GetValueOrDefault(x.Name))).Append(("score", task.TakesScore ? score : null)).Append(("seed", seed == 1 ? null : seed.ToString(CultureInfo.InvariantCulture))).Append(("out", $"{task.Name}.csv"));
        return $"learn {task.Name} --train {Quoted(train)}{string.Concat(given.Where(x => !string.IsNullOrEmpty(x.Item2)).Select(x => $" --{x.Item1} {Quoted(x.Item2!)}"))}";
    }

    private static string Harmless(string cell) => cell is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] && !double.TryParse(cell, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "'" + cell : cell;

    private static string Quoted(string value) => value.All(x => char.IsAsciiLetterOrDigit(x) || x is '.' or '_' or '-' or '/') ? value : $"'{value.Replace("'", "'\\''", StringComparison.Ordinal)}'";
}
