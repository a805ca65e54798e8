namespace MarketingConsole.Core.Segments;

/// <summary>Says what is wrong with a rule, each fault at its path; a rule without problems can be evaluated on every database.</summary>
/// <param name="others">Rules of the saved segments by id, for references; null = references are not looked up.</param>
/// <param name="self">Id of the segment the rule belongs to; null for a new one.</param>
public sealed class RuleValidator(IReadOnlyDictionary<int, SegmentRule>? others = null, int? self = null)
{
    public const int MaxDepth = 8, MaxRules = 100, MaxValues = 500, MaxDays = 3650, MaxMinutes = 60 * 24 * MaxDays, MaxPeriods = 60;
    public const double MaxNumber = 1e12;

    private const int MaxSalt = 100, HalfTheEarth = 20_100;
    private readonly RuleProblems _problems = new();

    public static IReadOnlyList<RuleProblem> Check(SegmentRule rule, IReadOnlyDictionary<int, SegmentRule>? others = null, int? self = null) => new RuleValidator(others, self).Run(rule);

    /// <summary>What cannot be answered for an instant in the past.</summary>
    public static IReadOnlyList<RuleProblem> CheckPast(SegmentRule rule) =>
    [
        .. from node in RuleTree.Nodes(rule)
           let what = node.Rule switch
           {
               TwinRule => "Twin features and scores are",
               RankRule { Field: { } field } when RuleFields.RuleFor(field) is TwinRule => "Twin features and scores are",
               MemberRule => "Membership of other segments is",
               LookalikeRule => "Likeness to a segment is",
               HeldRule => "How long a condition has held is",
               _ => null,
           }
           where what is not null
           select new RuleProblem(node.Path, $"{what} known for now only. Choose \"now\", or take this condition out to look at the past."),
    ];

    private IReadOnlyList<RuleProblem> Run(SegmentRule rule)
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

        return _problems.Count > 0 ? _problems.All : RuleContradictions.Find(rule);
    }

    private void Check(string path, SegmentRule? node)
    {
        switch (node)
        {
            case GroupRule group:
                Require(group.Rules.Count > 0, path, path.Length == 0 ? "Add a condition." : "This group is empty. Add a condition or remove the group.");
                Deep(path);
                break;
            case FieldRule field:
                new FieldCheck(path, field, _problems).Run();
                break;
            case EventRule happened:
                new EventCheck(_problems).Run(path, happened);
                break;
            case SequenceRule sequence:
                new EventCheck(_problems).Run(path, sequence);
                break;
            case PermissionRule permission:
                Require(permission.Purpose is not null, At(path, "purpose"), "Choose a purpose.");
                break;
            case MemberRule member:
                Reference(At(path, "segment"), member.Segment);
                Require(member.Days is null || member.Member, At(path, "days"), "Only a member can have been one for so many days.");
                Require(member.Days is null or (>= 1 and <= MaxDays), At(path, "days"), $"Must be 1 to {MaxDays} days.");
                break;
            case LookalikeRule alike:
                Reference(At(path, "segment"), alike.Segment);
                Require(alike.AtLeast is >= 0 and <= 100, At(path, "atLeast"), "Must be 0 to 100 per cent.");
                break;
            case RankRule rank:
                Rank(path, rank);
                break;
            case BucketRule bucket:
                Require(bucket.From is >= 0 and < 100, At(path, "from"), "Must be 0 to less than 100 per cent.");
                Require(bucket.To is > 0 and <= 100, At(path, "to"), "Must be more than 0 and at most 100 per cent.");
                Require(bucket.From is < 0 or >= 100 || bucket.To is <= 0 or > 100 || bucket.Range.From < bucket.Range.To, At(path, "to"), "Must be more than the lower end.");
                Require(bucket.Salt.Length <= MaxSalt, At(path, "salt"), $"May have {MaxSalt} characters at most.");
                break;
            case NearRule near:
                Near(path, near);
                break;
            case HeldRule held:
                Held(path, held);
                break;
            default:
                Require(false, path, "A condition is missing here.");
                break;
        }
    }

    private void Deep(string path) => Require(path.Length == 0 || path.Split('.').Length < MaxDepth, path, $"Groups may be nested {MaxDepth} deep at most.");

    private void Held(string path, HeldRule rule)
    {
        Deep(path);
        Require(rule.Rule is not null, At(path, RuleTree.Held), "Say which condition must have held.");
        Require(rule.Days is not null || rule.Minutes is not null, At(path, "days"), "Say for how many days or minutes it must have held.");
        Require(rule.Days is null || rule.Minutes is null, At(path, "minutes"), "Give either days or minutes.");
        Require(rule.Days is null or (>= 1 and <= MaxDays), At(path, "days"), $"Must be 1 to {MaxDays} days.");
        Require(rule.Minutes is null or (>= 1 and <= MaxMinutes), At(path, "minutes"), $"Must be 1 to {MaxMinutes} minutes.");
    }

    private void Rank(string path, RankRule rule)
    {
        Require(rule.Percent is not null || rule.Count is not null, At(path, "percent"), "Say how many: per cent, or a number of customers.");
        Require(rule.Percent is null || rule.Count is null, At(path, "count"), "Give either per cent or a number of customers.");
        Require(rule.Percent is null or (> 0 and <= 100), At(path, "percent"), "Must be more than 0 and at most 100 per cent.");
        Require(rule.Count is null or >= 1, At(path, "count"), "Must be 1 or more.");
        Require(rule.Field is { Length: > 0 } || rule.Event is not null, At(path, "field"), "Choose what customers are ranked by.");
        Require(rule.Field is null || rule.Event is null, At(path, "event"), "Rank by a field or by events, not by both.");
        Require(rule.Field is not { Length: > 0 } field || RuleFields.FindRanked(field) is not null, At(path, "field"), $"\"{rule.Field}\" is not a number, day or instant of the twin, an age, birth or sign-up date, or a trait of the shop's own.");
        if (rule.Event is { } happened)
        {
            new EventCheck(_problems).Ranked(At(path, "event"), happened);
        }
    }

    private void Near(string path, NearRule rule)
    {
        Require(rule.Kilometres is not null, At(path, "kilometres"), "Enter a distance.");
        Require(rule.Kilometres is null or (> 0 and <= HalfTheEarth), At(path, "kilometres"), $"Must be more than 0 and at most {HalfTheEarth} km.");
        var point = rule.Latitude is not null || rule.Longitude is not null;
        Require(rule.Store is not null || point, At(path, "store"), "Choose a store, or a point.");
        Require(rule.Store is null || !point, At(path, "latitude"), "Give either a store or a point.");
        Require(!point || (rule.Latitude is not null && rule.Longitude is not null), At(path, rule.Latitude is null ? "latitude" : "longitude"), "A point needs both latitude and longitude.");
        Require(rule.Latitude is null or (>= -90 and <= 90), At(path, "latitude"), "Must be -90 to 90 degrees.");
        Require(rule.Longitude is null or (>= -180 and <= 180), At(path, "longitude"), "Must be -180 to 180 degrees.");
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

    private void Require(bool holds, string path, string message) => _problems.Require(holds, path, message);

    private static string At(string path, string name) => RuleTree.Join(path, name);
}

/// <summary>Faults found so far.</summary>
internal sealed class RuleProblems
{
    private readonly List<RuleProblem> _all = [];

    public IReadOnlyList<RuleProblem> All => _all;
    public int Count => _all.Count;

    public void Require(bool holds, string path, string message)
    {
        if (!holds)
        {
            _all.Add(new RuleProblem(path, message));
        }
    }
}
