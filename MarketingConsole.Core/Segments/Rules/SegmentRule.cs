using System.Text.Json.Serialization;

namespace MarketingConsole.Core.Segments;

/// <summary>
/// The rule of a segment: a tree whose JSON form is the public one (see <see cref="RuleJson"/>, <see cref="RuleSchema"/>). The tree never changes; an edit makes a new one.
/// <para>A condition is either satisfied or not. Unknown satisfies nothing: a customer without a city is neither "Vienna" nor "not Vienna", neither
/// "at least 30" nor "below 30" years old; only <see cref="RuleOperator.Missing"/> finds them. A <see cref="GroupMatch.None"/> group turns its result round:
/// none of (city is Vienna) holds for the customer without a city.</para>
/// <para>A trait the shop sends itself may have several values. It is, is one of, contains, starts or ends with, is above … when any of its values is or does; has all
/// when each of the values asked for is one of its own; is not, and is none of, when it is known and none of its values is. Where a number is asked for, only values that are numbers are looked at.</para>
/// <para>Text compares exactly, upper and lower case being different. Windows end at the instant of evaluation, and later events do not exist:
/// "in the last 30 days" is after asOf − 30 × 24 h and up to asOf, inclusive. Of a forecast, "in the next 7 days" is after asOf and up to asOf + 7 × 24 h, inclusive.
/// Calendar windows and anniversaries are days in the shop's time zone, weeks beginning on Monday; other dates in rules are UTC days.</para>
/// <para>A rule that uses behaviour, twin features or scores only admits customers for whom profiling is allowed, whatever the rest of it says.</para>
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(GroupRule), "group")]
[JsonDerivedType(typeof(TraitRule), "trait")]
[JsonDerivedType(typeof(EventRule), "event")]
[JsonDerivedType(typeof(SequenceRule), "sequence")]
[JsonDerivedType(typeof(TwinRule), "twin")]
[JsonDerivedType(typeof(PermissionRule), "consent")]
[JsonDerivedType(typeof(MemberRule), "member")]
[JsonDerivedType(typeof(LookalikeRule), "lookalike")]
[JsonDerivedType(typeof(RankRule), "rank")]
[JsonDerivedType(typeof(BucketRule), "bucket")]
[JsonDerivedType(typeof(NearRule), "near")]
[JsonDerivedType(typeof(HeldRule), "held")]
public abstract record SegmentRule;

/// <summary>How a group joins its rules.</summary>
public enum GroupMatch { All, Any, None }

/// <summary>All, any or none of its rules hold. <c>{"type":"group","match":"all","rules":[…]}</c></summary>
public sealed record GroupRule : SegmentRule
{
    public GroupMatch Match { get; init; }
    public IReadOnlyList<SegmentRule> Rules { get; init; } = [];

    public static GroupRule All(params IReadOnlyList<SegmentRule> rules) => new() { Match = GroupMatch.All, Rules = rules };

    public static GroupRule Any(params IReadOnlyList<SegmentRule> rules) => new() { Match = GroupMatch.Any, Rules = rules };

    public static GroupRule None(params IReadOnlyList<SegmentRule> rules) => new() { Match = GroupMatch.None, Rules = rules };
}
