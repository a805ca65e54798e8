using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Finds who enters and who leaves segments, over the twin store, and notes it there. One at a time.</summary>
internal sealed class StoreMemberships(TwinStore store, ConsentRuleSet consent, ShopCalendar calendar, DateTime now)
{
    private const int CustomersAPart = 1_000;
    private readonly long _now = Instants.Of(now);

    /// <summary>Looks at some customers again.</summary>
    /// <param name="segments">Each after those its rule refers to.</param>
    public List<MembershipChange> Recheck(IReadOnlyList<(int Id, SegmentRule Rule)> segments, IEnumerable<int> customerIds)
    {
        var referred = segments.SelectMany(x => RuleTree.Segments(x.Rule)).ToHashSet();
        var types = segments.Aggregate(default(EventTypeSet), (set, x) => set | EventTypeSet.Of(x.Rule));
        var columns = segments.SelectMany(x => StoreFields.Columns(x.Rule)).ToHashSet(StringComparer.Ordinal);
        return [.. customerIds.Chunk(CustomersAPart).SelectMany(ids => RecheckPart(segments, ids, x => store.Part(x, referred, columns, type => types.Overlaps(EventTypeSet.Of(type)))))];
    }

    /// <summary>Counts a segment for all customers.</summary>
    public MembershipChange Recount(int segment, SegmentRule rule)
    {
        var (entered, left, gone) = (new List<int>(), new List<int>(), new List<int>());
        store.Read(() =>
        {
            var should = new StoreQuery(store, consent, calendar, now).Members(rule);
            var are = store.Members.GetValueOrDefault(segment) ?? [];
            foreach (var slot in are.Keys.Where(x => !should[x]))
            {
                (store.Since[slot] is null ? gone : left).Add(slot);
            }

            entered.AddRange(should.Slots().Where(x => !are.ContainsKey(x)));
            return 0;
        });
        return Note(segment, entered, left, gone);
    }

    private List<MembershipChange> RecheckPart(IReadOnlyList<(int Id, SegmentRule Rule)> segments, int[] customerIds, Func<List<int>, TwinStore> copy)
    {
        var (slots, part) = store.Read(() =>
        {
            var known = customerIds.Select(store.KnownSlot).Where(x => x >= 0).ToList();
            return (known, copy(known));
        });
        var query = new StoreQuery(part, consent, calendar, now);
        var changes = new List<MembershipChange>();
        foreach (var (id, rule) in segments)
        {
            var (should, are) = (query.Members(rule), store.Members.GetValueOrDefault(id));
            var (entered, left, gone) = (new List<int>(), new List<int>(), new List<int>());
            for (var i = 0; i < slots.Count; i++)
            {
                if (should[i] != (are?.ContainsKey(slots[i]) == true))
                {
                    (should[i] ? entered : part.Since[i] is null ? gone : left).Add(slots[i]);
                }
            }

            if (entered.Count + left.Count + gone.Count == 0)
            {
                continue;
            }

            changes.Add(Note(id, entered, left, gone));
            if (part.Members.TryGetValue(id, out var members))
            {
                members.Clear();
                should.Slots().ToList().ForEach(i => members[i] = store.Members[id][slots[i]]);
            }
        }

        return changes;
    }

    private MembershipChange Note(int segment, List<int> entered, List<int> left, List<int> gone)
    {
        var size = 0;
        store.Write(() =>
        {
            var members = store.Members.TryGetValue(segment, out var known) ? known : store.Members[segment] = [];
            left.ForEach(x => members.Remove(x));
            gone.ForEach(x => members.Remove(x));
            entered.ForEach(x => members[x] = _now);
            size = members.Count;
        }, gates: false);
        return new(segment, Ids(entered), Ids(left), Ids(gone), size, now);

        int[] Ids(List<int> slots) => [.. slots.Select(store.IdOf).Order()];
    }
}
