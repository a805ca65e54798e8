using System.Globalization;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>What is said of a field: "is gold or silver", "over 30", "was in the last 30 days", "is unknown".</summary>
internal sealed class FieldValues(Cursor cursor, Quantities quantities, Periods periods, ShopNames names)
{
    private const string Be = "is|are|was|were|be|has been|have been|lies|falls|happened|took place";
    /// <summary>Stands for any property of an event: its values are single words.</summary>
    public static readonly TraitRule Property = new() { Field = RuleFields.Custom + "property" };

    private const string Stop = "who|whose|that|which|with|but|except|without|,|;|)|or|and|nor";

    private static readonly string[] Female = ["female", "f", "woman", "w"], Male = ["male", "m", "man"];

    /// <returns>The rule with its comparison; null when none stands here.</returns>
    public FieldRule? Compare(FieldRule rule) => RuleFields.Find(rule) is not { } field ? null : cursor.Try(() => Known(rule)) ?? cursor.Try(() => field.Kind switch
    {
        FieldKind.Text => Text(rule, field),
        FieldKind.Date or FieldKind.Instant => Time(rule, field),
        _ => Number(rule, field.Kind),
    });

    /// <summary>One value or several with "or" between them: "gold", "gold or silver".</summary>
    public FieldRule? OneOf(FieldRule rule, bool not = false) => RuleFields.Find(rule) is { } field && List(field, free: false) is { } list ? In(rule, list, not) : null;

    /// <summary>The shop's word for a gender, or the usual one.</summary>
    public string Gender(bool female) => names.Shop.Of("gender").FirstOrDefault(x => (female ? Female : Male).Contains(x.ToLowerInvariant())) ?? (female ? Female : Male)[0];

    private FieldRule? Known(FieldRule rule)
    {
        cursor.Take(Be);
        return cursor.Take("unknown|missing|empty|not known/set/given|missing") ? rule with { Op = RuleOperator.Missing } : cursor.Take("known|set|given|exists|exist|not unknown/missing/empty") ? rule with { Op = RuleOperator.Exists } : null;
    }

    private FieldRule? Text(FieldRule rule, RuleField field)
    {
        foreach (var (phrase, op) in new[] { ("contains|contain|containing", RuleOperator.Contains), ("starts/start/starting/begins/beginning with", RuleOperator.StartsWith), ("ends/end/ending with", RuleOperator.EndsWith) })
        {
            if (cursor.Take(phrase))
            {
                return Free(field) is { } part ? rule with { Op = op, Value = part } : null;
            }
        }

        if (cursor.Take("includes all of?|include all of?|includes|include"))
        {
            return List(field, free: true) is { } all ? rule with { Op = RuleOperator.HasAll, Values = all } : null;
        }

        if (field.Many && cursor.Try(() => Number(rule, FieldKind.Number) is { } one && !Listed() ? one : null) is { } number)
        {
            return number;
        }

        var be = cursor.Take(Be) | cursor.Take("=|:|of");
        if (cursor.Take("neither|none of|not one of|not among|not any of|other than|anything but"))
        {
            return List(field, free: true) is { } none ? In(rule, none, true) : null;
        }

        var not = cursor.Take("not");
        if (field.Many && not && cursor.Try(() => quantities.Number() is { } value && !Listed() ? rule with { Op = RuleOperator.IsNot, Value = value } : null) is { } unequal)
        {
            return unequal;
        }

        be |= cursor.Take("in|one of|any of|among|either");
        return List(field, free: be || not) is { } list ? In(rule, list, not) : null;
    }

    /// <summary>Another number follows: a list of texts that look like numbers.</summary>
    private bool Listed() => cursor.Sees("or|nor|,") && cursor.Is(TokenKind.Number, 1);

    private FieldRule? Number(FieldRule rule, FieldKind kind)
    {
        var be = cursor.Take(Be) | cursor.Take("of|=|:");
        Func<double?> read = kind switch { FieldKind.Money => quantities.Money, FieldKind.Percent => quantities.Percent, FieldKind.Points => quantities.Points, _ => quantities.Number };
        if (cursor.Take("not equal? to?") && read() is { } other)
        {
            return rule with { Op = RuleOperator.IsNot, Value = other };
        }

        if (quantities.Compare(read, be || kind != FieldKind.Years ? EventOperator.Exactly : null) is not { } compared)
        {
            return null;
        }

        cursor.Take(kind == FieldKind.Years ? "years old|years|year-old|year-olds|year olds" : "days");
        return rule with { Op = compared.OfField, Value = compared.Value, To = compared.To is { } to ? new RuleValue(to) : default(RuleValue?) };
    }

