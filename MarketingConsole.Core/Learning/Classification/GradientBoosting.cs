using System.Numerics.Tensors;
using System.Text.Json.Serialization;

namespace MarketingConsole.Core.Learning.Classification;

/// <summary>Gradient-boosted trees on histograms, for yes/no targets and amounts: each tree corrects what the ones before left over. Missing values find their own way at each split, columns of categories are split into sets.
/// Sources: Friedman, Greedy function approximation: a gradient boosting machine, 2001; Ke et al., LightGBM, 2017.</summary>
/// <param name="Loss">What it was fitted for.</param>
/// <param name="Base">Raw score before the first tree.</param>
/// <param name="Trees">In the order they were grown.</param>
/// <param name="Categories">Per column the category codes seen in training, ascending; null for numeric columns.</param>
/// <param name="HoldoutLosses">Mean loss on the rows kept out, after each tree; empty without early stopping.</param>
public sealed record GradientBoosting(BoostingLoss Loss, double Base, IReadOnlyList<BoostedTree> Trees, float[]?[] Categories, IReadOnlyList<double> HoldoutLosses)
{
    private const int MinRows = 20;
    private BatchScorer? _scorer;

    [JsonIgnore]
    public int Columns => Categories.Length;

    /// <summary>Learns from columns of equal length. A value that is no finite number counts as missing.</summary>
    /// <param name="columns">p columns of n values; category columns hold codes.</param>
    /// <param name="targets">n targets: 0 or 1 for <see cref="BoostingLoss.LogLoss"/>, finite amounts for <see cref="BoostingLoss.SquaredError"/>.</param>
    /// <param name="weights">n weights of at least 0; null when every row counts the same.</param>
    /// <exception cref="LearningException">Too few rows, one class only, targets that are no numbers.</exception>
    public static GradientBoosting Fit(
        IReadOnlyList<float[]> columns, double[] targets, BoostingOptions? options = null, double[]? weights = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        options ??= new();
        Check(columns, targets, weights, options);
        var data = new BinnedFeatures(columns, options.Categorical, options.MaxBins, ct);
        var (train, holdout) = Rows(targets, weights, options);
        var log = options.Loss == BoostingLoss.LogLoss;
        var mean = train.Sum(i => targets[i] * (weights?[i] ?? 1)) / train.Sum(i => weights?[i] ?? 1);
        var start = log ? Math.Log(mean / (1 - mean)) : mean;
        var grower = new TreeGrower(data, train, options);
        var n = targets.Length;
        var (scores, gradients, hessians) = (new double[n], new double[n], new double[n]);
        Array.Fill(scores, start);
        var (trees, losses) = (new List<BoostedTree>(), new List<double>());
        while (trees.Count < options.Trees && (losses.Count == 0 || losses.Count - 1 - losses.IndexOf(losses.Min()) < options.Patience))
        {
            ct.ThrowIfCancellationRequested();
            Derivatives(log, scores, targets, weights, gradients, hessians);
            if (grower.Grow(gradients, hessians, weights, scores) is not { } tree)
            {
                break;
            }

            trees.Add(tree);
            if (holdout.Length > 0)
            {
                losses.Add(HoldoutLoss(log, tree, columns, data.Categories, holdout, scores, targets, weights));
            }

            progress?.Report(trees.Count / (double)options.Trees);
        }

        var keep = losses.Count > 0 ? losses.IndexOf(losses.Min()) + 1 : trees.Count;
        return new(options.Loss, start, trees[..keep], data.Categories, losses);
    }

    /// <summary>As the other, from rows: n rows of p numbers.</summary>
    public static GradientBoosting Fit(
        IReadOnlyList<double[]> rows, double[] targets, BoostingOptions? options = null, double[]? weights = null, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        if (rows.Count == 0)
        {
            throw new LearningException("There are no rows to learn from.");
        }

        return Fit(ToColumns(rows), targets, options, weights, progress, ct);
    }

    /// <summary>Turns n rows of p numbers into p columns, NaN where a value is missing.</summary>
    public static float[][] ToColumns(IReadOnlyList<double[]> rows)
    {
        var columns = new float[rows.Count == 0 ? 0 : rows[0].Length][];
        for (var j = 0; j < columns.Length; j++)
        {
            columns[j] = new float[rows.Count];
            for (var i = 0; i < rows.Count; i++)
            {
                columns[j][i] = (float)rows[i][j];
            }
        }

        return columns;
    }

    /// <summary>Raw score of one row: log-odds, or the amount.</summary>
    public double RawScore(ReadOnlySpan<double> row)
    {
        Span<float> values = row.Length <= 512 ? stackalloc float[row.Length] : new float[row.Length];
        for (var j = 0; j < values.Length; j++)
        {
            values[j] = (float)row[j];
        }

        return RawScore(values);
    }

    /// <summary>Raw score of one row: log-odds, or the amount.</summary>
    public double RawScore(ReadOnlySpan<float> row)
    {
        if (row.Length != Columns)
        {
            throw new ArgumentException($"The row has {row.Length} values; the model was fitted on {Columns}.");
        }

        var sum = Base;
        foreach (var tree in Trees)
        {
            sum += tree.Value[tree.Leaf(row, Categories)];
        }

        return sum;
    }

    /// <summary>What the model forecasts for one row: a probability, or the amount.</summary>
    public double Predict(ReadOnlySpan<double> row) => Loss == BoostingLoss.LogLoss ? LogisticRegression.Sigmoid(RawScore(row)) : RawScore(row);

