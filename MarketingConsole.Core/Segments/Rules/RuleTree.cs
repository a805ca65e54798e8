namespace MarketingConsole.Core.Segments;

/// <summary>Questions about the shape of a rule.</summary>
public static class RuleTree
{
    /// <summary>The rule and everything below it, each with its path.</summary>
    public static IEnumerable<(string Path, SegmentRule Rule)> Nodes(SegmentRule rule, string path = "")
    {
        yield return (path, rule);
        if (rule is not GroupRule group)
        {
            yield break;
        }

        for (var i = 0; i < group.Rules.Count; i++)
        {
            foreach (var node in Nodes(group.Rules[i], Join(path, $"rules[{i}]")))
            {
                yield return node;
            }
        }
    }

    /// <summary>True when the rule looks at behaviour, features or scores: only customers who allow profiling may be in it.</summary>
    public static bool UsesProfile(SegmentRule rule) => Nodes(rule).Any(x => x.Rule is EventRule or SequenceRule or TwinRule or LookalikeRule or RankRule);

    /// <summary>Segments the rule refers to.</summary>
    public static IReadOnlyList<int> Segments(SegmentRule rule) => [.. Nodes(rule).Select(x => x.Rule switch { MemberRule member => member.Segment, LookalikeRule alike => alike.Segment, _ => null }).OfType<int>().Distinct()];

    /// <summary>True when time alone can move customers in or out.</summary>
    public static bool MovesWithTime(SegmentRule rule) => Nodes(rule).Any(x => x.Rule is FieldRule { Days: not null } or FieldRule { Window: not null } or TraitRule { Field: "age" } or PermissionRule or MemberRule { Days: not null })
        || UsesProfile(rule); // windows of behaviour pass, and a grant to profile can run out

    /// <summary>True when a customer's place depends on other customers, so that what moves one may move any.</summary>
    public static bool MovesWithOthers(SegmentRule rule) => Nodes(rule).Any(x => x.Rule is RankRule);

    internal static string Join(string path, string name) => path.Length == 0 ? name : name.Length == 0 ? path : $"{path}.{name}";
}
