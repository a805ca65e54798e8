using System.Globalization;

namespace MarketingConsole.Core.Segments;

/// <summary>Names behind the ids in a rule, for reading it aloud.</summary>
public sealed record RuleNames(IReadOnlyDictionary<int, string> Segments, IReadOnlyDictionary<int, string> Stores, IReadOnlyDictionary<int, string> Campaigns, string Currency)
{
    /// <summary>In which days are told.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    public static RuleNames None { get; } = new(new Dictionary<int, string>(), new Dictionary<int, string>(), new Dictionary<int, string>(), "EUR");
}

/// <summary>A rule as an English sentence. Works on unfinished rules too: what is missing reads "…".</summary>
public static class RuleSentence
{
    private const string Except = "except ";
    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-GB");

    public static string Of(SegmentRule rule, RuleNames? names = null)
    {
        var who = Who(rule, names ?? RuleNames.None);
        return $"Customers {who}{(who.EndsWith('…') ? "" : ".")}";
    }

    /// <summary>The condition as a clause that follows "customers": "who bought Tea at least 3 times".</summary>
    public static string Who(SegmentRule rule, RuleNames names) => rule switch
    {
        GroupRule { Rules.Count: 0 } => "who …",
        GroupRule { Match: GroupMatch.All } group => group.Rules.OrderBy(x => x is GroupRule { Match: GroupMatch.None }).Select(x => Inner(x, names)).Aggregate((all, x) => x.StartsWith(Except, StringComparison.Ordinal) ? $"{all}, but not {x[Except.Length..]}" : $"{all}, and {x}"),
        GroupRule { Match: GroupMatch.Any, Rules.Count: 1 } group => Who(group.Rules[0], names),
        GroupRule { Match: GroupMatch.Any } group => "either " + string.Join(", or ", group.Rules.Select(x => Inner(x, names))),
        GroupRule { Rules.Count: 1 } group => $"{Except}those {Who(group.Rules[0], names)}",
        GroupRule group => Except + "those " + string.Join(", or ", group.Rules.Select(x => Inner(x, names))),
        FieldRule field => Field(field, names),
        EventRule happened => EventSentence.Who(happened, names),
        SequenceRule sequence => EventSentence.Who(sequence, names),
        PermissionRule permission => $"who {(permission.Allowed ? "allow" : "do not allow")} {(permission.Purpose is { } purpose ? RuleWords.Purpose(purpose) : "…")}",
        HeldRule held => $"who for at least {Length(held)} have been among {Among(held.Rule is null ? "who …" : Inner(held.Rule, names))}",
        MemberRule { Days: { } days } member => $"who have been in segment {(member.Segment is { } id ? Name(names.Segments, id) : "…")} for at least {Days(days)}",
        MemberRule member => $"who are {(member.Member ? "" : "not ")}in segment {(member.Segment is { } id ? Name(names.Segments, id) : "…")}",
        LookalikeRule alike => $"who resemble segment {(alike.Segment is { } id ? Name(names.Segments, id) : "…")} by at least {Count(alike.AtLeast)} %",
        RankRule rank => Rank(rank, names),
        BucketRule bucket => $"who are drawn at random from {Count(bucket.From)} to {Count(bucket.To)} %{(bucket.Salt.Length > 0 ? $" of the draw “{bucket.Salt}”" : "")}",
        NearRule near => $"who live within {Count(near.Kilometres)} km of {(near.Store is { } store ? $"store {Name(names.Stores, store)}" : $"{Degrees(near.Latitude)}, {Degrees(near.Longitude)}")}",
        _ => "who …",
    };

    private static string Among(string who) => who.StartsWith(Except, StringComparison.Ordinal) ? $"all ({who})" : $"those {who}";

    private static string Inner(SegmentRule rule, RuleNames names) => rule is GroupRule { Rules.Count: > 1, Match: not GroupMatch.None } ? $"({Who(rule, names)})" : Who(rule, names);

