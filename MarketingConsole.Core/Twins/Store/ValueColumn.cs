using System.Numerics;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MarketingConsole.Core.Twins.Store;

/// <summary>A number for each slot: a feature, a score, a day or an instant.</summary>
/// <param name="unknown">Stands for "not known": NaN, or a value below every other.</param>
public sealed class ValueColumn<T>(T unknown) where T : unmanaged, INumber<T>
{
    private readonly Growing<T> _values = new(unknown);

    private static readonly T Most = T.CreateSaturating(double.PositiveInfinity);

    public long Bytes => _values.Bytes;

    public T Unknown => unknown;

    public T? this[int slot]
    {
        get => _values[slot] is var value && !value.Equals(unknown) ? value : null;
        set => _values[slot] = value ?? unknown;
    }

    /// <summary>All values, unknown where there is none; at least <paramref name="slots"/> of them.</summary>
    public ReadOnlySpan<T> Values(int slots)
    {
        _values.Cover(slots);
        return _values.Values[..slots];
    }

    /// <summary>Slots whose value is known and within both ends.</summary>
    public SlotSet Between(T low, T high, int slots)
    {
        var set = new SlotSet(slots);
        if (!_values.IsEmpty && low <= high)
        {
            Scan.Between(Values(slots), low, high, set.Words);
        }

        return set;
    }

    /// <summary>The least known value above <paramref name="value"/>, or the greatest number there is.</summary>
    public T Next(T value, int slots)
    {
        var least = Most;
        foreach (var x in _values.IsEmpty ? [] : Values(slots))
        {
            if (x > value && x < least)
            {
                least = x;
            }
        }

        return least;
    }

    /// <summary>Writes the values of some slots to another column, where slots[i] is slot i.</summary>
    internal void CopyTo(ValueColumn<T> other, IReadOnlyList<int> slots)
    {
        for (var i = 0; i < slots.Count && !_values.IsEmpty; i++)
        {
            other._values[i] = _values[slots[i]];
        }
    }

    public SlotSet Known(int slots)
    {
        var set = new SlotSet(slots);
        if (!_values.IsEmpty)
        {
            var values = Values(slots);
            for (var slot = 0; slot < values.Length; slot++)
            {
                if (!values[slot].Equals(unknown))
                {
                    set.Add(slot);
                }
            }
        }

        return set;
    }
}

/// <summary>Passes over columns that set one bit a row, many rows at a time.</summary>
internal static class Scan
{
    public static void Between<T>(ReadOnlySpan<T> values, T low, T high, Span<ulong> words) where T : unmanaged, INumber<T>
    {
        var row = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var (lows, highs, lanes) = (Vector256.Create(low), Vector256.Create(high), Vector256<T>.Count);
            ref var first = ref MemoryMarshal.GetReference(values);
            for (; row + 64 <= values.Length; row += 64)
            {
                var word = 0UL;
                for (var i = 0; i < 64; i += lanes)
                {
                    var v = Vector256.LoadUnsafe(ref first, (nuint)(row + i));
                    word |= (ulong)(Vector256.GreaterThanOrEqual(v, lows) & Vector256.LessThanOrEqual(v, highs)).ExtractMostSignificantBits() << i;
                }

                words[row >> 6] |= word;
            }
        }

        for (; row < values.Length; row++)
        {
            if (values[row] >= low && values[row] <= high)
            {
                words[row >> 6] |= 1UL << row;
            }
        }
    }

    public static void Equal(ReadOnlySpan<ushort> values, ushort wanted, Span<ulong> words)
    {
        var row = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            var same = Vector256.Create(wanted);
            ref var first = ref MemoryMarshal.GetReference(values);
            for (; row + 64 <= values.Length; row += 64)
            {
                // Two comparisons of sixteen become thirty-two bytes of ones or zeros, in order.
                var low = Vector256.Narrow(Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)row), same), Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)(row + 16)), same));
                var high = Vector256.Narrow(Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)(row + 32)), same), Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)(row + 48)), same));
                words[row >> 6] |= low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << 32);
            }
        }

        for (; row < values.Length; row++)
        {
            if (values[row] == wanted)
            {
                words[row >> 6] |= 1UL << row;
            }
        }
    }
}
