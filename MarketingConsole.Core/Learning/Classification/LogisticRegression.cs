using System.Numerics.Tensors;
using System.Runtime.CompilerServices;
using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Core.Learning.Classification;

/// <summary>Logistic regression with an L2 penalty on standardised features, fitted by Newton's method (iteratively reweighted least squares).
/// Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2nd ed., 4.4.1 (IRLS) and 3.4.1 (ridge).</summary>
/// <param name="Means">Mean of each feature in training.</param>
/// <param name="Scales">Standard deviation of each feature in training; 1 where it does not vary.</param>
/// <param name="Coefficients">Log-odds per standard deviation, one a feature.</param>
/// <param name="Intercept">Log-odds of a row with all features at their mean.</param>
public sealed record LogisticRegression(double[] Means, double[] Scales, double[] Coefficients, double Intercept)
{
    private const int MaxSteps = 50;
    private const double Tolerance = 1e-8;

    /// <summary>Minimises sum of weight · log loss + penalty / 2 · |coefficients|². The intercept is not penalised.</summary>
    /// <param name="rows">n rows of p finite numbers.</param>
    /// <param name="labels">n labels; both classes must occur.</param>
    /// <param name="penalty">At least 0; above 0 the optimum exists and is unique even when the classes can be separated.</param>
    /// <param name="weights">n weights of at least 0; null when every row counts the same.</param>
    /// <exception cref="ArgumentException">No rows, or one class only.</exception>
    /// <exception cref="LearningException">A value or a weight is no number.</exception>
    public static LogisticRegression Fit(IReadOnlyList<double[]> rows, IReadOnlyList<bool> labels, double penalty, IReadOnlyList<double>? weights = null)
    {
        var positives = labels.Where((x, i) => x && (weights?[i] ?? 1) > 0).Count();
        var negatives = labels.Where((x, i) => !x && (weights?[i] ?? 1) > 0).Count();
        if (rows.Count != labels.Count || positives == 0 || negatives == 0)
        {
            throw new ArgumentException("Both classes are needed, and one label a row.");
        }

        Check(rows, weights);
        var (means, scales) = Standardise(rows, weights);
        var design = new Design(rows, labels, means, scales, weights);
        var p = means.Length;
        var beta = new double[p + 1]; // the last is the intercept
        beta[p] = Math.Log(design.Weight(true) / design.Weight(false));
        var loss = double.PositiveInfinity;
        for (var step = 0; step < MaxSteps; step++)
        {
            var (now, gradient, hessian) = design.Derivatives(beta, penalty);
            if (gradient.AbsoluteMaximum() <= Tolerance * rows.Count || Math.Abs(loss - now) <= 1e-12 * Math.Abs(now))
            {
                break;
            }

            loss = now;
            var direction = Solve(hessian, gradient);
            var stride = 1.0;
            double[] next;
            do
            {
                next = [.. beta.Select((x, i) => x - (stride * direction[i]))];
                stride /= 2;
            }
            while (design.Loss(next, penalty) > now && stride > 1e-6); // Newton may overshoot far from the optimum

            beta = next;
        }

        return new LogisticRegression(means, scales, beta[..p], beta[p]);
    }

    /// <summary>Log-odds of a row.</summary>
    public double LogOdds(ReadOnlySpan<double> row)
    {
        var sum = Intercept;
        for (var j = 0; j < Coefficients.Length; j++)
        {
            sum += Coefficients[j] * (row[j] - Means[j]) / Scales[j];
        }

        return sum;
    }

    /// <summary>How much each feature moves the log-odds of this row away from the average row. For a linear model with independent features
    /// these are the Shapley values. Source: Štrumbelj and Kononenko, Explaining prediction models and individual predictions with feature contributions, 2014.</summary>
    public double[] Contributions(ReadOnlySpan<double> row)
    {
        var result = new double[Coefficients.Length];
        for (var j = 0; j < result.Length; j++)
        {
            result[j] = Coefficients[j] * (row[j] - Means[j]) / Scales[j];
        }

        return result;
    }

    /// <returns>Probability in (0, 1), without overflow for any finite log-odds.</returns>
    public static double Sigmoid(double logOdds) => logOdds >= 0 ? 1 / (1 + Math.Exp(-logOdds)) : Math.Exp(logOdds) / (1 + Math.Exp(logOdds));

