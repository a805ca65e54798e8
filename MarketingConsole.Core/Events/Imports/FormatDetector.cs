using System.Globalization;
using System.IO.Compression;
using System.Text;
using System.Text.RegularExpressions;
using System.Text.Unicode;

namespace MarketingConsole.Core.Events.Imports;

/// <param name="Sample">The first records after the header.</param>
public sealed record DetectedFile(ImportKind Kind, ImportFormat Format, IReadOnlyList<ImportRecord> Sample);

/// <summary>Finds out how a file is written: encoding, delimiter, header, columns, order of dates, decimal mark.</summary>
internal static partial class FormatDetector
{
    private const int SampleRecords = 2000, HeadBytes = 256 * 1024;
    private static readonly char[] Delimiters = [',', ';', '\t', '|'];

    /// <param name="open">Opens the file from its start, as received.</param>
    /// <param name="kind">null = find out.</param>
    /// <exception cref="InvalidDataException">The file is not text or its compression is broken.</exception>
    public static DetectedFile Detect(Func<Stream> open, ImportKind? kind = null)
    {
        var gzip = IsGzip(open);
        var format = new ImportFormat { Gzip = gzip, Encoding = EncodingOf(open, gzip) };
        using (var head = format.Open(open()))
        {
            var buffer = new char[HeadBytes];
            var text = new string(buffer, 0, head.ReadBlock(buffer));
            if (text.Contains('\0', StringComparison.Ordinal))
            {
                throw new InvalidDataException("This is not a text file. Save it as CSV (comma separated values) and try again.");
            }

            format = format with { Delimiter = DelimiterOf(text) };
        }

        using var reader = format.Open(open());
        var records = new RecordReader(reader, format.Delimiter).Read().Where(x => x.Problem is null).Take(SampleRecords + 1).ToList();
        if (records.Count == 0)
        {
            return new DetectedFile(kind ?? ImportKind.Customers, format, []);
        }

        var hasHeader = records[0].Fields.Any(x => x.Trim().Length > 0) && !records[0].Fields.Any(x => Value().IsMatch(x.Trim()));
        format = format with { HasHeader = hasHeader };
        var found = kind ?? KindOf(hasHeader, records[0].Fields);
        var sample = hasHeader ? records.Skip(1).ToList() : records;
        return new DetectedFile(found, WithValues(WithColumns(format, found, records), found, sample), sample);
    }

    /// <summary>Headers and mapping, by <see cref="ImportFormat.HasHeader"/>.</summary>
    /// <param name="records">The first records, the header among them.</param>
    public static ImportFormat WithColumns(ImportFormat format, ImportKind kind, List<ImportRecord> records) => format.HasHeader
        ? format with { Headers = [.. records[0].Fields.Select(x => x.Trim())], Columns = ByHeader(kind, records[0].Fields) }
        : format with { Headers = [.. records[0].Fields.Select((_, i) => (i + 1).ToString(CultureInfo.InvariantCulture))], Columns = ByContent(kind, records) };

    /// <summary>Dates and decimals again, after the columns were changed.</summary>
    public static ImportFormat WithValues(ImportFormat format, ImportKind kind, IReadOnlyList<ImportRecord> sample)
    {
        IEnumerable<string> Cells(params string[] fields) => sample.SelectMany(r => fields.Select(f => format.Columns.TryGetValue(f, out var i) && i < r.Fields.Length ? r.Fields[i].Trim() : "")).Where(x => x.Length > 0);
        var (order, uncertain) = DatesOf([.. Cells(kind == ImportKind.Customers ? ["created", "birth_date", "consent_time", "optin_time"] : ["time"])]);
        return format with { Dates = order, DatesUncertain = uncertain, DecimalMark = DecimalMarkOf([.. Cells("price", "amount", "discount", "quantity")], format.Delimiter) };
    }

    private static bool IsGzip(Func<Stream> open)
    {
        using var file = open();
        return file.ReadByte() == 0x1f && file.ReadByte() == 0x8b;
    }

    /// <summary>The byte order mark decides; else UTF-8 when the whole file is valid UTF-8; else Windows-1252.</summary>
    private static string EncodingOf(Func<Stream> open, bool gzip)
    {
        using var file = gzip ? new GZipStream(open(), CompressionMode.Decompress) : open();
        var buffer = new byte[64 * 1024];
        var kept = 0;
        for (var first = true; ; first = false)
        {
            var length = file.ReadAtLeast(buffer.AsSpan(kept), 1, throwOnEndOfStream: false) is var read and > 0 ? kept + read : kept;
            var bytes = buffer.AsSpan(0, length);
            if (first && length >= 2 && (bytes[0], bytes[1]) is (0xFF, 0xFE) or (0xFE, 0xFF))
            {
                return bytes[0] == 0xFF ? "utf-16" : "utf-16BE";
            }

            if (length == kept)
            {
                return kept == 0 ? "utf-8" : "windows-1252"; // ends within a character
            }

            // A character may be cut by the end of the buffer: keep its first bytes for the next round.
            var whole = length;
            for (var back = 1; back <= Math.Min(3, length); back++)
            {
                if (bytes[length - back] >= 0xC0)
                {
                    whole = length - back;
                    break;
                }
            }

            var complete = Utf8.IsValid(bytes) ? length : whole;
            if (!Utf8.IsValid(bytes[..complete]))
            {
                return "windows-1252";
            }

            kept = length - complete;
            bytes[complete..].CopyTo(buffer);
        }
    }

