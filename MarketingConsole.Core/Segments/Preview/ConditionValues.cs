using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments;

/// <summary>What a condition compares, of each slot of the twin store.</summary>
/// <param name="Title">What is measured.</param>
/// <param name="Value">Number of a slot, NaN = unknown; null where there are no numbers.</param>
/// <param name="Whole">Numbers are whole.</param>
/// <param name="Text">Text of a slot, null = unknown; null where there are no texts.</param>
/// <param name="Holds">Whether the condition holds for a slot; null = not known without asking.</param>
internal sealed record ConditionValues(string Title, DistributionUnit Unit, Func<int, double>? Value, bool? Whole = null, Func<int, string?>? Text = null, Func<int, bool>? Holds = null)
{
    /// <summary>Asks the store what the condition compares. Call within <see cref="TwinStore.Read"/>.</summary>
    /// <param name="give">Takes what must be given back to the store when the values were read.</param>
    /// <returns>Null when it compares nothing: it holds or it does not.</returns>
    public static ConditionValues? Of(SegmentRule condition, TwinStore store, ShopCalendar calendar, DateTime asOf, RuleNames names, Action<SlotValues> give) => condition switch
    {
        FieldRule field => Field(field, store, calendar, asOf),
        EventRule happened => Event(happened, store, calendar, asOf, names, give),
        RankRule { Event: { } happened } => Measured(happened, store, calendar, asOf, names, give),
        RankRule { Field: { } field } => Ranked(field, store, calendar, asOf),
        MemberRule { Member: true, Segment: { } segment, Days: not null } => Membership(store.Members.GetValueOrDefault(segment) ?? [], asOf),
        BucketRule bucket => Draw(store, BucketRule.Seed(bucket.Salt)),
        NearRule near => Distance(near, store),
        _ => null,
    };

    private static ConditionValues Ranked(string name, TwinStore store, ShopCalendar calendar, DateTime asOf) =>
        Field(name.StartsWith(RuleFields.Custom, StringComparison.Ordinal) ? new TraitRule { Field = name, Op = RuleOperator.AtLeast, Value = 0d } : new TwinRule { Field = name, Op = RuleOperator.AtLeast, Value = 0d }, store, calendar, asOf)!;

    private static ConditionValues? Field(FieldRule rule, TwinStore store, ShopCalendar calendar, DateTime asOf)
    {
        var field = RuleFields.Find(rule)!;
        if (field.Many)
        {
            return null; // several values a slot: read elsewhere
        }

        var column = StoreFields.Column(rule);
        var (numbers, wholes) = (field.Kind is FieldKind.Number or FieldKind.Percent ? store.Number(column) : null, field.Kind is FieldKind.Text or FieldKind.Number or FieldKind.Percent ? null : store.Whole(column));
        return field.Kind switch
        {
            FieldKind.Text => field.Suggest || field.Values is not null ? new(field.Label, DistributionUnit.Text, null, Text: Texts(store.Text(column))) : null,
            FieldKind.Number => new(field.Label, DistributionUnit.Number, x => numbers![x] ?? double.NaN),
            FieldKind.Percent => new(field.Label, DistributionUnit.Percent, x => numbers![x] * 100 ?? double.NaN, Whole: false),
            FieldKind.Money => new(field.Label, DistributionUnit.Money, x => wholes![x] / 100.0 ?? double.NaN, Whole: false),
            FieldKind.Years => Years(field, store.Whole("birthDate"), asOf),
            _ => Time(field, rule, wholes!, calendar, asOf),
        };
    }

    private static Func<int, string?> Texts(TextColumn column) => x => column[x] is { Length: > 0 } text ? text : null;

    private static ConditionValues Time(RuleField field, FieldRule rule, ValueColumn<long> column, ShopCalendar calendar, DateTime asOf)
    {
        var (now, today, instants) = (Instants.Of(asOf), StoreFields.Day(DateOnly.FromDateTime(asOf)), field.Kind == FieldKind.Instant);
        return rule.Op switch
        {
            RuleOperator.InLast or RuleOperator.NotInLast => new($"{field.Label}, days ago", DistributionUnit.DaysAgo, x => column[x] is { } at ? instants ? Math.Floor((now - at) / (double)Instants.Day) : today - at : double.NaN, Whole: true),
            RuleOperator.InNext => new($"{field.Label}, days ahead", DistributionUnit.DaysAhead, x => column[x] is { } at ? Math.Floor((at - now - 1) / (double)Instants.Day) : double.NaN, Whole: true),
            RuleOperator.AnniversaryIn => new($"{field.Label}: days until its day comes", DistributionUnit.DaysAhead, Anniversary(column, DateOnly.FromDateTime(calendar.ToLocal(asOf))), Whole: true),
            _ => new(field.Label, DistributionUnit.Date, x => column[x] is { } at ? instants ? Math.Floor(at / (double)Instants.Day) : at : double.NaN, Whole: true),
        };
    }

    /// <summary>0 = today; the leap day's is 1 March in other years.</summary>
    private static Func<int, double> Anniversary(ValueColumn<long> column, DateOnly today)
    {
        var ahead = new double[13 * 32];
        for (var i = 366; i >= 0; i--)
        {
            var day = today.AddDays(i);
            ahead[(day.Month * 32) + day.Day] = i;
            ahead[(2 * 32) + 29] = day is { Month: 3, Day: 1 } && !DateTime.IsLeapYear(day.Year) ? i : ahead[(2 * 32) + 29];
        }

        return x =>
        {
            if (column[x] is not { } born)
            {
                return double.NaN;
            }

            var day = DateOnly.FromDayNumber((int)born + Epoch);
            return ahead[(day.Month * 32) + day.Day];
        };
    }

