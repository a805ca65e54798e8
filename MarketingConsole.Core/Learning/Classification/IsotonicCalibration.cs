namespace MarketingConsole.Core.Learning.Classification;

/// <summary>Turns scores into probabilities by the rising step function that fits best, with straight lines between the steps' middles: more freedom than <see cref="PlattScaling"/>, but it needs some hundred rows.
/// Sources: Ayer et al., An empirical distribution function for sampling with incomplete information, 1955 (pool adjacent violators); Zadrozny and Elkan, Transforming classifier scores into accurate multiclass probability estimates, 2002.</summary>
/// <param name="Scores">Knots, ascending.</param>
/// <param name="Probabilities">At the knots, never falling; strictly inside (0, 1).</param>
public sealed record IsotonicCalibration(double[] Scores, double[] Probabilities)
{
    /// <summary>The fewest rows it is fitted on.</summary>
    public const int MinRows = 50;

    /// <param name="scores">n finite scores that the model gave rows it had not seen.</param>
    /// <param name="labels">What came true; both classes must occur.</param>
    /// <param name="weights">n weights of at least 0; null when every row counts the same.</param>
    /// <exception cref="LearningException">Too few rows, one class only, or a score that is no number.</exception>
    public static IsotonicCalibration Fit(IReadOnlyList<double> scores, IReadOnlyList<bool> labels, IReadOnlyList<double>? weights = null)
    {
        int[] order = [.. Enumerable.Range(0, scores.Count).Where(i => (weights?[i] ?? 1) > 0).OrderBy(i => scores[i])];
        if (scores.Count != labels.Count || order.Length < MinRows || order.All(i => labels[i]) || !order.Any(i => labels[i]))
        {
            throw new LearningException($"Calibration needs at least {MinRows} rows with both outcomes among them.");
        }

        if (order.Any(i => !double.IsFinite(scores[i])))
        {
            throw new LearningException("A score to calibrate is not a number.");
        }

        var blocks = new Stack<Block>();
        for (var at = 0; at < order.Length;)
        {
            var from = at;
            var block = new Block(scores[order[at]], scores[order[at]], 0, 0);
            for (; at < order.Length && scores[order[at]] == scores[order[from]]; at++)
            {
                var weight = weights?[order[at]] ?? 1;
                block = block with { Weight = block.Weight + weight, Hits = block.Hits + (labels[order[at]] ? weight : 0) };
            }

            while (blocks.Count > 0 && blocks.Peek().Mean >= block.Mean)
            {
                var before = blocks.Pop();
                block = new(before.From, block.To, before.Weight + block.Weight, before.Hits + block.Hits);
            }

            blocks.Push(block);
        }

        // nobody is certain: a block says at most what its rows and half a row on each side say
        var steps = blocks.Reverse().SelectMany(x => new[] { (Score: x.From, Value: x.Smoothed), (Score: x.To, Value: x.Smoothed) }).DistinctBy(x => x.Score).ToList();
        for (var i = 1; i < steps.Count; i++)
        {
            steps[i] = (steps[i].Score, Math.Max(steps[i].Value, steps[i - 1].Value));
        }

        return new([.. steps.Select(x => x.Score)], [.. steps.Select(x => x.Value)]);
    }

    /// <returns>Probability in (0, 1); beyond the knots that of the last one.</returns>
    public double Probability(double score)
    {
        var at = Array.BinarySearch(Scores, score);
        if (at >= 0)
        {
            return Probabilities[at];
        }

        at = ~at;
        if (at == 0 || at == Scores.Length)
        {
            return Probabilities[at == 0 ? 0 : ^1];
        }

        var share = (score - Scores[at - 1]) / (Scores[at] - Scores[at - 1]);
        return Probabilities[at - 1] + (share * (Probabilities[at] - Probabilities[at - 1]));
    }

    private sealed record Block(double From, double To, double Weight, double Hits)
    {
        public double Mean => Hits / Weight;

        public double Smoothed => Hits > 0 && Hits < Weight ? Mean : (Hits + 0.5) / (Weight + 1);
    }
}
