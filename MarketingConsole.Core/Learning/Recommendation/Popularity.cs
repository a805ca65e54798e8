namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>The share of customers who bought each item, newer purchases counting more: the answer for who has no history, and the rival every other model must beat.</summary>
/// <param name="Shares">Per item 0 to 1: Σ over its customers of 2^(−age of their last purchase / half-life), divided by all customers with events.</param>
public sealed record Popularity(float[] Shares) : IRecommender
{
    public int Items => Shares.Length;

    /// <param name="halfLife">Days after which a purchase counts half, above 0; infinite for no decay.</param>
    public static Popularity Fit(Interactions data, double halfLife = double.PositiveInfinity)
    {
        ArgumentNullException.ThrowIfNull(data);
        var (sums, now, users) = (new double[data.Items], data.Now, 0);
        var last = new Dictionary<int, double>();
        for (var u = 0; u < data.Users; u++)
        {
            last.Clear();
            foreach (var x in data.Of(u))
            {
                last[x.Item] = x.Day; // oldest first, so the latest stays
            }

            users += last.Count > 0 ? 1 : 0;
            foreach (var (item, day) in last)
            {
                sums[item] += Math.Pow(2, -(now - day) / halfLife);
            }
        }

        return new([.. sums.Select(x => (float)(x / users))]);
    }

    public void Score(ReadOnlySpan<Bought> history, double now, Span<float> scores) => Shares.CopyTo(scores);

    public IReadOnlyList<Reason> Why(ReadOnlySpan<Bought> history, double now, int item, int count = 3) =>
        count > 0 && item >= 0 && item < Items && Shares[item] > 0 ? [new(ReasonKind.Popular, null, 1)] : [];
}
