using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Turns records into rows by the mapping and formats of the file.</summary>
internal sealed partial class RowReader(ImportKind kind, ImportFormat format, ShopCalendar calendar, DateTime now)
{
    private static readonly string[] Yes = ["yes", "y", "true", "1", "subscribed", "ja", "oui", "granted", "x"], No = ["no", "n", "false", "0", "unsubscribed", "nein", "non", "refused", "cleaned"];
    private readonly ValueReader _values = new(format.Dates, format.DecimalMark, calendar);
    private string[] _fields = [];

    public ImportRow Read(ImportRecord record)
    {
        _fields = record.Fields;
        var problem = record.Problem ?? (record.Fields.Length > format.Headers.Count && record.Fields.Skip(format.Headers.Count).Any(x => x.Length > 0)
            ? $"The line has {record.Fields.Length} columns, the file {format.Headers.Count}." : null);
        return kind switch
        {
            ImportKind.Customers => Customer(record, problem),
            ImportKind.Transactions => Transaction(record, problem),
            _ => Event(record, problem),
        };
    }

    private string? Text(string field, int maxLength = 200) =>
        format.Columns.TryGetValue(field, out var i) && i < _fields.Length && _fields[i].Trim() is { Length: > 0 } text ? text.Length > maxLength ? text[..maxLength] : text : null;

    /// <summary>Customer numbers lose the ".0" that spreadsheets append.</summary>
    private string? CustomerKey(ref string? problem)
    {
        var key = Text("customer", 400);
        key = key is not null && key.EndsWith(".0", StringComparison.Ordinal) && key[..^2].All(char.IsAsciiDigit) ? key[..^2] : key;
        if (key is { Length: > 64 })
        {
            problem ??= "The customer id is longer than 64 characters.";
        }

        return key;
    }

    private string? EmailAddress(ref string? problem)
    {
        var email = Text("email", 400);
        if (email is not null && (email.Length > 254 || email.IndexOf('@') is <= 0 || email.LastIndexOf('@') != email.IndexOf('@') || email.EndsWith('@') || email.Any(char.IsWhiteSpace)))
        {
            problem ??= "This is not an e-mail address: " + Cut(email);
        }

        return email;
    }

    private decimal? Number(string field, ref string? problem)
    {
        if (Text(field) is not { } text)
        {
            return null;
        }

        var value = _values.Decimal(text);
        if (value is null || Math.Abs(value.Value) > 100_000_000_000)
        {
            problem ??= $"Column {Header(field)}: {Cut(text)} is {(value is null ? "not a number" : "too large")}.";
            return null;
        }

        return value;
    }

    private DateTime? Time(string field, bool required, ref string? problem)
    {
        if (Text(field) is not { } text)
        {
            problem ??= required ? $"Column {Header(field)} is empty." : null;
            return null;
        }

        var time = _values.Time(text);
        problem ??= time is null ? $"Column {Header(field)}: “{Cut(text)}” is not a date."
            : time < DateTime.UnixEpoch ? $"Column {Header(field)}: {Cut(text)} is before 1970." : time > now.AddDays(2) ? $"Column {Header(field)}: {Cut(text)} lies in the future." : null;
        return time;
    }

    private int Quantity(decimal? number, ref string? problem)
    {
        if (number is { } value && (value != Math.Truncate(value) || Math.Abs(value) > int.MaxValue))
        {
            problem ??= $"Column {Header("quantity")}: the quantity must be a whole number.";
            return 0;
        }

        return problem is null ? (int)(number ?? 1) : 0;
    }

    private static bool? YesNo(string? text) => text is null ? null : Yes.Contains(text.ToLowerInvariant()) ? true : No.Contains(text.ToLowerInvariant()) ? false : null;

    private string Header(string field) => format.Columns.TryGetValue(field, out var i) && i < format.Headers.Count ? $"“{format.Headers[i]}”" : field;

    private static string Cut(string text) => text.Length > 60 ? text[..60] + "…" : text;

    private static long Cents(decimal value) => (long)Math.Round(value * 100, MidpointRounding.AwayFromZero);
}
