using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MarketingConsole.Core.Learning.Classification;

/// <summary>Grows one tree at a time, always splitting the leaf that gains most. Each row's gradient and hessian are fixed-point halves of one 64-bit number, so that a histogram cell is
/// filled by one integer addition and a sibling's histogram is the exact difference. Sources: Ke et al., LightGBM, 2017; Shi et al., Quantized training of gradient boosting decision trees, 2022.</summary>
internal sealed class TreeGrower
{
    private readonly BinnedFeatures _data;
    private readonly BoostingOptions _options;
    private readonly int[] _monotone;
    private readonly int[] _ascending, _rows, _left, _right;
    private readonly long[] _packed;
    private readonly Stack<long[]> _free = [];
    private readonly byte[] _goesLeft = new byte[256];
    private readonly List<Leaf> _leaves = [];

    /// <param name="rows">The rows to learn from, ascending.</param>
    public TreeGrower(BinnedFeatures data, int[] rows, BoostingOptions options)
    {
        (_data, _options) = (data, options);
        _monotone = [.. Enumerable.Range(0, data.Bins.Length).Select(j => options.Monotone.GetValueOrDefault(j))];
        (_ascending, _rows, _left, _right, _packed) = (rows, new int[rows.Length], new int[rows.Length], new int[rows.Length], new long[data.ByColumn[0].Length]);
    }

    /// <param name="gradients">First derivative of the loss by the raw score, a row.</param>
    /// <param name="hessians">Second derivative, above 0.</param>
    /// <param name="cover">Weight of each row; null when all are 1.</param>
    /// <param name="scores">Raw scores; the tree's values are added for the rows learnt from.</param>
    /// <returns>Null when no split helps.</returns>
    public BoostedTree? Grow(double[] gradients, double[] hessians, double[]? cover, double[] scores)
    {
        _ascending.CopyTo(_rows, 0); // ascending rows read memory in order
        var (perG, perH) = Pack(gradients, hessians);
        var finder = new SplitFinder(_data, _options.L2 * perH, _options.CategorySmoothing * perH * Mean(hessians), _options.MinRowsPerLeaf, _monotone);
        var unit = perH / perG; // leaf values in packed units times this are real
        var nodes = new Nodes();
        _leaves.Clear();
        var root = new Leaf { Count = _rows.Length, Node = nodes.Add(), Low = double.NegativeInfinity, High = double.PositiveInfinity, Histogram = Rent() };
        Fill(root.Histogram, 0, root.Count);
        root.Total = Total(0, root.Count);
        root.Split = finder.Find(root.Histogram, root.Total, root.Count, null, root.Low, root.High);
        _leaves.Add(root);
        while (_leaves.Count < _options.MaxLeaves && _leaves.MaxBy(x => x.Split?.Gain ?? 0) is { Split: { } split } leaf)
        {
            var leftCount = Partition(leaf, split);
            if (Math.Min(leftCount, leaf.Count - leftCount) < _options.MinRowsPerLeaf)
            {
                // the estimate from hessians was off: the rows of this column are counted and the leaf searched again
                leaf.Counts ??= new int[_data.Bins.Length][];
                leaf.Counts[split.Feature] = CountRows(leaf, split.Feature);
                leaf.Split = finder.Find(leaf.Histogram!, leaf.Total, leaf.Count, leaf.Counts, leaf.Low, leaf.High);
                continue;
            }

            Divide(leaf, split, leftCount, nodes, finder);
        }

        return _leaves.Count == 1 ? Clean(null) : Clean(Finish(nodes, gradients, hessians, cover, scores, unit));
    }

