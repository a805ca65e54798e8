namespace MarketingConsole.Core.Learning.Text;

/// <summary>How often each word occurs in each document: a sparse matrix, row by row.</summary>
/// <param name="Words">The vocabulary, one a column.</param>
/// <param name="Starts">Where each document's entries begin; one more than there are documents.</param>
/// <param name="Columns">Word of each entry, ascending within a document.</param>
/// <param name="Values">Count, or weight, of each entry; above 0.</param>
public sealed record DocumentTerms(string[] Words, int[] Starts, int[] Columns, float[] Values)
{
    public int Documents => Starts.Length - 1;

    /// <summary>Counts the words of tokenised documents.</summary>
    /// <param name="documents">Words of each document, as <see cref="Tokeniser.Words"/> gives them; a document may be empty.</param>
    /// <param name="fewest">Words in fewer documents are left out.</param>
    /// <param name="mostShare">Words in a larger share of the documents are left out: they tell nothing apart.</param>
    /// <param name="mostWords">Only the most frequent are kept; null for all.</param>
    public static DocumentTerms Count(IReadOnlyList<IReadOnlyList<string>> documents, int fewest = 1, double mostShare = 1, int? mostWords = null)
    {
        var frequency = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in documents.SelectMany(x => x.Distinct(StringComparer.Ordinal)))
        {
            frequency[word] = frequency.GetValueOrDefault(word) + 1;
        }

        string[] words = [.. frequency.Where(x => x.Value >= fewest && x.Value <= mostShare * documents.Count)
            .OrderByDescending(x => x.Value).ThenBy(x => x.Key, StringComparer.Ordinal).Take(mostWords ?? int.MaxValue).Select(x => x.Key).Order(StringComparer.Ordinal)];
        return words.Length == 0
            ? throw new LearningException("No words are left to work on: the texts are empty, or each word is too rare or too common. Give more texts.")
            : CountKnown(documents, words);
    }

    /// <summary>Counts only the words of a vocabulary, so that new documents fit an old model.</summary>
    public static DocumentTerms CountKnown(IReadOnlyList<IReadOnlyList<string>> documents, string[] words)
    {
        var index = words.Select((x, i) => (x, i)).ToDictionary(x => x.x, x => x.i, StringComparer.Ordinal);
        var starts = new int[documents.Count + 1];
        var (columns, values) = (new List<int>(), new List<float>());
        for (var d = 0; d < documents.Count; d++)
        {
            var counts = new SortedDictionary<int, int>();
            foreach (var word in documents[d])
            {
                if (index.TryGetValue(word, out var w))
                {
                    counts[w] = counts.GetValueOrDefault(w) + 1;
                }
            }

            columns.AddRange(counts.Keys);
            values.AddRange(counts.Values.Select(x => (float)x));
            starts[d + 1] = columns.Count;
        }

        return new(words, starts, [.. columns], [.. values]);
    }

    /// <returns>So many documents drawn without putting back, in their order; all where there are no more.</returns>
    public DocumentTerms Sample(int documents, Random random)
    {
        if (documents >= Documents)
        {
            return this;
        }

        int[] all = [.. Enumerable.Range(0, Documents)];
        random.Shuffle(all);
        var (starts, columns, values) = (new List<int> { 0 }, new List<int>(), new List<float>());
        foreach (var d in all.Take(documents).Order())
        {
            columns.AddRange(Columns.AsSpan(Starts[d]..Starts[d + 1]));
            values.AddRange(Values.AsSpan(Starts[d]..Starts[d + 1]));
            starts.Add(columns.Count);
        }

        return new(Words, [.. starts], [.. columns], [.. values]);
    }

    /// <summary>Weights counts by how rare the word is, rows of length 1: count · (1 + ln((1 + documents) / (1 + documents with the word))).
    /// Source: Manning, Raghavan, Schütze, Introduction to Information Retrieval, 2008, chapter 6.</summary>
    public DocumentTerms Weighted()
    {
        var frequency = new int[Words.Length];
        foreach (var w in Columns)
        {
            frequency[w]++;
        }

        float[] values = [.. Values.Select((x, i) => x * (1 + MathF.Log((1f + Documents) / (1 + frequency[Columns[i]]))))];
        for (var d = 0; d < Documents; d++)
        {
            var row = values.AsSpan(Starts[d]..Starts[d + 1]);
            var length = MathF.Sqrt(System.Numerics.Tensors.TensorPrimitives.SumOfSquares<float>(row));
            System.Numerics.Tensors.TensorPrimitives.Divide(row, Math.Max(length, 1e-20f), row);
        }

        return this with { Values = values };
    }
}
