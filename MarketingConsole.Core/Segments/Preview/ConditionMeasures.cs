using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments;

/// <summary>What a condition on events compares, of each slot of the twin store.</summary>
/// <param name="give">Takes what must be given back to the store when the values were read.</param>
internal sealed class ConditionMeasures(TwinStore store, ShopCalendar calendar, DateTime asOf, RuleNames names, Action<SlotValues> give)
{
    private static readonly MeasureInterval Once = new(1, false, double.PositiveInfinity, false), Never = new(double.NegativeInfinity, false, 0, false);

    /// <returns>Null where the condition compares nothing.</returns>
    public ConditionValues? Of(EventRule rule)
    {
        var length = TimeSpan.FromDays(rule.Days ?? 0);
        return rule.Op switch
        {
            EventOperator.Performed => Measured(rule, Once),
            EventOperator.NotPerformed => Measured(rule, Never),
            EventOperator.Regularly => Regularly(rule, length),
            EventOperator.Stopped => Measured(Between(rule, asOf - (length * (rule.Periods!.Value + 1)), asOf - length)),
            EventOperator.Restarted => null,
            _ => Measured(rule, MeasureInterval.Of(rule, asOf)),
        };
    }

    /// <param name="admitted">Values for which the condition holds; null = not known here.</param>
    public ConditionValues Measured(EventRule rule, MeasureInterval? admitted = null)
    {
        var values = new StoreEvents(store, calendar, asOf).Measure(rule);
        give(values);
        var (now, what) = (Instants.Of(asOf), RuleWords.Measure(rule));
        var title = $"{char.ToUpperInvariant(what[0])}{what[1..]}{(rule.Measure == EventMeasure.Count ? " they " : ": ")}{EventSentence.Did(rule, names)}";
        var none = rule.Measure is EventMeasure.Count or EventMeasure.Sum or EventMeasure.Distinct ? 0 : double.NaN; // of nothing
        Func<SlotSet>? holds = admitted is null ? null : () => admitted.Where(values, none, store.Slots);
        var known = values.Known(store.Slots);

        return rule.Measure switch
        {
            EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast => new(title, DistributionUnit.DaysAgo, Read(x => Math.Floor((now - x) / Instants.Day)), Whole: true, Holds: holds, Known: known),
            _ when rule.IsMoney => new(title, DistributionUnit.Money, Read(x => x / 100), Whole: false, Holds: holds, Known: known, Otherwise: none),
            _ => new(title, DistributionUnit.Number, Read(x => x), Whole: rule.Measure != EventMeasure.Average, Holds: holds, Known: known, Otherwise: none),
        };

        SlotReader Read(Func<double, double> number) => (slots, numbers) =>
        {
            for (var i = 0; i < slots.Length; i++)
            {
                numbers[i] = number(values[slots[i]]);
            }
        };
    }

    private ConditionValues Regularly(EventRule rule, TimeSpan length)
    {
        var (counts, events) = (new byte[store.Slots], new StoreEvents(store, calendar, asOf));
        for (var period = 0; period < rule.Periods!.Value; period++)
        {
            foreach (var slot in events.Where(Between(rule, asOf - (length * (period + 1)), asOf - (length * period))).Slots())
            {
                counts[slot]++;
            }
        }

        return new($"Of {rule.Periods} periods of {RuleSentence.Days(rule.Days)}, those in which they {EventSentence.Did(rule with { Op = EventOperator.Performed, Days = null, Periods = null }, names)}", DistributionUnit.Number, ConditionValues.Each(x => counts[x]), Whole: true, Holds: () =>
        {
            var set = new SlotSet(store.Slots);
            set.AddBetween(counts, (byte)Math.Clamp(Math.Ceiling(rule.Value!.Value), 1, byte.MaxValue), byte.MaxValue);
            return set;
        });
    }

    /// <summary>How often in a stretch: its start exclusive, its end inclusive.</summary>
    private static EventRule Between(EventRule rule, DateTime after, DateTime upTo) => rule with
    {
        Op = EventOperator.Performed,
        Measure = EventMeasure.Count,
        Of = null,
        Days = null,
        Periods = null,
        From = new DateTimeOffset(after).AddMilliseconds(1),
        Until = new DateTimeOffset(upTo).AddMilliseconds(1),
    };
}
