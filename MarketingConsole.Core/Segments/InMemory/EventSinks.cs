using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Who has any.</summary>
internal readonly struct FlagSink(SlotSet set) : IRowSink
{
    public void Take(EventColumns events, ReadOnlySpan<int> rows)
    {
        var slots = events.Slot;
        foreach (var row in rows)
        {
            set.Add(slots[row]);
        }
    }

    public bool TakeAll(EventColumns events, int start, int end)
    {
        var words = set.Words;
        foreach (var slot in events.Slot[start..end])
        {
            words[slot >> 6] |= 1UL << slot;
        }

        return true;
    }
}

/// <summary>How many.</summary>
internal readonly struct CountSink(SlotValues counts) : IRowSink
{
    private static readonly int[] Ones = [.. Enumerable.Repeat(1, EventColumns.BlockSize)];

    public void Take(EventColumns events, ReadOnlySpan<int> rows)
    {
        var slots = events.Slot;
        foreach (var row in rows)
        {
            counts.AddWhole(slots[row], 1);
        }
    }

    public bool TakeAll(EventColumns events, int start, int end)
    {
        counts.AddWholes(events.Slot[start..end], Ones);
        return true;
    }
}

/// <summary>How many, up to 255: a byte a slot stays in the processor's cache.</summary>
internal readonly struct SmallCountSink(byte[] counts) : IRowSink
{
    public void Take(EventColumns events, ReadOnlySpan<int> rows)
    {
        var slots = events.Slot;
        foreach (var row in rows)
        {
            Count(slots[row]);
        }
    }

    public bool TakeAll(EventColumns events, int start, int end)
    {
        foreach (var slot in events.Slot[start..end])
        {
            Count(slot);
        }

        return true;
    }

    private void Count(int slot)
    {
        ref var count = ref counts[slot];
        count += count < byte.MaxValue ? (byte)1 : (byte)0;
    }
}

/// <summary>The last instant.</summary>
internal readonly struct LastSink(SlotValues last) : IRowSink
{
    public void Take(EventColumns events, ReadOnlySpan<int> rows) => last.Greatest(events.Slot, events.At, rows);
}

/// <summary>Rows as they are, to be sorted.</summary>
internal readonly struct ListSink(List<(int Slot, long At)> list) : IRowSink
{
    public void Take(EventColumns events, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
        {
            list.Add((events.Slot[row], events.At[row]));
        }
    }
}

/// <summary>Pairs of slot and what is to be told apart.</summary>
internal readonly struct DistinctSink(HashSet<long> pairs, Func<EventColumns, int, int> key) : IRowSink
{
    public void Take(EventColumns events, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
        {
            if (key(events, row) is not int.MinValue and var found)
            {
                pairs.Add(((long)events.Slot[row] << 32) | (uint)found);
            }
        }
    }
}

/// <summary>Sums of amounts or quantities.</summary>
/// <param name="wide">True where 32 bits were too few, see <see cref="SlotValues.Overflown"/>.</param>
internal readonly struct SumSink(SlotValues sums, bool pieces, bool wide) : IRowSink
{
    public void Take(EventColumns events, ReadOnlySpan<int> rows)
    {
        var slots = events.Slot;
        if (Wholes(events) is { } numbers)
        {
            sums.AddWholes(slots, numbers.Values, rows);
            return;
        }

        foreach (var row in rows)
        {
            sums.Add(slots[row], pieces ? events.Quantity[row] : events.AmountOf(row));
        }
    }

    public bool TakeAll(EventColumns events, int start, int end)
    {
        if (Wholes(events) is not { } numbers)
        {
            return false;
        }

        sums.AddWholes(events.Slot[start..end], numbers.Values[start..end]);
        return true;
    }

    private Growing<int>? Wholes(EventColumns events)
    {
        if (wide)
        {
            return null;
        }

        var column = pieces ? events.Quantity : events.SmallAmounts;
        column.Cover(events.Count);
        return column;
    }
}

/// <summary>Goes from event to event, where an event may be several lines one after the other, and folds what each comes to into the slot's value. Call <see cref="End"/> at the end.</summary>
/// <param name="fold">The slot's value so far (NaN = none), the event's amount or quantity, and its instant.</param>
internal struct EventFoldSink(SlotValues values, bool pieces, Func<double, long, long, double> fold) : IRowSink
{
    private EventColumns? _events;
    private int _row = -1;
    private long _amount;

    public void Take(EventColumns events, ReadOnlySpan<int> rows)
    {
        foreach (var row in rows)
        {
            var amount = pieces ? events.Quantity[row] : events.AmountOf(row);
            if (_events == events && events.Order[row] != 0 && events.Order[row] == events.Order[_row] && events.Slot[row] == events.Slot[_row])
            {
                _amount += amount;
                continue;
            }

            End();
            (_events, _row, _amount) = (events, row, amount);
        }
    }

    public void End()
    {
        if (_events is { } events)
        {
            ref var value = ref values.Of(events.Slot[_row]);
            value = fold(value, _amount, events.At[_row]);
            _events = null;
        }
    }
}
