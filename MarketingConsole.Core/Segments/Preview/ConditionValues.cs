using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments;

/// <summary>Writes the number of each slot, NaN where there is none.</summary>
internal delegate void SlotReader(ReadOnlySpan<int> slots, Span<double> numbers);

/// <summary>What a condition compares, of each slot of the twin store.</summary>
/// <param name="Title">What is measured.</param>
/// <param name="Numbers">Null where there are none.</param>
/// <param name="Whole">Numbers are whole; null = look.</param>
/// <param name="Text">Null where there is none.</param>
/// <param name="Holds">Slots for which the condition holds; null = not known without asking.</param>
/// <param name="Known">The only slots that must be read; null = all.</param>
/// <param name="Otherwise">The number of all others, NaN = unknown.</param>
internal sealed record ConditionValues(string Title, DistributionUnit Unit, SlotReader? Numbers, bool? Whole = null, TextColumn? Text = null, Func<SlotSet>? Holds = null, SlotSet? Known = null, double Otherwise = double.NaN)
{
    private const int MostYears = 151;
    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>Asks the store what the condition compares. Call within <see cref="TwinStore.Read"/>.</summary>
    /// <param name="give">Takes what must be given back to the store when the values were read.</param>
    /// <returns>Null when it compares nothing: it holds or it does not.</returns>
    public static ConditionValues? Of(SegmentRule condition, TwinStore store, ShopCalendar calendar, DateTime asOf, RuleNames names, Action<SlotValues> give) => condition switch
    {
        FieldRule field => Field(field, store, calendar, asOf),
        EventRule happened => new ConditionMeasures(store, calendar, asOf, names, give).Of(happened),
        RankRule { Event: { } happened } => new ConditionMeasures(store, calendar, asOf, names, give).Measured(happened),
        RankRule { Field: { } field } => Ranked(field, store, calendar, asOf),
        MemberRule { Member: true, Segment: { } segment, Days: not null } => Membership("Days in the segment", store.Members.GetValueOrDefault(segment) ?? [], asOf),
        HeldRule { Watch: { } watch } => Membership("Days for which it has held", store.Members.GetValueOrDefault(watch) ?? [], asOf),
        BucketRule bucket => new("Place in the draw", DistributionUnit.Percent, Each(x => BucketRule.Draw(store.IdOf(x), BucketRule.Seed(bucket.Salt)) / 100.0), Whole: false),
        NearRule near => Distance(near, store),
        _ => null,
    };

    internal static SlotReader Each(Func<int, double> read) => (slots, numbers) =>
    {
        for (var i = 0; i < slots.Length; i++)
        {
            numbers[i] = read(slots[i]);
        }
    };

    private static ConditionValues? Ranked(string name, TwinStore store, ShopCalendar calendar, DateTime asOf) =>
        Field(RuleFields.RuleFor(name) with { Op = RuleOperator.AtLeast, Value = 0d }, store, calendar, asOf);

    private static ConditionValues? Field(FieldRule rule, TwinStore store, ShopCalendar calendar, DateTime asOf)
    {
        var (field, column) = (RuleFields.Find(rule)!, StoreFields.Column(rule));
        return field.Kind switch
        {
            _ when field.Many => null, // several values a slot: read elsewhere
            FieldKind.Text => field.Suggest || field.Values is not null ? new(field.Label, DistributionUnit.Text, null, Text: store.Text(column)) : null,
            FieldKind.Number => new(field.Label, DistributionUnit.Number, Read(store, store.Number(column), 1)),
            FieldKind.Percent => new(field.Label, DistributionUnit.Percent, Read(store, store.Number(column), 100), Whole: false),
            FieldKind.Points => new(field.Label, DistributionUnit.Points, Read(store, store.Number(column), 100), Whole: false),
            FieldKind.Money => new(field.Label, DistributionUnit.Money, Read(store, store.Whole(column), x => x / 100.0), Whole: false),
            FieldKind.Years => new(field.Label, DistributionUnit.Years, Read(store, store.Whole("birthDate"), Age(asOf)), Whole: true), // an age is its birth date
            _ => Time(field, rule, store, store.Whole(column), calendar, asOf),
        };
    }

