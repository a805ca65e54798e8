using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MarketingConsole.Core.Learning.Classification;

/// <summary>Finds bins without branches, which a processor cannot predict here: few edges are all compared with 32 values at a time, many are searched by halves.</summary>
internal static class BinSearch
{
    private const int FewEdges = 96;

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
        nint i = Vector256.IsHardwareAccelerated ? CountSmaller(values, bins, edges, missing) : 0;
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

    /// <returns>How many values were done: all full groups of 32 where there are few edges, else none.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static nint CountSmaller(ReadOnlySpan<float> values, Span<byte> bins, float[] edges, byte missing)
    {
        var count = edges.AsSpan().IndexOf(float.PositiveInfinity) is var end and >= 0 ? end : edges.Length;
        if (count > FewEdges)
        {
            return 0;
        }

        ref var value = ref MemoryMarshal.GetReference(values);
        ref var edge = ref MemoryMarshal.GetArrayDataReference(edges);
        var gap = Vector256.Create((int)missing);
        nint i = 0;
        for (; i + 32 <= values.Length; i += 32)
        {
            var (a, b, c, d) = (Vector256.LoadUnsafe(ref value, (nuint)i), Vector256.LoadUnsafe(ref value, (nuint)i + 8), Vector256.LoadUnsafe(ref value, (nuint)i + 16), Vector256.LoadUnsafe(ref value, (nuint)i + 24));
            var (p, q, r, s) = (Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero, Vector256<int>.Zero);
            for (nint k = 0; k < count; k++)
            {
                var at = Vector256.Create(Unsafe.Add(ref edge, k));
                p -= Vector256.GreaterThan(a, at).AsInt32();
                q -= Vector256.GreaterThan(b, at).AsInt32();
                r -= Vector256.GreaterThan(c, at).AsInt32();
                s -= Vector256.GreaterThan(d, at).AsInt32();
            }

            // v − v is 0 for every finite number and for no other
            p = Vector256.ConditionalSelect(Vector256.Equals(a - a, Vector256<float>.Zero).AsInt32(), p, gap);
            q = Vector256.ConditionalSelect(Vector256.Equals(b - b, Vector256<float>.Zero).AsInt32(), q, gap);
            r = Vector256.ConditionalSelect(Vector256.Equals(c - c, Vector256<float>.Zero).AsInt32(), r, gap);
            s = Vector256.ConditionalSelect(Vector256.Equals(d - d, Vector256<float>.Zero).AsInt32(), s, gap);
            Vector256.Narrow(Vector256.Narrow(p, q).AsUInt16(), Vector256.Narrow(r, s).AsUInt16()).StoreUnsafe(ref MemoryMarshal.GetReference(bins), (nuint)i);
        }

        return i;
    }
}
