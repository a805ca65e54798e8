using System.Collections.Concurrent;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>A place in the sentence, the phrases that may stand there, and what was not understood on the way.
/// <para>A phrase is words apart by spaces; "a/b" is either word, a trailing "?" makes it optional, "|" stands between phrases. The longest one counts.</para></summary>
internal sealed class Cursor(string text)
{
    private static readonly ConcurrentDictionary<string, (string[] Words, bool Optional)[][]> Phrases = new(StringComparer.Ordinal);
    private readonly IReadOnlyList<Token> _tokens = Token.Read(text);
    private readonly List<(int From, int To, string Why)> _missed = [];
    private readonly List<string> _notes = [];

    public int At { get; set; }
    public bool End => At >= _tokens.Count;
    public Token Now => _tokens[At];
    public IReadOnlyList<string> Notes => _notes;

    public bool Sees(string phrases) => Match(phrases) > 0;

    public bool Take(string phrases)
    {
        var length = Match(phrases);
        At += Math.Max(0, length);
        return length > 0;
    }

    public bool Is(TokenKind kind, int ahead = 0) => At + ahead < _tokens.Count && _tokens[At + ahead].Kind == kind;

    public Token? Ahead(int by) => At + by >= 0 && At + by < _tokens.Count ? _tokens[At + by] : null;

    /// <summary>What was typed between two places.</summary>
    public string Raw(int from, int to) => to <= from ? "" : text[_tokens[from].Start.._tokens[to - 1].End];

    /// <summary>Goes back when nothing came of it.</summary>
    public T? Try<T>(Func<T?> read) where T : class
    {
        var (at, missed, notes) = (At, _missed.Count, _notes.Count);
        if (read() is { } found)
        {
            return found;
        }

        At = at;
        _missed.RemoveRange(missed, _missed.Count - missed);
        _notes.RemoveRange(notes, _notes.Count - notes);
        return null;
    }

    public void Note(string note)
    {
        if (!_notes.Contains(note))
        {
            _notes.Add(note);
        }
    }

    public void Miss(int from, int to, string why) => _missed.Add((from, to, why));

    /// <summary>The stretches missed, neighbours with the same reason joined.</summary>
    public IReadOnlyList<NotUnderstood> Missed()
    {
        var joined = new List<(int From, int To, string Why)>();
        foreach (var miss in _missed.OrderBy(x => x.From))
        {
            if (joined.Count > 0 && joined[^1] is var last && miss.From <= last.To && (miss.Why == last.Why || miss.From < last.To))
            {
                joined[^1] = last with { To = Math.Max(last.To, miss.To) };
            }
            else
            {
                joined.Add(miss);
            }
        }

        return [.. joined.Select(x => new NotUnderstood(_tokens[x.From].Start, Raw(x.From, x.To).Length, Raw(x.From, x.To), x.Why))];
    }

    private int Match(string phrases) => Phrases.GetOrAdd(phrases, Compile).Max(x => Match(x, 0, At)) is var end and >= 0 ? end - At : -1;

    private int Match((string[] Words, bool Optional)[] phrase, int part, int at)
    {
        if (part == phrase.Length)
        {
            return at;
        }

        var (words, optional) = phrase[part];
        var here = at < _tokens.Count && _tokens[at].Kind != TokenKind.Quoted && Array.IndexOf(words, _tokens[at].Word) >= 0 ? Match(phrase, part + 1, at + 1) : -1;
        return here >= 0 || !optional ? here : Match(phrase, part + 1, at);
    }

    private static (string[] Words, bool Optional)[][] Compile(string phrases) =>
        [.. phrases.Split('|').Select(x => x.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => (w.Length > 1 && w[^1] == '?' ? (Words(w[..^1]), true) : (Words(w), false))).ToArray())];

    private static string[] Words(string element) => element.Length > 1 ? element.Split('/') : [element];
}
