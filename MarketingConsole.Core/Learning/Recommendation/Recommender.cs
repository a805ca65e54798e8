namespace MarketingConsole.Core.Learning.Recommendation;

public enum ReasonKind
{
    /// <summary>Customers who bought <see cref="Reason.Item"/> tend to buy this too.</summary>
    BoughtTogether,

    /// <summary>The customer bought it before, and it tends to be bought again.</summary>
    BoughtBefore,

    /// <summary>Many customers buy it.</summary>
    Popular,

    /// <summary>It shares its category, brand or words with <see cref="Reason.Item"/>.</summary>
    Similar,

    /// <summary>Customers with the same traits buy it more often than others do.</summary>
    Traits,
}

/// <summary>Why an item was recommended.</summary>
/// <param name="Item">The item of the customer's history, or the related item, that speaks for it; null for the kinds without one.</param>
/// <param name="Share">Part of the score it explains, 0 to 1.</param>
public sealed record Reason(ReasonKind Kind, int? Item, double Share);

/// <param name="Score">Comparable within one customer's list only; higher is better.</param>
public sealed record Suggestion(int Item, double Score);

/// <summary>Scores items from a customer's history alone, so that new events count at once and no model holds customers.</summary>
public interface IRecommender
{
    int Items { get; }

    /// <summary>Writes a score for each item; 0 means nothing is known. Items of the history outside the model are passed over.</summary>
    /// <param name="history">Oldest first; empty for a new customer.</param>
    /// <param name="now">Day on the events' scale.</param>
    /// <param name="scores">One place an item.</param>
    void Score(ReadOnlySpan<Bought> history, double now, Span<float> scores);

    /// <summary>The strongest reasons for an item, strongest first; their shares add up to at most 1.</summary>
    IReadOnlyList<Reason> Why(ReadOnlySpan<Bought> history, double now, int item, int count = 3);
}

/// <summary>From scores to lists.</summary>
public static class Ranking
{
    /// <summary>The k items with the highest scores, best first; equal scores in the order of items.</summary>
    /// <param name="repeat">True to include what the customer has bought (repeat purchase), false to leave it out.</param>
    public static IReadOnlyList<Suggestion> Top(this IRecommender model, ReadOnlySpan<Bought> history, double now, int k, bool repeat = false)
    {
        ArgumentNullException.ThrowIfNull(model);
        var scores = new float[model.Items];
        model.Score(history, now, scores);
        if (!repeat)
        {
            foreach (var x in history)
            {
                if (x.Item >= 0 && x.Item < scores.Length)
                {
                    scores[x.Item] = float.NegativeInfinity;
                }
            }
        }

        return [.. Top(scores, k).Where(x => !float.IsNegativeInfinity(scores[x])).Select(x => new Suggestion(x, scores[x]))];
    }

    /// <summary>Places of the k highest scores, best first; equal scores in their order.</summary>
    internal static List<int> Top(ReadOnlySpan<float> scores, int k)
    {
        // Lowest on top: the worst of the kept goes first, of equals the later.
        var heap = new PriorityQueue<int, (float, int)>(k + 1);
        for (var i = 0; i < scores.Length; i++)
        {
            if (heap.Count < k)
            {
                heap.Enqueue(i, (scores[i], -i));
            }
            else if (k > 0 && heap.TryPeek(out _, out var worst) && scores[i] > worst.Item1)
            {
                heap.DequeueEnqueue(i, (scores[i], -i));
            }
        }

        var result = new List<int>(heap.Count);
        while (heap.Count > 0)
        {
            result.Add(heap.Dequeue());
        }

        result.Reverse();
        return result;
    }

    /// <summary>Turns contributions into shares of their positive sum, strongest first.</summary>
    internal static IReadOnlyList<Reason> Reasons(IEnumerable<(ReasonKind Kind, int? Item, double Value)> contributions, int count)
    {
        var positive = contributions.Where(x => x.Value > 0).OrderByDescending(x => x.Value).ToList();
        var sum = positive.Sum(x => x.Value);
        return [.. positive.Take(count).Select(x => new Reason(x.Kind, x.Item, x.Value / sum))];
    }
}
