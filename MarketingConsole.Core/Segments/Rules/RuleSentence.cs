using System.Globalization;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <summary>Names behind the ids in a rule, for reading it aloud.</summary>
public sealed record RuleNames(IReadOnlyDictionary<int, string> Segments, IReadOnlyDictionary<int, string> Stores, IReadOnlyDictionary<int, string> Campaigns, string Currency)
{
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
        EventRule happened => Event(happened, names),
        PermissionRule permission => $"who {(permission.Allowed ? "allow" : "do not allow")} {(permission.Purpose is { } purpose ? RuleWords.Purpose(purpose) : "…")}",
        MemberRule member => $"who are {(member.Member ? "" : "not ")}in segment {(member.Segment is { } id ? Name(names.Segments, id) : "…")}",
        LookalikeRule alike => $"who resemble segment {(alike.Segment is { } id ? Name(names.Segments, id) : "…")} by at least {Count(alike.AtLeast)} %",
        _ => "who …",
    };

    private static string Inner(SegmentRule rule, RuleNames names) => rule is GroupRule { Rules.Count: > 1, Match: not GroupMatch.None } ? $"({Who(rule, names)})" : Who(rule, names);

    private static string Field(FieldRule rule, RuleNames names)
    {
        if (RuleFields.Find(rule) is not { } field)
        {
            return "whose … is …";
        }

        var label = field.Label.Length > 1 && char.IsLower(field.Label[1]) && rule.Field.StartsWith(RuleFields.Custom, StringComparison.Ordinal) is false ? char.ToLowerInvariant(field.Label[0]) + field.Label[1..] : field.Label;
        var op = rule.Op switch { RuleOperator.In => "is", RuleOperator.NotIn => rule.Values is { Count: > 1 } ? "is neither" : "is not", _ => RuleWords.Operator(rule.Op, field.Kind) };
        var tail = rule.Op switch
        {
            RuleOperator.Exists or RuleOperator.Missing => "",
            RuleOperator.In => $" {List(rule.Values ?? [])}",
            RuleOperator.NotIn => $" {string.Join(" nor ", rule.Values is { Count: > 0 } values ? values : ["…"])}",
            RuleOperator.InLast or RuleOperator.NotInLast or RuleOperator.InNext => $" {Count(rule.Days)} {Plural("day", rule.Days)}",
            RuleOperator.Between => $" {Value(rule.Value, field, names)} and {Value(rule.To, field, names)}",
            _ => " " + Value(rule.Value, field, names),
        };
        return $"whose {label} {op}{tail}";
    }

    private static string Event(EventRule rule, RuleNames names)
    {
        if (rule.Event is not { } type)
        {
            return "who …";
        }

        var never = rule.Op == EventOperator.NotPerformed;
        var lately = never && (rule.Days ?? (object?)rule.From) is not null; // "never" in a stretch of time is "did not"
        var did = type == EventType.Custom ? lately ? $"do “{rule.Name ?? "…"}”" : $"did “{rule.Name ?? "…"}”" : lately ? RuleWords.Do(type) : RuleWords.Did(type);
        var what = RuleWords.OfProducts(type) ? " " + (Products(rule.Where) ?? (never ? "anything" : "something")) : Products(rule.Where) is { } products ? $" ({products})" : "";
        var much = rule.Op is EventOperator.Performed or EventOperator.NotPerformed ? "" : rule.Measure switch
        {
            EventMeasure.Count => $" {RuleWords.Operator(rule.Op)} {Count(rule.Value)} {Plural("time", rule.Value)}",
            EventMeasure.Amount => $" for {RuleWords.Operator(rule.Op)} {Money(rule.Value, names)} in all",
            _ => $" {RuleWords.Operator(rule.Op)} {Count(rule.Value)} {Plural("piece", rule.Value)} in all",
        };
        return $"who {(lately ? RuleWords.Not(type) : never ? "never " : "")}{did}{what}{much}{Filters(rule.Where, names)}{Window(rule)}";
    }

    private static string? Products(EventFilter? where)
    {
        var parts = new[] { where?.Categories, where?.Brands, where?.Skus }.OfType<IReadOnlyList<string>>().Select(List).ToList();
        return parts.Count == 0 ? null : string.Join(" of ", parts);
    }

    private static string Filters(EventFilter? where, RuleNames names)
    {
        var text = "";
        text += where?.Channels is { } channels ? $" by {List([.. channels.Select(x => x.ToString().ToLowerInvariant())])}" : "";
        text += where?.Stores is { } stores ? $" in {List([.. stores.Select(x => Name(names.Stores, x))])}" : "";
        text += where?.Campaigns is { } campaigns ? $" from campaign {List([.. campaigns.Select(x => Name(names.Campaigns, x))])}" : "";
        return text + (where switch
        {
            { AmountAtLeast: { } low, AmountAtMost: { } high } => $" worth {Money(low, names)} to {Money(high, names)} each",
            { AmountAtLeast: { } low } => $" worth {Money(low, names)} or more each",
            { AmountAtMost: { } high } => $" worth {Money(high, names)} or less each",
            _ => "",
        });
    }

    private static string Window(EventRule rule) => rule switch
    {
        { Days: { } days } => $" in the last {Count(days)} {Plural("day", days)}",
        { From: { } from, Until: { } until } => $" between {Day(from)} and {Day(until.AddTicks(-1))}",
        { From: { } from } => $" since {Day(from)}",
        { Until: { } until } => $" before {Day(until)}",
        _ => "",
    };

    private static string Value(RuleValue? value, RuleField field, RuleNames names) => (value, field.Kind) switch
    {
        (null or { Text: "" }, _) => "…",
        ({ Number: { } number }, FieldKind.Money) => Money(number, names),
        ({ Number: { } number }, FieldKind.Percent) => number.ToString("0.##", English) + " %",
        ({ Number: { } number }, _) => Count(number),
        ({ Date: { } date }, FieldKind.Date or FieldKind.Instant) => date.ToString("d MMMM yyyy", English),
        _ => value.ToString()!,
    };

    private static string List(IReadOnlyList<string> values) => values.Count switch
    {
        0 => "…",
        1 => values[0],
        _ => string.Join(", ", values.SkipLast(1)) + " or " + values[^1],
    };

    private static string Name(IReadOnlyDictionary<int, string> names, int id) => names.GetValueOrDefault(id) ?? id.ToString(CultureInfo.InvariantCulture);

    private static string Money(double? value, RuleNames names) => value is { } number ? $"{number.ToString(number % 1 == 0 ? "#,0" : "#,0.00", English)} {names.Currency}" : "…";

    private static string Count(double? value) => value?.ToString("#,0.##", English) ?? "…";

    private static string Plural(string word, double? count) => count == 1 ? word : word + "s";

    private static string Day(DateTimeOffset at) => at.UtcDateTime.ToString("d MMMM yyyy", English);
}
