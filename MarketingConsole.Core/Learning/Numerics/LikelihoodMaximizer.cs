using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Core.Learning.Numerics;

/// <param name="Point">Where the maximum lies.</param>
/// <param name="Value">The function there.</param>
/// <param name="Covariance">Inverse of the negative Hessian over the coordinates not at a bound (zero for those); null when the top is flat.</param>
/// <param name="AtBound">Coordinates that ran to their bound.</param>
/// <param name="Converged">False when the steps ran out before the gradient vanished.</param>
internal sealed record Optimum(double[] Point, double Value, double[,]? Covariance, bool[] AtBound, bool Converged);

/// <summary>Maximises a smooth function of few variables in a box: Newton's method with numerical derivatives, damped until each step climbs.
/// Source: Nocedal and Wright, Numerical Optimization, 2nd ed., 2006, chapters 3.4 and 8.1.</summary>
internal static class LikelihoodMaximizer
{
    private const int MaxSteps = 100;
    private const double Step = 1e-3; // variables are logarithms; of a likelihood of 1e4 to 1e7, differences this wide keep enough digits

    /// <exception cref="LearningException">The function has no finite value at the start.</exception>
    public static Optimum Maximize(Func<double[], double> function, double[] start, double[] lower, double[] upper, double tolerance, IProgress<double>? progress, CancellationToken ct)
    {
        var n = start.Length;
        double At(double[] x)
        {
            ct.ThrowIfCancellationRequested();
            var value = function(x);
            return double.IsNaN(value) ? double.NegativeInfinity : value;
        }

        double[] x = [.. start.Select((s, i) => Math.Clamp(s, lower[i], upper[i]))];
        var value = At(x);
        if (double.IsInfinity(value))
        {
            throw new LearningException("The purchase histories cannot be described by the model: their likelihood is zero. Look for customers with impossible numbers of purchases.");
        }

        var (damping, converged) = (1e-3, false);
        for (var step = 0; step < MaxSteps && !converged; step++)
        {
            progress?.Report(1 - Math.Pow(0.85, step));
            var (gradient, hessian) = Derivatives(At, x, value);
            var free = Enumerable.Range(0, n).Where(i => !(x[i] <= lower[i] && gradient[i] <= 0) && !(x[i] >= upper[i] && gradient[i] >= 0)).ToArray();
            if (free.Length == 0)
            {
                converged = true;
                break;
            }

            var climbed = false;
            while (!climbed && damping < 1e12)
            {
                var next = Move(x, gradient, hessian, free, damping, lower, upper);
                var there = next is null ? double.NegativeInfinity : At(next);
                if (there > value)
                {
                    converged = there - value < tolerance && damping < 1;
                    (x, value, climbed) = (next!, there, true);
                    damping = Math.Max(damping / 10, 1e-9);
                }
                else
                {
                    damping *= 10;
                }
            }

            if (!climbed)
            {
                converged = true; // no step in any damping climbs: the top within rounding
            }
        }

        progress?.Report(1);
        bool[] bound = [.. Enumerable.Range(0, n).Select(i => x[i] <= lower[i] + Step || x[i] >= upper[i] - Step)];
        return new(x, value, Covariance(Derivatives(At, x, value).Hessian, bound), bound, converged);
    }

    private static double[]? Move(double[] x, double[] gradient, double[,] hessian, int[] free, double damping, double[] lower, double[] upper)
    {
        // −H + damping·(|diagonal| + 1) is positive definite once the damping is large enough; before that the step is refused
        var matrix = Matrix<double>.Build.Dense(free.Length, free.Length, (i, j) => -hessian[free[i], free[j]] + (i == j ? damping * (Math.Abs(hessian[free[i], free[i]]) + 1) : 0));
        var direction = Solve(matrix, Vector<double>.Build.Dense(free.Length, i => gradient[free[i]]));
        if (direction is null)
        {
            return null;
        }

        double[] next = [.. x];
        for (var i = 0; i < free.Length; i++)
        {
            next[free[i]] = Math.Clamp(x[free[i]] + Math.Clamp(direction[i], -2, 2), lower[free[i]], upper[free[i]]);
        }

        return next;
    }

    private static Vector<double>? Solve(Matrix<double> matrix, Vector<double> right)
    {
        try
        {
            return matrix.Cholesky().Solve(right);
        }
        catch (ArgumentException)
        {
            return null; // not positive definite
        }
    }

    private static (double[] Gradient, double[,] Hessian) Derivatives(Func<double[], double> at, double[] x, double value)
    {
        var n = x.Length;
        var (gradient, hessian) = (new double[n], new double[n, n]);
        var (up, down) = (new double[n], new double[n]);
        double Shifted(int i, double by, int j = -1, double and = 0)
        {
            double[] y = [.. x];
            y[i] += by;
            if (j >= 0)
            {
                y[j] += and;
            }

            return at(y);
        }

        for (var i = 0; i < n; i++)
        {
            (up[i], down[i]) = (Shifted(i, Step), Shifted(i, -Step));
            gradient[i] = (up[i] - down[i]) / (2 * Step);
            hessian[i, i] = (up[i] - (2 * value) + down[i]) / (Step * Step);
            for (var j = 0; j < i; j++)
            {
                var cross = Shifted(i, Step, j, Step) + Shifted(i, -Step, j, -Step) - up[i] - down[i] - up[j] - down[j] + (2 * value);
                hessian[i, j] = hessian[j, i] = cross / (2 * Step * Step);
            }
        }

        return (gradient, hessian);
    }

    private static double[,]? Covariance(double[,] hessian, bool[] bound)
    {
        var free = Enumerable.Range(0, bound.Length).Where(i => !bound[i]).ToArray();
        var result = new double[bound.Length, bound.Length];
        if (free.Length == 0)
        {
            return null;
        }

        Matrix<double> inverse;
        try
        {
            inverse = Matrix<double>.Build.Dense(free.Length, free.Length, (i, j) => -hessian[free[i], free[j]]).Cholesky().Solve(Matrix<double>.Build.DenseIdentity(free.Length));
        }
        catch (ArgumentException)
        {
            return null; // not a peak in every direction
        }

        if (inverse.Enumerate().Any(x => !double.IsFinite(x)))
        {
            return null;
        }

        for (var i = 0; i < free.Length; i++)
        {
            for (var j = 0; j < free.Length; j++)
            {
                result[free[i], free[j]] = inverse[i, j];
            }
        }

        return result;
    }
}
