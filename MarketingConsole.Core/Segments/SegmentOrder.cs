namespace MarketingConsole.Core.Segments;

/// <summary>The order in which segments that refer to one another are counted.</summary>
internal static class SegmentOrder
{
    /// <returns>All ids, each after those its rule refers to.</returns>
    public static IReadOnlyList<int> Sort(IReadOnlyDictionary<int, SegmentRule> rules)
    {
        var (sorted, seen) = (new List<int>(rules.Count), new HashSet<int>());
        foreach (var id in rules.Keys.Order())
        {
            Visit(id);
        }

        return sorted;

        void Visit(int id)
        {
            if (!rules.TryGetValue(id, out var rule) || !seen.Add(id))
            {
                return;
            }

            foreach (var other in RuleTree.Segments(rule))
            {
                Visit(other);
            }

            sorted.Add(id);
        }
    }

    /// <returns>Those for which <paramref name="start"/> holds and those that refer to one of them, in order.</returns>
    public static IReadOnlyList<int> Downstream(IReadOnlyDictionary<int, SegmentRule> rules, Func<int, bool> start)
    {
        var taken = new HashSet<int>();
        return [.. Sort(rules).Where(x => (start(x) || RuleTree.Segments(rules[x]).Any(taken.Contains)) && taken.Add(x))];
    }
}
