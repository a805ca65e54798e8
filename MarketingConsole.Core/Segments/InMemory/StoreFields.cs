using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Comparisons of traits and twin features over the store's columns; unknown satisfies nothing but "missing".</summary>
internal sealed class StoreFields(TwinStore store, ShopCalendar calendar, DateTime asOf)
{
    /// <summary>Names of columns that are read without being asked for: an age is a birth date, and what is allowed depends on where somebody lives.</summary>
    public const string BirthDate = "birthDate", Jurisdiction = "jurisdiction";

    private const long Least = long.MinValue + 1; // the least value itself stands for "unknown"
    private readonly DateOnly _today = DateOnly.FromDateTime(asOf);

    /// <summary>Name of a field's column: traits and twin features have lists of their own.</summary>
    public static string Column(FieldRule rule) => rule is TwinRule ? Twin(rule.Field) : rule.Field;

    /// <summary>Columns of traits and features that are read when the rule is evaluated customer by customer.</summary>
    public static IEnumerable<string> Columns(SegmentRule rule) => RuleTree.Counted(rule).OfType<FieldRule>().SelectMany(x => (string[])[Column(x), BirthDate]).Append(Jurisdiction).Append(TwinStore.Latitude).Append(TwinStore.Longitude);

    public static string Twin(string field) => TwinStore.TwinPrefix + field;

    public SlotSet Where(FieldRule rule)
    {
        var field = RuleFields.Find(rule) ?? throw new InvalidOperationException($"There is no field {rule.Field}.");
        return rule is TraitRule && rule.Field.StartsWith(RuleFields.Custom, StringComparison.Ordinal) ? Custom(rule) : field.Kind switch
        {
            FieldKind.Text => Text(store.Text(Column(rule)), rule),
            FieldKind.Number => Number(store.Number(Column(rule)), rule, 1),
            FieldKind.Percent or FieldKind.Points => Number(store.Number(Column(rule)), rule, 100),
            FieldKind.Money => Whole(rule, FieldConditions.Cents(rule.Value?.Number), FieldConditions.Cents(rule.To?.Number)),
            FieldKind.Years => Years(rule),
            FieldKind.Date => Date(rule),
            _ => Instant(rule),
        };
    }

    private SlotSet Text(TextColumn column, FieldRule rule)
    {
        if (rule.Op == RuleOperator.Missing)
        {
            return column.Where(x => x.Length > 0, store.Slots).Not();
        }

        return column.Where(Test(rule), store.Slots);
    }

    private static TextTest Test(FieldRule rule)
    {
        var value = rule.Value?.ToString() ?? "";
        var values = (rule.Values ?? []).ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
        return rule.Op switch
        {
            RuleOperator.Is => x => x.SequenceEqual(value),
            RuleOperator.IsNot => x => !x.SequenceEqual(value),
            RuleOperator.In => values.Contains,
            RuleOperator.NotIn => x => !values.Contains(x),
            RuleOperator.Contains => x => x.Contains(value, StringComparison.Ordinal),
            RuleOperator.StartsWith => x => x.StartsWith(value, StringComparison.Ordinal),
            RuleOperator.EndsWith => x => x.EndsWith(value, StringComparison.Ordinal),
            RuleOperator.Exists => x => x.Length > 0,
            _ => throw Unfit(rule),
        };
    }

    /// <summary>Any of a trait's values; the negative ones: known, and none of them.</summary>
    private SlotSet Custom(FieldRule rule)
    {
        if (!store.Traits.TryGetValue(rule.Field[RuleFields.Custom.Length..], out var trait))
        {
            return rule.Op == RuleOperator.Missing ? SlotSet.Full(store.Slots) : new SlotSet(store.Slots);
        }

        switch (rule.Op)
        {
            case RuleOperator.Exists:
                return Known();
            case RuleOperator.Missing:
                return Known().Not();
            case RuleOperator.HasAll:
                return (rule.Values ?? []).Aggregate(SlotSet.Full(store.Slots), (set, value) => set.And(trait.Where((x, _) => x == value, store.Slots)));
            case RuleOperator.IsNot:
            case RuleOperator.NotIn:
                var none = trait.Where(Any(rule with { Op = rule.Op == RuleOperator.IsNot ? RuleOperator.Is : RuleOperator.In }), store.Slots).Not();
                return trait.Where(rule.Value?.Number is null ? (_, _) => true : (_, n) => n is not null, store.Slots).And(none);
            default:
                return trait.Where(Any(rule), store.Slots);
        }

        SlotSet Known() => trait.Where((x, _) => x.Length > 0, store.Slots);
    }

    private static Func<string, double?, bool> Any(FieldRule rule)
    {
        if (rule.Value?.Number is { } value)
        {
            var (low, high) = Interval(rule, value, rule.To?.Number ?? value);
            return (_, n) => n >= low && n <= high;
        }

        var test = Test(rule);
        return (x, _) => test(x);
    }

    private SlotSet Number(ValueColumn<double> column, FieldRule rule, double parts)
    {
        var (low, high) = Interval(rule, (rule.Value?.Number ?? 0) / parts, (rule.To?.Number ?? 0) / parts);
        return Compared(column, rule, low, high);
    }

    private SlotSet Compared<T>(ValueColumn<T> column, FieldRule rule, T low, T high) where T : unmanaged, System.Numerics.INumber<T> => rule.Op switch
    {
        RuleOperator.Exists => column.Known(store.Slots),
        RuleOperator.Missing => column.Known(store.Slots).Not(),
        RuleOperator.IsNot => column.Between(low, high, store.Slots).Not().And(column.Known(store.Slots)),
        _ => column.Between(low, high, store.Slots),
    };

