namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>Repeat purchase: how often the customer bought the item, newer purchases counting more, times how much the item is one that is bought again.
/// Sources: Hu, He, Gao, Zhang, Modeling personalized item frequency information for next-basket recommendation, 2020; Faggioli, Polato, Aiolli, Recency aware collaborative filtering for next basket recommendation, 2020 (decay).</summary>
/// <param name="HalfLife">Days after which a purchase counts half; null for no decay, as when the events hold no time.</param>
/// <param name="RepeatRates">Per item the share of its buyers who bought it on more than one day, shrunk towards the shop's share as if <see cref="PriorBuyers"/> more buyers had been seen.</param>
public sealed record PersonalFrequency(double? HalfLife, float[] RepeatRates) : IRecommender
{
    public const double PriorBuyers = 20;

    public int Items => RepeatRates.Length;

    /// <param name="halfLife">Days, above 0; null for the median gap between a customer's purchases of the same item, so that an item due again has not faded.</param>
    public static PersonalFrequency Fit(Interactions data, double? halfLife = null)
    {
        ArgumentNullException.ThrowIfNull(data);
        if (halfLife is not null and not > 0)
        {
            throw new LearningException("The half-life must be above 0 days.");
        }

        var (buyers, again, gaps) = (new int[data.Items], new int[data.Items], new List<double>());
        var days = new Dictionary<int, (double Last, int Count)>();
        for (var u = 0; u < data.Users; u++)
        {
            days.Clear();
            foreach (var x in data.Of(u))
            {
                if (!days.TryGetValue(x.Item, out var seen))
                {
                    days[x.Item] = (x.Day, x.Weight > 1 && !data.Timed ? 2 : 1);
                }
                else if (x.Day > seen.Last || !data.Timed)
                {
                    gaps.Add(x.Day - seen.Last);
                    days[x.Item] = (x.Day, seen.Count + 1);
                }
            }

            foreach (var (item, seen) in days)
            {
                buyers[item]++;
                again[item] += seen.Count > 1 ? 1 : 0;
            }
        }

        gaps.Sort();
        var median = data.Timed && gaps.Count > 0 ? Math.Max(1, gaps[gaps.Count / 2]) : (double?)null;
        var mean = (double)again.Sum() / buyers.Sum();
        return new(halfLife ?? median, [.. buyers.Zip(again, (n, k) => (float)((k + (PriorBuyers * mean)) / (n + PriorBuyers)))]);
    }

    public void Score(ReadOnlySpan<Bought> history, double now, Span<float> scores)
    {
        scores.Clear();
        foreach (var x in history)
        {
            if (x.Item >= 0 && x.Item < Items)
            {
                scores[x.Item] += (float)(x.Weight * Math.Pow(2, -Math.Max(0, now - x.Day) / (HalfLife ?? double.PositiveInfinity)));
            }
        }

        System.Numerics.Tensors.TensorPrimitives.Multiply(scores, RepeatRates, scores);
    }

    public IReadOnlyList<Reason> Why(ReadOnlySpan<Bought> history, double now, int item, int count = 3)
    {
        foreach (var x in history)
        {
            if (count > 0 && x.Item == item && item < Items && RepeatRates[item] > 0)
            {
                return [new(ReasonKind.BoughtBefore, item, 1)];
            }
        }

        return [];
    }
}
