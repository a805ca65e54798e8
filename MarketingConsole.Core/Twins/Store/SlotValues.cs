using System.Numerics;
using System.Runtime.CompilerServices;

namespace MarketingConsole.Core.Twins.Store;

/// <summary>A number for those slots that have one, NaN for all others. A bit each tells which have: values that nobody has are never written, so that a few among a million cost no pass over the million.
/// Whole numbers that are added up take half the room while they fit into 32 bits (<see cref="AddWholes(ReadOnlySpan{int}, ReadOnlySpan{int})"/>), which is most of the time a pass over millions of events takes.</summary>
/// <param name="size">Slots there is room for, at least 0.</param>
internal sealed class SlotValues(int size)
{
    private const int Few = 8;
    private readonly ulong[] _known = new ulong[(size + 63) / 64];
    private double[]? _values;
    private int[]? _wholes;
    private bool _whole;

    public int Size => size;

    /// <summary>How many slots have a value.</summary>
    public int Count => SlotSet.Ones(_known);

    /// <summary>True when sums of whole numbers grew beyond 32 bits: they are wrong, and to be made anew by <see cref="Add"/>.</summary>
    public bool Overflown { get; private set; }

    public double this[int slot] => !Has(slot) ? double.NaN : _whole ? _wholes![slot] : _values![slot];

    private double[] Values => _values ??= new double[_known.Length * 64];

    private int[] Wholes => _wholes ??= new int[_known.Length * 64];

    /// <summary>The value to be changed; NaN when this is the slot's first.</summary>
    public ref double Of(int slot)
    {
        ref var value = ref Values[slot];
        if (!Has(slot))
        {
            _known[slot >> 6] |= 1UL << slot;
            value = double.NaN;
        }

        return ref value;
    }

    /// <summary>Each slot's greatest number, of some rows of two columns.</summary>
    public void Greatest(ReadOnlySpan<int> slots, ReadOnlySpan<long> numbers, ReadOnlySpan<int> rows)
    {
        var (values, known) = (Values, _known);
        foreach (var row in rows)
        {
            var (slot, x) = (slots[row], (double)numbers[row]);
            ref var word = ref known[slot >> 6];
            ref var value = ref values[slot];
            value = (word >> slot & 1) != 0 && value > x ? value : x;
            word |= 1UL << slot;
        }
    }

    /// <summary>Leaves of some rows of two columns those whose number is above their slot's value, or whose slot has none.</summary>
    public Span<int> Above(ReadOnlySpan<int> slots, ReadOnlySpan<long> numbers, Span<int> rows)
    {
        var (values, known, n) = (Values, _known, 0);
        foreach (var row in rows)
        {
            var slot = slots[row];
            rows[n] = row;
            n += (known[slot >> 6] >> slot & 1) != 0 && numbers[row] <= values[slot] ? 0 : 1;
        }

        return rows[..n];
    }

    /// <summary>Adds to the value; the first counts from 0.</summary>
    public void Add(int slot, double x)
    {
        ref var word = ref _known[slot >> 6];
        ref var value = ref Values[slot];
        value = ((word >> slot & 1) != 0 ? value : 0) + x;
        word |= 1UL << slot;
    }

    public void AddWhole(int slot, int x)
    {
        _whole = true;
        Overflown |= Add(Wholes, _known, slot, x) < 0;
    }

    /// <summary>Adds a whole number to each slot's value. From the first call until <see cref="Clear"/> only this and its like may change values.</summary>
    /// <param name="slots">A slot may be there more than once.</param>
    public void AddWholes(ReadOnlySpan<int> slots, ReadOnlySpan<int> numbers)
    {
        _whole = true;
        var (sums, known, overflow) = (Wholes, _known, 0);
        for (var i = 0; i < slots.Length && i < numbers.Length; i++)
        {
            overflow |= Add(sums, known, slots[i], numbers[i]);
        }

        Overflown |= overflow < 0;
    }

    /// <summary>The same for some rows of two columns.</summary>
    public void AddWholes(ReadOnlySpan<int> slots, ReadOnlySpan<int> numbers, ReadOnlySpan<int> rows)
    {
        _whole = true;
        var (sums, known, overflow) = (Wholes, _known, 0);
        foreach (var row in rows)
        {
            overflow |= Add(sums, known, slots[row], numbers[row]);
        }

        Overflown |= overflow < 0;
    }

    /// <returns>Negative when the sum went beyond 32 bits: its sign then differs from that of both parts.</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Add(int[] sums, ulong[] known, int slot, int x)
    {
        ref var word = ref known[slot >> 6];
        ref var sum = ref sums[slot];
        var before = sum & -(int)(word >> slot & 1); // no branch: it would be guessed wrong every other time
        sum = before + x;
        word |= 1UL << slot;
        return (before ^ sum) & (x ^ sum);
    }

    /// <summary>Slots that have a value.</summary>
    /// <param name="slots">Size of the set, at most <see cref="Size"/>. Alike below.</param>
    public SlotSet Known(int slots)
    {
        var set = new SlotSet(slots);
        _known.AsSpan(0, set.Words.Length).CopyTo(set.Words);
        return set;
    }

    /// <summary>Slots whose value lies between both ends, included.</summary>
    public SlotSet Between(double low, double high, int slots)
    {
        var set = new SlotSet(slots);
        var words = set.Words;
        var (least, most) = ((int)Math.Clamp(Math.Ceiling(low), int.MinValue, int.MaxValue), (int)Math.Clamp(Math.Floor(high), int.MinValue, int.MaxValue));
        for (var i = 0; i < words.Length && (!_whole || (low <= int.MaxValue && high >= int.MinValue)); i++)
        {
            if (_known[i] is not 0 and var known)
            {
                words[i] = BitOperations.PopCount(known) <= Few ? Each(known, i << 6) : known & (_whole ? Scan.Word(_wholes.AsSpan(i << 6, 64), least, most) : Scan.Word(_values.AsSpan(i << 6, 64), low, high));
            }
        }

        return set;

        ulong Each(ulong known, int start)
        {
            var found = 0UL;
            for (var rest = known; rest != 0; rest &= rest - 1)
            {
                var slot = start + BitOperations.TrailingZeroCount(rest);
                var value = _whole ? _wholes![slot] : _values![slot];
                found |= (value >= low && value <= high ? 1UL : 0UL) << slot;
            }

            return found;
        }
    }

    /// <summary>Reads the slots that have a value, ascending.</summary>
    public void Each(Action<int, double> read)
    {
        for (var i = 0; i < _known.Length; i++)
        {
            for (var word = _known[i]; word != 0; word &= word - 1)
            {
                var slot = (i << 6) + BitOperations.TrailingZeroCount(word);
                read(slot, _whole ? _wholes![slot] : _values![slot]);
            }
        }
    }

    public void Clear()
    {
        Array.Clear(_known);
        (_whole, Overflown) = (false, false);
    }

    private bool Has(int slot) => (_known[slot >> 6] >> slot & 1) != 0;
}
