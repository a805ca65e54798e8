using System.IO.Compression;
using System.Text;
using System.Text.Json;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>How the three numbers of a date stand. An ISO date is understood under each.</summary>
public enum DateOrder { YearMonthDay = 0, DayMonthYear = 1, MonthDayYear = 2, UnixSeconds = 3, UnixMilliseconds = 4 }

/// <summary>How a file is read: detected, then adjustable.</summary>
public sealed record ImportFormat
{
    /// <summary>utf-8, utf-16, utf-16BE or windows-1252.</summary>
    public string Encoding { get; init; } = "utf-8";

    /// <summary>A space stands for any run of white space.</summary>
    public char Delimiter { get; init; } = ',';
    public bool HasHeader { get; init; } = true;
    public DateOrder Dates { get; init; }

    /// <summary>The data would also fit the other order of day and month: a person should look.</summary>
    public bool DatesUncertain { get; init; }
    public char DecimalMark { get; init; } = '.';
    public bool Gzip { get; init; }

    /// <summary>Names of the columns; "1", "2" … without a header.</summary>
    public IReadOnlyList<string> Headers { get; init; } = [];

    /// <summary>Field name to column number, from 0. <c>trait:Name</c> keeps a column as a trait of the customer.</summary>
    public IReadOnlyDictionary<string, int> Columns { get; init; } = new Dictionary<string, int>();

    public string ToJson() => JsonSerializer.Serialize(this, JsonSerializerOptions.Web);

    public static ImportFormat FromJson(string json) => JsonSerializer.Deserialize<ImportFormat>(json, JsonSerializerOptions.Web) ?? new ImportFormat();

    /// <summary>Reads the file as text, unpacked. Closing the reader closes the stream.</summary>
    internal StreamReader Open(Stream file)
    {
        System.Text.Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
        return new StreamReader(Gzip ? new GZipStream(file, CompressionMode.Decompress) : file, System.Text.Encoding.GetEncoding(Encoding), detectEncodingFromByteOrderMarks: true, bufferSize: 64 * 1024);
    }
}
