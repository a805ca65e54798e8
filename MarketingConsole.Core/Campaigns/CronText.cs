using System.Globalization;
using Quartz;

namespace MarketingConsole.Core.Campaigns;

/// <summary>A cron expression as people read it.</summary>
/// <param name="Next">The next times in UTC; empty when invalid or never again.</param>
/// <param name="Error">What is wrong with it; null when it is valid.</param>
public sealed record CronReading(string Sentence, IReadOnlyList<DateTime> Next, string? Error);

/// <summary>Reads Quartz cron expressions: a sentence for the common shapes, the expression itself otherwise, and the next times.</summary>
public static class CronText
{
    private static readonly string[] Days = ["SUN", "MON", "TUE", "WED", "THU", "FRI", "SAT"];
    private static readonly string[] Ordinals = ["first", "second", "third", "fourth", "fifth"];

    public static CronReading Read(string? expression, string timeZone, DateTime from, int count = 5)
    {
        if (string.IsNullOrWhiteSpace(expression))
        {
            return new("", [], "Write a cron expression, such as 0 0 9 ? * MON for every Monday at 09:00.");
        }

        if (!TimeZoneInfo.TryFindSystemTimeZoneById(timeZone, out var zone))
        {
            return new("", [], $"“{timeZone}” is not a known time zone; use one such as Europe/Vienna.");
        }

        CronExpression cron;
        try
        {
            cron = new CronExpression(expression.Trim(), zone);
        }
        catch (Exception exception) when (exception is FormatException or ArgumentException)
        {
            return new("", [], $"This is no cron expression: {exception.Message.TrimEnd('.')}. One of the two days is “?”, as in 0 0 9 ? * MON for every Monday at 09:00.");
        }

        List<DateTime> next = [];
        var at = new DateTimeOffset(DateTime.SpecifyKind(from, DateTimeKind.Utc));
        while (next.Count < count && cron.GetNextValidTimeAfter(at) is { } time)
        {
            next.Add(time.UtcDateTime);
            at = time;
        }

        return new(Sentence(expression.Trim()) ?? expression.Trim(), next, next.Count == 0 ? "This never happens again." : null);
    }

    /// <returns>Null for a shape without a sentence.</returns>
    public static string? Sentence(string expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        if (expression.ToUpperInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries) is not [var second, var minute, var hour, var day, var month, var weekday, .. var year] || second != "0" || year.Length > 0 || month != "*")
        {
            return null;
        }

        var everyDay = day is "*" or "?" && weekday is "*" or "?";
        if (everyDay && hour == "*")
        {
            return minute == "0" ? "Every hour" : minute == "*" ? "Every minute" : Step(minute) is { } minutes ? $"Every {minutes} minutes" : null;
        }

        if (everyDay && minute == "0" && Step(hour) is { } hours)
        {
            return $"Every {hours} hours";
        }

        return Times(minute, hour) is not { } times ? null
            : everyDay ? $"Every day at {times}"
            : day is "*" or "?" ? OnWeekdays(weekday) is { } days ? $"{days} at {times}" : null
            : weekday is "*" or "?" && OnDays(day) is { } dates ? $"{dates} at {times}" : null;
    }

    private static string? Times(string minute, string hour) => Numbers(minute, 59) is [var m] && Numbers(hour, 23) is { } hours
        ? List(hours.Select(h => string.Create(CultureInfo.InvariantCulture, $"{h:00}:{m:00}"))) : null;

    private static string? OnWeekdays(string field)
    {
        if (field.Split('#') is [var name, var nth] && Day(name) is { } one && int.TryParse(nth, CultureInfo.InvariantCulture, out var n) && n is >= 1 and <= 5)
        {
            return $"On the {Ordinals[n - 1]} {Name(one)} of every month";
        }

        if (field.EndsWith('L') && Day(field[..^1]) is { } last)
        {
            return $"On the last {Name(last)} of every month";
        }

        if (field.Split('-') is [var first, var second] && (Day(first), Day(second)) is ({ } from, { } to))
        {
            return (from, to) == (1, 5) ? "Every weekday (Monday to Friday)" : $"Every day from {Name(from)} to {Name(to)}";
        }

        var days = field.Split(',').Select(Day).ToList();
        return days.Contains(null) ? null : $"Every {List(days.Select(x => Name(x!.Value)))}";
    }

    private static string? OnDays(string field) => field switch
    {
        "L" => "On the last day of every month",
        "LW" => "On the last weekday of every month",
        _ => Numbers(field, 31) is { } days ? $"On {(days.Count == 1 ? "day" : "days")} {List(days.Select(x => x.ToString(CultureInfo.InvariantCulture)))} of every month" : null,
    };

    private static int? Day(string text) => Array.IndexOf(Days, text) is >= 0 and var index ? index
        : int.TryParse(text, CultureInfo.InvariantCulture, out var number) && number is >= 1 and <= 7 ? number - 1 : null;

    private static string Name(int day) => ((DayOfWeek)day).ToString();

    private static int? Step(string field) => field.Split('/') is ["0" or "*", var step] && int.TryParse(step, CultureInfo.InvariantCulture, out var number) && number > 1 ? number : null;

    private static List<int>? Numbers(string field, int most)
    {
        List<int> numbers = [];
        foreach (var part in field.Split(','))
        {
            if (!int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || number > most)
            {
                return null;
            }

            numbers.Add(number);
        }

        return numbers;
    }

    private static string List(IEnumerable<string> items) => items.ToList() switch { [var one] => one, var many => $"{string.Join(", ", many.SkipLast(1))} and {many[^1]}" };
}
