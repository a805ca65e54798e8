using System.Numerics;

namespace MarketingConsole.Core.Twins.Store;

/// <summary>A number for those slots that have one, NaN for all others. A bit each tells which have: values that nobody has are never written, so that a few among a million cost no pass over the million.</summary>
/// <param name="size">Slots there is room for, at least 0.</param>
internal sealed class SlotValues(int size)
{
    private readonly double[] _values = new double[size];
    private readonly ulong[] _known = new ulong[(size + 63) / 64];

    public int Size => size;

    /// <summary>How many slots have a value.</summary>
    public int Count => SlotSet.Ones(_known);

    public double this[int slot] => Has(slot) ? _values[slot] : double.NaN;

    /// <summary>The value to be changed; NaN when this is the slot's first.</summary>
    public ref double Of(int slot)
    {
        ref var value = ref _values[slot];
        if (!Has(slot))
        {
            _known[slot >> 6] |= 1UL << slot;
            value = double.NaN;
        }

        return ref value;
    }

    /// <summary>Adds to the value; the first counts from 0.</summary>
    public void Add(int slot, double x)
    {
        ref var word = ref _known[slot >> 6];
        ref var value = ref _values[slot];
        value = ((word >> slot & 1) != 0 ? value : 0) + x;
        word |= 1UL << slot;
    }

    /// <summary>Writes the slots that have a value, ascending, and their values to the front of two buffers of at least <see cref="Count"/>'s length.</summary>
    /// <param name="among">Only those in it; null = all.</param>
    /// <returns>How many were written.</returns>
    public int CopyTo(Span<int> slots, Span<double> values, SlotSet? among = null)
    {
        var n = 0;
        var words = among is null ? _known : _known.AsSpan(0, Math.Min(_known.Length, among.Words.Length));
        for (var i = 0; i < words.Length; i++)
        {
            for (var word = among is null ? words[i] : words[i] & among.Words[i]; word != 0; word &= word - 1)
            {
                var slot = (i << 6) + BitOperations.TrailingZeroCount(word);
                (slots[n], values[n]) = (slot, _values[slot]);
                n++;
            }
        }

        return n;
    }

    /// <summary>Reads the slots that have a value, ascending.</summary>
    public void Each(Action<int, double> read)
    {
        for (var i = 0; i < _known.Length; i++)
        {
            for (var word = _known[i]; word != 0; word &= word - 1)
            {
                var slot = (i << 6) + BitOperations.TrailingZeroCount(word);
                read(slot, _values[slot]);
            }
        }
    }

    public void Clear() => Array.Clear(_known);

    private bool Has(int slot) => (_known[slot >> 6] >> slot & 1) != 0;
}
