using System.Globalization;

namespace MarketingConsole.Core.Insights;

public enum Bucket { Day, Week, Month }

/// <summary>What a period is compared with: nothing, the same number of days just before, or the same dates a year earlier.</summary>
public enum Comparison { Previous, Year, None }

/// <summary>Whole days in the shop's time zone, both ends included.</summary>
public sealed record InsightPeriod(DateOnly From, DateOnly To, Bucket By, Comparison Against)
{
    /// <summary>More points than this are neither readable nor quick.</summary>
    public const int MaxDays = 3660, MaxBuckets = 400;

    public int Days => To.DayNumber - From.DayNumber + 1;

    /// <summary>The days compared with; null for <see cref="Comparison.None"/>.</summary>
    public (DateOnly From, DateOnly To)? Before => Against switch
    {
        Comparison.Previous => (From.AddDays(-Days), From.AddDays(-1)),
        Comparison.Year => (From.AddYears(-1), To.AddYears(-1)),
        _ => null,
    };

    /// <summary>"vs the 90 days before", "vs the same days a year earlier".</summary>
    public string AgainstText => Against switch
    {
        Comparison.Previous => $"vs the {Days} days before",
        Comparison.Year => "vs the same days a year earlier",
        _ => "",
    };

    public static InsightPeriod Last(int days, DateOnly today, Comparison against = Comparison.Previous) => new(today.AddDays(1 - days), today, NaturalBucket(days), against);

    public static Bucket NaturalBucket(int days) => days <= 31 ? Bucket.Day : days <= 200 ? Bucket.Week : Bucket.Month;

    /// <summary>First day of the bucket a day falls in, not before <see cref="From"/>: the first and last bucket may be partial.</summary>
    public DateOnly BucketOf(DateOnly day)
    {
        var start = By switch
        {
            Bucket.Day => day,
            Bucket.Week => day.AddDays(-(((int)day.DayOfWeek + 6) % 7)), // ISO 8601: Monday
            _ => new DateOnly(day.Year, day.Month, 1),
        };
        return start < From ? From : start;
    }

    /// <summary>First days of all buckets, in order.</summary>
    public IReadOnlyList<DateOnly> Buckets()
    {
        var starts = new List<DateOnly>();
        for (var day = From; day <= To; day = day.AddDays(1))
        {
            if (starts.Count == 0 || BucketOf(day) != starts[^1])
            {
                starts.Add(BucketOf(day));
            }
        }

        return starts;
    }

    /// <summary>The day of this period that stands where <paramref name="before"/> stands in the period compared with.</summary>
    public DateOnly Shift(DateOnly before)
    {
        var day = Against == Comparison.Year ? before.AddYears(1) : before.AddDays(Days);
        return day < From ? From : day > To ? To : day;
    }

    /// <summary>Reads a period as it stands in an address or a request: ISO dates, "day", "week" or "month", "previous", "year" or "none".
    /// What is missing gets a default: the last 90 days, a bucket that suits the length, the previous period.</summary>
    /// <returns>The period, and messages by field; with messages the period is the default one.</returns>
    public static (InsightPeriod Period, IReadOnlyDictionary<string, string[]> Errors) Read(string? from, string? to, string? by, string? compare, DateOnly today)
    {
        var errors = new Dictionary<string, string[]>();
        var last = Date(to, "to", errors) ?? today;
        var first = Date(from, "from", errors) ?? last.AddDays(-89);
        if (errors.Count == 0 && first > last)
        {
            errors["from"] = ["The first day must not lie after the last."];
        }
        else if (errors.Count == 0 && last.DayNumber - first.DayNumber >= MaxDays)
        {
            errors["from"] = [$"A period has {MaxDays} days at most."];
        }

        var days = last.DayNumber - first.DayNumber + 1;
        var bucket = Choice<Bucket>(by, "by", "day, week or month", errors) ?? NaturalBucket(days);
        if (errors.Count == 0 && bucket == Bucket.Day && days > MaxBuckets)
        {
            errors["by"] = [$"By day at most {MaxBuckets} days are shown: choose week or month."];
        }

        var against = Choice<Comparison>(compare, "compare", "previous, year or none", errors) ?? Comparison.Previous;
        return errors.Count > 0 ? (Last(90, today), errors) : (new InsightPeriod(first, last, bucket, against), errors);
    }

    private static DateOnly? Date(string? text, string field, Dictionary<string, string[]> errors)
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && date.Year is > 1900 and < 2200)
        {
            return date;
        }

        errors[field] = ["A date looks like 2026-03-31."];
        return null;
    }

    private static T? Choice<T>(string? text, string field, string choices, Dictionary<string, string[]> errors) where T : struct, Enum
    {
        if (string.IsNullOrWhiteSpace(text))
        {
            return null;
        }

        if (Enum.TryParse<T>(text, ignoreCase: true, out var value) && Enum.IsDefined(value) && !char.IsAsciiDigit(text[0]))
        {
            return value;
        }

        errors[field] = [$"Choose {choices}."];
        return null;
    }
}
