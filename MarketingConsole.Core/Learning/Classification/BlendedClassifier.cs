using System.Numerics.Tensors;

namespace MarketingConsole.Core.Learning.Classification;

/// <summary>A yes/no forecast from a mixed table without tuning: a logistic regression and boosted trees, averaged in log-odds with the share that cross-validation finds best, then calibrated on the cross-validated scores.
/// Sources: Wolpert, Stacked generalization, 1992; Breiman, Stacked regressions, 1996 (shares of at least 0 that sum to 1).</summary>
/// <param name="TreeShare">Share of the trees' log-odds, 0 to 1; a part whose share is 0 is not fitted and null.</param>
/// <param name="Penalty">L2 penalty of the regression, chosen with the share.</param>
/// <param name="CrossValidated">Figures on rows that the fit had not seen, before calibration was added.</param>
/// <param name="Suspicious">Columns that tell the outcome almost perfectly by themselves: they may have been recorded after it.</param>
public sealed record BlendedClassifier(
    LinearEncoding Encoding, LogisticRegression? Linear, GradientBoosting? Trees, double TreeShare, double Penalty, PlattScaling Calibration, ForecastMetrics CrossValidated, IReadOnlyList<int> Suspicious)
{
    private const int Folds = 4, MinOfEachClass = 10;
    private const double SuspiciousAuc = 0.99;
    private static readonly double[] Penalties = [1, 10, 100], Shares = [0, 0.25, 0.5, 0.75, 1];

    /// <param name="columns">p columns of n values; no finite number is a gap, a column of categories holds codes.</param>
    /// <param name="labels">n outcomes, at least 10 of each.</param>
    /// <param name="categorical">Positions of the columns of categories.</param>
    /// <param name="weights">n weights of at least 0; null when every row counts the same.</param>
    /// <exception cref="LearningException">Too few rows of an outcome.</exception>
    public static BlendedClassifier Fit(
        IReadOnlyList<float[]> columns, IReadOnlyList<bool> labels, IReadOnlyList<int> categorical, double[]? weights = null, int seed = 1, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        var hits = labels.Count(x => x);
        if (columns.Count == 0 || columns.Any(x => x.Length != labels.Count) || Math.Min(hits, labels.Count - hits) < MinOfEachClass)
        {
            throw new LearningException($"Too little to learn from: {hits} rows with the outcome and {labels.Count - hits} without it; at least {MinOfEachClass} of each are needed, and a value or a gap in every column.");
        }

        double[] targets = [.. labels.Select(x => x ? 1.0 : 0)];
        var options = Options(labels.Count, categorical, seed);
        var fold = Assign(labels, seed);
        var linear = Penalties.Select(_ => new double[labels.Count]).ToArray();
        var trees = new double[labels.Count];
        for (var k = 0; k < Folds; k++)
        {
            int[] train = [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] != k)], test = [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] == k)];
            var (here, there) = (Take(columns, train), Take(columns, test));
            var w = weights is null ? null : Pick(weights, train);
            var encoding = LinearEncoding.Fit(here, categorical);
            var (rows, later) = (encoding.Encode(here), encoding.Encode(there));
            for (var q = 0; q < Penalties.Length; q++)
            {
                ct.ThrowIfCancellationRequested();
                var line = LogisticRegression.Fit(rows, [.. train.Select(i => labels[i])], Penalties[q], w);
                for (var i = 0; i < test.Length; i++)
                {
                    linear[q][test[i]] = line.LogOdds(later[i]);
                }
            }

            var scores = new double[test.Length];
            GradientBoosting.Fit(here, Pick(targets, train), options, w, null, ct).RawScores(there, scores);
            for (var i = 0; i < test.Length; i++)
            {
                trees[test[i]] = scores[i];
            }

            progress?.Report((k + 1) / (Folds + 1.0));
        }

        var (penalty, share, mix) = (from q in Enumerable.Range(0, Penalties.Length) from s in Shares where s < 1 || q == 0 select (Penalties[q], Share: s, Mix: Blend(linear[q], trees, s)))
            .MinBy(x => LogLoss(x.Mix, labels, weights));
        var all = LinearEncoding.Fit(columns, categorical);
        var model = new BlendedClassifier(
            all,
            share == 1 ? null : LogisticRegression.Fit(all.Encode(columns), labels, penalty, weights),
            share == 0 ? null : GradientBoosting.Fit(columns, targets, options, weights, null, ct),
            share, penalty, PlattScaling.Fit(mix, labels), ForecastMetrics.Of([.. mix.Select(LogisticRegression.Sigmoid)], labels), Leaks(columns, labels, categorical));
        progress?.Report(1);
        return model;
    }

    /// <summary>Calibrated log-odds of one row.</summary>
    public double LogOdds(ReadOnlySpan<float> row) =>
        Calibration.LogOdds(((1 - TreeShare) * (Linear?.LogOdds(Encoding.Encode(row)) ?? 0)) + (TreeShare * (Trees?.RawScore(row) ?? 0)));

    /// <summary>Calibrated probability of one row.</summary>
    public double Probability(ReadOnlySpan<float> row) => LogisticRegression.Sigmoid(LogOdds(row));

    /// <summary>Calibrated probabilities of many rows, given as columns.</summary>
    public double[] Probabilities(IReadOnlyList<float[]> columns) => Array.ConvertAll(LogOdds(columns), LogisticRegression.Sigmoid);

    /// <summary>Calibrated log-odds of many rows, given as columns.</summary>
    public double[] LogOdds(IReadOnlyList<float[]> columns)
    {
        var n = columns.Count == 0 ? 0 : columns[0].Length;
        var (line, trees) = (new double[n], new double[n]);
        if (Linear is not null)
        {
            line = [.. Encoding.Encode(columns).Select(x => Linear.LogOdds(x))];
        }

        Trees?.RawScores(columns, trees);
        return [.. Blend(line, trees, TreeShare).Select(Calibration.LogOdds)];
    }

    private static BoostingOptions Options(int rows, IReadOnlyList<int> categorical, int seed) =>
        new(LearningRate: 0.05, Trees: rows < 20_000 ? 150 : 400, MaxLeaves: Math.Clamp(rows / 700, 6, 31), L2: 1, HoldoutShare: rows < 20_000 ? 0 : 0.1, Seed: seed) { Categorical = categorical };

    /// <summary>The fold of each row; both outcomes are spread evenly.</summary>
    private static int[] Assign(IReadOnlyList<bool> labels, int seed)
    {
        var (random, fold) = (new Random(seed), new int[labels.Count]);
        foreach (var label in new[] { false, true })
        {
            int[] rows = [.. Enumerable.Range(0, labels.Count).Where(i => labels[i] == label)];
            random.Shuffle(rows);
            for (var i = 0; i < rows.Length; i++)
            {
                fold[rows[i]] = i % Folds;
            }
        }

        return fold;
    }

    private static int[] Leaks(IReadOnlyList<float[]> columns, IReadOnlyList<bool> labels, IReadOnlyList<int> categorical) => [.. Enumerable.Range(0, columns.Count).Where(j =>
    {
        var rates = categorical.Contains(j) ? columns[j].Zip(labels).GroupBy(x => x.First).Where(x => x.Count() >= 20).ToDictionary(x => x.Key, x => x.Average(y => y.Second ? 1.0 : 0)) : null;
        int[] known = [.. Enumerable.Range(0, labels.Count).Where(i => rates?.ContainsKey(columns[j][i]) ?? float.IsFinite(columns[j][i]))];
        bool[] outcome = [.. known.Select(i => labels[i])];
        if (known.Length < 100 || known.Length < labels.Count / 2 || outcome.Count(x => x) is var hits && (hits < MinOfEachClass || known.Length - hits < MinOfEachClass))
        {
            return false;
        }

        var auc = ForecastMetrics.AreaUnderCurve([.. known.Select(i => rates?[columns[j][i]] ?? columns[j][i])], outcome);
        return Math.Max(auc, 1 - auc) >= SuspiciousAuc;
    })];

    private static double[] Blend(double[] linear, double[] trees, double share)
    {
        var mix = new double[linear.Length];
        TensorPrimitives.Lerp<double>(linear, trees, share, mix);
        return mix;
    }

    private static double LogLoss(double[] logOdds, IReadOnlyList<bool> labels, double[]? weights)
    {
        var (sum, total) = (0.0, 0.0);
        for (var i = 0; i < logOdds.Length; i++)
        {
            var (z, w) = (labels[i] ? -logOdds[i] : logOdds[i], weights?[i] ?? 1);
            sum += w * (z > 0 ? z + Math.Log(1 + Math.Exp(-z)) : Math.Log(1 + Math.Exp(z)));
            total += w;
        }

        return sum / total;
    }

    private static float[][] Take(IReadOnlyList<float[]> columns, int[] rows) => [.. columns.Select(x => Array.ConvertAll(rows, i => x[i]))];

    private static double[] Pick(double[] values, int[] rows) => Array.ConvertAll(rows, i => values[i]);
}
