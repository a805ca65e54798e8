using System.Text.Json.Serialization;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace MarketingConsole.Core.Learning.Uplift;

/// <summary>Learns to forecast targets from rows: the part of a meta-learner that can be exchanged.</summary>
/// <param name="rows">n rows of finite numbers.</param>
/// <param name="targets">n targets: 0 or 1, amounts, or (for effects) differences of them.</param>
public delegate ScoreModel BaseLearner(IReadOnlyList<double[]> rows, IReadOnlyList<double> targets);

/// <summary>A fitted base learner: the expected target of a row.</summary>
[JsonDerivedType(typeof(LogisticScore), "logistic"), JsonDerivedType(typeof(LinearScore), "linear"), JsonDerivedType(typeof(BoostedScore), "boosted")]
public abstract record ScoreModel
{
    public abstract double Score(double[] row);
}

public sealed record LogisticScore(LogisticRegression Model) : ScoreModel
{
    public override double Score(double[] row) => LogisticRegression.Sigmoid(Model.LogOdds(row));
}

public sealed record BoostedScore(GradientBoosting Model) : ScoreModel
{
    public override double Score(double[] row) => Model.Predict(row);
}

/// <summary>Ridge regression on standardised columns. Source: Hastie, Tibshirani, Friedman, The Elements of Statistical Learning, 2nd ed., 3.4.1.</summary>
/// <param name="Coefficients">Change of the target per standard deviation.</param>
/// <param name="Intercept">Mean of the targets.</param>
public sealed record LinearScore(Standardisation Scale, double[] Coefficients, double Intercept) : ScoreModel
{
    /// <param name="penalty">At least 0, on the sum of squared errors.</param>
    public static LinearScore Fit(IReadOnlyList<double[]> rows, IReadOnlyList<double> targets, double penalty)
    {
        ArgumentNullException.ThrowIfNull(rows);
        var scale = Standardisation.Fit(rows);
        var (p, mean) = (scale.Means.Length, targets.Average());
        var (normal, right) = (new double[p * p], new double[p]);
        for (var i = 0; i < rows.Count; i++)
        {
            var z = scale.Apply(rows[i]);
            for (var a = 0; a < p; a++)
            {
                right[a] += z[a] * (targets[i] - mean);
                for (var b = 0; b < p; b++)
                {
                    normal[(a * p) + b] += z[a] * z[b];
                }
            }
        }

        for (var a = 0; a < p; a++)
        {
            normal[(a * p) + a] += penalty + 1e-9;
        }

        return new(scale, [.. Matrix<double>.Build.Dense(p, p, normal).Cholesky().Solve(Vector<double>.Build.Dense(right))], mean);
    }

    public override double Score(double[] row) => Intercept + System.Numerics.Tensors.TensorPrimitives.Dot<double>(Scale.Apply(row), Coefficients);
}

/// <summary>The base learners at hand.</summary>
public static class BaseLearners
{
    /// <summary>Logistic regression for targets of 0 and 1, ridge regression for all others; the constant where the targets are all alike.</summary>
    public static BaseLearner Linear(double penalty = 1) => (rows, targets) =>
        targets.All(x => x is 0 or 1) && targets.Any(x => x == 0) && targets.Any(x => x == 1)
            ? new LogisticScore(LogisticRegression.Fit(rows, [.. targets.Select(x => x == 1)], penalty))
            : LinearScore.Fit(rows, targets, Math.Max(penalty, 1e-6));

    /// <summary>Gradient-boosted trees, small by default: an effect is a faint signal. Linear where the targets are all alike.</summary>
    public static BaseLearner Boosted(BoostingOptions? options = null) => (rows, targets) =>
    {
        var binary = targets.All(x => x is 0 or 1);
        return targets.Distinct().Count() == 1
            ? LinearScore.Fit(rows, targets, 1)
            : new BoostedScore(GradientBoosting.Fit(GradientBoosting.ToColumns(rows), [.. targets], (options ?? new(Trees: 40, LearningRate: 0.08, MaxLeaves: 6, MinRowsPerLeaf: 100)) with { Loss = binary ? BoostingLoss.LogLoss : BoostingLoss.SquaredError }));
    };
}
