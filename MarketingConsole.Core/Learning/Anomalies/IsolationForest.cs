using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text.Json.Serialization;
using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Learning.Anomalies;

/// <summary>Isolation forest: trees that split a small sample at random columns and places; odd rows stand alone after few splits. Score s = 2^(−E(h) / c(ψ)), about 0.5 for a usual row, towards 1 for an odd one.
/// Source: Liu, Ting, Zhou, Isolation forest, 2008.</summary>
/// <remarks>Trees are complete, so that a row takes the same number of steps in each without a branch. Values are brought to 0 to 1 of the training range before the step to single precision, which changes no split. A value that is missing counts as the column's median.</remarks>
/// <param name="Medians">Median of each column.</param>
/// <param name="Low">Lowest value of each column in training.</param>
/// <param name="Range">Highest less lowest; 1 where a column does not vary.</param>
/// <param name="Sample">ψ, rows a tree.</param>
/// <param name="Height">Steps a tree: ⌈log₂ ψ⌉.</param>
/// <param name="Columns">Per tree 2^height − 1 split columns, node n's children being 2n + 1 and 2n + 2.</param>
/// <param name="Splits">Their places: below goes left; +∞ for a node that is not split.</param>
/// <param name="Paths">Per tree 2^height expected path lengths h.</param>
/// <param name="Nodes">Per tree 2^(height + 1) − 1 expected path lengths on reaching a node, for reasons.</param>
public sealed record IsolationForest(double[] Medians, double[] Low, double[] Range, int Sample, int Height, int[] Columns, [property: JsonConverter(typeof(PackedFloats))] float[] Splits, [property: JsonConverter(typeof(PackedFloats))] float[] Paths, [property: JsonConverter(typeof(PackedFloats))] float[] Nodes)
{
    private const int Block = 64;

    private int Inner => (1 << Height) - 1;

    private int Trees => Columns.Length / Inner;

    /// <param name="rows">At least 2; a column without variation is never split.</param>
    /// <param name="trees">Trees.</param>
    /// <param name="sample">ψ, at most the number of rows is taken.</param>
    public static IsolationForest Fit(IReadOnlyList<double[]> rows, int trees = 100, int sample = 256, int seed = 1, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var medians = AnomalyReason.Medians(rows);
        if (trees < 1 || sample < 2)
        {
            throw new LearningException("At least one tree and two rows a tree are needed.");
        }

        var (low, range) = Ranges(rows, medians);
        sample = Math.Min(sample, rows.Count);
        var height = (int)Math.Ceiling(Math.Log2(sample));
        var (inner, leaves) = ((1 << height) - 1, 1 << height);
        var forest = new IsolationForest(medians, low, range, sample, height, new int[trees * inner], new float[trees * inner], new float[trees * leaves], new float[trees * (inner + leaves)]);
        var random = new Random(seed);
        var order = Enumerable.Range(0, rows.Count).ToArray();
        var drawn = new float[sample][];
        for (var tree = 0; tree < trees; tree++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = 0; i < sample; i++)
            {
                var other = random.Next(i, order.Length);
                (order[i], order[other]) = (order[other], order[i]);
                drawn[i] = new float[medians.Length];
                forest.Scale(rows[order[i]], drawn[i]);
            }

            forest.Grow(tree, 0, 0, drawn, random, new int[medians.Length]);
            progress?.Report((tree + 1.0) / trees);
        }