    private static SlotReader Read(TwinStore store, ValueColumn<double> column, double times) => (slots, numbers) =>
    {
        var values = column.Values(store.Slots);
        for (var i = 0; i < slots.Length; i++)
        {
            numbers[i] = values[slots[i]] * times;
        }
    };

    private static SlotReader Read(TwinStore store, ValueColumn<long> column, Func<long, double> number) => (slots, numbers) =>
    {
        var values = column.Values(store.Slots);
        var unknown = column.Unknown;
        for (var i = 0; i < slots.Length; i++)
        {
            var x = values[slots[i]];
            numbers[i] = x == unknown ? double.NaN : number(x);
        }
    };

    private static ConditionValues Time(RuleField field, FieldRule rule, TwinStore store, ValueColumn<long> column, ShopCalendar calendar, DateTime asOf)
    {
        var (now, today, instants) = (Instants.Of(asOf), StoreFields.Day(DateOnly.FromDateTime(asOf)), field.Kind == FieldKind.Instant);
        return rule.Op switch
        {
            RuleOperator.InLast or RuleOperator.NotInLast => new($"{field.Label}, days ago", DistributionUnit.DaysAgo, Read(store, column, instants ? x => Days(now - x) : x => today - x), Whole: true),
            RuleOperator.InNext => new($"{field.Label}, days ahead", DistributionUnit.DaysAhead, Read(store, column, x => Days(x - now - 1)), Whole: true),
            RuleOperator.AnniversaryIn => new($"{field.Label}: days until its day comes", DistributionUnit.DaysAhead, Read(store, column, Anniversary(DateOnly.FromDateTime(calendar.ToLocal(asOf)))), Whole: true),
            _ => new(field.Label, DistributionUnit.Date, Read(store, column, instants ? Days : x => x), Whole: true),
        };
    }

    /// <summary>Full days of 24 hours in milliseconds.</summary>
    internal static double Days(long milliseconds) => Math.Floor(milliseconds / (double)Instants.Day);

    /// <summary>0 = today; the leap day's is 1 March in other years.</summary>
    private static Func<long, double> Anniversary(DateOnly today)
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
            var day = DateOnly.FromDayNumber((int)x + Epoch);
            return ahead[(day.Month * 32) + day.Day];
        };
    }

    private static Func<long, double> Age(DateTime asOf)
    {
        var today = DateOnly.FromDateTime(asOf);
        var (last, days) = (StoreFields.Day(today), new double[(MostYears * 366) + 1]);
        for (var (day, years) = (0, 0); day < days.Length; day++)
        {
            years += years + 1 < MostYears && last - day <= StoreFields.Day(today.AddYears(-years - 1)) ? 1 : 0;
            days[day] = years;
        }

        return born => born > last ? double.NaN : days[Math.Min(last - born, days.Length - 1)];
    }

    private static ConditionValues Membership(string title, Dictionary<int, long> members, DateTime asOf)
    {
        var now = Instants.Of(asOf);
        return new(title, DistributionUnit.DaysAgo, Each(x => members.TryGetValue(x, out var at) ? Days(now - at) : double.NaN), Whole: true);
    }

    private static ConditionValues? Distance(NearRule rule, TwinStore store)
    {
        var place = rule.Store is { } id ? store.Places.GetValueOrDefault(id) : (rule.Latitude!.Value, rule.Longitude!.Value);
        if (place is not var (latitude, longitude))
        {
            return null;
        }

        var (north, east) = (store.Number(TwinStore.Latitude), store.Number(TwinStore.Longitude));
        return new("Distance", DistributionUnit.Kilometres, Each(x => north[x] is { } n && east[x] is { } e ? NearRule.Distance(n, e, latitude, longitude) : double.NaN), Whole: false);
    }
}
