namespace MarketingConsole.Core.Segments;

/// <summary>One thing, and after it another within a time, without a third in between.
/// <c>{"type":"sequence","first":{"event":"view","where":{"categories":["Tea"]}},"then":{"event":"purchase"},"without":{"event":"return"},"withinDays":7,"days":90}</c>
/// <para>Holds when some first event has a then event later than itself and at most the time later, and no without event lies between the two (at neither's instant).</para></summary>
public sealed record SequenceRule : SegmentRule
{
    public EventPattern First { get; init; } = new();
    public EventPattern Then { get; init; } = new();
    public EventPattern? Without { get; init; }

    /// <summary>The time between the two: this, or <see cref="WithinMinutes"/>.</summary>
    public int? WithinDays { get; init; }
    public int? WithinMinutes { get; init; }

    /// <summary>The first event lies in the last so many days; null = ever.</summary>
    public int? Days { get; init; }
}
