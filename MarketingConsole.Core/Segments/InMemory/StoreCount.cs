using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>What a preview says of the members, from one state of the store.</summary>
/// <param name="Base">All customers who could be members.</param>
/// <param name="Sample">Ids of a few members, scattered but always the same.</param>
internal sealed record StoreCount(int Customers, int Base, long Revenue365Cents, IReadOnlyList<(string? Value, int Customers)> Countries, IReadOnlyList<(string? Value, int Customers)> Stages, int[] Sample)
{
    public static StoreCount Of(TwinStore store, SlotSet members, DateTime asOf, int sample)
    {
        var (slots, revenue) = (members.ToArray(), store.Whole(StoreFields.Twin("revenue12Months")));
        var (cents, first) = (0L, new PriorityQueue<int, (long, int)>());
        foreach (var slot in slots)
        {
            cents += revenue[slot] ?? 0;
            var id = store.IdOf(slot);
            var place = (-(id * 7919L % 10007), -id); // the farthest comes out first
            if (first.Count < sample)
            {
                first.Enqueue(id, place);
            }
            else if (first.TryPeek(out _, out var farthest) && place.CompareTo(farthest) > 0)
            {
                first.EnqueueDequeue(id, place);
            }
        }

        return new(slots.Length, store.Cached("known", asOf, () => (store.Since.Known(store.Slots), long.MaxValue)).Count, cents, store.Text("country").Counts(slots),
            [.. store.Text(StoreFields.Twin("stage")).Counts(slots).Select(x => (x.Text is null ? null : Enum.Parse<LifecycleStage>(x.Text, ignoreCase: true).ToString(), x.Slots))],
            [.. first.UnorderedItems.Select(x => x.Element)]);
    }
}