    private void Divide(Leaf leaf, Split split, int leftCount, Nodes nodes, SplitFinder finder)
    {
        nodes.Split(leaf.Node, split, _data);
        var middle = (split.LeftValue + split.RightValue) / 2;
        var direction = _monotone[split.Feature];
        var left = new Leaf { Start = leaf.Start, Count = leftCount, Node = nodes.Left[leaf.Node], Depth = leaf.Depth + 1, Low = direction < 0 ? Math.Max(leaf.Low, middle) : leaf.Low, High = direction > 0 ? Math.Min(leaf.High, middle) : leaf.High };
        var right = new Leaf { Start = leaf.Start + leftCount, Count = leaf.Count - leftCount, Node = nodes.Right[leaf.Node], Depth = leaf.Depth + 1, Low = direction > 0 ? Math.Max(leaf.Low, middle) : leaf.Low, High = direction < 0 ? Math.Min(leaf.High, middle) : leaf.High };
        _leaves[_leaves.IndexOf(leaf)] = left;
        _leaves.Add(right);
        var (small, large) = left.Count < right.Count ? (left, right) : (right, left);
        var histogram = leaf.Histogram!;
        leaf.Histogram = null;
        if (_leaves.Count == _options.MaxLeaves || large.Count < 2 * _options.MinRowsPerLeaf || large.Depth >= _options.MaxDepth)
        {
            _free.Push(histogram); // the children stay leaves
            return;
        }

        small.Histogram = Rent();
        Fill(small.Histogram, small.Start, small.Count);
        Subtract(histogram, small.Histogram);
        large.Histogram = histogram;
        small.Total = Total(small.Start, small.Count);
        large.Total = leaf.Total - small.Total;
        foreach (var child in new[] { small, large })
        {
            child.Split = child.Count < 2 * _options.MinRowsPerLeaf ? null : finder.Find(child.Histogram!, child.Total, child.Count, null, child.Low, child.High);
            if (child.Split is null)
            {
                _free.Push(child.Histogram!);
                child.Histogram = null;
            }
        }
    }

    private BoostedTree Finish(Nodes nodes, double[] gradients, double[] hessians, double[]? cover, double[] scores, double unit)
    {
        foreach (var leaf in _leaves)
        {
            var (g, h, weight) = (0.0, 0.0, 0.0);
            var rows = _rows.AsSpan(leaf.Start, leaf.Count);
            foreach (var row in rows)
            {
                g += gradients[row];
                h += hessians[row];
                weight += cover?[row] ?? 1;
            }

            var value = _options.LearningRate * Math.Clamp(-g / Math.Max(h + _options.L2, 1e-12), leaf.Low * unit, leaf.High * unit);
            nodes.Value[leaf.Node] = value;
            nodes.Cover[leaf.Node] = weight;
            foreach (var row in rows)
            {
                scores[row] += value;
            }
        }

        for (var node = nodes.Feature.Count - 1; node >= 0; node--)
        {
            if (nodes.Feature[node] >= 0)
            {
                nodes.Cover[node] = nodes.Cover[nodes.Left[node]] + nodes.Cover[nodes.Right[node]];
            }
        }

        return nodes.Tree();
    }

    private BoostedTree? Clean(BoostedTree? tree)
    {
        foreach (var leaf in _leaves.Where(x => x.Histogram is not null))
        {
            _free.Push(leaf.Histogram!);
        }

        return tree;
    }

    private double Mean(double[] values)
    {
        var sum = 0.0;
        foreach (var row in _rows)
        {
            sum += values[row];
        }

        return sum / _rows.Length;
    }

    /// <returns>Packed units per unit of gradient and of hessian: as fine as the sums over all rows allow.</returns>
    private (double PerG, double PerH) Pack(double[] gradients, double[] hessians)
    {
        var (g, h) = (1e-300, 1e-300);
        foreach (var row in _rows)
        {
            g += Math.Abs(gradients[row]);
            h += hessians[row];
        }

        var (perG, perH) = ((double)(1L << 30) / g, (double)(1L << 31) / h);
        foreach (var row in _rows)
        {
            _packed[row] = ((long)Math.Floor((gradients[row] * perG) + 0.5) << 32) + (long)((hessians[row] * perH) + 0.5);
        }

        return (perG, perH);
    }

    private long Total(int start, int count)
    {
        var sum = 0L;
        foreach (var row in _rows.AsSpan(start, count))
        {
            sum += _packed[row];
        }

        return sum;
    }

