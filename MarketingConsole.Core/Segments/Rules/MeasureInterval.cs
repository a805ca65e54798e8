using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments;

/// <summary>The values a comparison admits, in the unit of <see cref="Measured.Value"/>.</summary>
internal sealed record MeasureInterval(double Low, bool AboveLow, double High, bool BelowHigh)
{
    private static readonly double Day = TimeSpan.FromDays(1).TotalMilliseconds;

    public static MeasureInterval Of(EventRule rule, DateTime asOf)
    {
        var (value, to) = (rule.Value ?? 0, rule.To ?? 0);
        if (rule.IsMoney)
        {
            (value, to) = (FieldConditions.Cents(value), FieldConditions.Cents(to));
        }

        var interval = rule.Op switch
        {
            EventOperator.AtLeast => new MeasureInterval(value, false, double.PositiveInfinity, false),
            EventOperator.Above => new MeasureInterval(value, true, double.PositiveInfinity, false),
            EventOperator.AtMost => new MeasureInterval(double.NegativeInfinity, false, value, false),
            EventOperator.Below => new MeasureInterval(double.NegativeInfinity, false, value, true),
            EventOperator.Between => new MeasureInterval(value, false, to, false),
            _ => new MeasureInterval(value, false, value, false),
        };
        return rule.Measure is EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast ? interval.Ago((asOf - DateTime.UnixEpoch).TotalMilliseconds) : interval;
    }

    public bool Holds(double x) => (AboveLow ? x > Low : x >= Low) && (BelowHigh ? x < High : x <= High);

    /// <summary>Slots whose value it admits.</summary>
    /// <param name="none">The value of slots that have none; NaN = not known.</param>
    public SlotSet Where(SlotValues values, double none, int slots)
    {
        var set = values.Between(AboveLow ? Math.BitIncrement(Low) : Low, BelowHigh ? Math.BitDecrement(High) : High, slots);
        return Holds(none) ? set.Or(values.Known(slots).Not()) : set;
    }

    /// <summary>The whole numbers in it, both ends included.</summary>
    public (long Least, long Most) Wholes =>
        (double.IsFinite(Low) ? (long)(AboveLow ? Math.Floor(Low) + 1 : Math.Ceiling(Low)) : long.MinValue, double.IsFinite(High) ? (long)(BelowHigh ? Math.Ceiling(High) - 1 : Math.Floor(High)) : long.MaxValue);

    /// <summary>Whole days before <paramref name="now"/> as instants: n days ago is from n days before, inclusive, back to n + 1 days before, exclusive.</summary>
    private MeasureInterval Ago(double now) => new(now - ((High + (BelowHigh ? 0 : 1)) * Day), true, now - ((Low + (AboveLow ? 1 : 0)) * Day), false);
}
