using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>What a preview says of the members, from one state of the store.</summary>
/// <param name="Base">All customers who could be members.</param>
/// <param name="Sample">Ids of a few members, scattered but always the same.</param>
internal sealed record StoreCount(int Customers, int Base, long Revenue365Cents, IReadOnlyList<(string? Value, int Customers)> Countries, IReadOnlyList<(string? Value, int Customers)> Stages, int[] Sample)
{
    public static StoreCount Of(TwinStore store, SlotSet members, int sample)
    {
        var revenue = store.Whole(StoreFields.Twin("revenue12Months"));
        var (customers, cents, first) = (0, 0L, new PriorityQueue<int, (long, int)>());
        foreach (var slot in members.Slots())
        {
            customers++;
            cents += revenue[slot] ?? 0;
            var id = store.IdOf(slot);
            var place = (-(id * 7919L % 10007), -id); // the farthest comes out first
            if (first.Count < sample)
            {
                first.Enqueue(id, place);
            }
            else
            {
                first.EnqueueDequeue(id, place);
            }
        }

        return new(customers, store.Since.Known(store.Slots).Count, cents, Parts(store.Text("country"), members),
            [.. Parts(store.Text(StoreFields.Twin("stage")), members).Select(x => (x.Value is null ? null : Enum.Parse<LifecycleStage>(x.Value, ignoreCase: true).ToString(), x.Customers))],
            [.. first.UnorderedItems.Select(x => x.Element)]);
    }

    private static List<(string? Value, int Customers)> Parts(TextColumn column, SlotSet members)
    {
        var unknown = 0;
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var slot in members.Slots())
        {
            if (column[slot] is { } value)
            {
                System.Runtime.InteropServices.CollectionsMarshal.GetValueRefOrAddDefault(counts, value, out _)++;
            }
            else
            {
                unknown++;
            }
        }

        var parts = counts.Select(x => ((string?)x.Key, x.Value)).ToList();
        return unknown == 0 ? parts : [.. parts, (null, unknown)];
    }
}
