namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>Items compared by what is known about them (category, brand, words of the name): TF-IDF vectors of length 1, cosine. Recommends what resembles the history, and lends a new item the scores of the items it resembles.
/// Sources: Salton and Buckley, Term-weighting approaches in automatic text retrieval, 1988; Gantner et al., Learning attribute-to-feature mappings for cold-start recommendations, 2010 (nearest neighbours mapping).</summary>
/// <param name="Tokens">Per item its attributes as numbers, ascending.</param>
/// <param name="Weights">Their weights; squares add up to 1.</param>
/// <param name="Carriers">Per attribute the items that have it.</param>
public sealed record ItemContent(int[][] Tokens, float[][] Weights, int[][] Carriers) : IRecommender
{
    public int Items => Tokens.Length;

    /// <param name="attributes">Per item its attributes, e.g. "category:shoes", "brand:x", "word:running"; may be empty. An attribute that only one item or all items have says nothing and is passed over.</param>
    public static ItemContent From(IReadOnlyList<IReadOnlyList<string>> attributes)
    {
        ArgumentNullException.ThrowIfNull(attributes);
        var carriers = new Dictionary<string, List<int>>();
        for (var i = 0; i < attributes.Count; i++)
        {
            foreach (var name in attributes[i].Distinct())
            {
                (carriers.TryGetValue(name, out var list) ? list : carriers[name] = []).Add(i);
            }
        }

        var kept = carriers.Where(x => x.Value.Count > 1 && x.Value.Count < attributes.Count).OrderBy(x => x.Key, StringComparer.Ordinal).ToList();
        var (tokens, weights) = (new List<int>[attributes.Count], new List<double>[attributes.Count]);
        for (var i = 0; i < attributes.Count; i++)
        {
            (tokens[i], weights[i]) = ([], []);
        }

        for (var t = 0; t < kept.Count; t++)
        {
            foreach (var i in kept[t].Value)
            {
                tokens[i].Add(t);
                weights[i].Add(Math.Log((double)attributes.Count / kept[t].Value.Count));
            }
        }

        return new(
            [.. tokens.Select(x => x.ToArray())],
            [.. weights.Select(x => x.Select(v => (float)(v / Math.Sqrt(x.Sum(w => w * w)))).ToArray())],
            [.. kept.Select(x => x.Value.ToArray())]);
    }

    /// <summary>Cosine of two items, 0 to 1.</summary>
    public double Similarity(int a, int b)
    {
        var (sum, i, j) = (0.0, 0, 0);
        while (i < Tokens[a].Length && j < Tokens[b].Length)
        {
            var order = Tokens[a][i].CompareTo(Tokens[b][j]);
            sum += order == 0 ? Weights[a][i] * Weights[b][j] : 0;
            i += order <= 0 ? 1 : 0;
            j += order >= 0 ? 1 : 0;
        }

        return sum;
    }

    /// <summary>The items most like one item, best first, of those that pass.</summary>
    public IReadOnlyList<(int Item, double Similarity)> Nearest(int item, int count, Func<int, bool> among)
    {
        var sums = new Dictionary<int, float>();
        for (var t = 0; t < Tokens[item].Length; t++)
        {
            foreach (var other in Carriers[Tokens[item][t]])
            {
                if (other != item && among(other))
                {
                    sums[other] = sums.GetValueOrDefault(other) + (Weights[item][t] * Weights[other][Array.BinarySearch(Tokens[other], Tokens[item][t])]);
                }
            }
        }

        return [.. sums.OrderByDescending(x => x.Value).ThenBy(x => x.Key).Take(count).Select(x => (x.Key, (double)x.Value))];
    }

    public void Score(ReadOnlySpan<Bought> history, double now, Span<float> scores)
    {
        scores.Clear();
        var profile = new Dictionary<int, float>();
        foreach (var (item, weight) in Interactions.Merge(history))
        {
            for (var t = 0; item >= 0 && item < Items && t < Tokens[item].Length; t++)
            {
                profile[Tokens[item][t]] = profile.GetValueOrDefault(Tokens[item][t]) + (MathF.Log(1 + weight) * Weights[item][t]);
            }
        }

        foreach (var (token, weight) in profile)
        {
            foreach (var item in Carriers[token])
            {
                scores[item] += weight * Weights[item][Array.BinarySearch(Tokens[item], token)];
            }
        }
    }

    public IReadOnlyList<Reason> Why(ReadOnlySpan<Bought> history, double now, int item, int count = 3) =>
        item < 0 || item >= Items ? [] : Ranking.Reasons(Interactions.Merge(history).Where(x => x.Item >= 0 && x.Item < Items && x.Item != item).Select(x => (ReasonKind.Similar, (int?)x.Item, Math.Log(1 + x.Weight) * Similarity(x.Item, item))).ToList(), count);
}
