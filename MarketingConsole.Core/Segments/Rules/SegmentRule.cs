using System.Text.Json.Serialization;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <summary>How a group joins its rules.</summary>
public enum GroupMatch { All, Any, None }

/// <summary>How a trait or twin feature is compared.</summary>
public enum RuleOperator { Is, IsNot, In, NotIn, Contains, StartsWith, Exists, Missing, Below, AtMost, AtLeast, Above, Between, InLast, NotInLast, InNext }

/// <summary>How often, or how much, an event must have happened.</summary>
public enum EventOperator { Performed, NotPerformed, AtLeast, AtMost, Exactly }

/// <summary>What of the events is added up.</summary>
public enum EventMeasure { Count, Amount, Quantity }

/// <summary>
/// The rule of a segment: a tree whose JSON form is the public one (see <see cref="RuleJson"/>, <see cref="RuleSchema"/>). The tree never changes; an edit makes a new one.
/// <para>A condition is either satisfied or not. Unknown satisfies nothing: a customer without a city is neither "Vienna" nor "not Vienna", neither
/// "at least 30" nor "below 30" years old; only <see cref="RuleOperator.Missing"/> finds them. A <see cref="GroupMatch.None"/> group turns its result round:
/// none of (city is Vienna) holds for the customer without a city.</para>
/// <para>Text compares exactly, upper and lower case being different. Windows end at the instant of evaluation, and later events do not exist:
/// "in the last 30 days" is after asOf − 30 × 24 h and up to asOf, inclusive. Of a forecast, "in the next 7 days" is after asOf and up to asOf + 7 × 24 h, inclusive.</para>
/// <para>A rule that uses behaviour, twin features or scores only admits customers for whom profiling is allowed, whatever the rest of it says.</para>
/// </summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "type")]
[JsonDerivedType(typeof(GroupRule), "group")]
[JsonDerivedType(typeof(TraitRule), "trait")]
[JsonDerivedType(typeof(EventRule), "event")]
[JsonDerivedType(typeof(TwinRule), "twin")]
[JsonDerivedType(typeof(PermissionRule), "consent")]
[JsonDerivedType(typeof(MemberRule), "member")]
[JsonDerivedType(typeof(LookalikeRule), "lookalike")]
public abstract record SegmentRule;

/// <summary>All, any or none of its rules hold. <c>{"type":"group","match":"all","rules":[…]}</c></summary>
public sealed record GroupRule : SegmentRule
{
    public GroupMatch Match { get; init; }
    public IReadOnlyList<SegmentRule> Rules { get; init; } = [];

    public static GroupRule All(params IReadOnlyList<SegmentRule> rules) => new() { Match = GroupMatch.All, Rules = rules };

    public static GroupRule Any(params IReadOnlyList<SegmentRule> rules) => new() { Match = GroupMatch.Any, Rules = rules };

    public static GroupRule None(params IReadOnlyList<SegmentRule> rules) => new() { Match = GroupMatch.None, Rules = rules };
}

/// <summary>A field compared with a value. Which operators fit which field: <see cref="RuleFields"/>.</summary>
public abstract record FieldRule : SegmentRule
{
    public string Field { get; init; } = "";
    public RuleOperator Op { get; init; }

    /// <summary>Text, a number (money in the shop's currency, rates in per cent), or a date as "2026-01-31".</summary>
    public RuleValue? Value { get; init; }

    /// <summary>Upper end of <see cref="RuleOperator.Between"/>; both ends belong to it.</summary>
    public RuleValue? To { get; init; }

    /// <summary>For <see cref="RuleOperator.In"/> and <see cref="RuleOperator.NotIn"/>.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>For <see cref="RuleOperator.InLast"/>, <see cref="RuleOperator.NotInLast"/> (known, but longer ago) and <see cref="RuleOperator.InNext"/>.</summary>
    public int? Days { get; init; }
}

/// <summary>What is known about the person; a trait the shop sends itself is <c>custom.NAME</c>. <c>{"type":"trait","field":"country","op":"in","values":["DE","AT"]}</c></summary>
public sealed record TraitRule : FieldRule;

/// <summary>A feature or score of the twin, known for now only. <c>{"type":"twin","field":"chanceToBuy","op":"atLeast","value":40}</c></summary>
public sealed record TwinRule : FieldRule;

/// <summary>Something the customer did, or did not do.
/// <c>{"type":"event","event":"purchase","op":"atLeast","value":3,"days":180,"where":{"categories":["Tea"]}}</c>
/// <para>"At most" and "exactly 0" include customers who never did it. With a product filter, amount and quantity of purchases and returns count the matching lines only.
/// Opens and clicks by machines do not count.</para></summary>
public sealed record EventRule : SegmentRule
{
    public EventType? Event { get; init; }

    /// <summary>Name of a <see cref="EventType.Custom"/> event.</summary>
    public string? Name { get; init; }
    public EventOperator Op { get; init; }
    public EventMeasure Measure { get; init; }

    /// <summary>For at least, at most, exactly: times, pieces, or money in the shop's currency.</summary>
    public double? Value { get; init; }

    /// <summary>Window of this many days up to the instant of evaluation; without it and the two instants: ever.</summary>
    public int? Days { get; init; }

    /// <summary>Start of a fixed window, inclusive.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of a fixed window, exclusive.</summary>
    public DateTimeOffset? Until { get; init; }
    public EventFilter? Where { get; init; }
}

/// <summary>Which events count: each list that is given must contain the event's value.</summary>
public sealed record EventFilter
{
    public IReadOnlyList<string>? Categories { get; init; }
    public IReadOnlyList<string>? Brands { get; init; }
    public IReadOnlyList<string>? Skus { get; init; }
    public IReadOnlyList<Channel>? Channels { get; init; }
    public IReadOnlyList<int>? Stores { get; init; }
    public IReadOnlyList<int>? Campaigns { get; init; }

    /// <summary>Amount of the whole event, in the shop's currency.</summary>
    public double? AmountAtLeast { get; init; }
    public double? AmountAtMost { get; init; }

    [JsonIgnore]
    public bool OnProducts => Categories is not null || Brands is not null || Skus is not null;

    [JsonIgnore]
    public bool IsEmpty => this == new EventFilter();
}

/// <summary>What the consent rules and the customer's choices allow. <c>{"type":"consent","purpose":"email","allowed":true}</c></summary>
public sealed record PermissionRule : SegmentRule
{
    public Purpose? Purpose { get; init; }
    public bool Allowed { get; init; } = true;
}

/// <summary>Member of another segment, as it was last counted. <c>{"type":"member","segment":3,"member":true}</c></summary>
public sealed record MemberRule : SegmentRule
{
    public int? Segment { get; init; }
    public bool Member { get; init; } = true;
}

/// <summary>Resembles the members of a segment, as the twin was last scored. <c>{"type":"lookalike","segment":3,"atLeast":60}</c>
/// <para>Members themselves are not left out: combine it with a <see cref="MemberRule"/>.</para></summary>
public sealed record LookalikeRule : SegmentRule
{
    public int? Segment { get; init; }

    /// <summary>Per cent of the members who look less like a member than this customer does: 50 is a typical member.</summary>
    public double AtLeast { get; init; } = 50;
}
