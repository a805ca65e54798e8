using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <summary>The words of <see cref="RuleSentence"/> for conditions on events.</summary>
internal static class EventSentence
{
    public static string Who(EventRule rule, RuleNames names)
    {
        if (rule.Event is null)
        {
            return "who …";
        }

        var never = rule.Op == EventOperator.NotPerformed;
        var lately = never && (rule.Days ?? rule.Minutes ?? rule.From ?? rule.Since ?? (object?)rule.Window) is not null; // "never" in a stretch of time is "did not"
        var did = never ? Not(Pattern(rule), names, lately) : Did(Pattern(rule), names, Much(rule, names));
        return $"who {did}{Window(rule, names)}{Late(rule)}";
    }

    public static string Who(SequenceRule rule, RuleNames names)
    {
        var window = rule.Days is { } days ? $" in the last {RuleSentence.Days(days)}" : "";
        var within = rule.WithinMinutes is { } minutes ? RuleSentence.Minutes(minutes) : RuleSentence.Days(rule.WithinDays);
        return $"who {Did(rule.First, names)}{window} and within {within} {Did(rule.Then, names)}{(rule.Without is { } without ? $", and {Not(without, names, true)} in between" : "")}";
    }

    /// <summary>The events of a rule without how often: "bought Tea in the last 30 days".</summary>
    public static string Did(EventRule rule, RuleNames names) => rule.Event is null ? "…" : Did(Pattern(rule), names) + Window(rule, names);

    private static string Did(EventPattern pattern, RuleNames names, string much = "") => pattern.Event is not { } type ? "…"
        : $"{(type == EventType.Custom ? $"did “{pattern.Name ?? "…"}”" : RuleWords.Did(type))}{What(pattern, "something", names)}{much}{Filters(pattern.Where, names)}";

    private static string Not(EventPattern pattern, RuleNames names, bool lately)
    {
        if (pattern.Event is not { } type)
        {
            return "did not …";
        }

        var custom = type == EventType.Custom;
        var did = lately ? RuleWords.Not(type) + (custom ? $"do “{pattern.Name ?? "…"}”" : RuleWords.Do(type)) : "never " + (custom ? $"did “{pattern.Name ?? "…"}”" : RuleWords.Did(type));
        return $"{did}{What(pattern, "anything", names)}{Filters(pattern.Where, names)}";
    }

    private static string What(EventPattern pattern, string any, RuleNames names)
    {
        var parts = new[] { pattern.Where?.Categories, pattern.Where?.Brands, pattern.Where?.Skus }.OfType<IReadOnlyList<string>>().Select(x => RuleSentence.List(x)).ToList();
        var products = parts.Count == 0 ? null : string.Join(" of ", parts);
        var price = pattern.Where switch
        {
            { PriceAtLeast: { } low, PriceAtMost: { } high } => $" priced {RuleSentence.Money(low, names)} to {RuleSentence.Money(high, names)}",
            { PriceAtLeast: { } low } => $" priced {RuleSentence.Money(low, names)} or more",
            { PriceAtMost: { } high } => $" priced {RuleSentence.Money(high, names)} or less",
            _ => "",
        };
        return RuleWords.OfProducts(pattern.Event!.Value) ? $" {products ?? any}{price}" : products is null ? price : $" ({products}{price})";
    }

    private static string Much(EventRule rule, RuleNames names)
    {
        if (rule.Op is EventOperator.Performed or EventOperator.Regularly or EventOperator.Stopped or EventOperator.Restarted || rule.Measure is EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast)
        {
            return "";
        }

        var op = rule.Op == EventOperator.Below && rule.Measure is (EventMeasure.Count or EventMeasure.Distinct) ? "fewer than" : RuleWords.Operator(rule.Op);
        string Amount(double? x) => rule.IsMoney ? RuleSentence.Money(x, names) : RuleSentence.Count(x);
        var (between, last) = (rule.Op == EventOperator.Between, rule.Op == EventOperator.Between ? rule.To : rule.Value);
        var value = between ? $"{op} {Amount(rule.Value)} and {Amount(rule.To)}" : $"{op} {Amount(rule.Value)}";
        return rule.Measure switch
        {
            EventMeasure.Count => $" {value} {RuleSentence.Plural("time", last)}",
            EventMeasure.Sum when rule.IsMoney => $" for {value} in all",
            EventMeasure.Sum when rule.Of == "quantity" => $" {value} {RuleSentence.Plural("piece", last)} in all",
            EventMeasure.Distinct when rule.Property is { } property => $" with {value} different {RuleSentence.Plural("value", last)} of “{property}”",
            EventMeasure.Distinct => $" {rule.Of switch { "store" => "in", "channel" => "by", "day" => "on", "campaign" => "from", _ => "of" }} {value} different {RuleWords.Different(rule.Of, last)}",
            EventMeasure.Average => $" with an {RuleWords.Measure(rule)} of {value}",
            _ => $" with a {RuleWords.Measure(rule)} of {value}",
        };
    }

