namespace MarketingConsole.Core.Learning.Fairness;

/// <summary>Weights of training rows under which group and outcome are independent: rows that are rarer than independence would have them count more, so that a model cannot learn the group from its outcomes.
/// Source: Kamiran and Calders, Data preprocessing techniques for classification without discrimination, 2012, section 4.1.</summary>
public static class Reweighing
{
    /// <param name="groups">The group of each row; rows of an unknown group (null or empty) are a group of their own.</param>
    /// <param name="labels">The outcome of each row.</param>
    /// <returns>P(group) · P(outcome) / P(group and outcome), a row; they sum to the number of rows when every group has both outcomes.</returns>
    /// <exception cref="LearningException">No rows, or lists of different length.</exception>
    public static double[] Weights(IReadOnlyList<string?> groups, IReadOnlyList<bool> labels)
    {
        if (groups.Count == 0 || groups.Count != labels.Count)
        {
            throw new LearningException("Reweighing needs one group and one outcome a row, and at least one row.");
        }

        var (n, hits) = ((double)groups.Count, labels.Count(x => x));
        var size = groups.CountBy(x => x ?? "").ToDictionary();
        var cell = groups.Zip(labels).CountBy(x => (x.First ?? "", x.Second)).ToDictionary();
        return [.. groups.Zip(labels, (g, y) => size[g ?? ""] * (y ? hits : n - hits) / (n * cell[(g ?? "", y)]))];
    }
}