        return forest;
    }

    /// <summary>Scores above 0 to 1.</summary>
    public double[] Score(IReadOnlyList<double[]> rows, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var (scores, block, sums) = (new double[rows.Count], new float[Block * Medians.Length], new float[Block]);
        for (var from = 0; from < rows.Count; from += Block)
        {
            cancel.ThrowIfCancellationRequested();
            var count = Math.Min(Block, rows.Count - from);
            for (var i = 0; i < count; i++)
            {
                Scale(rows[from + i], block.AsSpan(i * Medians.Length, Medians.Length));
            }

            Array.Clear(sums);
            Walk(block, sums);
            for (var i = 0; i < count; i++)
            {
                scores[from + i] = Math.Pow(2, -sums[i] / Trees / Expected(Sample));
            }
        }

        return scores;
    }

    /// <summary>What each column takes off the expected path length of the row, in steps, mean over the trees: together c(ψ) − E(h).</summary>
    public double[] Contributions(double[] row)
    {
        var (x, result) = (new float[Medians.Length], new double[Medians.Length]);
        Scale(row, x);
        for (var tree = 0; tree < Trees; tree++)
        {
            var nodes = Nodes.AsSpan(tree * (Inner + Inner + 1));
            for (var node = 0; node < Inner;)
            {
                var at = (tree * Inner) + node;
                var next = (2 * node) + (x[Columns[at]] < Splits[at] ? 1 : 2);
                result[Columns[at]] += (nodes[node] - nodes[next]) / Trees;
                node = next;
            }
        }

        return result;
    }

    /// <summary>The columns that make the row odd, strongest first; a usual row may have none.</summary>
    public IReadOnlyList<AnomalyReason> Why(double[] row, int count = 3) => AnomalyReason.Strongest(Contributions(row), row, Medians, count);

    /// <summary>c(n): mean path length of an unsuccessful search in a binary search tree of n rows.</summary>
    internal static double Expected(int n) => n switch { <= 1 => 0, 2 => 1, _ => (2 * (Math.Log(n - 1) + 0.5772156649015329)) - (2.0 * (n - 1) / n) };

    private static (double[] Low, double[] Range) Ranges(IReadOnlyList<double[]> rows, double[] medians)
    {
        var (low, high) = ((double[])medians.Clone(), (double[])medians.Clone());
        foreach (var row in rows)
        {
            for (var j = 0; j < low.Length; j++)
            {
                if (double.IsFinite(row[j]))
                {
                    (low[j], high[j]) = (Math.Min(low[j], row[j]), Math.Max(high[j], row[j]));
                }
            }
        }

        return (low, [.. high.Zip(low, (h, l) => h > l && double.IsFinite(h - l) ? h - l : 1)]);
    }

    private void Scale(double[] row, Span<float> to)
    {
        for (var j = 0; j < to.Length; j++)
        {
            var v = row[j];
            to[j] = (float)(((double.IsFinite(v) ? v : Medians[j]) - Low[j]) / Range[j]);
        }
    }

    private void Grow(int tree, int node, int depth, ReadOnlySpan<float[]> rows, Random random, int[] usable)
    {
        var expected = (float)(depth + Expected(rows.Length));
        Nodes[(tree * (Inner + Inner + 1)) + node] = expected;
        var count = 0;
        for (var j = 0; depth < Height && rows.Length > 1 && j < Medians.Length; j++)
        {
            var differs = false;
            for (var i = 1; i < rows.Length && !differs; i++)
            {
                differs = rows[i][j] != rows[0][j];
            }

            if (differs)
            {
                usable[count++] = j;
            }
        }

        if (count == 0)
        {
            Fill(tree, node, depth, expected);
            return;
        }

        var column = usable[random.Next(count)];
        var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
        foreach (var row in rows)
        {
            (low, high) = (MathF.Min(low, row[column]), MathF.Max(high, row[column]));
        }

        var split = low + ((float)random.NextDouble() * (high - low));
        split = split > low ? split : high; // each side gets a row
        Columns[(tree * Inner) + node] = column;
        Splits[(tree * Inner) + node] = split;
        float[][] left = [.. rows.ToArray().Where(x => x[column] < split)], right = [.. rows.ToArray().Where(x => x[column] >= split)];
        Grow(tree, (2 * node) + 1, depth + 1, left, random, usable);
        Grow(tree, (2 * node) + 2, depth + 1, right, random, usable);
    }

    /// <summary>A node that is not split sends every row left, down to a leaf with its path length.</summary>
    private void Fill(int tree, int node, int depth, float path)
    {
        Nodes[(tree * (Inner + Inner + 1)) + node] = path;
        if (depth == Height)
        {
            Paths[(tree << Height) + node - Inner] = path;
            return;
        }

        Splits[(tree * Inner) + node] = float.PositiveInfinity;
        Fill(tree, (2 * node) + 1, depth + 1, path);
        Fill(tree, (2 * node) + 2, depth + 1, path);
    }

    /// <summary>Adds each tree's path length to the sums of a block of rows. Eight rows go down side by side, so that their waits overlap.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Walk(float[] block, float[] sums)
    {
        var (trees, height, inner, p) = (Trees, Height, Inner, Medians.Length);
        ref var x = ref MemoryMarshal.GetArrayDataReference(block);
        for (var tree = 0; tree < trees; tree++)
        {
            ref var columns = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Columns), tree * inner);
            ref var splits = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Splits), tree * inner);
            ref var paths = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(Paths), tree << height);
            for (var i = 0; i < Block; i += 8)
            {
                ref var r0 = ref Unsafe.Add(ref x, i * p);
                ref var r1 = ref Unsafe.Add(ref r0, p);
                ref var r2 = ref Unsafe.Add(ref r1, p);
                ref var r3 = ref Unsafe.Add(ref r2, p);
                ref var r4 = ref Unsafe.Add(ref r3, p);
                ref var r5 = ref Unsafe.Add(ref r4, p);
                ref var r6 = ref Unsafe.Add(ref r5, p);
                ref var r7 = ref Unsafe.Add(ref r6, p);
                var (n0, n1, n2, n3, n4, n5, n6, n7) = (0, 0, 0, 0, 0, 0, 0, 0);
                for (var step = 0; step < height; step++)
                {
                    n0 = Next(ref r0, ref columns, ref splits, n0);
                    n1 = Next(ref r1, ref columns, ref splits, n1);
                    n2 = Next(ref r2, ref columns, ref splits, n2);
                    n3 = Next(ref r3, ref columns, ref splits, n3);
                    n4 = Next(ref r4, ref columns, ref splits, n4);
                    n5 = Next(ref r5, ref columns, ref splits, n5);
                    n6 = Next(ref r6, ref columns, ref splits, n6);
                    n7 = Next(ref r7, ref columns, ref splits, n7);
                }

                sums[i] += Unsafe.Add(ref paths, n0 - inner);
                sums[i + 1] += Unsafe.Add(ref paths, n1 - inner);
                sums[i + 2] += Unsafe.Add(ref paths, n2 - inner);
                sums[i + 3] += Unsafe.Add(ref paths, n3 - inner);
                sums[i + 4] += Unsafe.Add(ref paths, n4 - inner);
                sums[i + 5] += Unsafe.Add(ref paths, n5 - inner);
                sums[i + 6] += Unsafe.Add(ref paths, n6 - inner);
                sums[i + 7] += Unsafe.Add(ref paths, n7 - inner);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Next(ref float row, ref int columns, ref float splits, int node)
    {
        var right = Unsafe.Add(ref row, Unsafe.Add(ref columns, node)) >= Unsafe.Add(ref splits, node);
        return (2 * node) + 1 + Unsafe.BitCast<bool, byte>(right);
    }
}
