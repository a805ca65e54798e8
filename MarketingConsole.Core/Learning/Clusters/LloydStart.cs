using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MarketingConsole.Core.Learning.Clusters;

/// <summary>One start of <see cref="KMeans"/>: centres drawn, then moved until they settle.</summary>
internal sealed class LloydStart(float[] data, int columns, int k)
{
    private readonly int _rows = data.Length / columns;
    private readonly int _blocks = (k + 7) / 8;
    private readonly float[] _centres = new float[k * columns];

    /// <summary>Centres eight at a time: block, column, centre. Places without a centre lie far off.</summary>
    private readonly float[] _lanes = new float[(k + 7) / 8 * columns * 8];
    private readonly float[] _upper = new float[data.Length / columns], _lower = new float[data.Length / columns];

    public int[] Labels { get; } = new int[data.Length / columns];

    public int[] Sizes { get; } = new int[k];

    public double[] Sums { get; } = new double[k * columns];

    /// <summary>Greedy k-means++: of 2 + ln k rows drawn in proportion to squared distance, the one that lowers the sum most becomes a centre.</summary>
    public void Seed(Random random)
    {
        var trials = Math.Min(8, 2 + (int)Math.Log(k));
        var (closest, distances, lanes) = (new float[_rows], new float[_rows * 8], new float[columns * 8]);
        Take(0, random.Next(_rows));
        Array.Fill(closest, float.PositiveInfinity);
        var drawn = new int[trials];
        var total = Near();
        for (var c = 1; c < k; c++)
        {
            if (total <= 0)
            {
                throw new LearningException($"There are only {c} different rows, too few for {k} groups.");
            }

            for (var t = 0; t < trials; t++)
            {
                drawn[t] = Draw(closest, random.NextDouble() * total);
                for (var j = 0; j < columns; j++)
                {
                    lanes[(j * 8) + t] = data[(drawn[t] * columns) + j];
                }
            }

            var sums = Potentials(lanes, closest, distances);
            var best = Enumerable.Range(0, trials).MinBy(t => sums[t]);
            Take(c, drawn[best]);
            for (var i = 0; i < _rows; i++)
            {
                closest[i] = distances[(i * 8) + best];
            }

            total = sums[best];
        }

        // Distances to the first centre.
        double Near()
        {
            for (var j = 0; j < columns; j++)
            {
                lanes.AsSpan(j * 8, 8).Fill(_centres[j]);
            }

            var sums = Potentials(lanes, closest, distances);
            for (var i = 0; i < _rows; i++)
            {
                closest[i] = distances[i * 8];
            }

            return sums[0];
        }
    }