    /// <summary>What <see cref="Fit"/> minimises, at any coefficients (the last of <paramref name="beta"/> is the intercept).</summary>
    public static double Loss(IReadOnlyList<double[]> rows, IReadOnlyList<bool> labels, double[] means, double[] scales, double[] beta, double penalty) =>
        new Design(rows, labels, means, scales, null).Loss(beta, penalty);

    /// <summary><see cref="Loss"/> with its first and second derivatives by <paramref name="beta"/>.</summary>
    public static (double Loss, Vector<double> Gradient, Matrix<double> Hessian) Derivatives(IReadOnlyList<double[]> rows, IReadOnlyList<bool> labels, double[] means, double[] scales, double[] beta, double penalty) =>
        new Design(rows, labels, means, scales, null).Derivatives(beta, penalty);

    private static Vector<double> Solve(Matrix<double> hessian, Vector<double> gradient)
    {
        for (var ridge = 0.0; ; ridge = Math.Max(ridge * 100, 1e-12 * hessian.Diagonal().Maximum()))
        {
            try
            {
                return (ridge == 0 ? hessian : hessian + (Matrix<double>.Build.DenseIdentity(hessian.RowCount) * ridge)).Cholesky().Solve(gradient);
            }
            catch (ArgumentException) when (ridge < hessian.Diagonal().Maximum())
            {
                // columns that repeat each other, without a penalty
            }
        }
    }

    private static void Check(IReadOnlyList<double[]> rows, IReadOnlyList<double>? weights)
    {
        for (var i = 0; i < rows.Count; i++)
        {
            var bad = rows[i].Length != rows[0].Length ? 0 : Array.FindIndex(rows[i], x => !double.IsFinite(x));
            if (bad >= 0 || (weights is not null && !(weights[i] >= 0 && double.IsFinite(weights[i]))))
            {
                throw new LearningException($"Row {i + 1} has a gap, another number of columns, or a weight below 0 (column {bad + 1}): fill gaps before fitting.");
            }
        }
    }

    private static (double[] Means, double[] Scales) Standardise(IReadOnlyList<double[]> rows, IReadOnlyList<double>? weights)
    {
        var p = rows[0].Length;
        var (means, scales, total) = (new double[p], new double[p], 0.0);
        for (var i = 0; i < rows.Count; i++)
        {
            var weight = weights?[i] ?? 1;
            total += weight;
            TensorPrimitives.MultiplyAdd(rows[i], weight, means, means);
        }

        TensorPrimitives.Divide(means, total, means);
        var distance = new double[p];
        for (var i = 0; i < rows.Count; i++)
        {
            TensorPrimitives.Subtract<double>(rows[i], means, distance);
            TensorPrimitives.Multiply<double>(distance, distance, distance);
            TensorPrimitives.MultiplyAdd(distance, weights?[i] ?? 1, scales, scales);
        }

        for (var j = 0; j < p; j++)
        {
            scales[j] = Math.Sqrt(scales[j] / total);
            scales[j] = scales[j] > 1e-9 * Math.Max(1, Math.Abs(means[j])) ? scales[j] : 1;
        }

        return (means, scales);
    }

    /// <summary>The standardised rows in one block, each followed by a 1 for the intercept and padded for vector arithmetic.</summary>
    private sealed class Design
    {
        private readonly int _count, _width, _stride;
        private readonly double[] _cells, _weights, _z;
        private readonly IReadOnlyList<bool> _labels;

        public Design(IReadOnlyList<double[]> rows, IReadOnlyList<bool> labels, double[] means, double[] scales, IReadOnlyList<double>? weights)
        {
            (_labels, _count, _width) = (labels, rows.Count, means.Length + 1);
            _stride = (_width + Lanes - 1) / Lanes * Lanes;
            (_cells, _weights, _z) = (new double[(_count + 3) / 4 * 4 * _stride], new double[(_count + 3) / 4 * 4], new double[_count]);
            for (var i = 0; i < _count; i++)
            {
                var row = _cells.AsSpan(i * _stride, _width);
                TensorPrimitives.Subtract(rows[i], means, row);
                TensorPrimitives.Divide(row[..means.Length], scales, row);
                row[^1] = 1;
                _weights[i] = weights?[i] ?? 1;
            }
        }

