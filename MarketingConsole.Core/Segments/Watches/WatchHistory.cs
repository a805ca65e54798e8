using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments;

/// <summary>Since when those who meet a condition have met it, where the past can tell.</summary>
internal static class WatchHistory
{
    private static readonly string[] Fixed = ["signUp", "birthDate", "age"];

    /// <summary>True when what the rule looks at is known for the past as it was then: events, and dates that do not change. Other traits, places, consent, twins and segments are known for now only.</summary>
    public static bool CanLookBack(SegmentRule rule) => RuleTree.Nodes(rule).All(x => x.Rule is GroupRule or EventRule or SequenceRule or BucketRule or RankRule { Event: not null } || (x.Rule is TraitRule trait && Fixed.Contains(trait.Field)) || (x.Rule is RankRule { Field: { } ranked } && Fixed.Contains(ranked)))
        && StoreQuery.Supports(rule, past: true);

    /// <summary>Looks at the rule at instants back in time, and finds for those who have met it since the last one known the first of the unbroken run.</summary>
    /// <param name="watch">Segment whose members meet the rule now.</param>
    /// <param name="known">UTC; who entered later is known exactly.</param>
    /// <param name="until">UTC, earlier: how far to look back.</param>
    /// <returns>Slots that met it at an instant and since, by the first such instant.</returns>
    public static List<(DateTime At, List<int> Slots)> Entered(TwinStore store, int watch, SegmentRule rule, ConsentRuleSet consent, ShopCalendar calendar, DateTime known, DateTime until, int looks, CancellationToken cancellationToken)
    {
        var (entered, last) = (new List<(DateTime, List<int>)>(), known);
        var run = store.Read(() => (store.Members.GetValueOrDefault(watch) ?? []).Where(x => x.Value <= Instants.Of(known)).Select(x => x.Key).ToList());
        for (var look = 1; look <= looks && run.Count > 0; look++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var at = known - ((known - until) * look / looks);
            var then = store.Read(() => new StoreQuery(store, consent, calendar, at).Members(rule)); // the lock is free between two looks
            Note(last, run.FindAll(x => !then[x]));
            (run, last) = (run.FindAll(x => then[x]), at);
        }

        Note(last, run);
        return entered;

        void Note(DateTime at, List<int> slots)
        {
            if (at < known && slots.Count > 0)
            {
                entered.Add((at, slots));
            }
        }
    }

}
