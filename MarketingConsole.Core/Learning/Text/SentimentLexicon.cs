using System.Collections.Frozen;
using System.Globalization;

namespace MarketingConsole.Core.Learning.Text;

/// <summary>Words, phrases, emoji and emoticons with their valence, −4 very negative to 4 very positive, in English, German and French. Its lists are the product's own.</summary>
public sealed class SentimentLexicon
{
    private const int LongestPhrase = 5;
    private const int ShortestStem = 3;
    private static readonly FrozenDictionary<string, SentimentLexicon> ByLanguage = new[] { "en", "de", "fr" }.ToFrozenDictionary(x => x, x => new SentimentLexicon(Lines(x).Concat(Lines("any"))));

    private readonly Dictionary<string, double> _words = new(StringComparer.Ordinal);
    private readonly Dictionary<string, double> _stems = new(StringComparer.Ordinal);
    private readonly HashSet<string> _firsts = new(StringComparer.Ordinal);

    private SentimentLexicon(IEnumerable<string> lines)
    {
        foreach (var line in lines)
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var valence = double.Parse(parts[0], CultureInfo.InvariantCulture);
            foreach (var entry in parts.Skip(1))
            {
                var tokens = Tokeniser.Tokens(char.IsLetter(entry[0]) ? entry.TrimEnd('*').Replace('_', ' ') : entry); // "^_^" is a face, not a phrase
                var key = string.Join(' ', tokens.Select(x => x.Text));
                (entry.EndsWith('*') && tokens.Count == 1 ? _stems : _words).TryAdd(key, valence);
                if (tokens.Count > 1)
                {
                    _firsts.Add(tokens[0].Text);
                }
            }
        }
    }

    /// <summary>Words, stems and phrases it knows.</summary>
    public int Count => _words.Count + _stems.Count;

    /// <param name="language">"en", "de" or "fr"; any other gets English and the signs all share.</param>
    public static SentimentLexicon Of(string language) => ByLanguage.GetValueOrDefault(language) ?? ByLanguage["en"];

    /// <summary>The longest entry that begins at a token.</summary>
    /// <returns>Its valence and how many tokens it takes; null where none begins.</returns>
    public (double Valence, int Length)? Find(IReadOnlyList<Token> tokens, int at)
    {
        if (_firsts.Contains(tokens[at].Text))
        {
            var phrase = tokens[at].Text;
            (double, int)? found = null;
            for (var n = 2; n <= LongestPhrase && at + n <= tokens.Count; n++)
            {
                phrase += " " + tokens[at + n - 1].Text;
                found = _words.TryGetValue(phrase, out var valence) ? (valence, n) : found;
            }

            if (found is not null)
            {
                return found;
            }
        }

        return tokens[at].Kind is TokenKind.Word or TokenKind.Hashtag or TokenKind.Emoji or TokenKind.Emoticon && Word(tokens[at]) is { } word ? (word, 1) : null;
    }

    private double? Word(Token token)
    {
        var text = token.Text;
        if (_words.TryGetValue(text, out var valence) || (token.Elongated && _words.TryGetValue(Single(text), out valence)))
        {
            return valence;
        }

        for (var n = text.Length; n >= ShortestStem; n--)
        {
            if (_stems.TryGetValue(text[..n], out valence))
            {
                return valence;
            }
        }

        return null;
    }

    /// <summary>"soo" → "so": where a letter was drawn out, one or two of it may be right.</summary>
    private static string Single(string text) => string.Concat(text.Where((c, i) => i == 0 || c != text[i - 1]));

    private static List<string> Lines(string name)
    {
        using var stream = typeof(SentimentLexicon).Assembly.GetManifestResourceStream($"MarketingConsole.Core.Learning.Text.Lexicons.sentiment.{name}.txt") ?? throw new InvalidOperationException($"The word list sentiment.{name}.txt is not in the assembly.");
        using var reader = new StreamReader(stream);
        var lines = new List<string>();
        while (reader.ReadLine() is { } line)
        {
            if (line.Length > 0 && line[0] != '#')
            {
                lines.Add(line);
            }
        }

        return lines;
    }
}
