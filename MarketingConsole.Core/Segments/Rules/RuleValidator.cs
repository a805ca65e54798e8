using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <summary>Says what is wrong with a rule, each fault at its path; a rule without problems can be evaluated on every database.</summary>
/// <param name="others">Rules of the saved segments by id, for references; null = references are not looked up.</param>
/// <param name="self">Id of the segment the rule belongs to; null for a new one.</param>
public sealed class RuleValidator(IReadOnlyDictionary<int, SegmentRule>? others = null, int? self = null)
{
    public const int MaxDepth = 8, MaxRules = 100, MaxValues = 500, MaxDays = 3650;

    private static readonly HashSet<EventType> NoMoney = [EventType.View, EventType.EmailSent, EventType.EmailOpen, EventType.EmailClick, EventType.EmailBounce, EventType.Unsubscribe, EventType.MessageSent];
    private readonly List<RuleProblem> _problems = [];

    public static IReadOnlyList<RuleProblem> Check(SegmentRule rule, IReadOnlyDictionary<int, SegmentRule>? others = null, int? self = null) => new RuleValidator(others, self).Run(rule);

    /// <summary>What cannot be answered for an instant in the past.</summary>
    public static IReadOnlyList<RuleProblem> CheckPast(SegmentRule rule) =>
    [
        .. from node in RuleTree.Nodes(rule)
           let what = node.Rule switch
           {
               TwinRule => "Twin features and scores are",
               MemberRule => "Membership of other segments is",
               LookalikeRule => "Likeness to a segment is",
               _ => null,
           }
           where what is not null
           select new RuleProblem(node.Path, $"{what} known for now only. Choose \"now\", or take this condition out to look at the past."),
    ];

    private List<RuleProblem> Run(SegmentRule rule)
    {
        var nodes = RuleTree.Nodes(rule).Take(MaxRules + 1).ToList();
        if (nodes.Count > MaxRules)
        {
            return [new RuleProblem("", $"A rule may have {MaxRules} conditions and groups at most.")];
        }

        foreach (var (path, node) in nodes)
        {
            Check(path, node);
        }

        return _problems;
    }

    private void Check(string path, SegmentRule? node)
    {
        switch (node)
        {
            case GroupRule group:
                Require(group.Rules.Count > 0, path, path.Length == 0 ? "Add a condition." : "This group is empty. Add a condition or remove the group.");
                Require(path.Split("rules[").Length <= MaxDepth, path, $"Groups may be nested {MaxDepth} deep at most.");
                break;
            case FieldRule field:
                new FieldCheck(path, field, _problems).Run();
                break;
            case EventRule happened:
                Event(path, happened);
                break;
            case PermissionRule permission:
                Require(permission.Purpose is not null, At(path, "purpose"), "Choose a purpose.");
                break;
            case MemberRule member:
                Reference(At(path, "segment"), member.Segment);
                break;
            case LookalikeRule alike:
                Reference(At(path, "segment"), alike.Segment);
                Require(alike.AtLeast is >= 0 and <= 100, At(path, "atLeast"), "Must be 0 to 100 per cent.");
                break;
            default:
                Require(false, path, "A condition is missing here.");
                break;
        }
    }

    private void Event(string path, EventRule rule)
    {
        Require(rule.Event is not null, At(path, "event"), "Choose what happened.");
        Require(rule.Event != EventType.Custom || rule.Name is { Length: > 0 }, At(path, "name"), "Name the event.");
        Require(rule.Event == EventType.Custom || rule.Name is null, At(path, "name"), "Only custom events have a name.");
        if (rule.Op is EventOperator.AtLeast or EventOperator.AtMost or EventOperator.Exactly)
        {
            var least = rule.Op == EventOperator.AtLeast && rule.Measure == EventMeasure.Count ? 1 : 0;
            Require(rule.Value is not null, At(path, "value"), rule.Measure == EventMeasure.Amount ? "Enter an amount." : "Enter a number.");
            Require(rule.Value is null || rule.Value >= least, At(path, "value"), least == 1 ? "Must be 1 or more; for none choose \"not performed\"." : "Must be 0 or more.");
            Require(rule.Value is null || rule.Value <= 1e12, At(path, "value"), "Is too large.");
            Require(rule.Measure == EventMeasure.Amount || rule.Value is null || rule.Value == Math.Floor(rule.Value.Value), At(path, "value"), "Must be a whole number.");
            Require(rule.Op != EventOperator.AtLeast || rule.Measure == EventMeasure.Count || rule.Value is null || rule.Value > 0, At(path, "value"), "Must be more than 0.");
        }

        Require(rule.Measure == EventMeasure.Count || rule.Event is not { } type || !NoMoney.Contains(type), At(path, "measure"), "These events have no amount or quantity; count them.");
        Require(rule.Days is null or (>= 1 and <= MaxDays), At(path, "days"), $"Must be 1 to {MaxDays} days.");
        Require(rule.Days is null || (rule.From is null && rule.Until is null), At(path, "days"), "Give either days or two instants.");
        Require(rule.From is null || rule.Until is null || rule.From < rule.Until, At(path, "until"), "The end must be after the start.");
        if (rule.Where is { } where)
        {
            Filter(At(path, "where"), where);
        }
    }

    private void Filter(string path, EventFilter where)
    {
        foreach (var (name, count) in new (string, int?)[] { ("categories", where.Categories?.Count), ("brands", where.Brands?.Count), ("skus", where.Skus?.Count), ("channels", where.Channels?.Count), ("stores", where.Stores?.Count), ("campaigns", where.Campaigns?.Count) })
        {
            Require(count is null or > 0, At(path, name), "Choose at least one, or remove the filter.");
            Require(count is null or <= MaxValues, At(path, name), $"May have {MaxValues} values at most.");
        }

        Require(where.AmountAtLeast is null or >= 0, At(path, "amountAtLeast"), "Must be 0 or more.");
        Require(where.AmountAtMost is null || where.AmountAtMost >= (where.AmountAtLeast ?? 0), At(path, "amountAtMost"), "Must not be less than the lower end.");
    }

    private void Reference(string path, int? segment)
    {
        if (segment is not { } id)
        {
            Require(false, path, "Choose a segment.");
        }
        else if (id == self)
        {
            Require(false, path, "A segment cannot refer to itself.");
        }
        else if (others is not null && !others.ContainsKey(id))
        {
            Require(false, path, $"There is no segment {id}.");
        }
        else if (self is { } own && Reaches(id, own, []))
        {
            Require(false, path, $"Segment {id} itself depends on this one: a circle.");
        }
    }

    private bool Reaches(int from, int target, HashSet<int> seen) => seen.Add(from) && others is not null && others.TryGetValue(from, out var rule)
        && RuleTree.Segments(rule).Any(x => x == target || Reaches(x, target, seen));

    private void Require(bool holds, string path, string message)
    {
        if (!holds)
        {
            _problems.Add(new RuleProblem(path, message));
        }
    }

    private static string At(string path, string name) => RuleTree.Join(path, name);
}