    private static (double Low, double High) Interval(FieldRule rule, double value, double to) => rule.Op switch
    {
        RuleOperator.Below => (double.NegativeInfinity, Math.BitDecrement(value)),
        RuleOperator.AtMost => (double.NegativeInfinity, value),
        RuleOperator.AtLeast => (value, double.PositiveInfinity),
        RuleOperator.Above => (Math.BitIncrement(value), double.PositiveInfinity),
        RuleOperator.Between => (value, to),
        _ => (value, value),
    };

    private SlotSet Whole(FieldRule rule, long value, long to)
    {
        var (low, high) = rule.Op switch
        {
            RuleOperator.Below => (Least, value - 1),
            RuleOperator.AtMost => (Least, value),
            RuleOperator.AtLeast => (value, long.MaxValue),
            RuleOperator.Above => (value + 1, long.MaxValue),
            RuleOperator.Between => (value, to),
            _ => (value, value),
        };
        return Compared(store.Whole(Column(rule)), rule, low, high);
    }

    /// <summary>Full years of age are bounds on the birth date: n or older means born on or before the day n years ago.</summary>
    private SlotSet Years(FieldRule rule)
    {
        long BornBy(double? years) => Day(_today.AddYears(-(int)(years ?? 0)));
        var (old, older, oldest) = (BornBy(rule.Value?.Number), BornBy(rule.Value?.Number + 1 ?? 1), BornBy(rule.To?.Number + 1 ?? 1));
        var (low, high) = rule.Op switch
        {
            RuleOperator.Below => (old + 1, long.MaxValue),
            RuleOperator.AtMost => (older + 1, long.MaxValue),
            RuleOperator.AtLeast => (Least, old),
            RuleOperator.Above => (Least, older),
            RuleOperator.Between => (oldest + 1, old),
            _ => (older + 1, old),
        };
        return Compared(store.Whole(BirthDate), rule, low, high);
    }

    private SlotSet Date(FieldRule rule)
    {
        var (value, to, since, today) = (Day(rule.Value?.Date ?? _today), Day(rule.To?.Date ?? _today), Day(_today.AddDays(-(rule.Days ?? 0))), Day(_today));
        if (rule.Op == RuleOperator.AnniversaryIn)
        {
            return Anniversary(store.Whole(Column(rule)), rule.Days ?? 0);
        }

        if (rule.Op == RuleOperator.During)
        {
            var window = CalendarDays.Of(rule.Window ?? default, asOf, calendar);
            return store.Whole(Column(rule)).Between(Day(window.From), Day(window.Until) - 1, store.Slots);
        }

        return rule.Op switch
        {
            RuleOperator.InLast => store.Whole(Column(rule)).Between(since + 1, today, store.Slots),
            RuleOperator.NotInLast => store.Whole(Column(rule)).Between(Least, since, store.Slots),
            _ => Whole(rule, value, to),
        };
    }

    /// <summary>Days of the year on which an anniversary falls within the next days, today included; the leap day's is 1 March in other years.</summary>
    private SlotSet Anniversary(ValueColumn<long> column, int days)
    {
        var (set, today, wanted) = (new SlotSet(store.Slots), DateOnly.FromDateTime(calendar.ToLocal(asOf)), new bool[13 * 32]);
        for (var i = 0; i < Math.Min(days, 366); i++)
        {
            var day = today.AddDays(i);
            wanted[(day.Month * 32) + day.Day] = true;
            wanted[(2 * 32) + 29] |= day is { Month: 3, Day: 1 } && !DateTime.IsLeapYear(day.Year);
        }

        wanted[(2 * 32) + 29] |= days >= 366;
        var values = column.Values(store.Slots);
        for (var slot = 0; slot < values.Length; slot++)
        {
            if (values[slot] != column.Unknown)
            {
                var born = DateOnly.FromDayNumber((int)(values[slot] + Epoch));
                if (wanted[(born.Month * 32) + born.Day])
                {
                    set.Add(slot);
                }
            }
        }

        return set;
    }

    private SlotSet Instant(FieldRule rule)
    {
        var column = store.Whole(Column(rule));
        var (now, since, until) = (Instants.Of(asOf), Instants.Of(asOf.AddDays(-(rule.Days ?? 0))), Instants.Of(asOf.AddDays(rule.Days ?? 0)));
        var (value, to) = (Day(rule.Value?.Date ?? _today) * Instants.Day, (Day(rule.To?.Date ?? _today) + 1) * Instants.Day);
        if (rule.Op == RuleOperator.During)
        {
            var (first, after) = CalendarDays.Of(rule.Window ?? default, asOf, calendar).Instants(calendar);
            return column.Between(Instants.Of(first), Instants.Of(after) - 1, store.Slots);
        }

        return rule.Op switch
        {
            RuleOperator.InLast => column.Between(since + 1, now, store.Slots),
            RuleOperator.InNext => column.Between(now + 1, until, store.Slots),
            RuleOperator.NotInLast => column.Between(Least, since, store.Slots),
            RuleOperator.Between => column.Between(value, to - 1, store.Slots),
            _ => Whole(rule, value, to),
        };
    }

    private static readonly int Epoch = DateOnly.FromDateTime(DateTime.UnixEpoch).DayNumber;

    /// <summary>Days since 1970-01-01.</summary>
    internal static long Day(DateOnly date) => date.DayNumber - Epoch;

    private static InvalidOperationException Unfit(FieldRule rule) => new($"Operator {rule.Op} does not fit {rule.Field}.");
}
