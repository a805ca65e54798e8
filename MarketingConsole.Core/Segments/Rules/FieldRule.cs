namespace MarketingConsole.Core.Segments;

/// <summary>How a trait or twin feature is compared.</summary>
public enum RuleOperator
{
    /// <summary><c>{"type":"trait","field":"country","op":"is","value":"DE"}</c></summary>
    Is,

    /// <summary>Known, and another. <c>{"type":"trait","field":"country","op":"isNot","value":"DE"}</c></summary>
    IsNot,

    /// <summary>Any of the values. <c>{"type":"trait","field":"country","op":"in","values":["DE","AT"]}</c></summary>
    In,

    /// <summary>Known, and none of the values. <c>{"type":"trait","field":"tier","op":"notIn","values":["gold"]}</c></summary>
    NotIn,

    /// <summary><c>{"type":"trait","field":"city","op":"contains","value":"burg"}</c></summary>
    Contains,

    /// <summary><c>{"type":"trait","field":"emailDomain","op":"startsWith","value":"example."}</c></summary>
    StartsWith,

    /// <summary><c>{"type":"trait","field":"phone","op":"exists"}</c></summary>
    Exists,

    /// <summary>Unknown or empty. <c>{"type":"trait","field":"birthDate","op":"missing"}</c></summary>
    Missing,

    /// <summary><c>{"type":"trait","field":"signUp","op":"below","value":"2026-01-01"}</c></summary>
    Below,

    /// <summary><c>{"type":"twin","field":"orders","op":"atMost","value":3}</c></summary>
    AtMost,

    /// <summary><c>{"type":"twin","field":"chanceToBuy","op":"atLeast","value":40}</c></summary>
    AtLeast,

    /// <summary><c>{"type":"twin","field":"revenue12Months","op":"above","value":250}</c></summary>
    Above,

    /// <summary>Both ends included. <c>{"type":"trait","field":"age","op":"between","value":30,"to":45}</c></summary>
    Between,

    /// <summary><c>{"type":"trait","field":"signUp","op":"inLast","days":30}</c></summary>
    InLast,

    /// <summary>Known, but longer ago. <c>{"type":"twin","field":"lastSeen","op":"notInLast","days":60}</c></summary>
    NotInLast,

    /// <summary><c>{"type":"twin","field":"nextOrderFrom","op":"inNext","days":7}</c></summary>
    InNext,

    /// <summary><c>{"type":"trait","field":"email","op":"endsWith","value":".ac.uk"}</c></summary>
    EndsWith,

    /// <summary>All of the values, of a trait that may have several. <c>{"type":"trait","field":"custom.interests","op":"hasAll","values":["tea","baking"]}</c></summary>
    HasAll,

    /// <summary>In a week, month, quarter or year of the shop's calendar. <c>{"type":"trait","field":"signUp","op":"during","window":"lastMonth"}</c></summary>
    During,

    /// <summary>Day and month fall on one of the next days, today being the first; 29 February counts as 1 March in other years. <c>{"type":"trait","field":"birthDate","op":"anniversaryIn","days":14}</c></summary>
    AnniversaryIn,
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

    /// <summary>For <see cref="RuleOperator.In"/>, <see cref="RuleOperator.NotIn"/> and <see cref="RuleOperator.HasAll"/>.</summary>
    public IReadOnlyList<string>? Values { get; init; }

    /// <summary>For <see cref="RuleOperator.InLast"/>, <see cref="RuleOperator.NotInLast"/>, <see cref="RuleOperator.InNext"/> and <see cref="RuleOperator.AnniversaryIn"/>.</summary>
    public int? Days { get; init; }

    /// <summary>For <see cref="RuleOperator.During"/>.</summary>
    public CalendarWindow? Window { get; init; }
}

/// <summary>What is known about the person; a trait the shop sends itself is <c>custom.NAME</c>. <c>{"type":"trait","field":"country","op":"in","values":["DE","AT"]}</c></summary>
public sealed record TraitRule : FieldRule;

/// <summary>A feature or score of the twin, known for now only. <c>{"type":"twin","field":"chanceToBuy","op":"atLeast","value":40}</c></summary>
public sealed record TwinRule : FieldRule;
