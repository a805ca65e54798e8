using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Core.Learning.Clusters;

/// <summary>The rows of <see cref="Dbscan"/> in the order of k-d leaves, eight side by side.</summary>
internal sealed class LeafSpace
{
    private const int LeafSize = 32;
    private const int WideColumns = 16; // leading axes along which leaves are split
    private readonly IReadOnlyList<double[]> _rows;
    private readonly int[] _order, _place;
    private readonly List<int> _starts = [0];
    private readonly int _columns;
    private readonly double _squared;
    private readonly float _surely, _atMost;
    private readonly float[] _flat; // row by row, in order
    private readonly float[] _lanes; // eight rows × columns; leaves start at multiples of eight
    private readonly int[] _laneStart;
    private readonly float[] _low, _high;

    public LeafSpace(IReadOnlyList<double[]> rows, double radius)
    {
        (_rows, _columns, _squared) = (rows, rows[0].Length, radius * radius);
        var n = rows.Count;
        var turned = Turn(rows);
        var largest = turned.Max(MathF.Abs);
        var band = (_squared * 1e-5) + (4e-6 * radius * largest);
        (_surely, _atMost) = ((float)(_squared - band), (float)(_squared + band));
        _order = [.. Enumerable.Range(0, n)];
        Split(turned, 0, n);
        (_place, _flat) = (new int[n], new float[turned.Length]);
        for (var p = 0; p < n; p++)
        {
            _place[_order[p]] = p;
            turned.AsSpan(_order[p] * _columns, _columns).CopyTo(_flat.AsSpan(p * _columns));
        }

        _laneStart = new int[Leaves + 1];
        (_low, _high) = (new float[(Leaves + 7) / 8 * 8 * _columns], new float[(Leaves + 7) / 8 * 8 * _columns]);
        Array.Fill(_low, 1e18f);
        Array.Fill(_high, -1e18f);
        for (var leaf = 0; leaf < Leaves; leaf++)
        {
            _laneStart[leaf + 1] = _laneStart[leaf] + ((Start(leaf + 1) - Start(leaf) + 7) / 8 * 8);
        }

        _lanes = new float[_laneStart[^1] * _columns];
        Array.Fill(_lanes, 1e18f);
        for (var leaf = 0; leaf < Leaves; leaf++)
        {
            for (var p = Start(leaf); p < Start(leaf + 1); p++)
            {
                var at = _laneStart[leaf] + p - Start(leaf);
                for (var j = 0; j < _columns; j++)
                {
                    var v = _flat[(p * _columns) + j];
                    _lanes[(at / 8 * 8 * _columns) + (j * 8) + (at % 8)] = v;
                    _low[Box(leaf, j)] = MathF.Min(_low[Box(leaf, j)], v);
                    _high[Box(leaf, j)] = MathF.Max(_high[Box(leaf, j)], v);
                }
            }
        }
    }

    public int Leaves => _starts.Count - 1;

    public int Start(int leaf) => _starts[leaf];

    public int PlaceOf(int row) => _place[row];

    /// <summary>The groups of eight leaves with a box within the radius of this leaf's, its own first, then the nearest first.</summary>
    public List<int> Near(int leaf)
    {
        var (low, high) = (new float[_columns], new float[_columns]);
        for (var j = 0; j < _columns; j++)
        {
            (low[j], high[j]) = (_low[Box(leaf, j)], _high[Box(leaf, j)]);
        }

        var near = new List<(float Distance, int Group)>();
        for (var group = 0; group * 8 < Leaves; group++)
        {
            var gaps = Gaps(low, high, group);
            var pairs = Vector128.Min(gaps.GetLower(), gaps.GetUpper());
            var nearest = group == leaf / 8 ? -1 : MathF.Min(MathF.Min(pairs[0], pairs[1]), MathF.Min(pairs[2], pairs[3]));
            if (nearest <= _atMost)
            {
                near.Add((nearest, group));
            }
        }

        near.Sort();
        return [.. near.Select(x => x.Group)];
    }

    /// <summary>One bit for each of the group's leaves whose box is within the radius of the row.</summary>
    public uint Reaches(int place, int group)
    {
        var row = _flat.AsSpan(place * _columns, _columns);
        return Vector256.LessThanOrEqual(Gaps(row, row, group), Vector256.Create(_atMost)).ExtractMostSignificantBits();
    }

