using System.Numerics;
using System.Numerics.Tensors;

namespace MarketingConsole.Core.Twins.Store;

/// <summary>A set of slots as one bit each.</summary>
/// <param name="size">Slots there are, at least 0.</param>
public sealed class SlotSet(int size)
{
    private readonly ulong[] _words = new ulong[(size + 63) / 64];

    public int Size => size;

    internal Span<ulong> Words => _words;

    public int Count => Ones(_words);

    internal static int Ones(ReadOnlySpan<ulong> words)
    {
        var count = 0;
        foreach (var word in words)
        {
            count += BitOperations.PopCount(word);
        }

        return count;
    }

    public bool this[int slot] => (_words[slot >> 6] >> slot & 1) != 0;

    public static SlotSet Full(int size)
    {
        var set = new SlotSet(size);
        Array.Fill(set._words, ulong.MaxValue);
        return set.Trim();
    }

    public void Add(int slot) => _words[slot >> 6] |= 1UL << slot;

    /// <summary>Adds the slots whose value lies between both ends, included.</summary>
    public void AddBetween<T>(ReadOnlySpan<T> values, T low, T high) where T : unmanaged, INumber<T> => Scan.Between(values[..Math.Min(values.Length, size)], low, high, _words);

    // Each changes this set and returns it.

    public SlotSet And(SlotSet other)
    {
        TensorPrimitives.BitwiseAnd(_words, other._words, _words);
        return this;
    }

    public SlotSet Or(SlotSet other)
    {
        TensorPrimitives.BitwiseOr(_words, other._words, _words);
        return this;
    }

    /// <summary>Takes the other's slots away.</summary>
    public SlotSet Except(SlotSet other)
    {
        for (var i = 0; i < _words.Length; i++)
        {
            _words[i] &= ~other._words[i];
        }

        return this;
    }

    public SlotSet Not()
    {
        TensorPrimitives.OnesComplement(_words, _words);
        return Trim();
    }

    public SlotSet Copy()
    {
        var copy = new SlotSet(size);
        _words.CopyTo(copy._words, 0);
        return copy;
    }

    /// <summary>The slots in it, ascending.</summary>
    public IEnumerable<int> Slots()
    {
        for (var i = 0; i < _words.Length; i++)
        {
            for (var word = _words[i]; word != 0; word &= word - 1)
            {
                yield return (i << 6) + BitOperations.TrailingZeroCount(word);
            }
        }
    }

    /// <summary>The same at once.</summary>
    internal int[] ToArray()
    {
        var (slots, n) = (new int[Count], 0);
        for (var i = 0; i < _words.Length; i++)
        {
            for (var word = _words[i]; word != 0; word &= word - 1)
            {
                slots[n++] = (i << 6) + BitOperations.TrailingZeroCount(word);
            }
        }

        return slots;
    }

    /// <summary>Some of the slots in it, evenly scattered: all, or between the number asked for and twice as many.</summary>
    internal int[] Sample(int wanted)
    {
        var (every, seen, next, sample) = (Math.Max(1, Count / wanted), 0, 0, new List<int>(wanted * 2));
        for (var i = 0; i < _words.Length; i++)
        {
            var count = BitOperations.PopCount(_words[i]);
            for (var word = _words[i]; next < seen + count; next += every)
            {
                for (var skip = next - seen - (count - BitOperations.PopCount(word)); skip > 0; skip--)
                {
                    word &= word - 1;
                }

                sample.Add((i << 6) + BitOperations.TrailingZeroCount(word));
            }

            seen += count;
        }

        return [.. sample];
    }

    private SlotSet Trim()
    {
        if ((size & 63) != 0)
        {
            _words[^1] &= (1UL << size) - 1;
        }

        return this;
    }
}
