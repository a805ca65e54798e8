using System.Globalization;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Detection, then what a person chose instead.</summary>
internal static class ImportChoosing
{
    private const int SampleRecords = 1000;
    private static readonly string[] Encodings = ["utf-8", "utf-16", "utf-16BE", "windows-1252"];

    public static (ImportKind Kind, ImportFormat Format) Apply(Func<Stream> open, ImportChoices choices)
    {
        var detected = FormatDetector.Detect(open, choices.Kind);
        var (kind, format) = (detected.Kind, detected.Format);
        if (choices.Encoding is { } encoding)
        {
            format = format with { Encoding = Encodings.FirstOrDefault(x => x.Equals(encoding, StringComparison.OrdinalIgnoreCase)) ?? throw new InvalidDataException($"encoding: choose one of {string.Join(", ", Encodings)}.") };
        }

        if (choices.Delimiter is { } delimiter && delimiter != format.Delimiter || (choices.HasHeader is { } header && header != format.HasHeader) || format.Encoding != detected.Format.Encoding)
        {
            format = Reread(open, kind, format with { Delimiter = choices.Delimiter ?? format.Delimiter, HasHeader = choices.HasHeader ?? format.HasHeader });
        }

        var columns = new Dictionary<string, int>(format.Columns, StringComparer.Ordinal);
        foreach (var (field, column) in choices.Columns ?? new Dictionary<string, string>())
        {
            if (!field.StartsWith("trait:", StringComparison.Ordinal) && ImportFields.Of(kind).All(x => x.Name != field))
            {
                throw new InvalidDataException($"mapping: there is no field “{field}” in a file of {kind.ToString().ToLowerInvariant()}. Fields: {string.Join(", ", ImportFields.Of(kind).Select(x => x.Name))}, trait:NAME.");
            }

            if (string.IsNullOrWhiteSpace(column))
            {
                columns.Remove(field);
                continue;
            }

            var index = format.Headers.ToList().FindIndex(x => x.Equals(column.Trim(), StringComparison.OrdinalIgnoreCase));
            index = index >= 0 ? index : int.TryParse(column, NumberStyles.None, CultureInfo.InvariantCulture, out var number) && number >= 1 && number <= format.Headers.Count ? number - 1
                : throw new InvalidDataException($"mapping: {field}: the file has no column “{column}”. Columns: {string.Join(", ", format.Headers)}.");
            columns[field] = index;
        }

        format = format with { Columns = columns };
        using (var text = format.Open(open()))
        {
            var sample = new RecordReader(text, format.Delimiter).Read().Where(x => x.Problem is null).Skip(format.HasHeader ? 1 : 0).Take(SampleRecords).ToList();
            format = FormatDetector.WithValues(format, kind, sample);
        }

        return (kind, format with { Dates = choices.Dates ?? format.Dates, DatesUncertain = choices.Dates is null && format.DatesUncertain, DecimalMark = choices.DecimalMark ?? format.DecimalMark });
    }

    private static ImportFormat Reread(Func<Stream> open, ImportKind kind, ImportFormat format)
    {
        using var text = format.Open(open());
        var sample = new RecordReader(text, format.Delimiter).Read().Where(x => x.Problem is null).Take(SampleRecords).ToList();
        return sample.Count == 0 ? format : FormatDetector.WithColumns(format, kind, sample);
    }
}
