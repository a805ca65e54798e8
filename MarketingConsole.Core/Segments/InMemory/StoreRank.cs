using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Places in a ranking over the store's columns.</summary>
internal sealed class StoreRank(TwinStore store, StoreEvents events)
{
    private const int SampleSize = 4096;

    /// <param name="eligible">All who may be profiled.</param>
    public SlotSet Where(RankRule rule, SlotSet eligible)
    {
        var values = rule.Event is { } happened ? events.Measure(happened) : Values(rule.Field!);
        var places = rule.Places(eligible.Count);
        var ranked = values.Known(store.Slots).And(eligible);
        var set = places >= ranked.Count ? ranked : places <= 0 ? new SlotSet(store.Slots) : First(values, ranked, places, rule.Descending);
        store.Return(values);
        return set;
    }

    /// <summary>A sample tells within narrow bounds where the last place lies, and only those between the bounds are looked at one by one (Floyd and Rivest, Communications of the ACM 18, 1975).</summary>
    private SlotSet First(SlotValues values, SlotSet ranked, int places, bool greatest)
    {
        var sample = Array.ConvertAll(ranked.Sample(SampleSize), x => values[x]);
        Array.Sort(sample);
        if (greatest)
        {
            Array.Reverse(sample);
        }

        var share = (double)places / ranked.Count;
        var (at, margin) = (share * sample.Length, (3 * Math.Sqrt(sample.Length * share * (1 - share))) + 1); // three standard errors of a binomial share
        var (sure, open) = (UpTo(at - margin), UpTo(at + margin));
        sure = sure.Count <= places ? sure : new SlotSet(store.Slots); // many of one value
        open = (open.Count >= places ? open : ranked.Copy()).Except(sure);
        var slots = open.ToArray();
        Pick(sure, slots, Array.ConvertAll(slots, x => greatest ? -values[x] : values[x]), places - sure.Count);
        return sure;

        SlotSet UpTo(double place)
        {
            var i = (int)Math.Floor(place);
            var set = i < 0 ? new SlotSet(store.Slots) : i >= sample.Length ? ranked.Copy()
                : greatest ? values.Between(sample[i], double.PositiveInfinity, store.Slots) : values.Between(double.NegativeInfinity, sample[i], store.Slots);
            return set.And(ranked);
        }
    }

    /// <summary>Adds the slots with the smallest keys; of equal ones those with the smallest ids.</summary>
    private void Pick(SlotSet set, int[] slots, double[] keys, int places)
    {
        if (places == 0)
        {
            return;
        }

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

        var ids = equals.ConvertAll(x => (double)store.IdOf(x)).ToArray();
        var lastId = Smallest([.. ids], places - 1);
        for (var i = 0; i < ids.Length; i++)
        {
            if (ids[i] <= lastId)
            {
                set.Add(equals[i]);
            }
        }
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

        var (field, column) = (RuleFields.FindRanked(name)!, name == RuleFields.Age ? StoreFields.BirthDate : StoreFields.Column(RuleFields.RuleFor(name)));
        var (wholes, numbers) = field.Kind is FieldKind.Money or FieldKind.Years || field.IsTime ? (store.Whole(column), null) : (default(ValueColumn<long>), store.Number(column));
        for (var slot = 0; slot < store.Slots; slot++)
        {
            if ((wholes is null ? numbers![slot] : wholes[slot]) is { } known)
            {
                values.Of(slot) = known;
            }
        }

        return values;
    }
}