        private static int Lanes => System.Numerics.Vector<double>.Count;

        public double Weight(bool label) => _weights.Take(_count).Where((_, i) => _labels[i] == label).Sum();

        public double Loss(double[] beta, double penalty)
        {
            var loss = 0.0;
            for (var i = 0; i < _count; i++)
            {
                _z[i] = TensorPrimitives.Dot<double>(_cells.AsSpan(i * _stride, _width), beta);
                loss += _weights[i] * Softplus(_labels[i] ? -_z[i] : _z[i]);
            }

            return loss + (penalty / 2 * TensorPrimitives.SumOfSquares<double>(beta.AsSpan(0, _width - 1)));
        }

        public (double Loss, Vector<double> Gradient, Matrix<double> Hessian) Derivatives(double[] beta, double penalty)
        {
            var loss = Loss(beta, penalty);
            var (gradient, hessian, curvature) = (new double[_stride], new double[_width * _stride], new double[_weights.Length]);
            for (var i = 0; i < _count; i++)
            {
                var probability = Sigmoid(_z[i]);
                curvature[i] = _weights[i] * Math.Max(probability * (1 - probability), 1e-10);
                TensorPrimitives.MultiplyAdd(_cells.AsSpan(i * _stride, _stride), _weights[i] * (probability - (_labels[i] ? 1 : 0)), gradient, gradient);
            }

            for (var i = 0; i < _count; i += 4)
            {
                AddSquares(hessian, i, curvature);
            }

            var matrix = Matrix<double>.Build.Dense(_width, _width);
            for (var j = 0; j < _width; j++)
            {
                for (var k = 0; k <= j; k++)
                {
                    matrix[j, k] = matrix[k, j] = hessian[(j * _stride) + k];
                }

                matrix[j, j] += j < _width - 1 ? penalty + 1e-9 : 1e-9;
                gradient[j] += j < _width - 1 ? penalty * beta[j] : 0;
            }

            return (loss, Vector<double>.Build.DenseOfArray(gradient[.._width]), matrix);
        }

        /// <summary>Adds weight · x xᵀ of four rows to the lower triangle: one load and store of a sum for four products.</summary>
        [MethodImpl(MethodImplOptions.AggressiveOptimization)]
        private void AddSquares(double[] hessian, int first, double[] curvature)
        {
            ref var a = ref _cells[first * _stride];
            ref var b = ref Unsafe.Add(ref a, _stride);
            ref var c = ref Unsafe.Add(ref b, _stride);
            ref var d = ref Unsafe.Add(ref c, _stride);
            for (var j = 0; j < _width; j++)
            {
                ref var sum = ref hessian[j * _stride];
                var wa = new System.Numerics.Vector<double>(curvature[first] * Unsafe.Add(ref a, j));
                var wb = new System.Numerics.Vector<double>(curvature[first + 1] * Unsafe.Add(ref b, j));
                var wc = new System.Numerics.Vector<double>(curvature[first + 2] * Unsafe.Add(ref c, j));
                var wd = new System.Numerics.Vector<double>(curvature[first + 3] * Unsafe.Add(ref d, j));
                for (nuint k = 0; k <= (nuint)j; k += (nuint)System.Numerics.Vector<double>.Count)
                {
                    var total = System.Numerics.Vector.LoadUnsafe(ref sum, k);
                    total += (wa * System.Numerics.Vector.LoadUnsafe(ref a, k)) + (wb * System.Numerics.Vector.LoadUnsafe(ref b, k));
                    total += (wc * System.Numerics.Vector.LoadUnsafe(ref c, k)) + (wd * System.Numerics.Vector.LoadUnsafe(ref d, k));
                    System.Numerics.Vector.StoreUnsafe(total, ref sum, k);
                }
            }
        }
    }

    /// <summary>ln(1 + e^z) without overflow.</summary>
    private static double Softplus(double z) => z > 0 ? z + Math.Log(1 + Math.Exp(-z)) : Math.Log(1 + Math.Exp(z));
}
