using System.Buffers;
using System.Numerics.Tensors;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Places in a ranking over the store's columns.</summary>
internal sealed class StoreRank(TwinStore store, StoreEvents events)
{
    /// <param name="eligible">All who may be profiled.</param>
    public SlotSet Where(RankRule rule, SlotSet eligible)
    {
        var values = rule.Event is { } happened ? events.Measure(happened) : Values(rule.Field!);
        var places = rule.Places(eligible.Count);
        var descending = rule.Top != (rule.Event is { Measure: EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast }); // the more days, the earlier the instant
        var known = values.Count;
        var (keys, slots) = (ArrayPool<double>.Shared.Rent(known), ArrayPool<int>.Shared.Rent(known));
        var count = values.CopyTo(slots, keys, eligible);
        store.Return(values);
        if (descending)
        {
            TensorPrimitives.Negate(keys.AsSpan(0, count), keys);
        }

        var set = new SlotSet(store.Slots);
        if (places > 0 && count > 0)
        {
            Fill(set, keys, slots, count, Math.Min(places, count));
        }

        ArrayPool<double>.Shared.Return(keys);
        ArrayPool<int>.Shared.Return(slots);
        return set;
    }

    private void Fill(SlotSet set, double[] keys, int[] slots, int count, int places)
    {
        // By the first sixteen bits of the key's order all but a few are known to be in or out; the few are told apart by the whole key.
        var starts = new int[65_536];
        for (var i = 0; i < count; i++)
        {
            starts[Order(keys[i])]++;
        }

        var (edge, before) = (0, 0);
        while (before + starts[edge] < places)
        {
            before += starts[edge++];
        }

        var (few, owners) = (new double[starts[edge]], new int[starts[edge]]);
        for (int i = 0, n = 0; i < count; i++)
        {
            var order = Order(keys[i]);
            if (order < edge)
            {
                set.Add(slots[i]);
            }
            else if (order == edge)
            {
                (few[n], owners[n]) = (keys[i], slots[i]);
                n++;
            }
        }

        FillFew(set, few, owners, places - before);
    }

    private void FillFew(SlotSet set, double[] keys, int[] slots, int places)
    {
        var last = Smallest([.. keys], places - 1);
        var equals = new List<int>();
        for (var i = 0; i < keys.Length; i++)
        {
            if (keys[i] < last)
            {
                set.Add(slots[i]);
                places--;
            }
            else if (keys[i] == last)
            {
                equals.Add(slots[i]);
            }
        }

        foreach (var slot in equals.OrderBy(store.IdOf).Take(places))
        {
            set.Add(slot);
        }
    }

    /// <summary>The first sixteen bits of a number's place among all numbers: of two, the smaller has no greater one. Zero is positive.</summary>
    private static int Order(double x)
    {
        var bits = BitConverter.DoubleToInt64Bits(x + 0.0); // -0 becomes 0
        return (int)((ulong)(bits ^ ((bits >> 63) | long.MinValue)) >> 48);
    }

    /// <summary>The value that would stand at a place if they were sorted. Hoare's quickselect (Algorithm 65, Communications of the ACM, 1961), the pivot being the median of three.</summary>
    private static double Smallest(Span<double> values, int place)
    {
        var (low, high) = (0, values.Length - 1);
        while (low < high)
        {
            double a = values[low], b = values[low + ((high - low) / 2)], c = values[high];
            var pivot = Math.Max(Math.Min(a, b), Math.Min(Math.Max(a, b), c));
            var (i, j) = (low, high);
            while (i <= j)
            {
                while (values[i] < pivot)
                {
                    i++;
                }

                while (values[j] > pivot)
                {
                    j--;
                }

                if (i <= j)
                {
                    (values[i], values[j]) = (values[j], values[i]);
                    i++;
                    j--;
                }
            }

            (low, high) = place <= j ? (low, j) : place >= i ? (i, high) : (place, place);
        }

        return values[place];
    }

    private SlotValues Values(string name)
    {
        var values = store.Rent();
        if (name.StartsWith(RuleFields.Custom, StringComparison.Ordinal))
        {
            if (store.Traits.TryGetValue(name[RuleFields.Custom.Length..], out var trait))
            {
                trait.Each((slot, _, number) =>
                {
                    if (number is { } x && !(values[slot] >= x))
                    {
                        values.Of(slot) = x;
                    }
                });
            }

            return values;
        }

        for (var slot = 0; slot < store.Slots; slot++)
        {
            if ((store.Wholes.TryGetValue(StoreFields.Twin(name), out var wholes) ? wholes[slot] : store.Number(StoreFields.Twin(name))[slot]) is { } known)
            {
                values.Of(slot) = known;
            }
        }

        return values;
    }
}
