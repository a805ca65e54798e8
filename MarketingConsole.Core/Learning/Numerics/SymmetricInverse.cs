using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace MarketingConsole.Core.Learning.Numerics;

/// <summary>Inverse of a symmetric positive definite matrix in place, on one thread, by Cholesky: A = L·Lᵀ, M = L⁻¹, A⁻¹ = Mᵀ·M.
/// L lies below the diagonal and Mᵀ above it, so that every inner loop is a product of two rows. About n³/2 multiplications.
/// Source: Golub and Van Loan, Matrix Computations, 4th ed., 4.2.</summary>
public static class SymmetricInverse
{
    /// <param name="a">n × n, by rows; the part on and below the diagonal is read, all of it is overwritten with the inverse.</param>
    /// <param name="n">Rows.</param>
    /// <param name="progress">0 to 1.</param>
    /// <exception cref="LearningException">Not positive definite within rounding.</exception>
    public static void Invert(double[] a, int n, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(a);
        const int Panel = 32;
        for (var from = 0; from < n; from += Panel)
        {
            cancel.ThrowIfCancellationRequested();
            var to = Math.Min(n, from + Panel);
            for (var i = from; i < to; i++)
            {
                for (var j = from; j <= i; j++)
                {
                    var left = a[(i * n) + j] - Dot(a, i * n, j * n, j);
                    if (i > j)
                    {
                        a[(i * n) + j] = left * a[(j * n) + j];
                    }
                    else
                    {
                        // Diagonals hold 1 / L[j, j], which is also M[j, j].
                        a[(j * n) + j] = left > 1e-300 && double.IsFinite(left) ? 1 / Math.Sqrt(left) : throw new LearningException("The columns depend on each other so strongly that the model cannot be solved. Raise the penalty or leave out columns that repeat others.");
                    }
                }
            }

            for (var i = to; i < n; i++)
            {
                for (var j = from; j < to; j++)
                {
                    a[(i * n) + j] = (a[(i * n) + j] - Dot(a, i * n, j * n, j)) * a[(j * n) + j];
                }
            }

            progress?.Report(to / (3.0 * n));
        }

        for (var j = 0; j < n; j++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var i = j + 1; i < n; i++)
            {
                a[(j * n) + i] = -Dot(a, (i * n) + j, (j * n) + j, i - j) * a[(i * n) + i];
            }

            progress?.Report((1 + ((j + 1.0) / n)) / 3);
        }

        // Row i of Mᵀ is needed by the rows above it only, so the diagonal is replaced last of its row.
        for (var i = 0; i < n; i++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var j = 0; j <= i; j++)
            {
                var value = Dot(a, (i * n) + i, (j * n) + i, n - i);
                if (j < i)
                {
                    a[(i * n) + j] = value;
                }
                else
                {
                    a[(i * n) + i] = value;
                }
            }

            progress?.Report((2 + ((i + 1.0) / n)) / 3);
        }

        for (var i = 0; i < n; i++)
        {
            for (var j = 0; j < i; j++)
            {
                a[(j * n) + i] = a[(i * n) + j];
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static double Dot(double[] a, int x, int y, int length)
    {
        ref var p = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(a), x);
        ref var q = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(a), y);
        var (s0, s1, s2, s3) = (Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero, Vector256<double>.Zero);
        var k = 0;
        for (; k <= length - 16; k += 16)
        {
            s0 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref p, (nuint)k), Vector256.LoadUnsafe(ref q, (nuint)k), s0);
            s1 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref p, (nuint)k + 4), Vector256.LoadUnsafe(ref q, (nuint)k + 4), s1);
            s2 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref p, (nuint)k + 8), Vector256.LoadUnsafe(ref q, (nuint)k + 8), s2);
            s3 = Vector256.MultiplyAddEstimate(Vector256.LoadUnsafe(ref p, (nuint)k + 12), Vector256.LoadUnsafe(ref q, (nuint)k + 12), s3);
        }

        var sum = Vector256.Sum(s0 + s1 + (s2 + s3));
        for (; k < length; k++)
        {
            sum += Unsafe.Add(ref p, k) * Unsafe.Add(ref q, k);
        }

        return sum;
    }
}