    /// <summary>Rounds until no centre moves more than the tolerance (sum of squares).</summary>
    public void Run(int rounds, double tolerance, CancellationToken cancel)
    {
        Lay();
        Array.Clear(Sizes);
        Array.Clear(Sums);
        Array.Fill(Labels, -1);
        Array.Fill(_upper, float.PositiveInfinity);
        Array.Clear(_lower);
        var half = new float[k];
        for (var round = 0; round < rounds; round++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var a = 0; a < k; a++)
            {
                var nearest = float.PositiveInfinity;
                for (var b = 0; b < k; b++)
                {
                    nearest = a == b ? nearest : MathF.Min(nearest, System.Numerics.Tensors.TensorPrimitives.Distance<float>(_centres.AsSpan(a * columns, columns), _centres.AsSpan(b * columns, columns)));
                }

                half[a] = nearest / 2;
            }

            var changed = Assign(half);
            if (Move() <= tolerance || changed == 0)
            {
                break;
            }
        }
    }

    public double Inertia()
    {
        var sum = 0.0;
        for (var i = 0; i < _rows; i++)
        {
            var d = System.Numerics.Tensors.TensorPrimitives.Distance<float>(data.AsSpan(i * columns, columns), _centres.AsSpan(Labels[i] * columns, columns));
            sum += (double)d * d;
        }

        return sum;
    }

    private void Take(int centre, int row) => data.AsSpan(row * columns, columns).CopyTo(_centres.AsSpan(centre * columns));

    private int Draw(float[] closest, double at)
    {
        var (sum, last) = (0.0, 0);
        for (var i = 0; i < _rows; i++)
        {
            sum += closest[i];
            last = closest[i] > 0 ? i : last;
            if (sum > at && closest[i] > 0)
            {
                return i;
            }
        }

        return last;
    }

    private void Lay()
    {
        Array.Fill(_lanes, 1e18f);
        for (var c = 0; c < k; c++)
        {
            for (var j = 0; j < columns; j++)
            {
                _lanes[(c / 8 * columns * 8) + (j * 8) + (c % 8)] = _centres[(c * columns) + j];
            }
        }
    }

    /// <summary>For each of eight rows drawn, the sum of squared distances to the nearest centre if it became one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private double[] Potentials(float[] lanes, float[] closest, float[] distances)
    {
        var sums = new double[8];
        var part = Vector256<float>.Zero;
        ref var to = ref MemoryMarshal.GetArrayDataReference(distances);
        for (var i = 0; i < _rows; i += 4)
        {
            var (i1, i2, i3) = (Math.Min(i + 1, _rows - 1), Math.Min(i + 2, _rows - 1), Math.Min(i + 3, _rows - 1));
            var (d0, d1, d2, d3) = Four(i, i1, i2, i3, lanes, 0);
            (d0, d1) = (Vector256.Min(d0, Vector256.Create(closest[i])), Vector256.Min(d1, Vector256.Create(closest[i1])));
            (d2, d3) = (Vector256.Min(d2, Vector256.Create(closest[i2])), Vector256.Min(d3, Vector256.Create(closest[i3])));
            d0.StoreUnsafe(ref to, (nuint)(i * 8));
            part += d0;
            if (i + 3 < _rows)
            {
                d1.StoreUnsafe(ref to, (nuint)(i1 * 8));
                d2.StoreUnsafe(ref to, (nuint)(i2 * 8));
                d3.StoreUnsafe(ref to, (nuint)(i3 * 8));
                part += d1 + (d2 + d3);
            }
            else
            {
                d1.StoreUnsafe(ref to, (nuint)(i1 * 8));
                d2.StoreUnsafe(ref to, (nuint)(i2 * 8));
                part += (i1 > i ? d1 : Vector256<float>.Zero) + (i2 > i1 ? d2 : Vector256<float>.Zero);
            }

            if (i % 256 == 0 || i + 4 >= _rows)
            {
                for (var t = 0; t < 8; t++)
                {
                    sums[t] += part[t];
                }

                part = Vector256<float>.Zero;
            }
        }

        return sums;
    }

    private int Assign(float[] half)
    {
        const float Slack = 1 + 1e-5f; // bounds are kept in single precision
        Span<int> waiting = stackalloc int[4];
        var (count, changed) = (0, 0);
        for (var i = 0; i < _rows; i++)
        {
            if (Labels[i] >= 0 && _upper[i] * Slack < MathF.Max(half[Labels[i]], _lower[i]))
            {
                continue;
            }

            waiting[count++] = i;
            if (count == 4)
            {
                changed += Assign(waiting);
                count = 0;
            }
        }

        if (count > 0)
        {
            waiting[count..].Fill(waiting[0]);
            changed += Assign(waiting);
        }

        return changed;
    }

    private int Assign(ReadOnlySpan<int> four)
    {
        Span<float> distances = stackalloc float[32 * _blocks];
        for (var b = 0; b < _blocks; b++)
        {
            var (d0, d1, d2, d3) = Four(four[0], four[1], four[2], four[3], _lanes, b * columns * 8);
            d0.CopyTo(distances[(b * 8)..]);
            d1.CopyTo(distances[((_blocks + b) * 8)..]);
            d2.CopyTo(distances[(((2 * _blocks) + b) * 8)..]);
            d3.CopyTo(distances[(((3 * _blocks) + b) * 8)..]);
        }

        var changed = 0;
        for (var n = 0; n < 4; n++)
        {
            var own = distances.Slice(n * _blocks * 8, k);
            var (first, second, label) = (float.PositiveInfinity, float.PositiveInfinity, 0);
            for (var c = 0; c < own.Length; c++)
            {
                var d = own[c];
                second = MathF.Min(second, MathF.Max(first, d));
                label = d < first ? c : label;
                first = MathF.Min(first, d);
            }

            var i = four[n];
            (_upper[i], _lower[i]) = (MathF.Sqrt(first), MathF.Sqrt(second));
            if (Labels[i] != label)
            {
                changed++;
                Shift(Labels[i], i, -1);
                Shift(label, i, 1);
                Labels[i] = label;
            }
        }

        return changed;
    }

    private void Shift(int centre, int row, int sign)
    {
        if (centre < 0)
        {
            return;
        }

        Sizes[centre] += sign;
        ref var x = ref data[row * columns];
        ref var sum = ref Sums[centre * columns];
        for (var j = 0; j < columns; j++)
        {
            Unsafe.Add(ref sum, j) += sign * Unsafe.Add(ref x, j);
        }
    }

    /// <returns>Sum of squared moves.</returns>
    private double Move()
    {
        var (moves, total) = (new float[k], 0.0);
        for (var c = 0; c < k; c++)
        {
            if (Sizes[c] == 0)
            {
                // A centre without rows takes the row farthest from its own.
                var far = Enumerable.Range(0, _rows).Where(i => Sizes[Labels[i]] > 1).MaxBy(i => _upper[i]);
                Shift(Labels[far], far, -1);
                Shift(c, far, 1);
                (Labels[far], _upper[far]) = (c, float.PositiveInfinity);
            }

            var moved = 0.0;
            for (var j = 0; j < columns; j++)
            {
                var at = (c * columns) + j;
                var next = (float)(Sums[at] / Sizes[c]);
                moved += ((double)next - _centres[at]) * ((double)next - _centres[at]);
                _centres[at] = next;
            }

            (moves[c], total) = ((float)Math.Sqrt(moved) * (1 + 1e-6f), total + moved);
        }

        Lay();
        var most = Array.IndexOf(moves, moves.Max());
        var other = 0f;
        for (var c = 0; c < k; c++)
        {
            other = c == most ? other : MathF.Max(other, moves[c]);
        }

        for (var i = 0; i < _rows; i++)
        {
            _upper[i] += moves[Labels[i]];
            _lower[i] -= Labels[i] == most ? other : moves[most];
        }

        return total;
    }

    /// <summary>Squared distances of four rows to eight centres.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private (Vector256<float> D0, Vector256<float> D1, Vector256<float> D2, Vector256<float> D3) Four(int i0, int i1, int i2, int i3, float[] lanes, int from)
    {
        ref var x = ref MemoryMarshal.GetArrayDataReference(data);
        ref var c = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(lanes), from);
        ref var x0 = ref Unsafe.Add(ref x, i0 * columns);
        ref var x1 = ref Unsafe.Add(ref x, i1 * columns);
        ref var x2 = ref Unsafe.Add(ref x, i2 * columns);
        ref var x3 = ref Unsafe.Add(ref x, i3 * columns);
        var (s0, s1, s2, s3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        for (var j = 0; j < columns; j++)
        {
            var v = Vector256.LoadUnsafe(ref c, (nuint)(j * 8));
            var d = Vector256.Create(Unsafe.Add(ref x0, j)) - v;
            s0 = Vector256.MultiplyAddEstimate(d, d, s0);
            d = Vector256.Create(Unsafe.Add(ref x1, j)) - v;
            s1 = Vector256.MultiplyAddEstimate(d, d, s1);
            d = Vector256.Create(Unsafe.Add(ref x2, j)) - v;
            s2 = Vector256.MultiplyAddEstimate(d, d, s2);
            d = Vector256.Create(Unsafe.Add(ref x3, j)) - v;
            s3 = Vector256.MultiplyAddEstimate(d, d, s3);
        }

        return (s0, s1, s2, s3);
    }
}
