using MarketingConsole.Core.Events.Imports;
using MarketingConsole.Core.Learning;

namespace MarketingConsole.Core.Workbench;

/// <summary>A file of rows and named columns in memory.</summary>
/// <param name="Columns">Each as long as the others.</param>
/// <param name="Lines">Line in the file of each row.</param>
/// <param name="Skipped">Lines that could not be read, with the reason.</param>
public sealed record Table(string Name, IReadOnlyList<Column> Columns, IReadOnlyList<long> Lines, IReadOnlyList<string> Skipped)
{
    private const int MostSkippedNamed = 20;

    public int Rows => Lines.Count;

    public string ColumnNames => string.Join(", ", Columns.Select(x => x.Name));

    /// <summary>Reads CSV or CSV.gz; delimiter, encoding, header and the columns' kinds are found by looking.</summary>
    /// <param name="name">The file's name, for messages.</param>
    /// <param name="open">Opens the file from its start.</param>
    /// <exception cref="LearningException">It is no table.</exception>
    public static Table Read(string name, Func<Stream> open, CancellationToken cancellationToken = default)
    {
        ImportFormat format;
        try
        {
            format = FormatDetector.Detect(open).Format;
        }
        catch (InvalidDataException exception)
        {
            throw new LearningException($"{name}: {exception.Message}");
        }

        var (cells, lines, skipped, bad) = (Array.Empty<List<string>>(), new List<long>(), new List<string>(), 0);
        using var reader = format.Open(open());
        string[]? header = null;
        foreach (var record in new RecordReader(reader, format.Delimiter).Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (header is null)
            {
                header = format.HasHeader ? [.. record.Fields.Select((x, i) => x.Trim().Length > 0 ? x.Trim() : $"column {i + 1}")] : [.. record.Fields.Select((_, i) => $"column {i + 1}")];
                cells = [.. header.Select(_ => new List<string>())];
                if (header.Distinct(StringComparer.OrdinalIgnoreCase).Count() < header.Length)
                {
                    throw new LearningException($"{name}: two columns have the same name ({header.GroupBy(x => x, StringComparer.OrdinalIgnoreCase).First(x => x.Count() > 1).Key}).");
                }

                if (format.HasHeader)
                {
                    continue;
                }
            }

            if (record.Problem is not null || record.Fields.Length != header.Length)
            {
                bad++;
                if (skipped.Count < MostSkippedNamed)
                {
                    skipped.Add($"line {record.Line}: {record.Problem ?? $"{record.Fields.Length} values instead of {header.Length}"}");
                }

                continue;
            }

            lines.Add(record.Line);
            for (var j = 0; j < header.Length; j++)
            {
                cells[j].Add(record.Fields[j]);
            }
        }

        if (header is null || lines.Count == 0)
        {
            throw new LearningException($"{name} has no rows.");
        }

        if (bad > skipped.Count)
        {
            skipped.Add($"and {bad - skipped.Count} more lines");
        }

        return new(name, [.. header.Select((x, j) => Column.Of(x, cells[j]))], lines, skipped);
    }

    /// <summary>The column of this name, whatever its case; null when there is none.</summary>
    public Column? Find(string name) => Columns.FirstOrDefault(x => x.Name.Equals(name, StringComparison.OrdinalIgnoreCase));

    /// <exception cref="LearningException">There is no such column; the message lists those there are.</exception>
    public Column Need(string name) => Find(name) ?? throw new LearningException(NoColumn(name));

    /// <summary>These rows in this order.</summary>
    public Table Take(IReadOnlyList<int> rows) => this with { Columns = [.. Columns.Select(x => x.Take(rows))], Lines = [.. rows.Select(i => Lines[i])] };

    /// <summary>How a row is called: its value in the column of this name, else its line.</summary>
    public string NameOf(Column? id, int row) => id is not null && Find(id.Name) is { } column ? column.Cells[row] : Lines[row].ToString(System.Globalization.CultureInfo.InvariantCulture);

    internal string NoColumn(string name) => $"{Name} has no column “{name}”. It has {ColumnNames}.";
}
