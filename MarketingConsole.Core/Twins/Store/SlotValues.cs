namespace MarketingConsole.Core.Twins.Store;

/// <summary>A number for those slots that have one, NaN for all others. Knows which have, so that a few among a million cost no pass over the million.</summary>
internal sealed class SlotValues(int size)
{
    /// <summary>Jumping to fewer than one in so many is faster than a pass over all.</summary>
    private const int FewPart = 16;
    private readonly double[] _values = Filled(size);
    private readonly int[] _known = new int[size];
    private int _count;

    public int Size => size;

    /// <summary>Slots that have a value, in no order.</summary>
    public ReadOnlySpan<int> Known => _known.AsSpan(0, _count);

    public double this[int slot] => _values[slot];

    /// <summary>Writes the slots that have a value and their values to the front of two buffers of at least <see cref="Known"/>'s length.</summary>
    public void CopyTo(Span<int> slots, Span<double> values)
    {
        if (_count < Size / FewPart)
        {
            Known.CopyTo(slots);
            for (var i = 0; i < _count; i++)
            {
                values[i] = _values[slots[i]];
            }

            return;
        }

        for (int slot = 0, n = 0; n < _count; slot++) // many: one pass over all in order is faster than jumping
        {
            if (!double.IsNaN(_values[slot]))
            {
                (slots[n], values[n]) = (slot, _values[slot]);
                n++;
            }
        }
    }

    /// <summary>The value to be changed; NaN when this is the slot's first.</summary>
    public ref double Of(int slot)
    {
        ref var value = ref _values[slot];
        if (double.IsNaN(value))
        {
            _known[_count++] = slot;
        }

        return ref value;
    }

    public void Clear()
    {
        if (_count < Size / FewPart)
        {
            foreach (var slot in Known)
            {
                _values[slot] = double.NaN;
            }
        }
        else
        {
            Array.Fill(_values, double.NaN);
        }

        _count = 0;
    }

    private static double[] Filled(int size)
    {
        var values = new double[size];
        Array.Fill(values, double.NaN);
        return values;
    }
}
