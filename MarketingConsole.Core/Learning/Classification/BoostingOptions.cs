namespace MarketingConsole.Core.Learning.Classification;

public enum BoostingLoss
{
    /// <summary>Yes/no targets (0 or 1); the raw score is log-odds.</summary>
    LogLoss,

    /// <summary>Numeric targets; the raw score is the forecast itself.</summary>
    SquaredError,
}

/// <summary>How <see cref="GradientBoosting"/> learns. The defaults suit a few thousand to a few million rows.</summary>
/// <param name="Trees">Most trees; fewer when early stopping says so.</param>
/// <param name="LearningRate">Share of each tree that is added, above 0 and at most 1.</param>
/// <param name="MaxLeaves">Leaves a tree, 2 to 256.</param>
/// <param name="MaxDepth">Decisions from root to leaf at most.</param>
/// <param name="MinRowsPerLeaf">Training rows each leaf must hold.</param>
/// <param name="L2">Penalty on leaf values, at least 0.</param>
/// <param name="MaxBins">Bins a numeric column is cut into, 2 to 255; missing values have one of their own.</param>
/// <param name="HoldoutShare">Share of the rows kept out to stop early; 0 grows all trees.</param>
/// <param name="Patience">Stops after this many trees without improvement on the rows kept out.</param>
/// <param name="CategorySmoothing">Rows (in units of mean hessian) of average behaviour added to each category when categories are ordered, and the extra L2 of their splits.</param>
/// <param name="Seed">Of the rows kept out.</param>
public sealed record BoostingOptions(
    BoostingLoss Loss = BoostingLoss.LogLoss, int Trees = 100, double LearningRate = 0.1, int MaxLeaves = 31, int MaxDepth = 64, int MinRowsPerLeaf = 20, double L2 = 1,
    int MaxBins = 255, double HoldoutShare = 0, int Patience = 10, double CategorySmoothing = 10, int Seed = 1)
{
    /// <summary>Columns (by position) that hold category codes instead of amounts.</summary>
    public IReadOnlyList<int> Categorical { get; init; } = [];

    /// <summary>By column position: +1 the score may only rise with the column, −1 only fall. Columns left out are free.</summary>
    public IReadOnlyDictionary<int, int> Monotone { get; init; } = new Dictionary<int, int>();

    internal void Check(int columns)
    {
        if (Trees < 1 || LearningRate is not (> 0 and <= 1) || MaxLeaves is < 2 or > 256 || MaxDepth < 1 || MinRowsPerLeaf < 1 || !(L2 >= 0) || MaxBins is < 2 or > 255
            || HoldoutShare is not (>= 0 and < 0.9) || Patience < 1 || !(CategorySmoothing >= 0))
        {
            throw new ArgumentOutOfRangeException(nameof(columns), this, "An option is out of its range.");
        }

        if (Categorical.Concat(Monotone.Keys).Any(x => x < 0 || x >= columns) || Monotone.Any(x => x.Value is < -1 or > 1 || (x.Value != 0 && Categorical.Contains(x.Key))))
        {
            throw new ArgumentException("A monotone direction or a category flag names a column that does not exist, or a column of categories is to be monotone.");
        }
    }
}