    /// <summary>How long ago, behind the window: ", the last time at least 30 days ago".</summary>
    private static string Late(EventRule rule)
    {
        if (rule.Measure is not (EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast))
        {
            return "";
        }

        var value = rule.Op == EventOperator.Between ? $"{RuleSentence.Count(rule.Value)} and {RuleSentence.Days(rule.To)}" : RuleSentence.Days(rule.Value);
        return $", the {(rule.Measure == EventMeasure.DaysSinceFirst ? "first" : "last")} time {RuleWords.Operator(rule.Op)} {value} ago";
    }

    private static string Filters(EventFilter? where, RuleNames names)
    {
        var text = "";
        text += where?.Channels is { } channels ? $" by {RuleSentence.List([.. channels.Select(x => x.ToString().ToLowerInvariant())])}" : "";
        text += where?.Stores is { } stores ? $" in {RuleSentence.List([.. stores.Select(x => RuleSentence.Name(names.Stores, x))])}" : "";
        text += where?.Campaigns is { } campaigns ? $" from campaign {RuleSentence.List([.. campaigns.Select(x => RuleSentence.Name(names.Campaigns, x))])}" : "";
        text += where switch
        {
            { AmountAtLeast: { } low, AmountAtMost: { } high } => $" worth {RuleSentence.Money(low, names)} to {RuleSentence.Money(high, names)} each",
            { AmountAtLeast: { } low } => $" worth {RuleSentence.Money(low, names)} or more each",
            { AmountAtMost: { } high } => $" worth {RuleSentence.Money(high, names)} or less each",
            _ => "",
        };
        return text + (where?.Properties is { Count: > 0 } properties ? $" where {string.Join(" and ", properties.Select(x => Property(x, names)))}" : "");
    }

    private static string Property(PropertyFilter filter, RuleNames names)
    {
        var value = filter.Op switch
        {
            RuleOperator.Exists or RuleOperator.Missing => "",
            RuleOperator.In or RuleOperator.NotIn => " " + RuleSentence.List(filter.Values ?? []),
            RuleOperator.Between => $" {RuleSentence.Value(filter.Value, FieldKind.Number, names)} and {RuleSentence.Value(filter.To, FieldKind.Number, names)}",
            _ => " " + RuleSentence.Value(filter.Value, FieldKind.Text, names),
        };
        var op = filter.Op switch { RuleOperator.In => "is", RuleOperator.NotIn => "is not", _ => RuleWords.Operator(filter.Op) };
        return $"“{filter.Name}” {op}{value}";
    }

    private static string Window(EventRule rule, RuleNames names)
    {
        var (days, periods) = (RuleSentence.Days(rule.Days), RuleSentence.Count(rule.Periods));
        var before = rule is { Days: { } each, Periods: { } many } ? (double)each * many : (double?)null;
        var window = rule switch
        {
            { Op: EventOperator.Regularly } => $" in at least {RuleSentence.Count(rule.Value)} of the last {periods} {rule.Days switch { 1 => "days", 7 => "weeks", _ => $"periods of {days}" }}",
            { Op: EventOperator.Stopped } => $" at least {RuleSentence.Count(rule.Value)} {RuleSentence.Plural("time", rule.Value)} in {RuleSentence.Days(before)}, but not in the {days} after that",
            { Op: EventOperator.Restarted } => $" in the last {days}, again after {RuleSentence.Days(before)} without",
            { Days: not null } => $" in the last {days}",
            { Minutes: { } minutes } => $" in the last {RuleSentence.Minutes(minutes)}",
            { Window: { } calendar } => " " + RuleWords.Window(calendar),
            { From: { } from, Until: { } until } => $" between {RuleSentence.Day(from, names)} and {RuleSentence.Day(until.AddTicks(-1), names)}",
            { From: { } from } => $" since {RuleSentence.Day(from, names)}",
            { Until: { } until } => $" before {RuleSentence.Day(until, names)}",
            _ => "",
        };
        return window + (rule.Since is { } since ? $" since they last {Did(since, names)}" : "");
    }

    private static EventPattern Pattern(EventRule rule) => new() { Event = rule.Event, Name = rule.Name, Where = rule.Where };
}
