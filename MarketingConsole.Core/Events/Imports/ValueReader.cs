using System.Globalization;
using System.Text.RegularExpressions;
using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Reads dates and numbers as the file writes them.</summary>
internal sealed partial class ValueReader(DateOrder order, char decimalMark, ShopCalendar calendar)
{
    /// <returns>UTC. A time without offset is the shop's; a date without time is its noon. null when it is no date.</returns>
    public DateTime? Time(string text)
    {
        text = text.Trim();
        if (order is DateOrder.UnixSeconds or DateOrder.UnixMilliseconds && double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var unix))
        {
            var milliseconds = order == DateOrder.UnixSeconds ? unix * 1000 : unix;
            return milliseconds is > 0 and < 4_102_444_800_000 ? DateTime.UnixEpoch.AddMilliseconds(Math.Floor(milliseconds)) : null;
        }

        var match = DatePattern().Match(text);
        if (!match.Success || Parts(match) is not { } day)
        {
            return null;
        }

        if (!match.Groups["h"].Success)
        {
            return calendar.StartOf(day).AddHours(12);
        }

        var hour = Number(match, "h");
        hour = match.Groups["ap"].Value.ToUpperInvariant() switch { "PM" when hour < 12 => hour + 12, "AM" when hour == 12 => 0, _ => hour };
        if (hour > 23 || Number(match, "mi") > 59 || Number(match, "s") > 59)
        {
            return null;
        }

        var local = day.ToDateTime(new TimeOnly(hour, Number(match, "mi"), Number(match, "s")));
        var zone = match.Groups["z"].Value;
        if (zone.Length > 0)
        {
            var minutes = zone is "Z" or "UTC" or "GMT" ? 0 : (zone[0] == '-' ? -1 : 1) * ((int.Parse(zone.AsSpan(1, 2), CultureInfo.InvariantCulture) * 60) + int.Parse(zone.AsSpan(zone.Length - 2), CultureInfo.InvariantCulture));
            return DateTime.SpecifyKind(local.AddMinutes(-minutes), DateTimeKind.Utc);
        }

        return calendar.Zone.IsInvalidTime(local) ? TimeZoneInfo.ConvertTimeToUtc(local.AddHours(1), calendar.Zone) : TimeZoneInfo.ConvertTimeToUtc(local, calendar.Zone);
    }

    public DateOnly? Date(string text) => DatePattern().Match(text.Trim()) is { Success: true } match ? Parts(match) : null;

    /// <summary>A number with the file's decimal mark, with or without thousands marks and currency signs; brackets mean minus. null when it is none.</summary>
    public decimal? Decimal(string text)
    {
        Span<char> digits = stackalloc char[40];
        var (length, negative, marks) = (0, false, 0);
        foreach (var c in text.AsSpan().Trim())
        {
            switch (c)
            {
                case >= '0' and <= '9' when length < 30:
                    digits[length++] = c;
                    break;
                case '-' or '\u2212' or '(':
                    if (length > 0 && c == '(')
                    {
                        return null;
                    }

                    negative = true;
                    break;
                case var _ when c == decimalMark && ++marks == 1:
                    digits[length++] = '.';
                    break;
                case ',' or '.' or '\'' or '’' or ' ' or '\u00a0' or '\u202f' or ')' or '+' or '€' or '$' or '£' when c != decimalMark:
                    if (marks > 0 && c is ',' or '.')
                    {
                        return null; // a thousands mark after the decimal mark: another format
                    }

                    break;
                default:
                    return null;
            }
        }

        return decimal.TryParse(digits[..length], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var value) ? negative ? -value : value : null;
    }

    private DateOnly? Parts(Match match)
    {
        var (a, b, c) = (Number(match, "a"), Number(match, "b"), Number(match, "c"));
        if (match.Groups["compact"].Success)
        {
            var compact = match.Groups["compact"].Value;
            (a, b, c) = (int.Parse(compact[..4], CultureInfo.InvariantCulture), int.Parse(compact[4..6], CultureInfo.InvariantCulture), int.Parse(compact[6..], CultureInfo.InvariantCulture));
        }
        else if (match.Groups["a"].Length != 4)
        {
            (a, b, c) = order == DateOrder.MonthDayYear ? (c, a, b) : (c, b, a);
            a += a < 100 ? a > 70 ? 1900 : 2000 : 0;
        }

        return a is >= 1900 and <= 2200 && b is >= 1 and <= 12 && c >= 1 && c <= DateTime.DaysInMonth(a, b) ? new DateOnly(a, b, c) : null;
    }

    private static int Number(Match match, string group) => match.Groups[group] is { Length: > 0 } found ? int.Parse(found.ValueSpan, CultureInfo.InvariantCulture) : 0;

    [GeneratedRegex(@"^(?:(?<compact>(?:19|20)\d{6})|(?<a>\d{1,4})[-/.](?<b>\d{1,2})[-/.](?<c>\d{4}|\d{1,2}))(?:(?:[T,]\s*|\s+)(?<h>\d{1,2}):(?<mi>\d{2})(?::(?<s>\d{2})(?:\.\d+)?)?\s*(?<ap>[AaPp][Mm])?\s*(?<z>Z|UTC|GMT|[+-]\d{2}:?\d{2})?)?$", RegexOptions.CultureInvariant)]
    private static partial Regex DatePattern();
}
