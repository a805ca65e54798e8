using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Evaluates rules over the twin store, for all customers at once; means the same as <see cref="SegmentQuery"/>. Call within <see cref="TwinStore.Read"/>.</summary>
/// <param name="asOf">UTC. Choices and memberships are those of now: see <see cref="Supports"/>.</param>
internal sealed class StoreQuery(TwinStore store, ConsentRuleSet consent, ShopCalendar calendar, DateTime asOf)
{
    private readonly StoreFields _fields = new(store, calendar, asOf);
    private readonly StoreEvents _events = new(store, calendar, asOf);
    private readonly Dictionary<Purpose, SlotSet> _allowed = [];

    /// <summary>False where the store does not hold what the rule asks for: properties of events, and what was allowed in the past.</summary>
    public static bool Supports(SegmentRule rule, bool past) => RuleTree.Counted(rule).All(x => x switch
    {
        EventRule e => e.Property is null && Holds(e.Where) && Holds(e.Since?.Where),
        SequenceRule s => Holds(s.First.Where) && Holds(s.Then.Where) && Holds(s.Without?.Where),
        RankRule { Event: { } e } => e.Property is null && Holds(e.Where) && Holds(e.Since?.Where),
        PermissionRule => !past,
        _ => true,
    });

    /// <summary>True where the store's answer can be relied on: it holds what the rule asks for, and hears of its changes. Likeness is learnt without a word to it.</summary>
    public static bool Answers(SegmentRule rule, bool past) => Supports(rule, past) && !RuleTree.Counted(rule).Any(x => x is LookalikeRule);

    public SlotSet Members(SegmentRule rule)
    {
        var members = Existing();
        if (RuleTree.UsesProfile(rule))
        {
            members.And(Allowed(Purpose.Profiling));
        }

        return members.And(Holds(rule));
    }

    /// <summary>The rule alone, without the gates: slots of erased customers may be among them.</summary>
    internal SlotSet Holds(SegmentRule rule) => rule switch
    {
        GroupRule group => Group(group),
        FieldRule field => _fields.Where(field),
        EventRule happened => _events.Where(happened),
        SequenceRule sequence => new StoreSequence(store, asOf).Where(sequence),
        PermissionRule { Purpose: { } purpose } permission => permission.Allowed ? Allowed(purpose) : Allowed(purpose).Not(),
        MemberRule { Member: false } member => Members(member.Segment, null).Not(),
        MemberRule member => Members(member.Segment, member.Days is { } days ? asOf.AddDays(-days) : null),
        HeldRule held => Members(held.Watch, asOf - held.Time),
        LookalikeRule { Segment: { } segment } alike => store.Similarities.TryGetValue(segment, out var similar) ? similar.Between(alike.AtLeast / 100, double.MaxValue, store.Slots) : new SlotSet(store.Slots),
        RankRule rank => new StoreRank(store, _events).Where(rank, Existing().And(Allowed(Purpose.Profiling))),
        BucketRule bucket => Bucket(bucket),
        NearRule near => StorePlaces.Near(store, near),
        _ => throw new InvalidOperationException($"A rule of type {rule.GetType().Name} is not complete."),
    };

    private SlotSet Group(GroupRule group)
    {
        SlotSet? set = null;
        foreach (var rule in group.Rules)
        {
            var holds = Holds(rule);
            set = set is null ? holds : group.Match == GroupMatch.All ? set.And(holds) : set.Or(holds);
        }

        set ??= group.Match == GroupMatch.All ? SlotSet.Full(store.Slots) : new SlotSet(store.Slots);
        return group.Match == GroupMatch.None ? set.Not() : set;
    }

    private SlotSet Existing() => store.Cached("existing", asOf, () => (store.Since.Between(long.MinValue + 1, Instants.Of(asOf), store.Slots), store.Since.Next(Instants.Of(asOf), store.Slots))).Copy();

    /// <summary>Who may be used for a purpose, by the choices of now.</summary>
    private SlotSet Allowed(Purpose purpose) => (_allowed.TryGetValue(purpose, out var known) ? known : _allowed[purpose] = store.Cached($"{purpose} {string.Join(' ', Jurisdictions.All.Select(x => consent.For(purpose, x)))}", asOf, () => Allow(purpose))).Copy(); // the rules themselves are the name: another rule, another set

    private (SlotSet Set, long Until) Allow(Purpose purpose)
    {
        var (allowed, until) = (new SlotSet(store.Slots), long.MaxValue);
        foreach (var group in Jurisdictions.All.GroupBy(x => consent.For(purpose, x)))
        {
            var (basis, retention) = group.Key;
            if (basis == ConsentBasis.Never)
            {
                continue;
            }

            var places = group.ToHashSet(StringComparer.Ordinal).GetAlternateLookup<ReadOnlySpan<char>>();
            var here = store.Text(StoreFields.Jurisdiction).Where(places.Contains, store.Slots);
            if (basis == ConsentBasis.OptOut)
            {
                allowed.Or(here.And(store.Refused[purpose].Known(store.Slots).Not()));
                continue;
            }

            var oldest = retention is { } days ? Instants.Of(asOf.AddDays(-days)) : long.MinValue + 1;
            allowed.Or(here.And(store.Granted[purpose].Between(oldest, long.MaxValue, store.Slots)));
            if (retention is { } kept && store.Granted[purpose].Next(oldest - 1, store.Slots) is < long.MaxValue and var first)
            {
                until = Math.Min(until, first + (kept * Instants.Day) + 1);
            }
        }

        return (allowed, until);
    }

    /// <param name="since">Entered then or before; null = whenever.</param>
    private SlotSet Members(int? segment, DateTime? since)
    {
        var (set, entered) = (new SlotSet(store.Slots), since is { } until ? Instants.Of(until) : long.MaxValue);
        foreach (var (slot, at) in store.Members.GetValueOrDefault(segment ?? 0) ?? [])
        {
            if (at <= entered)
            {
                set.Add(slot);
            }
        }

        return set;
    }

    private SlotSet Bucket(BucketRule rule)
    {
        var (set, seed, (from, to)) = (new SlotSet(store.Slots), BucketRule.Seed(rule.Salt), rule.Range);
        for (var slot = 0; slot < store.Slots; slot++)
        {
            var draw = BucketRule.Draw(store.IdOf(slot), seed);
            if (draw >= from && draw < to)
            {
                set.Add(slot);
            }
        }

        return set;
    }

    private static bool Holds(EventFilter? where) => where?.Properties is null;
}

/// <summary>Instants as the store holds them.</summary>
internal static class Instants
{
    public const long Minute = 60_000, Day = 24 * 60 * Minute;

    /// <summary>Unix milliseconds.</summary>
    public static long Of(DateTime at) => (at.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMillisecond;
}
