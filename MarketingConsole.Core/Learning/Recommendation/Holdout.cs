namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>Part of the customers' events kept back, to see which model would have recommended it.</summary>
/// <param name="Kept">What models may learn from.</param>
/// <param name="Truth">Customers and what they then bought.</param>
/// <param name="Now">Per entry of <paramref name="Truth"/> the day of the first event kept back.</param>
internal sealed record Holdout(Interactions Kept, IReadOnlyList<(int User, HashSet<int> Items)> Truth, IReadOnlyList<double> Now)
{
    /// <summary>Keeps back the last fifth of each customer's events by time (for repeat purchase the last day only), at random where there is no time. At most <paramref name="most"/> customers are judged.</summary>
    public static Holdout Of(Interactions data, bool repeat, int most, int seed)
    {
        var random = new Random(seed);
        var (kept, truth) = (new List<(int, Bought)>(), new List<(int User, HashSet<int> Items, double Now)>());
        for (var u = 0; u < data.Users; u++)
        {
            var events = data.Of(u).ToArray();
            if (!data.Timed)
            {
                random.Shuffle(events);
            }

            var cut = events.Length - Math.Max(1, events.Length / 5);
            if (data.Timed && repeat && events.Length > 0)
            {
                cut = Array.FindIndex(events, x => Math.Floor(x.Day) == Math.Floor(events[^1].Day));
            }

            cut = cut <= 0 ? events.Length : cut;
            kept.AddRange(events[..cut].Select(x => (u, x)));
            var later = events[cut..].Select(x => x.Item).ToHashSet();
            if (!repeat)
            {
                later.ExceptWith(events[..cut].Select(x => x.Item));
            }

            if (later.Count > 0)
            {
                truth.Add((u, later, events[cut].Day));
            }
        }

        var judged = truth.ToArray();
        random.Shuffle(judged);
        judged = judged[..Math.Min(most, judged.Length)];
        return new(Interactions.From(kept, data.Users, data.Items), [.. judged.Select(x => (x.User, x.Items))], [.. judged.Select(x => x.Now)]);
    }

    public RankingMetrics Judge(IRecommender model, int k, bool repeat) => RankingMetrics.Of(Truth.Select((x, n) => ((IReadOnlyList<int>)[.. model.Top(Kept.Of(x.User), Now[n], k, repeat).Select(s => s.Item)], (IReadOnlySet<int>)x.Items)), k);
}
