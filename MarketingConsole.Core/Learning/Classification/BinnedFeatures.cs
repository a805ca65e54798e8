using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MarketingConsole.Core.Learning.Classification;

/// <summary>Columns cut into at most 255 bins of about equal size, one byte a cell, kept by row (to fill histograms) and by column (to split rows).
/// The bin after a column's last holds its missing values.</summary>
internal sealed class BinnedFeatures
{
    private const int SampleRows = 200_000;

    /// <summary>Cells by row; rows are padded to <see cref="Stride"/> cells.</summary>
    public byte[] ByRow { get; }

    public byte[][] ByColumn { get; }

    public int Stride { get; }

    /// <summary>Where each column's bins begin in a histogram; the columns of padding share a place at the end.</summary>
    public int[] Offsets { get; }

    public int HistogramSize { get; }

    /// <summary>Bins of values per column.</summary>
    public int[] Bins { get; }

    public bool[] HasMissing { get; }

    /// <summary>Numeric columns: upper end of each bin but the last.</summary>
    public float[][] Edges { get; }

    /// <summary>Category columns: the code of each bin, ascending; null for numeric ones.</summary>
    public float[]?[] Categories { get; }

    public BinnedFeatures(IReadOnlyList<float[]> columns, IReadOnlyList<int> categorical, int maxBins, CancellationToken ct)
    {
        var (p, n) = (columns.Count, columns[0].Length);
        Stride = (p + 3) & ~3;
        (ByRow, ByColumn, Offsets, Bins, HasMissing, Edges, Categories) = (new byte[(long)n * Stride], new byte[p][], new int[Stride], new int[p], new bool[p], new float[p][], new float[p][]);
        var (keys, scratch) = (new uint[Math.Min(n, SampleRows)], new uint[Math.Min(n, SampleRows)]);
        for (var j = 0; j < p; j++)
        {
            ct.ThrowIfCancellationRequested();
            ByColumn[j] = new byte[n];
            if (categorical.Contains(j))
            {
                Categories[j] = [.. columns[j].Where(float.IsFinite).CountBy(x => x).OrderByDescending(x => x.Value).ThenBy(x => x.Key).Take(maxBins).Select(x => x.Key).Order()];
                (Edges[j], Bins[j]) = ([], Categories[j]!.Length);
                MapCategories(columns[j], ByColumn[j], Categories[j]!);
            }
            else
            {
                Edges[j] = Cut(columns[j], maxBins, keys, scratch);
                Bins[j] = Edges[j].Length + 1;
                BinSearch.Map(columns[j], ByColumn[j], BinSearch.Pad(Edges[j]), (byte)Bins[j]);
            }

            HasMissing[j] = ByColumn[j].AsSpan().Contains((byte)Bins[j]);
            Offsets[j] = HistogramSize;
            HistogramSize += Bins[j] + 1;
        }

        Offsets.AsSpan(p).Fill(HistogramSize++);
        Transpose(n, p);
    }

    /// <summary>Edges midway between neighbouring values: one a value where there are few, else about equally many rows to a bin.</summary>
    private static float[] Cut(float[] column, int maxBins, uint[] keys, uint[] scratch)
    {
        var (every, count) = ((column.Length + keys.Length - 1) / keys.Length, 0);
        for (var i = 0; i < column.Length && count < keys.Length; i += every)
        {
            if (float.IsFinite(column[i]))
            {
                var bits = BitConverter.SingleToUInt32Bits(column[i] + 0f); // + 0 makes −0 into 0
                keys[count++] = bits ^ (uint)((int)bits >> 31 | int.MinValue); // orders like the numbers
            }
        }

        Sort(keys.AsSpan(0, count), scratch);
        var (values, counts) = (new List<float>(), new List<int>());
        for (var i = 0; i < count;)
        {
            var from = i;
            while (i < count && keys[i] == keys[from])
            {
                i++;
            }

            values.Add(BitConverter.UInt32BitsToSingle(keys[from] ^ ((keys[from] >> 31) - 1 | 0x8000_0000)));
            counts.Add(i - from);
        }

        var edges = new List<float>();
        var (rest, inBin) = ((double)count, 0.0);
        for (var i = 0; i + 1 < values.Count && edges.Count < maxBins - 1; i++)
        {
            inBin += counts[i];
            var target = rest / (maxBins - edges.Count);
            if (values.Count <= maxBins || inBin >= target || counts[i + 1] >= target)
            {
                edges.Add(Middle(values[i], values[i + 1]));
                (rest, inBin) = (rest - inBin, 0);
            }
        }

        return [.. edges];
    }

    private static float Middle(float low, float high)
    {
        var middle = (float)(((double)low + high) / 2);
        return middle < high ? middle : low; // neighbours in floating point
    }

    /// <summary>Radix sort by three digits of eleven bits.</summary>
    private static void Sort(Span<uint> keys, uint[] scratch)
    {
        Span<int> starts = stackalloc int[2048];
        var from = keys;
        var to = scratch.AsSpan(0, keys.Length);
        for (var shift = 0; shift < 33; shift += 11)
        {
            starts.Clear();
            foreach (var key in from)
            {
                starts[(int)(key >> shift) & 2047]++;
            }

            for (int i = 0, sum = 0; i < 2048; i++)
            {
                (starts[i], sum) = (sum, sum + starts[i]);
            }

            foreach (var key in from)
            {
                to[starts[(int)(key >> shift) & 2047]++] = key;
            }

            var swap = from;
            from = to;
            to = swap;
        }

        from.CopyTo(keys); // three passes end in the scratch
    }

    private static void MapCategories(float[] column, byte[] cells, float[] categories)
    {
        for (var i = 0; i < cells.Length; i++)
        {
            var at = Array.BinarySearch(categories, column[i]);
            cells[i] = (byte)(at < 0 ? categories.Length : at);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Transpose(int n, int p)
    {
        const int Block = 1024; // stays in the first cache while all columns pass
        for (var from = 0; from < n; from += Block)
        {
            var to = Math.Min(n, from + Block);
            for (var j = 0; j < p; j++)
            {
                ref var cell = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(ByRow), ((nint)from * Stride) + j);
                ref var column = ref MemoryMarshal.GetArrayDataReference(ByColumn[j]);
                for (nint i = from; i < to; i++)
                {
                    cell = Unsafe.Add(ref column, i);
                    cell = ref Unsafe.Add(ref cell, Stride);
                }
            }
        }
    }
}
