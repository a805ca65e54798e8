using System.Globalization;
using MarketingConsole.Core.Segments;

namespace MarketingConsole.Segments;

/// <summary>A number of a condition that a slider can move.</summary>
/// <param name="Name">Of the field in which the same number is typed, see <see cref="RuleEditing.Set"/>.</param>
/// <param name="Low">Least the slider gives where no distribution says better.</param>
/// <param name="Unit">What follows the number; null = the shop's currency.</param>
/// <param name="Along">It cuts through the distribution of the condition.</param>
/// <param name="With">The condition with another number in its place.</param>
internal sealed record ConditionNumber(string Name, string Label, double Value, double Low, double High, string? Unit, bool Along, Func<double, SegmentRule> With)
{
    private const int MostDays = 365, MostMinutes = 1440, MostPeriods = 24, MostPlaces = 1000, MostKilometres = 100, Steps = 200;
    private static readonly int[] Round = [1, 2, 5, 10];
    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>A day, as days since 1970.</summary>
    public bool IsDay { get; private init; }

    /// <summary>Fractions make sense.</summary>
    public bool Continuous { get; private init; }

    public static IReadOnlyList<ConditionNumber> Of(SegmentRule? condition) => condition switch
    {
        FieldRule field => [.. Field(field)],
        EventRule happened => [.. Event(happened)],
        SequenceRule sequence => [.. Sequence(sequence)],
        HeldRule { Minutes: { } minutes } held => [Minutes("held", "Held for at least", minutes, x => held with { Minutes = Math.Max(1, x) })],
        HeldRule { Days: { } days } held => [Days("held", "Held for at least", days, x => held with { Days = x }, along: true)],
        MemberRule { Member: true, Days: { } days } member => [Days("days", "For at least", days, x => member with { Days = x }, along: true)],
        LookalikeRule alike => [new("atLeast", "By at least", alike.AtLeast, 0, 100, "%", false, x => alike with { AtLeast = x })],
        RankRule { Percent: { } percent } rank => [new("many", Capital(RuleWords.End(rank)), percent, 1, 100, "%", false, x => rank with { Percent = x }), .. Ranked(rank)],
        RankRule { Count: { } count } rank => [new("many", Capital(RuleWords.End(rank)), count, 1, MostPlaces, "customers", false, x => rank with { Count = (int)x }), .. Ranked(rank)],
        BucketRule bucket =>
        [
            new("from", "From", bucket.From, 0, 100, "%", true, x => bucket with { From = Math.Min(x, 99), To = Math.Max(bucket.To, Math.Min(x, 99) + 1) }),
            new("to", "To", bucket.To, 0, 100, "%", true, x => bucket with { To = Math.Max(x, 1), From = Math.Min(bucket.From, Math.Max(x, 1) - 1) }),
        ],
        NearRule { Kilometres: { } kilometres } near => [new("kilometres", "Within", kilometres, 1, MostKilometres, "km", true, x => near with { Kilometres = Math.Max(1, x) })],
        _ => [],
    };

    /// <summary>The same number on the scale of a distribution.</summary>
    public ConditionNumber On(RuleDistribution distribution)
    {
        var (first, last) = (distribution.Bins[0], distribution.Bins[^1]);
        return Along && (first.From ?? first.To, last.To ?? last.From) is ({ } low, { } high) && low < high ? this with { Low = low, High = high, Continuous = Continuous || Unit is "" && distribution.Bins.Any(x => x.From is { } from && from != Math.Floor(from)) } : this;
    }

    /// <summary>A round part of the range, fine enough to feel smooth.</summary>
    public double Step
    {
        get
        {
            var least = (High - Low) / Steps;
            if (Unit is "days" or "minutes" or "%" or "years" || IsDay || least <= 0)
            {
                return 1;
            }

            var power = Math.Pow(10, Math.Floor(Math.Log10(least)));
            var step = Round.Select(x => x * power).First(x => x >= least * 0.999);
            return Continuous ? step : Math.Max(1, step);
        }
    }

    public string Told(string currency) => IsDay ? DateOnly.FromDayNumber((int)Value + Epoch).ToString("d MMM yyyy", CultureInfo.CurrentCulture)
        : $"{Value.ToString("#,0.##", CultureInfo.CurrentCulture)} {(Value == 1 && Unit is { } many ? many.TrimEnd('s') : Unit ?? currency)}".TrimEnd();

    private static IEnumerable<ConditionNumber> Field(FieldRule rule)
    {
        if (RuleFields.Find(rule) is not { } field)
        {
            yield break;
        }

        var (kind, says) = (field.KindFor(rule), rule.Op == RuleOperator.Between ? "From" : Capital(RuleWords.Operator(rule.Op, field.KindFor(rule))));
        if (rule.Days is { } days)
        {
            yield return Days(nameof(rule.Days), says, days, x => rule with { Days = x }, along: true);
        }
        else if (kind is FieldKind.Date or FieldKind.Instant)
        {
            if (rule.Value?.Date is { } day)
            {
                yield return Day(nameof(rule.Value), says, day, x => rule with { Value = Iso(x), To = rule.To?.Date < x ? Iso(x) : rule.To });
            }

            if (rule is { Op: RuleOperator.Between, To.Date: { } end })
            {
                yield return Day(nameof(rule.To), "To", end, x => rule with { To = Iso(x), Value = rule.Value?.Date > x ? Iso(x) : rule.Value });
            }
        }
        else if (rule.Value?.Number is { } value)
        {
            yield return Measured(nameof(rule.Value), says, value, kind, x => rule with { Value = x, To = rule.To?.Number is { } to ? Math.Max(to, x) : rule.To });
            if (rule is { Op: RuleOperator.Between, To.Number: { } end })
            {
                yield return Measured(nameof(rule.To), "To", end, kind, x => rule with { To = x, Value = Math.Min(value, x) });
            }
        }
    }