    private static string Field(FieldRule rule, RuleNames names)
    {
        if (RuleFields.Find(rule) is not { } field)
        {
            return "whose … is …";
        }

        if (rule is { Op: RuleOperator.AnniversaryIn, Field: "birthDate" })
        {
            return rule.Days == 1 ? "whose birthday is today" : $"whose birthday is within {Days(rule.Days)}";
        }

        var op = rule.Op switch { RuleOperator.In => "is", RuleOperator.NotIn => rule.Values is { Count: > 1 } ? "is neither" : "is not", RuleOperator.HasAll => "includes", _ => RuleWords.Operator(rule.Op, field.Kind) };
        var tail = rule.Op switch
        {
            RuleOperator.Exists or RuleOperator.Missing => "",
            RuleOperator.In => $" {List(rule.Values ?? [])}",
            RuleOperator.HasAll => $" {List(rule.Values ?? [], "and")}",
            RuleOperator.NotIn => $" {string.Join(" nor ", rule.Values is { Count: > 0 } values ? values : ["…"])}",
            RuleOperator.InLast or RuleOperator.NotInLast or RuleOperator.InNext or RuleOperator.AnniversaryIn => $" {Days(rule.Days)}",
            RuleOperator.During => $" {(rule.Window is { } window ? RuleWords.Window(window) : "…")}",
            RuleOperator.Between => $" {Value(rule.Value, field.Kind, names)} and {Value(rule.To, field.Kind, names)}",
            _ => " " + Value(rule.Value, field.Kind, names),
        };
        return $"whose {Label(field)} {op}{tail}";
    }

    private static string Rank(RankRule rule, RuleNames names)
    {
        var many = rule.Percent is { } percent ? $"{Count(percent)} %" : Count(rule.Count);
        var by = rule.Event is { Measure: EventMeasure.Count } counted ? $"how often they {EventSentence.Did(counted, names)}" : rule.Event is { } happened ? $"{RuleWords.Measure(happened)} ({EventSentence.Did(happened, names)})" : rule.Field is { } name && RuleFields.FindRanked(name) is { } field ? Label(field) : "…";
        return $"who are among the {RuleWords.End(rule)} {many}{(rule.Field == RuleFields.Age ? "" : $" by {by}")}";
    }

    private static string Label(RuleField field) => field.Said ?? (field.Label.Length > 1 && char.IsLower(field.Label[1]) && !field.Many ? char.ToLowerInvariant(field.Label[0]) + field.Label[1..] : field.Label);

    internal static string Value(RuleValue? value, FieldKind kind, RuleNames names) => (value, kind) switch
    {
        (null or { Text: "" }, _) => "…",
        ({ Number: { } number }, FieldKind.Money) => Money(number, names),
        ({ Number: { } number }, FieldKind.Percent) => number.ToString("0.##", English) + " %",
        ({ Number: { } number }, FieldKind.Points) => Points(number),
        ({ Number: { } number }, _) => Count(number),
        ({ Date: { } date }, FieldKind.Date or FieldKind.Instant) => date.ToString("d MMMM yyyy", English),
        _ => value.ToString()!,
    };

    internal static string List(IReadOnlyList<string> values, string word = "or") => values.Count switch
    {
        0 => "…",
        1 => values[0],
        _ => string.Join(", ", values.SkipLast(1)) + $" {word} " + values[^1],
    };

    internal static string Name(IReadOnlyDictionary<int, string> names, int id) => names.GetValueOrDefault(id) ?? id.ToString(CultureInfo.InvariantCulture);

    internal static string Money(double? value, RuleNames names) => value is { } number ? $"{number.ToString(number % 1 == 0 ? "#,0" : "#,0.00", English)} {names.Currency}" : "…";

    internal static string Count(double? value) => value?.ToString("#,0.##", English) ?? "…";

    internal static string Points(double value) => $"{Signed(value)} {Plural("point", Math.Abs(value))}";

    internal static string Signed(double value) => value.ToString("+0.##;−0.##;0", English);

    internal static string Plural(string word, double? count) => count == 1 ? word : word + "s";

    internal static string Days(double? days) => $"{Count(days)} {Plural("day", days)}";

    internal static string Length(HeldRule rule) => rule.Minutes is { } minutes ? Minutes(minutes) : Days(rule.Days);

    internal static string Minutes(double? minutes) => $"{Count(minutes)} {Plural("minute", minutes)}";

    internal static string Day(DateTimeOffset at, RuleNames names) => TimeZoneInfo.ConvertTime(at, names.Zone).ToString("d MMMM yyyy", English);

    private static string Degrees(double? degrees) => degrees?.ToString("0.####", English) ?? "…";
}
