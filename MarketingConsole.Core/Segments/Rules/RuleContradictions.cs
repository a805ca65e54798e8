namespace MarketingConsole.Core.Segments;

/// <summary>Finds conditions of one "all of" group that nobody can satisfy together, in rules that are otherwise sound.</summary>
internal static class RuleContradictions
{
    public static IReadOnlyList<RuleProblem> Find(SegmentRule rule)
    {
        var problems = RuleTree.Nodes(rule).Where(x => x.Rule is EventRule happened && IsSinceItself(happened)).Select(x => new RuleProblem(RuleTree.Join(x.Path, "since"), "Nobody has done this since they last did it. Choose another event, or filter it.")).ToList();
        foreach (var (path, group) in RuleTree.Nodes(rule).Select(x => (x.Path, x.Rule as GroupRule)).Where(x => x.Item2 is { Match: GroupMatch.All }))
        {
            var demands = new Dictionary<string, (Demand Demand, SegmentRule Rule)>(StringComparer.Ordinal);
            foreach (var (at, condition) in Together(path, group!))
            {
                if (Demand.Of(condition) is not var (about, demand))
                {
                    continue;
                }

                var (all, before) = demands.TryGetValue(about, out var known) ? (known.Demand.And(demand), known.Rule) : (demand, null);
                demands[about] = (all, condition);
                if (before is not null && all.IsEmpty && problems.All(x => x.Path != at))
                {
                    problems.Add(new RuleProblem(at, $"Nobody can meet this and also the condition “{RuleSentence.Who(before, RuleNames.None)}” of the same group."));
                }
            }
        }

        return problems;
    }

    private static bool IsSinceItself(EventRule rule) => rule is { Since: { } since, Op: EventOperator.Performed or EventOperator.AtLeast or EventOperator.Above }
        && since.Event == rule.Event && since.Name == rule.Name && since.Where is null or { IsEmpty: true };

    /// <summary>The conditions that must hold together: the group's own and those of "all of" groups inside it; what has held for a time holds now.</summary>
    private static IEnumerable<(string Path, SegmentRule Rule)> Together(string path, SegmentRule rule) => rule switch
    {
        GroupRule { Match: GroupMatch.All } group => group.Rules.SelectMany((x, i) => Together(RuleTree.Join(path, $"rules[{i}]"), x)),
        GroupRule => [],
        HeldRule { Rule: { } held } => Together(RuleTree.Join(path, RuleTree.Held), held),
        _ => [(path, rule)],
    };

    /// <summary>What a condition leaves possible of one thing: being known or not, some texts, an interval of numbers.</summary>
    private sealed record Demand(bool CanBeUnknown, bool CanBeKnown, IReadOnlyList<string>? Only, IReadOnlyList<string> Not, double Low = double.NegativeInfinity, bool AboveLow = false, double High = double.PositiveInfinity, bool BelowHigh = false)
    {
        private static readonly Demand Known = new(false, true, null, []);

        public bool IsEmpty => !CanBeUnknown && (!CanBeKnown || Low > High || (Low == High && (AboveLow || BelowHigh)) || Only?.All(Not.Contains) == true);

        public Demand And(Demand x) => new(CanBeUnknown && x.CanBeUnknown, CanBeKnown && x.CanBeKnown, Only is null ? x.Only : x.Only is null ? Only : [.. Only.Intersect(x.Only)], [.. Not, .. x.Not],
            Math.Max(Low, x.Low), Low == x.Low ? AboveLow || x.AboveLow : Low > x.Low ? AboveLow : x.AboveLow, Math.Min(High, x.High), High == x.High ? BelowHigh || x.BelowHigh : High < x.High ? BelowHigh : x.BelowHigh);

        /// <returns>What the condition is about and what it demands of it; null when it is not looked at.</returns>
        public static (string About, Demand Demand)? Of(SegmentRule rule) => rule switch
        {
            FieldRule field when RuleFields.Find(field) is { Many: false } of => ($"{(field is TwinRule ? "twin" : "trait")} {field.Field}", Of(field, of)),
            PermissionRule permission => ($"consent {permission.Purpose}", Known with { Only = [permission.Allowed ? "yes" : "no"] }),
            MemberRule member => ($"member {member.Segment}", Known with { Only = [member.Member ? "yes" : "no"] }),
            EventRule { Op: not (EventOperator.Regularly or EventOperator.Stopped or EventOperator.Restarted) } happened =>
                (RuleJson.Write(happened with { Op = default, Value = null, To = null }), Of(happened)),
            _ => null,
        };

        private static Demand Of(EventRule rule) => rule.Op switch
        {
            EventOperator.Performed => Known with { Low = 1 },
            EventOperator.NotPerformed => Known with { High = 0 },
            EventOperator.AtLeast => Known with { Low = rule.Value!.Value },
            EventOperator.Above => Known with { Low = rule.Value!.Value, AboveLow = true },
            EventOperator.AtMost => Known with { High = rule.Value!.Value },
            EventOperator.Below => Known with { High = rule.Value!.Value, BelowHigh = true },
            EventOperator.Between => Known with { Low = rule.Value!.Value, High = rule.To!.Value },
            _ => Known with { Low = rule.Value!.Value, High = rule.Value!.Value },
        };

        private static Demand Of(FieldRule rule, RuleField field)
        {
            var date = field.Kind is FieldKind.Date or FieldKind.Instant;
            double Number(RuleValue? value) => date ? value!.Value.Date!.Value.DayNumber : value!.Value.Number!.Value;
            return rule.Op switch
            {
                RuleOperator.Missing => new Demand(true, false, null, []),
                RuleOperator.Is when rule.Value?.Text is { } text => Known with { Only = [text] },
                RuleOperator.IsNot when rule.Value?.Text is { } text => Known with { Not = [text] },
                RuleOperator.In => Known with { Only = rule.Values },
                RuleOperator.NotIn => Known with { Not = rule.Values! },
                RuleOperator.Is => Known with { Low = Number(rule.Value), High = Number(rule.Value) },
                RuleOperator.AtLeast => Known with { Low = Number(rule.Value) },
                RuleOperator.Above => Known with { Low = Number(rule.Value), AboveLow = true },
                RuleOperator.AtMost => Known with { High = Number(rule.Value) },
                RuleOperator.Below => Known with { High = Number(rule.Value), BelowHigh = true },
                RuleOperator.Between => Known with { Low = Number(rule.Value), High = Number(rule.To) + (date ? 1 : 0), BelowHigh = date },
                _ => Known,
            };
        }
    }
}
