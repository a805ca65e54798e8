using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Core.Learning.Clusters;

/// <summary>Finds rows like given seed rows: logistic regression of seeds against the rest, read as positive against unlabelled, since the rest holds rows that are just as fit.
/// Source: Elkan and Noto, Learning classifiers from only positive and unlabeled data, 2008.</summary>
/// <param name="Model">Seeds against the rest.</param>
/// <param name="SeedLogOdds">Log-odds of the seeds, ascending, each from a model that did not see it.</param>
/// <param name="Auc">How well seeds are told from the rest: 0.5 means that the seeds are like everybody and the ranking means nothing.</param>
public sealed record Lookalikes(LogisticRegression Model, double[] SeedLogOdds, double Auc)
{
    private const int Folds = 5;
    private const int FewestSeeds = 10;
    private const int MostOthers = 50_000;
    private const double Penalty = 1;

    /// <param name="rows">All rows, finite numbers.</param>
    /// <param name="seeds">True for the seed rows: at least 10, and at least as many others.</param>
    public static Lookalikes Fit(IReadOnlyList<double[]> rows, IReadOnlyList<bool> seeds, int seed = 1, CancellationToken cancel = default)
    {
        Numerics.Standardisation.Check(rows);
        ArgumentNullException.ThrowIfNull(seeds);
        var random = new Random(seed);
        int[] positive = [.. Enumerable.Range(0, rows.Count).Where(i => seeds[i])];
        int[] others = [.. Enumerable.Range(0, rows.Count).Where(i => !seeds[i])];
        if (positive.Length < FewestSeeds || others.Length < FewestSeeds)
        {
            throw new LearningException($"At least {FewestSeeds} customers to resemble and {FewestSeeds} others are needed; there are {positive.Length} and {others.Length}.");
        }

        random.Shuffle(positive);
        random.Shuffle(others);
        others = others[..Math.Min(others.Length, MostOthers)];
        int[] used = [.. positive, .. others];
        var fold = used.Select((_, n) => n < positive.Length ? n % Folds : (n - positive.Length) % Folds).ToArray();
        var odds = new double[used.Length];
        for (var f = 0; f < Folds; f++)
        {
            cancel.ThrowIfCancellationRequested();
            int[] train = [.. Enumerable.Range(0, used.Length).Where(n => fold[n] != f)];
            var part = LogisticRegression.Fit([.. train.Select(n => rows[used[n]])], [.. train.Select(n => seeds[used[n]])], Penalty);
            for (var n = 0; n < used.Length; n++)
            {
                odds[n] = fold[n] == f ? part.LogOdds(rows[used[n]]) : odds[n];
            }
        }

        cancel.ThrowIfCancellationRequested();
        var model = LogisticRegression.Fit([.. used.Select(i => rows[i])], [.. used.Select(i => seeds[i])], Penalty);
        return new(model, [.. odds[..positive.Length].Order()], ForecastMetrics.AreaUnderCurve(odds, [.. used.Select(i => seeds[i])]));
    }

    /// <summary>0 to 1: the share of seeds that look less like a seed than this row. A typical seed has 0.5; 0 means less alike than every seed.</summary>
    public double Similarity(ReadOnlySpan<double> row)
    {
        var (odds, low, high) = (Model.LogOdds(row), 0, SeedLogOdds.Length);
        while (low < high)
        {
            var middle = (low + high) / 2;
            (low, high) = SeedLogOdds[middle] < odds ? (middle + 1, high) : (low, middle);
        }

        return (double)low / SeedLogOdds.Length;
    }

    /// <summary>Rows by likeness, most alike first, seeds left out.</summary>
    public IReadOnlyList<(int Row, double Similarity)> Rank(IReadOnlyList<double[]> rows, IReadOnlyList<bool> seeds, int count)
    {
        ArgumentNullException.ThrowIfNull(rows);
        return [.. Enumerable.Range(0, rows.Count).Where(i => !seeds[i]).Select(i => (Row: i, Odds: Model.LogOdds(rows[i]))).OrderByDescending(x => x.Odds).ThenBy(x => x.Row).Take(count).Select(x => (x.Row, Similarity(rows[x.Row])))];
    }

    /// <summary>How much each column speaks for (above 0) or against the likeness of a row, in log-odds.</summary>
    public double[] Why(ReadOnlySpan<double> row) => Model.Contributions(row);
}
