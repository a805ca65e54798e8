using System.Globalization;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments;

/// <summary>One condition within its rule.</summary>
/// <param name="Decided">Customers who are in or out of the segment by this condition alone, whatever it says of them.</param>
/// <param name="Admits">True when those are in for whom it holds; false when those are for whom it does not.</param>
internal sealed record ConditionContext(SegmentRule Condition, SlotSet Decided, bool Admits)
{
    /// <returns>Null when there is no condition at the path.</returns>
    public static SegmentRule? Find(SegmentRule rule, string path)
    {
        foreach (var index in Indexes(path))
        {
            if (rule is not GroupRule group || index < 0 || index >= group.Rules.Count)
            {
                return null;
            }

            rule = group.Rules[index];
        }

        return rule is GroupRule ? null : rule;
    }

    /// <param name="path">Of a condition, see <see cref="Find"/>.</param>
    public static ConditionContext Of(StoreQuery query, SegmentRule rule, string path)
    {
        var decided = query.Members(RuleTree.UsesProfile(rule) ? new PermissionRule { Purpose = Purpose.Profiling } : GroupRule.All());
        var admits = true;
        foreach (var index in Indexes(path))
        {
            var group = (GroupRule)rule;
            for (var i = 0; i < group.Rules.Count; i++)
            {
                if (i != index)
                {
                    // "All of": the others must hold, or the condition cannot let anybody in. "Any of", "none of": one that holds has settled it.
                    decided.And(group.Match == GroupMatch.All ? query.Holds(group.Rules[i]) : query.Holds(group.Rules[i]).Not());
                }
            }

            admits ^= group.Match == GroupMatch.None;
            rule = group.Rules[index];
        }

        return new(rule, decided, admits);
    }

    /// <summary>"rules[1].rules[0]" as 1, 0; −1 for what is no path.</summary>
    private static IEnumerable<int> Indexes(string path) => path.Length == 0 ? []
        : path.Split('.').Select(x => x.StartsWith("rules[", StringComparison.Ordinal) && x.EndsWith(']') && int.TryParse(x.AsSpan(6, x.Length - 7), NumberStyles.None, CultureInfo.InvariantCulture, out var i) ? i : -1);
}
