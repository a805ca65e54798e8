using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MarketingConsole.Core.Learning.Classification;

/// <summary>Finds bins by binary search without branches, which a processor cannot predict here.</summary>
internal static class BinSearch
{
    /// <returns>The edges, filled up with infinities to one less than a power of two.</returns>
    public static float[] Pad(float[] edges)
    {
        var size = 1;
        while (size - 1 < edges.Length)
        {
            size *= 2;
        }

        var padded = new float[size - 1];
        padded.AsSpan().Fill(float.PositiveInfinity);
        edges.CopyTo(padded, 0);
        return padded;
    }

    /// <summary>Writes for each value how many edges it exceeds, and <paramref name="missing"/> for values that are no finite number.</summary>
    /// <param name="edges">As by <see cref="Pad"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Map(ReadOnlySpan<float> values, Span<byte> bins, float[] edges, byte missing)
    {
        ref var edge = ref MemoryMarshal.GetArrayDataReference(edges);
        ref var value = ref MemoryMarshal.GetReference(values);
        ref var bin = ref MemoryMarshal.GetReference(bins);
        var half = (edges.Length + 1) / 2;
        nint i = 0;
        for (; i + 4 <= values.Length; i += 4)
        {
            // four searches side by side, each waiting for its own loads only
            var (a, b, c, d) = (Unsafe.Add(ref value, i), Unsafe.Add(ref value, i + 1), Unsafe.Add(ref value, i + 2), Unsafe.Add(ref value, i + 3));
            nint p = 0, q = 0, r = 0, s = 0;
            for (nint step = half; step > 0; step >>= 1)
            {
                p += -(nint)Unsafe.BitCast<bool, byte>(a > Unsafe.Add(ref edge, p + step - 1)) & step;
                q += -(nint)Unsafe.BitCast<bool, byte>(b > Unsafe.Add(ref edge, q + step - 1)) & step;
                r += -(nint)Unsafe.BitCast<bool, byte>(c > Unsafe.Add(ref edge, r + step - 1)) & step;
                s += -(nint)Unsafe.BitCast<bool, byte>(d > Unsafe.Add(ref edge, s + step - 1)) & step;
            }

            Unsafe.Add(ref bin, i) = float.IsFinite(a) ? (byte)p : missing;
            Unsafe.Add(ref bin, i + 1) = float.IsFinite(b) ? (byte)q : missing;
            Unsafe.Add(ref bin, i + 2) = float.IsFinite(c) ? (byte)r : missing;
            Unsafe.Add(ref bin, i + 3) = float.IsFinite(d) ? (byte)s : missing;
        }

        for (; i < values.Length; i++)
        {
            var v = Unsafe.Add(ref value, i);
            nint at = 0;
            for (nint step = half; step > 0; step >>= 1)
            {
                at += -(nint)Unsafe.BitCast<bool, byte>(v > Unsafe.Add(ref edge, at + step - 1)) & step;
            }

            Unsafe.Add(ref bin, i) = float.IsFinite(v) ? (byte)at : missing;
        }
    }
}