    /// <summary>Squared distances of a box to the boxes of a group; cut short when all are beyond the radius.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Vector256<float> Gaps(ReadOnlySpan<float> boxLow, ReadOnlySpan<float> boxHigh, int group)
    {
        ref var x = ref MemoryMarshal.GetReference(boxLow);
        ref var y = ref MemoryMarshal.GetReference(boxHigh);
        ref var low = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_low), group * 8 * _columns);
        ref var high = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_high), group * 8 * _columns);
        var (sum, most, j) = (Vector256<float>.Zero, Vector256.Create(_atMost), 0);
        while (j < _columns)
        {
            for (var end = Math.Min(j + 4, _columns); j < end; j++)
            {
                var gap = Vector256.Max(Vector256.Max(Vector256.LoadUnsafe(ref low, (nuint)(j * 8)) - Vector256.Create(Unsafe.Add(ref y, j)), Vector256.Create(Unsafe.Add(ref x, j)) - Vector256.LoadUnsafe(ref high, (nuint)(j * 8))), Vector256<float>.Zero);
                sum = Vector256.MultiplyAddEstimate(gap, gap, sum);
            }

            if (Vector256.GreaterThanAll(sum, most))
            {
                break;
            }
        }

        return sum;
    }

    /// <summary>Adds the places of the leaf's rows within the radius.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public void Within(int place, int leaf, List<int> found)
    {
        ref var x = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_flat), place * _columns);
        ref var lanes = ref MemoryMarshal.GetArrayDataReference(_lanes);
        var most = Vector256.Create(_atMost);
        for (var at = _laneStart[leaf]; at < _laneStart[leaf + 1]; at += 8)
        {
            ref var group = ref Unsafe.Add(ref lanes, at * _columns);
            var (s, t, j) = (Vector256<float>.Zero, Vector256<float>.Zero, 0);
            while (j < _columns)
            {
                for (var end = Math.Min(j + 4, _columns - 1); j < end; j += 2)
                {
                    var d = Vector256.Create(Unsafe.Add(ref x, j)) - Vector256.LoadUnsafe(ref group, (nuint)(j * 8));
                    s = Vector256.MultiplyAddEstimate(d, d, s);
                    d = Vector256.Create(Unsafe.Add(ref x, j + 1)) - Vector256.LoadUnsafe(ref group, (nuint)((j + 1) * 8));
                    t = Vector256.MultiplyAddEstimate(d, d, t);
                }

                if (j == _columns - 1)
                {
                    var d = Vector256.Create(Unsafe.Add(ref x, j)) - Vector256.LoadUnsafe(ref group, (nuint)(j * 8));
                    s = Vector256.MultiplyAddEstimate(d, d, s);
                    j++;
                }

                if (Vector256.GreaterThanAll(s + t, most))
                {
                    break;
                }
            }

            var sum = s + t;
            for (var mask = Vector256.LessThanOrEqual(sum, most).ExtractMostSignificantBits(); mask != 0; mask &= mask - 1)
            {
                var lane = BitOperations.TrailingZeroCount(mask);
                var other = _starts[leaf] + at - _laneStart[leaf] + lane;
                if (sum[lane] < _surely || Exact(place, other) <= _squared)
                {
                    found.Add(other);
                }
            }
        }
    }

    /// <summary>Boxes lie eight leaves side by side.</summary>
    private int Box(int leaf, int column) => (leaf / 8 * 8 * _columns) + (column * 8) + (leaf % 8);

    private double Exact(int a, int b)
    {
        var d = System.Numerics.Tensors.TensorPrimitives.Distance<double>(_rows[_order[a]], _rows[_order[b]]);
        return d * d;
    }

    /// <summary>Rows about their mean on their principal axes, the widest first: distances stay, but show early.</summary>
    private static float[] Turn(IReadOnlyList<double[]> rows)
    {
        var (n, p) = (rows.Count, rows[0].Length);
        var means = Standardisation.Fit(rows).Means;
        var (covariance, centred) = (new double[p * p], new double[p]);
        var stride = Math.Max(1, n / 10_000); // any axes are right, good ones are faster
        for (var i = 0; i < n; i += stride)
        {
            System.Numerics.Tensors.TensorPrimitives.Subtract(rows[i], means, centred);
            for (var a = 0; a < p; a++)
            {
                var to = covariance.AsSpan(a * p, p);
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(centred, centred[a], to, to);
            }
        }

        var axes = Matrix<double>.Build.Dense(p, p, covariance).Evd(Symmetricity.Symmetric).EigenVectors; // ascending
        var columns = Enumerable.Range(0, p).Select(a => axes.Column(p - 1 - a).ToArray()).ToArray();
        var turned = new float[n * p];
        for (var i = 0; i < n; i++)
        {
            System.Numerics.Tensors.TensorPrimitives.Subtract(rows[i], means, centred);
            for (var a = 0; a < p; a++)
            {
                turned[(i * p) + a] = (float)System.Numerics.Tensors.TensorPrimitives.Dot<double>(centred, columns[a]);
            }
        }

        return turned;
    }

    /// <summary>Halves the rows from a to b at the median of their widest column until they fit a leaf.</summary>
    private void Split(float[] turned, int from, int to)
    {
        if (to - from <= LeafSize)
        {
            _starts.Add(to);
            return;
        }

        var (widest, column) = (-1f, 0);
        for (var j = 0; j < Math.Min(_columns, WideColumns); j++)
        {
            var (low, high) = (float.PositiveInfinity, float.NegativeInfinity);
            for (var p = from; p < to; p++)
            {
                var v = turned[(_order[p] * _columns) + j];
                (low, high) = (MathF.Min(low, v), MathF.Max(high, v));
            }

            (widest, column) = high - low > widest ? (high - low, j) : (widest, column);
        }

        var part = _order.AsSpan(from, to - from);
        var keys = new float[part.Length];
        for (var p = 0; p < keys.Length; p++)
        {
            keys[p] = turned[(part[p] * _columns) + column];
        }

        keys.AsSpan().Sort(part);
        var middle = from + ((to - from) / 2 / 8 * 8);
        Split(turned, from, middle);
        Split(turned, middle, to);
    }
}
