namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>Item-based neighbours: cosine of two items' customers, shrunk where few bought both: s(i, j) = n(i, j) / (√(n(i)·n(j)) + shrinkage).
/// A customer with a long history counts less (1 / ln(2 + items)), as their pairs say less. The score is the sum over the history.
/// Sources: Sarwar et al., Item-based collaborative filtering, 2001; Bell and Koren, Scalable collaborative filtering with jointly derived neighborhood interpolation weights, 2007 (shrinkage).</summary>
/// <param name="Neighbours">Per item the most similar items, best first.</param>
/// <param name="Similarities">Their similarities, above 0.</param>
public sealed record ItemNeighbours(int[][] Neighbours, float[][] Similarities) : IRecommender
{
    public int Items => Neighbours.Length;

    /// <param name="shrinkage">At least 0, in customers.</param>
    /// <param name="neighbours">Neighbours kept an item.</param>
    public static ItemNeighbours Fit(Interactions data, double shrinkage = 10, int neighbours = 100, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        ArgumentNullException.ThrowIfNull(data);
        var by = data.Merged();
        var (starts, users, _) = Interactions.Transpose(by, data.Items);
        var trust = new float[data.Users];
        for (var u = 0; u < trust.Length; u++)
        {
            trust[u] = 1 / MathF.Log(2 + by.Starts[u + 1] - by.Starts[u]);
        }

        var norms = new double[data.Items];
        for (var i = 0; i < data.Items; i++)
        {
            for (var k = starts[i]; k < starts[i + 1]; k++)
            {
                norms[i] += trust[users[k]];
            }
        }

        var (near, similar) = (new int[data.Items][], new float[data.Items][]);
        var (together, touched) = (new float[data.Items], new List<int>());
        for (var i = 0; i < data.Items; i++)
        {
            cancel.ThrowIfCancellationRequested();
            for (var k = starts[i]; k < starts[i + 1]; k++)
            {
                for (var e = by.Starts[users[k]]; e < by.Starts[users[k] + 1]; e++)
                {
                    var j = by.Columns[e];
                    if (together[j] == 0)
                    {
                        touched.Add(j);
                    }

                    together[j] += trust[users[k]];
                }
            }

            touched.Sort();
            int[] others = [.. touched.Where(j => j != i)];
            var scores = others.Select(j => (float)(together[j] / (Math.Sqrt(norms[i] * norms[j]) + shrinkage))).ToArray();
            var best = Ranking.Top(scores, neighbours);
            near[i] = [.. best.Select(x => others[x])];
            similar[i] = [.. best.Select(x => scores[x])];
            foreach (var j in touched)
            {
                together[j] = 0;
            }

            touched.Clear();
            progress?.Report((i + 1.0) / data.Items);
        }

        return new(near, similar);
    }

    public void Score(ReadOnlySpan<Bought> history, double now, Span<float> scores)
    {
        scores.Clear();
        foreach (var (item, _) in Interactions.Merge(history))
        {
            for (var n = 0; item >= 0 && item < Items && n < Neighbours[item].Length; n++)
            {
                scores[Neighbours[item][n]] += Similarities[item][n];
            }
        }
    }

    public IReadOnlyList<Reason> Why(ReadOnlySpan<Bought> history, double now, int item, int count = 3)
    {
        var found = new List<(ReasonKind, int?, double)>();
        foreach (var (from, _) in Interactions.Merge(history))
        {
            var place = from >= 0 && from < Items ? Array.IndexOf(Neighbours[from], item) : -1;
            if (place >= 0)
            {
                found.Add((ReasonKind.BoughtTogether, from, Similarities[from][place]));
            }
        }

        return Ranking.Reasons(found, count);
    }
}
