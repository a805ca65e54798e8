using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Core.Learning;

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

    /// <summary>Minimises sum of log loss + penalty / 2 · |coefficients|². The intercept is not penalised.</summary>
    /// <param name="rows">n rows of p finite numbers.</param>
    /// <param name="labels">n labels; both classes must occur.</param>
    /// <param name="penalty">At least 0; above 0 the optimum exists and is unique even when the classes can be separated.</param>
    /// <exception cref="ArgumentException">No rows, or one class only.</exception>
    public static LogisticRegression Fit(IReadOnlyList<double[]> rows, IReadOnlyList<bool> labels, double penalty)
    {
        var positives = labels.Count(x => x);
        if (rows.Count != labels.Count || positives == 0 || positives == labels.Count)
        {
            throw new ArgumentException("Both classes are needed, and one label a row.");
        }

        var (means, scales) = Standardise(rows);
        var p = means.Length;
        var beta = new double[p + 1]; // the last is the intercept
        beta[p] = Math.Log((double)positives / (labels.Count - positives));
        var loss = double.PositiveInfinity;
        for (var step = 0; step < MaxSteps; step++)
        {
            var (now, gradient, hessian) = Derivatives(rows, labels, means, scales, beta, penalty);
            if (gradient.AbsoluteMaximum() <= Tolerance * rows.Count || Math.Abs(loss - now) <= 1e-12 * Math.Abs(now))
            {
                break;
            }

            loss = now;
            var direction = hessian.Cholesky().Solve(gradient);
            var stride = 1.0;
            double[] next;
            do
            {
                next = [.. beta.Select((x, i) => x - (stride * direction[i]))];
                stride /= 2;
            }
            while (Loss(rows, labels, means, scales, next, penalty) > now && stride > 1e-6); // Newton may overshoot far from the optimum

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
    public static double Loss(IReadOnlyList<double[]> rows, IReadOnlyList<bool> labels, double[] means, double[] scales, double[] beta, double penalty)
    {
        var p = means.Length;
        var model = new LogisticRegression(means, scales, beta[..p], beta[p]);
        var loss = 0.0;
        for (var i = 0; i < rows.Count; i++)
        {
            var z = model.LogOdds(rows[i]);
            loss += Softplus(labels[i] ? -z : z);
        }

        return loss + (penalty / 2 * model.Coefficients.Sum(x => x * x));
    }

    /// <summary><see cref="Loss"/> with its first and second derivatives by <paramref name="beta"/>.</summary>
    public static (double Loss, Vector<double> Gradient, Matrix<double> Hessian) Derivatives(IReadOnlyList<double[]> rows, IReadOnlyList<bool> labels, double[] means, double[] scales, double[] beta, double penalty)
    {
        var p = means.Length;
        var gradient = new double[p + 1];
        var hessian = new double[p + 1, p + 1];
        var x = new double[p + 1];
        x[p] = 1;
        var loss = 0.0;
        for (var i = 0; i < rows.Count; i++)
        {
            var z = beta[p];
            for (var j = 0; j < p; j++)
            {
                x[j] = (rows[i][j] - means[j]) / scales[j];
                z += beta[j] * x[j];
            }

            var probability = Sigmoid(z);
            loss += Softplus(labels[i] ? -z : z);
            var error = probability - (labels[i] ? 1 : 0);
            var weight = Math.Max(probability * (1 - probability), 1e-10);
            for (var j = 0; j <= p; j++)
            {
                gradient[j] += error * x[j];
                for (var k = 0; k <= j; k++)
                {
                    hessian[j, k] += weight * x[j] * x[k];
                }
            }
        }

        for (var j = 0; j <= p; j++)
        {
            for (var k = 0; k < j; k++)
            {
                hessian[k, j] = hessian[j, k];
            }

            hessian[j, j] += j < p ? penalty + 1e-9 : 1e-9;
            gradient[j] += j < p ? penalty * beta[j] : 0;
            loss += j < p ? penalty / 2 * beta[j] * beta[j] : 0;
        }

        return (loss, Vector<double>.Build.DenseOfArray(gradient), Matrix<double>.Build.DenseOfArray(hessian));
    }

    private static (double[] Means, double[] Scales) Standardise(IReadOnlyList<double[]> rows)
    {
        var p = rows[0].Length;
        var (means, scales) = (new double[p], new double[p]);
        for (var j = 0; j < p; j++)
        {
            means[j] = rows.Average(x => x[j]);
            scales[j] = Math.Sqrt(rows.Average(x => (x[j] - means[j]) * (x[j] - means[j])));
            scales[j] = scales[j] > 1e-9 ? scales[j] : 1;
        }

        return (means, scales);
    }

    /// <summary>ln(1 + e^z) without overflow.</summary>
    private static double Softplus(double z) => z > 0 ? z + Math.Log(1 + Math.Exp(-z)) : Math.Log(1 + Math.Exp(z));
}
