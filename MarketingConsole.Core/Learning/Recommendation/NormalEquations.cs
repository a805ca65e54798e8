using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>The normal equations of one side of <see cref="ImplicitAls"/>, ready to solve for any row of the other.</summary>
internal sealed class NormalEquations
{
    private readonly int _f;
    private readonly float _alpha;
    private readonly float[] _y, _z, _gram, _back, _work;
    private float[] _rows = [], _small = [], _right = [];

    public NormalEquations(float[] y, int f, double alpha, double penalty, bool whiten = true)
    {
        (_f, _alpha, _y, _z, _back, _work) = (f, (float)alpha, y, [], [], new float[f * f]);
        var gram = Gram(y, f, penalty);
        _gram = [.. gram.Select(g => (float)g)];
        if (whiten)
        {
            var inverse = InverseOfFactor(gram, f);
            _back = [.. inverse.Select(v => (float)v)];
            var transposed = new float[f * f];
            for (var k = 0; k < transposed.Length; k++)
            {
                transposed[k] = _back[(k % f * f) + (k / f)];
            }

            _z = new float[y.Length];
            for (var r = 0; r < y.Length; r += f)
            {
                RowTimes(y.AsSpan(r, f), transposed, _z.AsSpan(r, f));
            }
        }
    }

    public NormalEquations(NormalEquations shared) => (_f, _alpha, _y, _z, _gram, _back, _work) = (shared._f, shared._alpha, shared._y, shared._z, shared._gram, shared._back, new float[shared._work.Length]);

    /// <summary>Entries up to which the system of the entries' size is cheaper than that of the factors.</summary>
    public static int ShortLimit(int f) => f * 5 / 8;

    /// <summary>x = A⁻¹·Yᵀc for one row with the given entries, at least one.</summary>
    public void Solve(ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, Span<float> x)
    {
        if (_z.Length > 0 && columns.Length <= ShortLimit(_f))
        {
            SolveSmall(columns, weights, x);
        }
        else
        {
            SolveFull(columns, weights, x);
        }
    }

    /// <summary>YᵀY + λI in double: sums over 100,000 rows lose too much in single precision.</summary>
    public static double[] Gram(float[] y, int f, double penalty)
    {
        var gram = new double[f * f];
        const int Rows = 512;
        var part = new float[f * f];
        for (var from = 0; from < y.Length; from += Rows * f)
        {
            Array.Clear(part);
            AddOuter(part, y.AsSpan(from, Math.Min(Rows * f, y.Length - from)), default, f);
            for (var a = 0; a < f; a++)
            {
                for (var b = 0; b <= a; b++)
                {
                    gram[(a * f) + b] += part[(a * f) + b];
                }
            }
        }

        for (var a = 0; a < f; a++)
        {
            gram[(a * f) + a] += penalty;
            for (var b = 0; b < a; b++)
            {
                gram[(b * f) + a] = gram[(a * f) + b];
            }
        }

        return gram;
    }