    private static IEnumerable<ConditionNumber> Event(EventRule rule)
    {
        var periodic = rule.Op is EventOperator.Regularly or EventOperator.Stopped or EventOperator.Restarted;
        if (rule.Value is { } value && rule.Op is not (EventOperator.Performed or EventOperator.NotPerformed or EventOperator.Restarted))
        {
            var least = rule.Property is not null ? double.NegativeInfinity : rule.Op is EventOperator.AtLeast or EventOperator.Below || periodic ? 1 : 0; // below 0 there is nothing, and at least 0 are all
            var most = rule is { Op: EventOperator.Regularly, Periods: { } periods } ? periods : double.PositiveInfinity;
            yield return Much("value", periodic ? "At least" : rule.Op == EventOperator.Between ? "From" : Capital(RuleWords.Operator(rule.Op)), value, x => rule with { Value = Math.Clamp(x, least, most), To = rule.To is { } to ? Math.Max(to, x) : null });
            if (rule is { Op: EventOperator.Between, To: { } end })
            {
                yield return Much("to", "To", end, x => rule with { To = x, Value = Math.Min(value, x) });
            }
        }

        if (periodic && rule.Periods is { } count)
        {
            var least = rule.Op == EventOperator.Regularly ? 2 : 1;
            yield return new("periods", rule.Op == EventOperator.Regularly ? "Of the last" : rule.Op == EventOperator.Stopped ? "In" : "After", count, least, MostPeriods, "periods", false, x => rule with { Periods = (int)x, Value = rule.Op == EventOperator.Regularly && rule.Value is { } times ? Math.Min(times, x) : rule.Value });
        }

        foreach (var window in Window(rule, x => x))
        {
            yield return window;
        }

        ConditionNumber Much(string name, string label, double number, Func<double, SegmentRule> with) =>
            new(name, label, number, 0, rule is { Op: EventOperator.Regularly, Periods: { } all } ? all : Math.Max(10, number * 2), rule.IsMoney ? null : rule.Measure is EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast ? "days" : periodic && rule.Op == EventOperator.Regularly ? "periods" : rule.Measure == EventMeasure.Count ? "times" : "", true, with)
            {
                Continuous = rule.Measure == EventMeasure.Average || (rule.IsOfNumbers && rule.Property is not null),
            };
    }

    private static IEnumerable<ConditionNumber> Sequence(SequenceRule rule)
    {
        if (rule.Days is { } days)
        {
            yield return Days("days", "In the last", days, x => rule with { Days = x });
        }

        if (rule.WithinDays is { } within)
        {
            yield return Days("within", "And within", within, x => rule with { WithinDays = x });
        }
        else if (rule.WithinMinutes is { } minutes)
        {
            yield return Minutes("within", "And within", minutes, x => rule with { WithinMinutes = x });
        }
    }

    private static IEnumerable<ConditionNumber> Ranked(RankRule rank) => rank.Event is { } happened ? Window(happened, x => rank with { Event = x }) : [];

    private static IEnumerable<ConditionNumber> Window(EventRule rule, Func<EventRule, SegmentRule> with) => rule switch
    {
        { Days: { } days } => [Days("days", rule.Op is EventOperator.Regularly or EventOperator.Stopped or EventOperator.Restarted ? "Of" : "In the last", days, x => with(rule with { Days = x }))],
        { Minutes: { } minutes } => [Minutes("minutes", "In the last", minutes, x => with(rule with { Minutes = x }))],
        _ => [],
    };

    private static ConditionNumber Measured(string name, string label, double value, FieldKind kind, Func<double, SegmentRule> with) => kind switch
    {
        FieldKind.Money => new(name, label, value, 0, Math.Max(100, value * 2), null, true, with),
        FieldKind.Percent => new(name, label, value, 0, 100, "%", true, with),
        FieldKind.Points => new(name, label, value, -20, 20, "points", true, with) { Continuous = true },
        FieldKind.Years => new(name, label, value, 0, 100, "years", true, with),
        _ => new(name, label, value, Math.Min(0, value * 2), Math.Max(10, value * 2), "", true, with) { Continuous = value != Math.Floor(value) },
    };

    private static ConditionNumber Days(string name, string label, int days, Func<int, SegmentRule> with, bool along = false) => new(name, label, days, 1, MostDays, "days", along, x => with(Math.Max(1, (int)x)));

    private static ConditionNumber Minutes(string name, string label, int minutes, Func<int, SegmentRule> with) => new(name, label, minutes, 1, MostMinutes, "minutes", false, x => with((int)x));

    private static ConditionNumber Day(string name, string label, DateOnly day, Func<DateOnly, SegmentRule> with)
    {
        var at = day.DayNumber - Epoch;
        return new(name, label, at, at - MostDays, at + MostDays, "", true, x => with(DateOnly.FromDayNumber((int)x + Epoch))) { IsDay = true };
    }

    private static RuleValue Iso(DateOnly day) => new(day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));

    private static string Capital(string text) => char.ToUpperInvariant(text[0]) + text[1..];
}