    private long[] Rent() => _free.Count > 0 ? _free.Pop() : new long[_data.HistogramSize];

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private void Fill(long[] histogram, int start, int count)
    {
        Array.Clear(histogram);
        ref var cells = ref MemoryMarshal.GetArrayDataReference(histogram);
        ref var bins = ref MemoryMarshal.GetArrayDataReference(_data.ByRow);
        ref var packed = ref MemoryMarshal.GetArrayDataReference(_packed);
        ref var offsets = ref MemoryMarshal.GetArrayDataReference(_data.Offsets);
        ref var rows = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_rows), start);
        nint stride = _data.Stride;
        for (nint i = 0; i < count; i++)
        {
            nint row = Unsafe.Add(ref rows, i);
            var value = Unsafe.Add(ref packed, row);
            ref var line = ref Unsafe.Add(ref bins, row * stride);
            for (nint j = 0; j < stride; j += 4)
            {
                var four = Unsafe.ReadUnaligned<uint>(ref Unsafe.Add(ref line, j));
                Unsafe.Add(ref cells, (nint)(uint)Unsafe.Add(ref offsets, j) + (nint)(four & 255)) += value;
                Unsafe.Add(ref cells, (nint)(uint)Unsafe.Add(ref offsets, j + 1) + (nint)((four >> 8) & 255)) += value;
                Unsafe.Add(ref cells, (nint)(uint)Unsafe.Add(ref offsets, j + 2) + (nint)((four >> 16) & 255)) += value;
                Unsafe.Add(ref cells, (nint)(uint)Unsafe.Add(ref offsets, j + 3) + (nint)(four >> 24)) += value;
            }
        }
    }

    private static void Subtract(long[] from, long[] what) => System.Numerics.Tensors.TensorPrimitives.Subtract<long>(from, what, from);

    private int[] CountRows(Leaf leaf, int feature)
    {
        var (counts, column) = (new int[_data.Bins[feature] + 1], _data.ByColumn[feature]);
        foreach (var row in _rows.AsSpan(leaf.Start, leaf.Count))
        {
            counts[column[row]]++;
        }

        return counts;
    }

    /// <summary>Moves the rows that go left to the front of the leaf's rows; both sides stay ascending.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private int Partition(Leaf leaf, Split split)
    {
        var bins = _data.Bins[split.Feature];
        for (var b = 0; b <= bins; b++)
        {
            _goesLeft[b] = split.LeftBins is { } set ? (set[b] || (b == bins && split.MissingLeft) ? (byte)1 : (byte)0) : (b == bins ? split.MissingLeft : b <= split.Bin) ? (byte)1 : (byte)0;
        }

        ref var goes = ref MemoryMarshal.GetArrayDataReference(_goesLeft);
        ref var column = ref MemoryMarshal.GetArrayDataReference(_data.ByColumn[split.Feature]);
        ref var rows = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_rows), leaf.Start);
        ref var lefts = ref MemoryMarshal.GetArrayDataReference(_left);
        ref var rights = ref MemoryMarshal.GetArrayDataReference(_right);
        nint l = 0, r = 0;
        for (nint i = 0; i < leaf.Count; i++)
        {
            var row = Unsafe.Add(ref rows, i);
            nint side = Unsafe.Add(ref goes, Unsafe.Add(ref column, row));
            Unsafe.Add(ref lefts, l) = row;
            Unsafe.Add(ref rights, r) = row;
            l += side;
            r += 1 - side;
        }

        _left.AsSpan(0, (int)l).CopyTo(_rows.AsSpan(leaf.Start));
        _right.AsSpan(0, (int)r).CopyTo(_rows.AsSpan(leaf.Start + (int)l));
        return (int)l;
    }

    private sealed class Leaf
    {
        public int Start, Count, Node, Depth;
        public long Total;
        public double Low, High;
        public int[]?[]? Counts;
        public long[]? Histogram;
        public Split? Split;
    }

    private sealed class Nodes
    {
        public List<int> Feature { get; } = [];
        public List<int> Left { get; } = [];
        public List<int> Right { get; } = [];
        public List<double> Value { get; } = [];
        public List<double> Cover { get; } = [];
        private readonly List<float> _threshold = [];
        private readonly List<float[]?> _categories = [];
        private readonly List<bool> _missingLeft = [];

        public int Add()
        {
            Feature.Add(-1);
            Left.Add(0);
            Right.Add(0);
            Value.Add(0);
            Cover.Add(0);
            _threshold.Add(0);
            _categories.Add(null);
            _missingLeft.Add(false);
            return Feature.Count - 1;
        }

        public void Split(int node, Split split, BinnedFeatures data)
        {
            (Feature[node], _missingLeft[node]) = (split.Feature, split.MissingLeft);
            if (split.LeftBins is { } bins)
            {
                _categories[node] = [.. data.Categories[split.Feature]!.Where((_, b) => bins[b])];
            }
            else
            {
                var edges = data.Edges[split.Feature];
                _threshold[node] = split.Bin < edges.Length ? edges[split.Bin] : float.MaxValue; // all that is known left, what is missing right
            }

            Left[node] = Add();
            Right[node] = Add();
        }

        public BoostedTree Tree() => new([.. Feature], [.. _threshold], [.. _categories], [.. _missingLeft], [.. Left], [.. Right], [.. Value], [.. Cover]);
    }
}
