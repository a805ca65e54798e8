using System.Globalization;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>A stretch of time as rules have it.</summary>
internal sealed record Period(int? Days = null, int? Minutes = null, CalendarWindow? Window = null, DateOnly? From = null, DateOnly? Until = null);

/// <summary>"in the last 90 days", "this month", "since 1 March 2026", "in 2025".</summary>
internal sealed class Periods(Cursor cursor, Quantities quantities, DateOnly today)
{
    private static readonly string[] Months = [.. CultureInfo.InvariantCulture.DateTimeFormat.MonthNames.Take(12).Select(x => x.ToLowerInvariant())];
    private static readonly (string Phrase, CalendarWindow Window)[] Calendar = [.. Enum.GetValues<CalendarWindow>().Select(x => (RuleWords.Window(x), x))];

    /// <param name="never">"has not bought for 90 days": a bare stretch counts back from now.</param>
    public Period? Take(bool never) => cursor.Try(() => Recent(never) ?? Fixed());

    /// <summary>A day, a month or a year, as its first day and the day after its last.</summary>
    public (DateOnly From, DateOnly Until)? Date()
    {
        var start = cursor.At;
        if (cursor.Is(TokenKind.Date) && DateOnly.TryParseExact(cursor.Now.Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var iso))
        {
            cursor.At++;
            return (iso, iso.AddDays(1));
        }

        cursor.Take("the");
        var day = Day();
        cursor.Take("of");
        if (Month() is { } month)
        {
            day ??= Day();
            var year = cursor.Try(() => cursor.Take(",") && Year() is { } y ? (object)y : null) as int? ?? Year();
            if (day is { } d && d > DateTime.DaysInMonth(year ?? 2024, month))
            {
                cursor.At = start;
                return null;
            }

            var at = year ?? (new DateOnly(today.Year, month, Math.Min(day ?? 1, DateTime.DaysInMonth(today.Year, month))) > today ? today.Year - 1 : today.Year);
            var from = new DateOnly(at, month, Math.Min(day ?? 1, DateTime.DaysInMonth(at, month)));
            return (from, day is null ? from.AddMonths(1) : from.AddDays(1));
        }

        cursor.At = start;
        if (Year() is { } whole)
        {
            return (new DateOnly(whole, 1, 1), new DateOnly(whole + 1, 1, 1));
        }

        cursor.At = start;
        return cursor.Take("yesterday") ? (today.AddDays(-1), today) : cursor.Take("today") ? (today, today.AddDays(1)) : null;
    }

    private Period? Recent(bool never)
    {
        var start = cursor.At;
        if (cursor.Take("in/within/over/during/for/throughout the last/past/previous|within/over/during last/past/previous|the last/past/previous|in/for past") && quantities.Time(one: true) is { } recent)
        {
            return new Period(recent.Days, recent.Minutes);
        }

        cursor.At = start;
        if (cursor.Take("in/within/over/during/for? last/past/previous") && quantities.Time() is { } many)
        {
            return new Period(many.Days, many.Minutes);
        }

        cursor.At = start;
        cursor.Take("in|during|so far");
        foreach (var (phrase, window) in Calendar)
        {
            if (cursor.Take(phrase))
            {
                return new Period(Window: window);
            }
        }

        cursor.At = start;
        if (cursor.Take(never ? "for|in|within|since|for more/longer than|for at least" : "within") && quantities.Time() is { } ago)
        {
            return new Period(ago.Days, ago.Minutes);
        }

        cursor.At = start;
        return cursor.Take("ever|at any time|of all time|all time|in all time|so far") ? new Period() : null;
    }

    private Period? Fixed()
    {
        var start = cursor.At;
        if (cursor.Take("between") && Date() is { } low && cursor.Take("and") && Date() is { } high)
        {
            return new Period(From: low.From, Until: high.Until);
        }

        cursor.At = start;
        if (cursor.Take("from") && Date() is { } first && cursor.Take("to|until|till") && Date() is { } last)
        {
            return new Period(From: first.From, Until: last.Until);
        }

        cursor.At = start;
        if (cursor.Take("since|from|starting|on or after") && Date() is { } since)
        {
            return new Period(From: since.From);
        }

        cursor.At = start;
        if (cursor.Take("after") && Date() is { } after)
        {
            return new Period(From: after.Until);
        }

        cursor.At = start;
        if (cursor.Take("before") && Date() is { } before)
        {
            return new Period(Until: before.From);
        }

        cursor.At = start;
        if (cursor.Take("until|till|up to") && Date() is { } until)
        {
            return new Period(Until: until.Until);
        }

        cursor.At = start;
        return cursor.Take("in|on|during") | cursor.Sees("yesterday|today") && Date() is { } at ? new Period(From: at.From, Until: at.Until) : null;
    }

    private int? Day()
    {
        if (cursor.Is(TokenKind.Number) && cursor.Now.Number is >= 1 and <= 31 and var day && day == Math.Floor(day))
        {
            cursor.At++;
            cursor.Take("st|nd|rd|th");
            return (int)day;
        }

        return null;
    }

    private int? Month()
    {
        if (cursor.End || !cursor.Is(TokenKind.Word))
        {
            return null;
        }

        var word = cursor.Now.Word;
        var index = Array.FindIndex(Months, x => x == word || (word.Length is 3 or 4 && x.StartsWith(word, StringComparison.Ordinal) && word != "may"));
        if (index < 0)
        {
            return null;
        }

        cursor.At++;
        return index + 1;
    }

    private int? Year()
    {
        if (cursor.Is(TokenKind.Number) && cursor.Now.Text.Length == 4 && cursor.Now.Number is >= 1990 and <= 2100 and var year)
        {
            cursor.At++;
            return (int)year;
        }

        return null;
    }
}
