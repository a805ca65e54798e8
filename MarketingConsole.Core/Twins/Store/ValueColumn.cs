using System.Numerics;
using System.Runtime.CompilerServices;
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
        for (; row + 64 <= values.Length; row += 64)
        {
            words[row >> 6] |= Word(values.Slice(row, 64), low, high);
        }

        for (; row < values.Length; row++)
        {
            if (values[row] >= low && values[row] <= high)
            {
                words[row >> 6] |= 1UL << row;
            }
        }
    }

    /// <summary>A bit for each of sixty-four values that lies between both ends, included.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Word<T>(ReadOnlySpan<T> values, T low, T high) where T : unmanaged, INumber<T>
    {
        var word = 0UL;
        if (Vector256.IsHardwareAccelerated)
        {
            var (lows, highs) = (Vector256.Create(low), Vector256.Create(high));
            ref var first = ref MemoryMarshal.GetReference(values);
            for (var i = 0; i < 64; i += Vector256<T>.Count)
            {
                var v = Vector256.LoadUnsafe(ref first, (nuint)i);
                word |= (ulong)(Vector256.GreaterThanOrEqual(v, lows) & Vector256.LessThanOrEqual(v, highs)).ExtractMostSignificantBits() << i;
            }

            return word;
        }

        for (var i = 0; i < 64; i++)
        {
            word |= (values[i] >= low && values[i] <= high ? 1UL : 0UL) << i;
        }

        return word;
    }

    public static void AnyOf(ReadOnlySpan<byte> values, ReadOnlySpan<byte> wanted, Span<ulong> words)
    {
        var row = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var first = ref MemoryMarshal.GetReference(values);
            for (; row + 64 <= values.Length; row += 64)
            {
                var (a, b) = (Vector256.LoadUnsafe(ref first, (nuint)row), Vector256.LoadUnsafe(ref first, (nuint)(row + 32)));
                var (low, high) = (Vector256<byte>.Zero, Vector256<byte>.Zero);
                foreach (var code in wanted)
                {
                    var same = Vector256.Create(code);
                    (low, high) = (low | Vector256.Equals(a, same), high | Vector256.Equals(b, same));
                }

                words[row >> 6] |= low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << 32);
            }
        }

        Rest(values, wanted, row, words);
    }

    public static void AnyOf(ReadOnlySpan<ushort> values, ReadOnlySpan<ushort> wanted, Span<ulong> words)
    {
        var row = 0;
        if (Vector256.IsHardwareAccelerated)
        {
            ref var first = ref MemoryMarshal.GetReference(values);
            for (; row + 64 <= values.Length; row += 64)
            {
                // Two comparisons of sixteen become thirty-two bytes of ones or zeros, in order.
                var (low, high) = (Vector256<byte>.Zero, Vector256<byte>.Zero);
                foreach (var code in wanted)
                {
                    var same = Vector256.Create(code);
                    low |= Vector256.Narrow(Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)row), same), Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)(row + 16)), same));
                    high |= Vector256.Narrow(Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)(row + 32)), same), Vector256.Equals(Vector256.LoadUnsafe(ref first, (nuint)(row + 48)), same));
                }

                words[row >> 6] |= low.ExtractMostSignificantBits() | ((ulong)high.ExtractMostSignificantBits() << 32);
            }
        }

        Rest(values, wanted, row, words);
    }

    private static void Rest<T>(ReadOnlySpan<T> values, ReadOnlySpan<T> wanted, int row, Span<ulong> words) where T : IEquatable<T>
    {
        for (; row < values.Length; row++)
        {
            if (wanted.Contains(values[row]))
            {
                words[row >> 6] |= 1UL << row;
            }
        }
    }
}