    /// <summary>Raw scores of many rows, given as columns: the fast way.</summary>
    /// <param name="scores">One place a row.</param>
    public void RawScores(IReadOnlyList<float[]> columns, Span<double> scores)
    {
        if (columns.Count != Columns || columns.Any(x => x.Length < 1) || columns[0].Length != scores.Length || columns.Any(x => x.Length != columns[0].Length))
        {
            throw new ArgumentException($"{Columns} columns of as many rows as there are places for scores are needed.");
        }

        if (_scorer is not { } scorer || !ReferenceEquals(scorer.Source, Trees))
        {
            _scorer = scorer = new BatchScorer(Base, Trees, Categories);
        }

        scorer.Score(columns, scores);
    }

    /// <summary>Forecasts for many rows, given as columns: probabilities, or amounts.</summary>
    public double[] Predict(IReadOnlyList<float[]> columns)
    {
        var scores = new double[columns.Count == 0 ? 0 : columns[0].Length];
        RawScores(columns, scores);
        if (Loss == BoostingLoss.LogLoss)
        {
            TensorPrimitives.Sigmoid<double>(scores, scores);
        }

        return scores;
    }

    private static void Check(IReadOnlyList<float[]> columns, double[] targets, double[]? weights, BoostingOptions options)
    {
        if (columns.Count == 0 || columns.Any(x => x.Length != targets.Length) || (weights is not null && weights.Length != targets.Length))
        {
            throw new LearningException("The columns, the targets and the weights must have equally many rows, and there must be at least one column.");
        }

        options.Check(columns.Count);
        if (targets.Length < MinRows)
        {
            throw new LearningException($"Too little to learn from: {targets.Length} rows; at least {MinRows} are needed.");
        }

        if (weights is not null && (weights.Any(x => !(x >= 0) || double.IsInfinity(x)) || !weights.Any(x => x > 0)))
        {
            throw new LearningException("A row's weight must be a number of at least 0, and not all may be 0.");
        }

        if (options.Loss == BoostingLoss.SquaredError && targets.Any(x => !double.IsFinite(x)))
        {
            throw new LearningException("A target is missing or is no number. Leave out the rows whose outcome is not known.");
        }

        if (options.Loss == BoostingLoss.LogLoss)
        {
            if (targets.Any(x => x is not (0 or 1)))
            {
                throw new LearningException("A yes/no target must be 0 or 1. Leave out the rows whose outcome is not known.");
            }

            if (!targets.Where((_, i) => weights is null || weights[i] > 0).Distinct().Skip(1).Any())
            {
                throw new LearningException("All rows have the same outcome: there is nothing to tell apart.");
            }
        }
    }

    /// <summary>Splits rows of weight into those to learn from and those to stop by; each outcome of a yes/no target is split by itself.</summary>
    private static (int[] Train, int[] Holdout) Rows(double[] targets, double[]? weights, BoostingOptions options)
    {
        int[] all = [.. Enumerable.Range(0, targets.Length).Where(i => weights is null || weights[i] > 0)];
        if (options.HoldoutShare == 0)
        {
            return (all, []);
        }

        var random = new Random(options.Seed);
        var holdout = new HashSet<int>();
        foreach (var group in options.Loss == BoostingLoss.LogLoss ? all.GroupBy(i => targets[i]).OrderBy(x => x.Key).Select(x => x.ToArray()) : [all])
        {
            random.Shuffle(group);
            holdout.UnionWith(group.Take((int)Math.Round(group.Length * options.HoldoutShare)));
        }

        int[] train = [.. all.Where(i => !holdout.Contains(i))];
        var classes = train.Select(i => targets[i]).Distinct().Take(2).Count();
        return train.Length < MinRows || (options.Loss == BoostingLoss.LogLoss && classes < 2) ? (all, []) : (train, [.. holdout.Order()]);
    }

    private static void Derivatives(bool log, double[] scores, double[] targets, double[]? weights, double[] gradients, double[] hessians)
    {
        if (log)
        {
            TensorPrimitives.Sigmoid<double>(scores, gradients);
            for (var i = 0; i < scores.Length; i++)
            {
                var p = gradients[i];
                hessians[i] = Math.Max(p * (1 - p), 1e-12);
                gradients[i] = p - targets[i];
            }
        }
        else
        {
            TensorPrimitives.Subtract<double>(scores, targets, gradients);
            Array.Fill(hessians, 1);
        }

        if (weights is not null)
        {
            TensorPrimitives.Multiply<double>(gradients, weights, gradients);
            TensorPrimitives.Multiply<double>(hessians, weights, hessians);
        }
    }

    private static double HoldoutLoss(bool log, BoostedTree tree, IReadOnlyList<float[]> columns, float[]?[] categories, int[] holdout, double[] scores, double[] targets, double[]? weights)
    {
        var row = new float[columns.Count];
        var (sum, weight) = (0.0, 0.0);
        foreach (var i in holdout)
        {
            for (var j = 0; j < row.Length; j++)
            {
                row[j] = columns[j][i];
            }

            scores[i] += tree.Value[tree.Leaf(row, categories)];
            var w = weights?[i] ?? 1;
            var z = targets[i] > 0 ? -scores[i] : scores[i];
            sum += w * (log ? (z > 0 ? z + Math.Log(1 + Math.Exp(-z)) : Math.Log(1 + Math.Exp(z))) : Math.Pow(scores[i] - targets[i], 2));
            weight += w;
        }

        return sum / weight;
    }
}
