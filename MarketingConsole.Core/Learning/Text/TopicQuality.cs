namespace MarketingConsole.Core.Learning.Text;

/// <summary>How good topics are, against labels and against the documents themselves.</summary>
public static class TopicQuality
{
    /// <summary>Normalised mutual information of two groupings: 0 unrelated, 1 the same; the mean of both entropies normalises. Source: Strehl and Ghosh, Cluster ensembles, 2002.</summary>
    public static double MutualInformation(IReadOnlyList<int> a, IReadOnlyList<int> b)
    {
        double n = a.Count;
        var (first, second) = (a.GroupBy(x => x).ToDictionary(x => x.Key, x => x.Count() / n), b.GroupBy(x => x).ToDictionary(x => x.Key, x => x.Count() / n));
        var shared = a.Zip(b).GroupBy(x => x).Sum(x => x.Count() / n * Math.Log(x.Count() / n / (first[x.Key.First] * second[x.Key.Second])));
        var entropy = -(first.Values.Sum(p => p * Math.Log(p)) + second.Values.Sum(p => p * Math.Log(p))) / 2;
        return entropy > 0 ? shared / entropy : 1;
    }

    /// <summary>Mean normalised pointwise mutual information of all pairs of a topic's top words, by documents that hold them: −1 never together, 0 by chance, 1 always.
    /// Source: Bouma 2009; Lau, Newman, Baldwin, Machine reading tea leaves, 2014.</summary>
    /// <param name="documents">Where words are looked up.</param>
    /// <param name="topWords">Words of each topic, all within the vocabulary.</param>
    public static double Coherence(DocumentTerms documents, IReadOnlyList<IReadOnlyList<string>> topWords)
    {
        var wanted = topWords.SelectMany(x => x).Distinct(StringComparer.Ordinal).ToDictionary(x => Array.IndexOf(documents.Words, x), x => (Word: x, In: new HashSet<int>()));
        for (var d = 0; d < documents.Documents; d++)
        {
            for (var i = documents.Starts[d]; i < documents.Starts[d + 1]; i++)
            {
                if (wanted.TryGetValue(documents.Columns[i], out var word))
                {
                    word.In.Add(d);
                }
            }
        }

        var places = wanted.Values.ToDictionary(x => x.Word, x => x.In, StringComparer.Ordinal);
        double n = documents.Documents;
        return topWords.Average(words => Pairs(words).Average(x =>
        {
            var (a, b) = (places[x.A], places[x.B]);
            var both = a.Count(b.Contains) / n;
            return both <= 0 ? -1 : both >= 1 ? 1 : Math.Log(both / (a.Count / n * (b.Count / n))) / -Math.Log(both);
        }));
    }

    private static IEnumerable<(string A, string B)> Pairs(IReadOnlyList<string> words) =>
        from i in Enumerable.Range(0, words.Count) from j in Enumerable.Range(i + 1, words.Count - i - 1) select (words[i], words[j]);
}
