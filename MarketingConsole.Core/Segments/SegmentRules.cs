using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Segments.InMemory;

namespace MarketingConsole.Core.Segments;

/// <summary>How a segment is kept.</summary>
internal enum SegmentKind
{
    /// <summary>Customer by customer, over the twin store.</summary>
    InStore,

    /// <summary>Customer by customer, in the database: the store lacks something it asks for, or it refers to such a segment.</summary>
    InDatabase,

    /// <summary>All customers together: one's place depends on others, or it refers to such a segment.</summary>
    ByOthers,
}

/// <summary>All rules in force: of segments and of consent.</summary>
internal sealed class SegmentRules
{
    private readonly Dictionary<int, SegmentKind> _kinds = [];
    private readonly Dictionary<int, EventTypeSet> _events = [];

    public SegmentRules(IReadOnlyDictionary<int, SegmentRule> rules, ConsentRuleSet consent)
    {
        (Rules, Consent, Order) = (rules, consent, SegmentOrder.Sort(rules));
        foreach (var id in Order)
        {
            var referred = RuleTree.Segments(rules[id]).Select(x => _kinds.GetValueOrDefault(x)).ToList();
            _events[id] = RuleTree.Segments(rules[id]).Aggregate(EventTypeSet.Of(rules[id]), (set, x) => set | _events.GetValueOrDefault(x));
            _kinds[id] = RuleTree.MovesWithOthers(rules[id]) || referred.Contains(SegmentKind.ByOthers) ? SegmentKind.ByOthers
                : !CountsInStore(id) || referred.Contains(SegmentKind.InDatabase) ? SegmentKind.InDatabase : SegmentKind.InStore;
        }
    }

    public IReadOnlyDictionary<int, SegmentRule> Rules { get; }
    public ConsentRuleSet Consent { get; }

    /// <summary>Each after those its rule refers to.</summary>
    public IReadOnlyList<int> Order { get; }

    public SegmentKind Of(int segment) => _kinds[segment];

    /// <summary>Types of which an event can move customers, through the segments the rule refers to as well.</summary>
    public EventTypeSet Events(int segment) => _events[segment];

    /// <summary>True when the store can answer the rule itself.</summary>
    public bool CountsInStore(int segment) => StoreQuery.Answers(Rules[segment], past: false);
}
