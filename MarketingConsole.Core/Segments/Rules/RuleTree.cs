namespace MarketingConsole.Core.Segments;

/// <summary>Questions about the shape of a rule.</summary>
public static class RuleTree
{
    internal const string Held = "rule";

    /// <summary>The rule and everything below it, each with its path.</summary>
    public static IEnumerable<(string Path, SegmentRule Rule)> Nodes(SegmentRule rule, string path = "") => Nodes(rule, path, held: true);

    /// <summary>What is looked at when the rule is counted: everything but what must have held for a time, of which another segment keeps the members.</summary>
    public static IEnumerable<SegmentRule> Counted(SegmentRule rule) => Nodes(rule, "", held: false).Select(x => x.Rule);

    private static IEnumerable<(string Path, SegmentRule Rule)> Nodes(SegmentRule rule, string path, bool held)
    {
        IEnumerable<(string Path, SegmentRule Rule)> below = rule switch
        {
            GroupRule group => group.Rules.Select((x, i) => (Join(path, $"rules[{i}]"), x)),
            HeldRule { Rule: { } inner } when held => [(Join(path, Held), inner)],
            _ => [],
        };
        return below.SelectMany(x => Nodes(x.Rule, x.Path, held)).Prepend((path, rule));
    }

    /// <summary>The path of the condition that counts where a part of it is meant: of what must have held for a time, that condition as a whole.</summary>
    public static string CountedPath(string path)
    {
        var parts = path.Split('.');
        var held = Array.IndexOf(parts, Held);
        return held < 0 ? path : string.Join('.', parts.Take(held));
    }

    /// <summary>True when the rule looks at behaviour, features or scores: only customers who allow profiling may be in it.</summary>
    public static bool UsesProfile(SegmentRule rule) => Nodes(rule).Any(x => x.Rule is EventRule or SequenceRule or TwinRule or LookalikeRule or RankRule);

    /// <summary>Segments the rule refers to, hidden ones that keep who meets a condition included where they were looked up.</summary>
    public static IReadOnlyList<int> Segments(SegmentRule rule) => [.. Nodes(rule).Select(x => x.Rule switch { MemberRule member => member.Segment, LookalikeRule alike => alike.Segment, HeldRule held => held.Watch, _ => null }).OfType<int>().Distinct()];

    /// <summary>True when time alone can move customers in or out.</summary>
    public static bool MovesWithTime(SegmentRule rule) => Counted(rule).Any(x => x is FieldRule { Days: not null } or FieldRule { Window: not null } or TraitRule { Field: "age" } or PermissionRule or MemberRule { Days: not null } or HeldRule)
        || UsesProfile(rule); // windows of behaviour pass, and a grant to profile can run out

    /// <summary>True when a customer's place depends on other customers, so that what moves one may move any.</summary>
    public static bool MovesWithOthers(SegmentRule rule) => Counted(rule).Any(x => x is RankRule);

    internal static string Join(string path, string name) => path.Length == 0 ? name : name.Length == 0 ? path : $"{path}.{name}";
}