    private static char DelimiterOf(string head)
    {
        var best = (Delimiter: RecordReader.Whitespace, Score: 0.0);
        foreach (var delimiter in Delimiters)
        {
            var counts = new RecordReader(new StringReader(head), delimiter).Read().Take(60).Where(x => x.Problem is null).Select(x => x.Fields.Length).ToList();
            if (counts.Count > 0 && counts.GroupBy(x => x).MaxBy(x => x.Count()) is { Key: > 1 } mode)
            {
                var score = (double)mode.Count() / counts.Count * Math.Log2(mode.Key + 1);
                best = score > best.Score ? (delimiter, score) : best;
            }
        }

        var words = new RecordReader(new StringReader(head), RecordReader.Whitespace).Read().Take(60).Select(x => x.Fields.Length).Distinct().ToList();
        return best.Score == 0 && words is not [> 1] ? ',' : best.Delimiter;
    }

    private static Dictionary<string, int> ByHeader(ImportKind kind, string[] headers)
    {
        var plain = headers.Select(ImportFields.Plain).ToList();
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var field in ImportFields.Of(kind))
        {
            var column = field.Headers.Select(x => plain.IndexOf(x)).Where(x => x >= 0 && !columns.ContainsValue(x)).Cast<int?>().FirstOrDefault();
            if (column is { } found)
            {
                columns[field.Name] = found;
            }
        }

        return columns;
    }

    /// <summary>Without a header: the column of dates is the time, the first before it the customer, whole numbers after it the quantity, the last the amount.</summary>
    private static Dictionary<string, int> ByContent(ImportKind kind, List<ImportRecord> sample)
    {
        var columns = new Dictionary<string, int>(StringComparer.Ordinal);
        var width = sample[0].Fields.Length;
        var time = Enumerable.Range(0, width).FirstOrDefault(i => sample.All(x => i < x.Fields.Length && DateCell().IsMatch(x.Fields[i].Trim())), -1);
        if (kind == ImportKind.Customers || time < 0)
        {
            return columns;
        }

        columns["time"] = time;
        columns["customer"] = time == 0 ? 1 : 0;
        if (time < width - 1)
        {
            columns["amount"] = width - 1;
        }

        if (time < width - 2)
        {
            columns["quantity"] = time + 1;
        }

        return columns;
    }

    private static ImportKind KindOf(bool hasHeader, string[] headers) => !hasHeader ? ImportKind.Transactions
        : new[] { ImportKind.Transactions, ImportKind.Events, ImportKind.Customers }.Where(x => ImportFields.Missing(x, ByHeader(x, headers)) is null).Select(x => (ImportKind?)x).FirstOrDefault() ?? ImportKind.Customers;

    /// <summary>The order in which these dates are written; uncertain where day and month fit both ways.</summary>
    internal static (DateOrder Order, bool Uncertain) DatesOf(IReadOnlyList<string> cells)
    {
        if (cells.Count == 0)
        {
            return (DateOrder.YearMonthDay, false);
        }

        if (cells.All(x => x.Length is 10 or 13 && x.All(char.IsAsciiDigit)))
        {
            return (cells[0].Length == 10 ? DateOrder.UnixSeconds : DateOrder.UnixMilliseconds, false);
        }

        var pairs = cells.Select(x => ShortDate().Match(x)).Where(x => x.Success).Select(x => (A: int.Parse(x.Groups[1].ValueSpan, CultureInfo.InvariantCulture), B: int.Parse(x.Groups[3].ValueSpan, CultureInfo.InvariantCulture), Mark: x.Groups[2].Value, Year: int.Parse(x.Groups[4].ValueSpan, CultureInfo.InvariantCulture))).ToList();
        if (pairs.Count == 0)
        {
            return (DateOrder.YearMonthDay, false);
        }

        if (pairs.Any(x => x.A > 12) || pairs.All(x => x.Mark == "."))
        {
            return (DateOrder.DayMonthYear, false);
        }

        if (pairs.Any(x => x.B > 12))
        {
            return (DateOrder.MonthDayYear, false);
        }

        // Both orders fit. Exports are mostly sorted: the right order jumps back less often.
        var dayFirst = Jumps(pairs.Select(x => (x.Year, x.B, x.A)));
        var monthFirst = Jumps(pairs.Select(x => (x.Year, x.A, x.B)));
        return (monthFirst < dayFirst ? DateOrder.MonthDayYear : DateOrder.DayMonthYear, true);

        static int Jumps(IEnumerable<(int, int, int)> dates) => dates.Zip(dates.Skip(1)).Count(x => x.First.CompareTo(x.Second) > 0);
    }

    private static char DecimalMarkOf(IReadOnlyList<string> cells, char delimiter)
    {
        var (comma, dot) = (0, 0);
        foreach (var cell in cells.Select(x => x.Trim()))
        {
            var (lastComma, lastDot) = (cell.LastIndexOf(','), cell.LastIndexOf('.'));
            var last = Math.Max(lastComma, lastDot);
            // Three digits after the only mark may be thousands; any other number of digits makes it the decimal mark.
            if (last >= 0 && ((lastComma >= 0 && lastDot >= 0) || cell[(last + 1)..].Count(char.IsAsciiDigit) != 3))
            {
                (comma, dot) = last == lastComma ? (comma + 1, dot) : (comma, dot + 1);
            }
        }

        return comma > dot || (comma == dot && delimiter == ';' && cells.Any(x => x.Contains(','))) ? ',' : '.';
    }

    [GeneratedRegex(@"^[-+]?[\d.,]+$|^\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|@.+\.", RegexOptions.CultureInvariant)]
    private static partial Regex Value();

    [GeneratedRegex(@"^(?:(?:19|20)\d{6}|\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}.*|\d{10}|\d{13})$", RegexOptions.CultureInvariant)]
    private static partial Regex DateCell();

    [GeneratedRegex(@"^(\d{1,2})([-/.])(\d{1,2})[-/.](\d{2,4})", RegexOptions.CultureInvariant)]
    private static partial Regex ShortDate();
}