    private static ConditionValues Years(RuleField field, ValueColumn<long> column, DateTime asOf)
    {
        var today = DateOnly.FromDateTime(asOf);
        var bornBy = Enumerable.Range(0, MostYears).Select(x => StoreFields.Day(today.AddYears(-x))).ToArray(); // the last birth date of those so old
        return new(field.Label, DistributionUnit.Years, x =>
        {
            if (column[x] is not { } born || born > bornBy[0])
            {
                return double.NaN;
            }

            var years = Math.Min(MostYears - 1, (int)((bornBy[0] - born) / 365.2425));
            years -= born > bornBy[years] ? 1 : 0;
            return years + 1 < MostYears && born <= bornBy[years + 1] ? years + 1 : years;
        }, Whole: true);
    }

    private static ConditionValues? Event(EventRule rule, TwinStore store, ShopCalendar calendar, DateTime asOf, RuleNames names, Action<SlotValues> give)
    {
        var length = TimeSpan.FromDays(rule.Days ?? 0);
        switch (rule.Op)
        {
            case EventOperator.Performed or EventOperator.NotPerformed:
                var often = Measured(rule, store, calendar, asOf, names, give);
                return often with { Holds = x => often.Value!(x) > 0 == (rule.Op == EventOperator.Performed) };
            case EventOperator.Regularly:
                return Regularly(rule, length, store, calendar, asOf, names);
            case EventOperator.Stopped:
                var before = Between(rule, asOf - (length * (rule.Periods!.Value + 1)), asOf - length);
                return Measured(before, store, calendar, asOf, names, give);
            case EventOperator.Restarted:
                return null;
            default:
                return Measured(rule, store, calendar, asOf, names, give, MeasureInterval.Of(rule, asOf));
        }
    }

    private static ConditionValues Measured(EventRule rule, TwinStore store, ShopCalendar calendar, DateTime asOf, RuleNames names, Action<SlotValues> give, MeasureInterval? admitted = null)
    {
        var values = new StoreEvents(store, calendar, asOf).Measure(rule);
        give(values);
        var (now, what) = (Instants.Of(asOf), RuleWords.Measure(rule));
        var title = $"{char.ToUpperInvariant(what[0])}{what[1..]}{(rule.Measure == EventMeasure.Count ? " they " : ": ")}{EventSentence.Did(rule, names)}";
        var known = rule.Measure is EventMeasure.Count or EventMeasure.Sum or EventMeasure.Distinct; // of nothing: 0
        double Known(int slot) => values[slot] is var x && known && double.IsNaN(x) ? 0 : x;
        Func<int, bool>? holds = admitted is null ? null : x => admitted.Holds(Known(x)); // of the unknown, NaN, nothing holds
        return rule.Measure switch
        {
            EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast => new(title, DistributionUnit.DaysAgo, x => Math.Floor((now - values[x]) / Instants.Day), Whole: true, Holds: holds),
            _ when rule.IsMoney => new(title, DistributionUnit.Money, x => Known(x) / 100, Whole: false, Holds: holds),
            EventMeasure.Average => new(title, DistributionUnit.Number, Known, Whole: false, Holds: holds),
            _ => new(title, DistributionUnit.Number, Known, Whole: true, Holds: holds),
        };
    }

    private static ConditionValues Regularly(EventRule rule, TimeSpan length, TwinStore store, ShopCalendar calendar, DateTime asOf, RuleNames names)
    {
        var (counts, events) = (new byte[store.Slots], new StoreEvents(store, calendar, asOf));
        for (var period = 0; period < rule.Periods!.Value; period++)
        {
            foreach (var slot in events.Where(Between(rule, asOf - (length * (period + 1)), asOf - (length * period))).Slots())
            {
                counts[slot]++;
            }
        }

        return new($"Of {rule.Periods} periods of {RuleSentence.Days(rule.Days)}, those in which they {EventSentence.Did(rule with { Op = EventOperator.Performed, Days = null, Periods = null }, names)}", DistributionUnit.Number, x => counts[x], Whole: true, Holds: x => counts[x] >= rule.Value);
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

    private static ConditionValues Membership(Dictionary<int, long> members, DateTime asOf)
    {
        var now = Instants.Of(asOf);
        return new("Days in the segment", DistributionUnit.DaysAgo, x => members.TryGetValue(x, out var at) ? Math.Floor((now - at) / (double)Instants.Day) : double.NaN, Whole: true);
    }

    private static ConditionValues Draw(TwinStore store, int seed) => new("Place in the draw", DistributionUnit.Percent, x => BucketRule.Draw(store.IdOf(x), seed) / 100.0, Whole: false);

    private static ConditionValues? Distance(NearRule rule, TwinStore store)
    {
        var place = rule.Store is { } id ? store.Places.GetValueOrDefault(id) : (rule.Latitude!.Value, rule.Longitude!.Value);
        if (place is not var (latitude, longitude))
        {
            return null;
        }

        var (north, east) = (store.Number(TwinStore.Latitude), store.Number(TwinStore.Longitude));
        return new("Distance", DistributionUnit.Kilometres, x => north[x] is { } n && east[x] is { } e ? NearRule.Distance(n, e, latitude, longitude) : double.NaN, Whole: false);
    }

    private const int MostYears = 151;
    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;
}
