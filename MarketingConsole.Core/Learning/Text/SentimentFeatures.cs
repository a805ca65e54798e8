namespace MarketingConsole.Core.Learning.Text;

/// <summary>Turns a text into sparse numbers: words and pairs of words, parts of words of two to five letters, and what the lexicon and the rules say.
/// N-grams are hashed (Weinberger et al., Feature hashing, 2009), weighted by how rare they are, each of the two groups of length 1, as the lexicon's numbers are of a similar length.</summary>
/// <param name="Used">Hashed columns that training saw often enough, ascending; others are left out.</param>
/// <param name="Rarity">Inverse document frequency of each.</param>
/// <param name="Language">"en", "de" or "fr"; null to tell by the words.</param>
public sealed record SentimentFeatures(int[] Used, float[] Rarity, string? Language)
{
    private const int Bits = 20;
    private const int Buckets = 1 << Bits;
    private const int Fewest = 2; // texts an n-gram must be in
    private const int ShortestPart = 2;
    private const int LongestPart = 5;
    private const int DenseCount = 18;

    /// <summary>Columns a row may have: n-grams, the lexicon's numbers, and the constant.</summary>
    internal int Width => Used.Length + DenseCount + 1;

    internal static SentimentFeatures Fit(IReadOnlyList<SentimentText> texts, string? language)
    {
        var frequency = new int[2 * Buckets];
        foreach (var text in texts)
        {
            foreach (var column in text.Grams.Keys)
            {
                frequency[column]++;
            }
        }

        int[] used = [.. Enumerable.Range(0, frequency.Length).Where(i => frequency[i] >= Fewest)];
        return new(used, [.. used.Select(i => MathF.Log((1f + texts.Count) / (1 + frequency[i])) + 1)], language);
    }

    internal static SentimentText Read(string? text, string? language)
    {
        var tokens = Tokeniser.Tokens(text);
        var told = language ?? StopWords.Language(tokens);
        var score = SentimentRules.Score(tokens, told);
        var grams = new Dictionary<int, int>();
        var (before, negated) = ("<start>", 0);
        foreach (var token in tokens)
        {
            negated = token.Kind == TokenKind.Punctuation ? 0 : SentimentRules.IsNegator(token) ? 4 : Math.Max(0, negated - 1);
            Add(Hash(token.Text, 17));
            Add(Hash(token.Text, Hash(before, 31)));
            if (negated > 0 && token.Kind == TokenKind.Word && !SentimentRules.IsNegator(token))
            {
                Add(Hash(token.Text, 47));
            }

            before = token.Text;
            if (token.Kind is TokenKind.Word or TokenKind.Hashtag)
            {
                Parts($" {token.Text} ");
            }
        }

        return new(grams, Dense(tokens, score), score, told);

        void Add(int hash)
        {
            var column = hash & (Buckets - 1);
            grams[column] = grams.GetValueOrDefault(column) + 1;
        }

        void Parts(string word)
        {
            for (var from = 0; from < word.Length; from++)
            {
                var hash = 7;
                for (var n = 1; n <= LongestPart && from + n <= word.Length; n++)
                {
                    hash = Mix(hash, word[from + n - 1]);
                    if (n >= ShortestPart)
                    {
                        var column = Buckets + ((int)((uint)(hash * -1640531527) >> 12) & (Buckets - 1));
                        grams[column] = grams.GetValueOrDefault(column) + 1;
                    }
                }
            }
        }
    }

    internal SparseRows Rows(IReadOnlyList<SentimentText> texts)
    {
        var starts = new int[texts.Count + 1];
        var (columns, values) = (new List<int>(), new List<float>());
        for (var row = 0; row < texts.Count; row++)
        {
            var from = columns.Count;
            var (words, parts) = (0.0, 0.0);
            foreach (var (bucket, count) in texts[row].Grams)
            {
                var column = Array.BinarySearch(Used, bucket);
                if (column >= 0)
                {
                    var value = (1 + MathF.Log(count)) * Rarity[column];
                    columns.Add(column);
                    values.Add(value);
                    (words, parts) = bucket < Buckets ? (words + (value * value), parts) : (words, parts + (value * value));
                }
            }

            for (var i = from; i < columns.Count; i++)
            {
                values[i] /= (float)Math.Sqrt(Used[columns[i]] < Buckets ? words : parts);
            }

            for (var i = 0; i < DenseCount; i++)
            {
                columns.Add(Used.Length + i);
                values.Add(texts[row].Dense[i]);
            }

            columns.Add(Width - 1);
            values.Add(1);
            starts[row + 1] = columns.Count;
        }

        return new(starts, [.. columns], [.. values], Width);
    }

    private static float[] Dense(IReadOnlyList<Token> tokens, SentimentScore score)
    {
        double[] valences = [.. score.Hits.Select(x => x.Valence)];
        double up = valences.Where(x => x > 0).Sum(), down = -valences.Where(x => x < 0).Sum();
        double Share(Func<Token, bool> condition) => tokens.Count == 0 ? 0 : (double)tokens.Count(condition) / tokens.Count;
        double[] all =
        [
            score.Score, up / (up + 4), down / (down + 4), valences.DefaultIfEmpty().Max() / 4, valences.DefaultIfEmpty().Min() / 4, valences.Length == 0 ? 0.5 : 0,
            valences.LastOrDefault() / 4, valences.FirstOrDefault() / 4, score.Negations / (score.Negations + 2.0), score.Exclamations / 4.0, score.Capitals / (score.Capitals + 2.0),
            Math.Min(1, tokens.Count(x => x.Kind == TokenKind.Punctuation && x.Text.Contains('?', StringComparison.Ordinal)) / 2.0), Math.Log(1 + tokens.Count) / 5,
            Share(x => x.Kind == TokenKind.Number), Math.Min(1, tokens.Count(x => x.Kind == TokenKind.Link)), Math.Min(1, tokens.Count(x => x.Kind == TokenKind.Hashtag) / 3.0),
            score.Hits.Count == 0 ? 0 : (up - down) / (up + down + 1), Math.Min(1, tokens.Count(x => x.Elongated) / 2.0),
        ];
        return [.. all.Select(x => (float)x)];
    }

    /// <summary>The same in every process, unlike the framework's own string hash.</summary>
    private static int Hash(string text, int seed)
    {
        foreach (var c in text)
        {
            seed = Mix(seed, c);
        }

        return (int)((uint)(seed * -1640531527) >> (32 - Bits)) ^ (seed & 0x3FF);
    }

    private static int Mix(int hash, char c) => unchecked(((hash ^ c) * 16777619) ^ ((hash ^ c) >> 15));
}

/// <summary>A text read once: its hashed n-grams and what the rules say.</summary>
internal sealed record SentimentText(Dictionary<int, int> Grams, float[] Dense, SentimentScore Score, string Language);
