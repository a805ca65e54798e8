using System.Globalization;

namespace MarketingConsole.Ui;

/// <summary>Numbers as people read them, in the reader's culture.</summary>
public static class Format
{
    public const string Unknown = "Not enough data";

    public static string Number(long value) => value.ToString("N0", CultureInfo.CurrentCulture);

    public static string Number(double value, int decimals = 1) => value.ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.CurrentCulture);

    /// <param name="share">0 to 1.</param>
    public static string Percent(double share, int decimals = 0) => (share * 100).ToString("N" + decimals.ToString(CultureInfo.InvariantCulture), CultureInfo.CurrentCulture) + " %";

    public static string Percent(double? share, int decimals = 0) => share is { } known ? Percent(known, decimals) : Unknown;

    /// <param name="difference">Of two shares, −1 to 1: percentage points with their sign.</param>
    public static string Points(double difference, int decimals = 1) => (Math.Round(difference * 100, decimals) > 0 ? "+" : "") + Number(difference * 100, decimals) + " points";

    /// <param name="currency">ISO 4217 code of the shop.</param>
    /// <param name="whole">Leave the cents out, as in headline figures.</param>
    public static string Money(long cents, string currency, bool whole = false)
    {
        var format = (NumberFormatInfo)CultureInfo.CurrentCulture.NumberFormat.Clone();
        format.CurrencySymbol = Symbol(currency);
        return (cents / 100m).ToString(whole ? "C0" : "C2", format);
    }

    /// <summary>"3 minutes ago", "in 2 days"; past a month the date.</summary>
    public static string Relative(DateTime utc, DateTime now, TimeZoneInfo zone)
    {
        var span = now - utc;
        var ago = span >= TimeSpan.Zero;
        span = span.Duration();
        var text = span switch
        {
            { TotalSeconds: < 60 } => null,
            { TotalMinutes: < 60 } => Count((int)span.TotalMinutes, "minute"),
            { TotalHours: < 24 } => Count((int)span.TotalHours, "hour"),
            { TotalDays: < 31 } => Count((int)span.TotalDays, "day"),
            _ => "",
        };
        return text switch
        {
            null => ago ? "just now" : "in a moment",
            "" => TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), zone).ToString("d MMM yyyy", CultureInfo.CurrentCulture),
            _ => ago ? text + " ago" : "in " + text,
        };
    }

    /// <summary>Date and time to the minute in the given zone, with the zone's name.</summary>
    public static string Exact(DateTime utc, TimeZoneInfo zone) =>
        TimeZoneInfo.ConvertTimeFromUtc(DateTime.SpecifyKind(utc, DateTimeKind.Utc), zone).ToString("d MMM yyyy HH:mm", CultureInfo.CurrentCulture) + " " + zone.Id;

    public static string Count(long number, string one, string? many = null) => Number(number) + " " + (number == 1 ? one : many ?? one + "s");

    private static string Symbol(string currency) => currency switch { "EUR" => "€", "USD" => "$", "GBP" => "£", "CHF" => "CHF", "JPY" => "¥", _ => currency };
}
