using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>One thing, and after it another within a time, without a third in between, over the store's columns.</summary>
internal sealed class StoreSequence(TwinStore store, DateTime asOf)
{
    private readonly long _now = Instants.Of(asOf);

    private enum Mark { First, Then, Without }

    public SlotSet Where(SequenceRule rule)
    {
        var within = rule.WithinMinutes is { } minutes ? minutes * Instants.Minute : (rule.WithinDays ?? 0) * Instants.Day;
        var start = rule.Days is { } days ? _now - (days * Instants.Day) + 1 : long.MinValue;
        var (firsts, thens) = (Rows(rule.First, new(start, _now)), Rows(rule.Then, new(start, _now)));
        var both = Slots(firsts).And(Slots(thens));
        var withouts = rule.Without is { } without ? Rows(without, new(start, _now)) : [];
        var marks = new List<(int Slot, long At, Mark Mark)>();
        Add(firsts, Mark.First);
        Add(thens, Mark.Then);
        Add(withouts, Mark.Without);
        marks.Sort();

        // From the latest back: the earliest then-event after a first one is the best, for between the two lies least.
        var set = new SlotSet(store.Slots);
        var (slot, then, other) = (-1, long.MaxValue, long.MaxValue);
        for (var i = marks.Count - 1; i >= 0;)
        {
            var (own, at, _) = marks[i];
            (slot, then, other) = own == slot ? (slot, then, other) : (own, long.MaxValue, long.MaxValue);
            var (sawThen, sawOther) = (false, false);
            for (; i >= 0 && marks[i].Slot == own && marks[i].At == at; i--)
            {
                sawThen |= marks[i].Mark == Mark.Then;
                sawOther |= marks[i].Mark == Mark.Without;
                if (marks[i].Mark == Mark.First && then != long.MaxValue && then - at <= within && other >= then)
                {
                    set.Add(own);
                }
            }

            (then, other) = (sawThen ? at : then, sawOther ? at : other);
        }

        return set;

        void Add(List<(int Slot, long At)> rows, Mark mark)
        {
            foreach (var row in rows)
            {
                if (both[row.Slot])
                {
                    marks.Add((row.Slot, row.At, mark));
                }
            }
        }
    }

    private List<(int Slot, long At)> Rows(EventPattern pattern, Stretch span)
    {
        var rows = new List<(int, long)>();
        var sink = new ListSink(rows);
        new EventScan(store, pattern.Event!.Value, pattern.Name, pattern.Where).Run(span, null, ref sink);
        return rows;
    }

    private SlotSet Slots(List<(int Slot, long At)> rows)
    {
        var set = new SlotSet(store.Slots);
        rows.ForEach(x => set.Add(x.Slot));
        return set;
    }
}