    /// <summary>lower += Σ w·y·yᵀ over the rows; only tiles on and below the diagonal. Without weights all are 1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void AddOuter(Span<float> lower, ReadOnlySpan<float> rows, ReadOnlySpan<float> weights, int f)
    {
        var n = rows.Length / f;
        ref var y = ref MemoryMarshal.GetReference(rows);
        for (var a = 0; a < f; a += 4)
        {
            for (var b = 0; b <= a; b += 16)
            {
                var wide = b + 8 < f;
                var (p0, p1, p2, p3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
                var (q0, q1, q2, q3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
                for (var r = 0; r < n; r++)
                {
                    ref var row = ref Unsafe.Add(ref y, r * f);
                    var left = Vector256.LoadUnsafe(ref row, (nuint)b);
                    var right = wide ? Vector256.LoadUnsafe(ref row, (nuint)b + 8) : left;
                    if (!weights.IsEmpty)
                    {
                        var w = Vector256.Create(weights[r]);
                        (left, right) = (left * w, right * w);
                    }

                    var v = Vector256.Create(Unsafe.Add(ref row, a));
                    (p0, q0) = (Vector256.MultiplyAddEstimate(v, left, p0), Vector256.MultiplyAddEstimate(v, right, q0));
                    v = Vector256.Create(Unsafe.Add(ref row, a + 1));
                    (p1, q1) = (Vector256.MultiplyAddEstimate(v, left, p1), Vector256.MultiplyAddEstimate(v, right, q1));
                    v = Vector256.Create(Unsafe.Add(ref row, a + 2));
                    (p2, q2) = (Vector256.MultiplyAddEstimate(v, left, p2), Vector256.MultiplyAddEstimate(v, right, q2));
                    v = Vector256.Create(Unsafe.Add(ref row, a + 3));
                    (p3, q3) = (Vector256.MultiplyAddEstimate(v, left, p3), Vector256.MultiplyAddEstimate(v, right, q3));
                }

                Add(lower, ((a + 0) * f) + b, p0, q0, wide);
                Add(lower, ((a + 1) * f) + b, p1, q1, wide);
                Add(lower, ((a + 2) * f) + b, p2, q2, wide);
                Add(lower, ((a + 3) * f) + b, p3, q3, wide);
            }
        }
    }

    private static void Add(Span<float> to, int at, Vector256<float> left, Vector256<float> right, bool wide)
    {
        (left + Vector256.Create<float>(to[at..])).CopyTo(to[at..]);
        if (wide)
        {
            (right + Vector256.Create<float>(to[(at + 8)..])).CopyTo(to[(at + 8)..]);
        }
    }

    private void SolveFull(ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, Span<float> x)
    {
        _gram.CopyTo(_work, 0);
        x.Clear();
        const int Chunk = 128;
        Grow(Chunk);
        Span<float> scaled = stackalloc float[Chunk];
        for (var from = 0; from < columns.Length; from += Chunk)
        {
            var n = Math.Min(Chunk, columns.Length - from);
            for (var e = 0; e < n; e++)
            {
                var y = _y.AsSpan(columns[from + e] * _f, _f);
                y.CopyTo(_rows.AsSpan(e * _f));
                scaled[e] = _alpha * weights[from + e];
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(y, 1 + scaled[e], x, x);
            }

            AddOuter(_work, _rows.AsSpan(0, n * _f), scaled[..n], _f);
        }

        Cholesky(_work, _f, x);
    }

    private void SolveSmall(ReadOnlySpan<int> columns, ReadOnlySpan<float> weights, Span<float> x)
    {
        var n = columns.Length;
        Grow(n);
        for (var e = 0; e < n; e++)
        {
            _z.AsSpan(columns[e] * _f, _f).CopyTo(_rows.AsSpan(e * _f));
            var w = _alpha * weights[e];
            _right[e] = (1 + w) / w;
        }

        Products(_rows, n, _f, _small);
        for (var e = 0; e < n; e++)
        {
            _small[(e * n) + e] += 1 / (_alpha * weights[e]);
        }

        Cholesky(_small, n, _right.AsSpan(0, n));
        Span<float> whitened = stackalloc float[_f];
        whitened.Clear();
        for (var e = 0; e < n; e++)
        {
            System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(_rows.AsSpan(e * _f, _f), _right[e], whitened, whitened);
        }

        RowTimes(whitened, _back, x); // x = L⁻ᵀ·whitened
    }

    /// <summary>result = vᵀ·matrix, f × f by rows.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RowTimes(ReadOnlySpan<float> v, float[] matrix, Span<float> result)
    {
        var f = v.Length;
        ref var x = ref MemoryMarshal.GetReference(v);
        ref var m = ref MemoryMarshal.GetArrayDataReference(matrix);
        ref var y = ref MemoryMarshal.GetReference(result);
        var c = 0;
        for (; c + 32 <= f; c += 32)
        {
            var (s0, s1, s2, s3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
            for (var b = 0; b < f; b++)
            {
                var w = Vector256.Create(Unsafe.Add(ref x, b));
                ref var row = ref Unsafe.Add(ref m, (b * f) + c);
                s0 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref row), s0);
                s1 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref row, 8), s1);
                s2 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref row, 16), s2);
                s3 = Vector256.MultiplyAddEstimate(w, Vector256.LoadUnsafe(ref row, 24), s3);
            }

            s0.StoreUnsafe(ref y, (nuint)c);
            s1.StoreUnsafe(ref y, (nuint)c + 8);
            s2.StoreUnsafe(ref y, (nuint)c + 16);
            s3.StoreUnsafe(ref y, (nuint)c + 24);
        }

        for (; c < f; c += 8)
        {
            var s = Vector256<float>.Zero;
            for (var b = 0; b < f; b++)
            {
                s = Vector256.MultiplyAddEstimate(Vector256.Create(Unsafe.Add(ref x, b)), Vector256.LoadUnsafe(ref m, (nuint)((b * f) + c)), s);
            }

            s.StoreUnsafe(ref y, (nuint)c);
        }
    }

    private void Grow(int n)
    {
        if (_right.Length < n)
        {
            (_rows, _small, _right) = (new float[n * _f], new float[n * n], new float[n]);
        }
    }

    /// <summary>small (n × n, on and below the diagonal) = Z·Zᵀ.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Products(float[] rows, int n, int f, float[] small)
    {
        ref var z = ref MemoryMarshal.GetArrayDataReference(rows);
        for (var i = 0; i < n; i++)
        {
            ref var p = ref Unsafe.Add(ref z, i * f);
            var j = 0;
            for (; j + 3 <= i; j += 4)
            {
                ref var q = ref Unsafe.Add(ref z, j * f);
                var (s0, s1, s2, s3) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
                for (var k = 0; k < f; k += 8)
                {
                    var v = Vector256.LoadUnsafe(ref p, (nuint)k);
                    s0 = Vector256.MultiplyAddEstimate(v, Vector256.LoadUnsafe(ref q, (nuint)k), s0);
                    s1 = Vector256.MultiplyAddEstimate(v, Vector256.LoadUnsafe(ref q, (nuint)(k + f)), s1);
                    s2 = Vector256.MultiplyAddEstimate(v, Vector256.LoadUnsafe(ref q, (nuint)(k + f + f)), s2);
                    s3 = Vector256.MultiplyAddEstimate(v, Vector256.LoadUnsafe(ref q, (nuint)(k + f + f + f)), s3);
                }

                var at = (i * n) + j;
                (small[at], small[at + 1], small[at + 2], small[at + 3]) = (Vector256.Sum(s0), Vector256.Sum(s1), Vector256.Sum(s2), Vector256.Sum(s3));
            }

            for (; j <= i; j++)
            {
                ref var q = ref Unsafe.Add(ref z, j * f);
                var s = Vector256<float>.Zero;
                for (var k = 0; k < f; k += 8)
                {
                    s = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref p, (nuint)k), Vector256.LoadUnsafe(ref q, (nuint)k), s);
                }

                small[(i * n) + j] = Vector256.Sum(s);
            }
        }
    }

    /// <summary>Solves a·x = b in place from the lower triangle of a, which is overwritten with its factor.</summary>
    private static void Cholesky(float[] a, int n, Span<float> b)
    {
        for (var i = 0; i < n; i++)
        {
            var row = a.AsSpan(i * n, i + 1);
            for (var j = 0; j < i; j++)
            {
                row[j] = (row[j] - Dot(row, a.AsSpan(j * n, j), j)) * a[(j * n) + j];
            }

            row[i] = 1 / MathF.Sqrt(MathF.Max(row[i] - Dot(row, row, i), 1e-20f)); // the diagonal holds reciprocals
            b[i] = (b[i] - Dot(row, b, i)) * row[i];
        }

        for (var i = n - 1; i >= 0; i--)
        {
            b[i] *= a[(i * n) + i];
            if (i > 0)
            {
                System.Numerics.Tensors.TensorPrimitives.MultiplyAdd(a.AsSpan(i * n, i), -b[i], b[..i], b[..i]);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Dot(ReadOnlySpan<float> x, ReadOnlySpan<float> y, int n)
    {
        ref var p = ref MemoryMarshal.GetReference(x);
        ref var q = ref MemoryMarshal.GetReference(y);
        var (s, t, k) = (Vector256<float>.Zero, Vector256<float>.Zero, 0);
        for (; k <= n - 16; k += 16)
        {
            s = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref p, (nuint)k), Vector256.LoadUnsafe(ref q, (nuint)k), s);
            t = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref p, (nuint)k + 8), Vector256.LoadUnsafe(ref q, (nuint)k + 8), t);
        }

        var sum = 0f;
        if (k <= n - 8)
        {
            s = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref p, (nuint)k), Vector256.LoadUnsafe(ref q, (nuint)k), s);
            k += 8;
        }

        for (; k < n; k++)
        {
            sum += Unsafe.Add(ref p, k) * Unsafe.Add(ref q, k);
        }

        return n < 8 ? sum : sum + Vector256.Sum(s + t);
    }

    /// <summary>L⁻¹ of G = L·Lᵀ, by rows, zero above the diagonal.</summary>
    private static double[] InverseOfFactor(double[] gram, int f)
    {
        var matrix = MathNet.Numerics.LinearAlgebra.Matrix<double>.Build.Dense(f, f, gram);
        var factor = matrix.Cholesky().Factor;
        var inverse = factor.Inverse();
        return [.. Enumerable.Range(0, f * f).Select(k => k % f <= k / f ? inverse[k / f, k % f] : 0)];
    }
}
