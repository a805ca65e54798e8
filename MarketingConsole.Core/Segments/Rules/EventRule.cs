using System.Text.Json.Serialization;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <summary>How often, or how much, an event must have happened.</summary>
public enum EventOperator
{
    /// <summary>At least once. <c>{"type":"event","event":"purchase","op":"performed","days":90}</c></summary>
    Performed,

    /// <summary>Not once. <c>{"type":"event","event":"emailOpen","op":"notPerformed","days":60}</c></summary>
    NotPerformed,

    /// <summary><c>{"type":"event","event":"purchase","op":"atLeast","value":3,"days":180,"where":{"categories":["Tea"]}}</c></summary>
    AtLeast,

    /// <summary><c>{"type":"event","event":"return","op":"atMost","value":1,"days":365}</c></summary>
    AtMost,

    /// <summary><c>{"type":"event","event":"custom","name":"quiz","op":"exactly","value":1}</c></summary>
    Exactly,

    /// <summary><c>{"type":"event","event":"purchase","measure":"sum","op":"above","value":500,"window":"thisYear"}</c></summary>
    Above,

    /// <summary><c>{"type":"event","event":"purchase","measure":"average","op":"below","value":20,"days":365}</c></summary>
    Below,

    /// <summary>Both ends included. <c>{"type":"event","event":"view","op":"between","value":3,"to":9,"minutes":1440}</c></summary>
    Between,

    /// <summary>In at least <c>value</c> of the last <c>periods</c> periods of <c>days</c> days. <c>{"type":"event","event":"purchase","op":"regularly","value":4,"periods":6,"days":30}</c></summary>
    Regularly,

    /// <summary>At least <c>value</c> times in the <c>periods</c> × <c>days</c> days before the last <c>days</c> days, and not in those. <c>{"type":"event","event":"purchase","op":"stopped","value":3,"periods":4,"days":60}</c></summary>
    Stopped,

    /// <summary>In the last <c>days</c> days, not in the <c>periods</c> × <c>days</c> days before them, but some time before that. <c>{"type":"event","event":"purchase","op":"restarted","periods":6,"days":30}</c></summary>
    Restarted,
}

/// <summary>What of the events is compared.</summary>
public enum EventMeasure
{
    /// <summary>How many there are.</summary>
    Count,

    /// <summary>Of nothing: 0.</summary>
    Sum,

    /// <summary>Sum divided by the number of events that have the value; of nothing: unknown.</summary>
    Average,

    /// <summary>Of nothing: unknown.</summary>
    Minimum,

    /// <summary>Of nothing: unknown.</summary>
    Maximum,

    /// <summary>How many different values; of nothing: 0.</summary>
    Distinct,

    /// <summary>Full days of 24 hours since the first event; without one: unknown.</summary>
    DaysSinceFirst,

    /// <summary>Full days of 24 hours since the last event; without one: unknown.</summary>
    DaysSinceLast,
}

/// <summary>Something the customer did, or did not do.
/// <c>{"type":"event","event":"purchase","op":"atLeast","value":3,"days":180,"where":{"categories":["Tea"]}}</c>
/// <para>"At most", "below" and "exactly 0" include customers who never did it, except where the measure of nothing is unknown. With a product filter, amount, quantity and
/// distinct products of purchases and returns are those of the matching lines only. Events without the property, product, store … that is measured do not count in the measure.
/// Opens and clicks by machines do not count.</para>
/// <para>The window is one of <see cref="Days"/>, <see cref="Minutes"/>, <see cref="From"/> and <see cref="Until"/>, or <see cref="Window"/>; without one: ever.</para></summary>
public sealed record EventRule : SegmentRule
{
    /// <summary>Start of an <see cref="Of"/> that names a property.</summary>
    public const string Properties = "properties.";

    public EventType? Event { get; init; }

    /// <summary>Name of a <see cref="EventType.Custom"/> event.</summary>
    public string? Name { get; init; }
    public EventOperator Op { get; init; }
    public EventMeasure Measure { get; init; }

