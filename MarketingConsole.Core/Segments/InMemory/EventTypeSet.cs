using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Some types of events.</summary>
/// <param name="Bits">Bit n = type n.</param>
public readonly record struct EventTypeSet(ulong Bits)
{
    public static EventTypeSet All { get; } = new(ulong.MaxValue);

    public static EventTypeSet Of(EventType type) => new(1UL << (int)type);

    /// <summary>Types of which an event can change what the rule itself says of a customer.</summary>
    public static EventTypeSet Of(SegmentRule rule) => RuleTree.Nodes(rule).SelectMany(x => x.Rule switch
    {
        EventRule happened => [happened.Event, happened.Since?.Event],
        SequenceRule sequence => [sequence.First.Event, sequence.Then.Event, sequence.Without?.Event],
        _ => (EventType?[])[],
    }).OfType<EventType>().Aggregate(default(EventTypeSet), (set, type) => set | Of(type));

    public bool Overlaps(EventTypeSet other) => (Bits & other.Bits) != 0;

    public static EventTypeSet operator |(EventTypeSet a, EventTypeSet b) => new(a.Bits | b.Bits);
}
