using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Core.Learning.Text;

/// <summary>Turns the margins of several classes into calibrated probabilities: multinomial logistic regression on the margins, fitted on rows the margins' model has not seen.
/// Source: Platt 1999 for two classes; for several the matrix scaling of Guo, Pleiss, Sun, Weinberger, On calibration of modern neural networks, 2017.</summary>
/// <param name="Weights">One row a class: a weight for each margin, then the constant.</param>
public sealed record MarginCalibration(double[][] Weights)
{
    private const double Penalty = 1;
    private const int MostSteps = 50;

    /// <param name="margins">One row each, as many numbers as classes.</param>
    /// <param name="classes">The true class of each row, from 0.</param>
    /// <param name="count">Classes.</param>
    public static MarginCalibration Fit(IReadOnlyList<double[]> margins, IReadOnlyList<int> classes, int count)
    {
        var width = count + 1;
        var weights = Vector<double>.Build.Dense(count * width);
        for (var step = 0; step < MostSteps; step++)
        {
            var gradient = Vector<double>.Build.Dense(count * width);
            var hessian = Matrix<double>.Build.DenseDiagonal(count * width, count * width, Penalty); // also makes the sum of all classes' weights, which changes nothing, determinate
            for (var i = 0; i < margins.Count; i++)
            {
                double[] x = [.. margins[i], 1];
                var p = Softmax(x, weights, count);
                for (var a = 0; a < count; a++)
                {
                    for (var j = 0; j < width; j++)
                    {
                        gradient[(a * width) + j] += (p[a] - (classes[i] == a ? 1 : 0)) * x[j];
                        for (var b = 0; b < count; b++)
                        {
                            var curve = p[a] * ((a == b ? 1 : 0) - p[b]);
                            for (var k = 0; k < width; k++)
                            {
                                hessian[(a * width) + j, (b * width) + k] += curve * x[j] * x[k];
                            }
                        }
                    }
                }
            }

            gradient += Penalty * weights;
            var direction = hessian.Cholesky().Solve(gradient);
            weights -= direction * Math.Min(1, 5 / Math.Max(direction.L2Norm(), 1e-12)); // a bounded step cannot run off where classes are separated
            if (direction.L2Norm() < 1e-8)
            {
                break;
            }
        }

        return new([.. Enumerable.Range(0, count).Select(a => weights.SubVector(a * width, width).ToArray())]);
    }

    /// <returns>One a class, summing to 1.</returns>
    public double[] Probabilities(double[] margins) => Softmax([.. margins, 1], Vector<double>.Build.DenseOfEnumerable(Weights.SelectMany(x => x)), Weights.Length);

    private static double[] Softmax(double[] x, Vector<double> weights, int count)
    {
        var logits = new double[count];
        for (var a = 0; a < count; a++)
        {
            for (var j = 0; j < x.Length; j++)
            {
                logits[a] += weights[(a * x.Length) + j] * x[j];
            }
        }

        var highest = logits.Max();
        double[] powers = [.. logits.Select(z => Math.Exp(z - highest))];
        var sum = powers.Sum();
        return [.. powers.Select(e => e / sum)];
    }
}