    private FieldRule? Time(FieldRule rule, RuleField field)
    {
        var start = cursor.At;
        cursor.Take(Be);
        var not = cursor.Take("not");
        if (cursor.Take("has its day in the next|has its day within") && quantities.Days(one: true) is { } anniversary)
        {
            return rule with { Op = RuleOperator.AnniversaryIn, Days = anniversary };
        }

        if (field.Ahead && cursor.Take("due? in/within the next|due? in|due? within|coming") && quantities.Days(one: true) is { } next)
        {
            return not ? null : rule with { Op = RuleOperator.InNext, Days = next };
        }

        if (Ago() is var (op, days))
        {
            return field.Ahead ? null : rule with { Op = op == RuleOperator.InLast == !not ? RuleOperator.InLast : RuleOperator.NotInLast, Days = days };
        }

        if (periods.Take(never: false) is not { } period)
        {
            cursor.At = start;
            return null;
        }

        if (period.Days is { } last && !field.Ahead)
        {
            return rule with { Op = not ? RuleOperator.NotInLast : RuleOperator.InLast, Days = last };
        }

        return not ? null : period switch
        {
            { Window: { } window } => rule with { Op = RuleOperator.During, Window = window },
            { From: { } from, Until: { } until } => rule with { Op = RuleOperator.Between, Value = Iso(from), To = (RuleValue)Iso(until.AddDays(-1)) },
            { From: { } from } => rule with { Op = RuleOperator.AtLeast, Value = Iso(from) },
            { Until: { } until } => rule with { Op = RuleOperator.Below, Value = Iso(until) },
            _ => null,
        };
    }

    /// <summary>"more than 60 days ago", "less than a week ago".</summary>
    private (RuleOperator Op, int Days)? Ago()
    {
        var start = cursor.At;
        var longer = cursor.Take("more/longer than|at least|over|not less than");
        if ((longer || cursor.Take("less than|at most|not more than|under|within")) && quantities.Days() is { } days && cursor.Take("ago"))
        {
            return (longer ? RuleOperator.NotInLast : RuleOperator.InLast, days);
        }

        cursor.At = start;
        return null;
    }

    private List<string>? List(RuleField field, bool free)
    {
        if (One(field, free) is not { } first)
        {
            return null;
        }

        var list = new List<string> { first };
        for (var at = cursor.At; ; at = cursor.At)
        {
            if (!cursor.Take(", or/and?|or|and|nor|/") || cursor.Sees("in/from/of? who/whose/that") || Another(field, free) is not { } next)
            {
                cursor.At = at;
                return list;
            }

            list.Add(next);
        }
    }

    /// <summary>A value after "or": a free one only in a list of single words, for what follows may be a condition of its own.</summary>
    private string? Another(RuleField field, bool free)
    {
        cursor.Take("in|from");
        if (One(field, free: false) is { } known)
        {
            return known;
        }

        var at = cursor.At;
        if (free && field.Values is null && Free(field) is { } text && cursor.At == at + 1 && !Clause(at))
        {
            return text;
        }

        cursor.At = at;
        return null;
    }

    private bool Clause(int at)
    {
        (var here, cursor.At) = (cursor.At, at);
        var verb = EventVerbs.Verb(cursor) is not null || cursor.Sees("(|not|allow|spent|are|is|have");
        cursor.At = here;
        return verb;
    }

    private string? One(RuleField field, bool free)
    {
        var at = cursor.At;
        cursor.Take("the");
        if (names.ValuesOf(field).Take(cursor) is { } known)
        {
            return known.Value;
        }

        if (field.Name == "country" && ShopNames.Country(cursor) is { } code)
        {
            return code;
        }

        if (field.Name == "gender" && cursor.Sees("female/females/woman/women/male/males/man/men"))
        {
            return Gender(cursor.Take("female/females/woman/women") || !cursor.Take("male/males/man/men"));
        }

        if (free && field.Values is null && Free(field) is { } text)
        {
            return text;
        }

        cursor.At = at;
        return null;
    }

    /// <summary>What was typed up to the next word that begins something new; a quoted text whole.</summary>
    private string? Free(RuleField field)
    {
        if (cursor.Is(TokenKind.Quoted))
        {
            cursor.At++;
            return cursor.Ahead(-1)!.Value.Word is { Length: > 0 } quoted ? quoted : null;
        }

        var start = cursor.At;
        while (!cursor.End && !cursor.Sees(Stop))
        {
            cursor.At++;
            if (field.Name == Property.Field)
            {
                break;
            }
        }

        return cursor.At > start ? cursor.Raw(start, cursor.At) : null;
    }

    private static FieldRule In(FieldRule rule, List<string> values, bool not) => values.Count == 1
        ? rule with { Op = not ? RuleOperator.IsNot : RuleOperator.Is, Value = values[0] }
        : rule with { Op = not ? RuleOperator.NotIn : RuleOperator.In, Values = values };

    private static string Iso(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);
}