    /// <summary>What is added up or told apart. Sum, average, minimum, maximum: "amount" (also when left out), "quantity" or "properties.NAME" (numbers only).
    /// Distinct: "product", "category", "brand", "store", "channel", "day" (the shop's), "campaign" or "properties.NAME".</summary>
    public string? Of { get; init; }

    /// <summary>Times, pieces, days, or money in the shop's currency.</summary>
    public double? Value { get; init; }

    /// <summary>Upper end of <see cref="EventOperator.Between"/>.</summary>
    public double? To { get; init; }

    /// <summary>How many periods of <see cref="Days"/> days, for regularly, stopped and restarted.</summary>
    public int? Periods { get; init; }

    /// <summary>Window of this many days up to the instant of evaluation; the length of a period for regularly, stopped and restarted.</summary>
    public int? Days { get; init; }

    /// <summary>Window of this many minutes up to the instant of evaluation.</summary>
    public int? Minutes { get; init; }

    /// <summary>Start of a fixed window, inclusive.</summary>
    public DateTimeOffset? From { get; init; }

    /// <summary>End of a fixed window, exclusive.</summary>
    public DateTimeOffset? Until { get; init; }

    /// <summary>Window of the shop's calendar.</summary>
    public CalendarWindow? Window { get; init; }

    /// <summary>Only events later than the customer's last one of this kind count; without such a one, all.</summary>
    public EventPattern? Since { get; init; }
    public EventFilter? Where { get; init; }

    /// <summary>The property <see cref="Of"/> names; null when it names none.</summary>
    [JsonIgnore]
    public string? Property => Of is { } of && of.StartsWith(Properties, StringComparison.Ordinal) ? of[Properties.Length..] : null;

    /// <summary>The measure is money.</summary>
    [JsonIgnore]
    public bool IsMoney => IsOfNumbers && Of is (null or "amount");

    /// <summary>The measure is made of numbers the events have.</summary>
    [JsonIgnore]
    public bool IsOfNumbers => Measure is EventMeasure.Sum or EventMeasure.Average or EventMeasure.Minimum or EventMeasure.Maximum;
}

/// <summary>Events of one kind. <c>{"event":"view","where":{"categories":["Tea"]}}</c></summary>
public sealed record EventPattern
{
    public EventType? Event { get; init; }

    /// <summary>Name of a <see cref="EventType.Custom"/> event.</summary>
    public string? Name { get; init; }
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

    /// <summary>List price of the product, in the shop's currency.</summary>
    public double? PriceAtLeast { get; init; }
    public double? PriceAtMost { get; init; }

    /// <summary>All of them must hold.</summary>
    public IReadOnlyList<PropertyFilter>? Properties { get; init; }

    [JsonIgnore]
    public bool OnProducts => Categories is not null || Brands is not null || Skus is not null || PriceAtLeast is not null || PriceAtMost is not null;

    [JsonIgnore]
    public bool IsEmpty => this == new EventFilter();
}

/// <summary>A comparison of one of the event's own properties. <c>{"name":"cart.coupon","op":"is","value":"SPRING"}</c>
/// <para>A property is a text, a number or true or false; what is absent, null, empty, a list or an object is unknown and only "missing" finds it. Where a number is asked for,
/// only numbers are compared; otherwise a number or true or false is compared as the text it is written as.</para></summary>
public sealed record PropertyFilter
{
    /// <summary>Names within one another with dots: cart.coupon.</summary>
    public string Name { get; init; } = "";

    /// <summary>Is, isNot, in, notIn, contains, exists, missing; for numbers also below, atMost, atLeast, above, between.</summary>
    public RuleOperator Op { get; init; }
    public RuleValue? Value { get; init; }

    /// <summary>Upper end of between.</summary>
    public RuleValue? To { get; init; }

    /// <summary>For in and notIn.</summary>
    public IReadOnlyList<string>? Values { get; init; }
}
