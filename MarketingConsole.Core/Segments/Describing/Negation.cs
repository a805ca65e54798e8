namespace MarketingConsole.Core.Segments.Describing;

/// <summary>"Not" before a condition: the opposite comparison where it says the same to a reader, otherwise a group none of which may hold.</summary>
internal static class Negation
{
    public static SegmentRule Of(SegmentRule rule) => rule switch
    {
        EventRule happened when Opposite(happened) is { } opposite => opposite,
        PermissionRule permission => permission with { Allowed = !permission.Allowed },
        MemberRule { Days: null } member => member with { Member = !member.Member },
        FieldRule { Op: RuleOperator.Is } field => field with { Op = RuleOperator.IsNot },
        FieldRule { Op: RuleOperator.In } field => field with { Op = RuleOperator.NotIn },
        FieldRule { Op: RuleOperator.InLast } field => field with { Op = RuleOperator.NotInLast },
        FieldRule { Op: RuleOperator.Exists } field => field with { Op = RuleOperator.Missing },
        FieldRule { Op: RuleOperator.Missing } field => field with { Op = RuleOperator.Exists },
        FieldRule { Op: RuleOperator.AtLeast } field => field with { Op = RuleOperator.Below },
        FieldRule { Op: RuleOperator.Above } field when field.Value?.Number is not null => field with { Op = RuleOperator.AtMost },
        GroupRule { Match: GroupMatch.None } group => new GroupRule { Match = GroupMatch.Any, Rules = group.Rules },
        GroupRule { Match: GroupMatch.Any } group => group with { Match = GroupMatch.None },
        _ => GroupRule.None(rule),
    };

    /// <summary>Counts, sums and numbers of different things are 0 of nothing, so that the opposite comparison holds exactly where the first does not.</summary>
    private static EventRule? Opposite(EventRule rule) => (rule.Op, rule.Measure is EventMeasure.Count or EventMeasure.Sum or EventMeasure.Distinct) switch
    {
        (EventOperator.Performed, _) => rule with { Op = EventOperator.NotPerformed },
        (EventOperator.NotPerformed, _) => rule with { Op = EventOperator.Performed },
        (EventOperator.AtLeast, true) => rule with { Op = EventOperator.Below },
        (EventOperator.Below, true) => rule with { Op = EventOperator.AtLeast },
        (EventOperator.Above, true) => rule with { Op = EventOperator.AtMost },
        (EventOperator.AtMost, true) => rule with { Op = EventOperator.Above },
        _ => null,
    };
}
