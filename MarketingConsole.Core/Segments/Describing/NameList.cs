namespace MarketingConsole.Core.Segments.Describing;

/// <summary>Names of one kind, found in the sentence by their words.</summary>
/// <typeparam name="T">What a rule holds for it.</typeparam>
internal sealed class NameList<T>(IEnumerable<(string Name, T Value)> names)
{
    private readonly ILookup<string, (string Name, string[] Words, T Value)> _byFirst = names.Select(x => (x.Name, Words: Token.Words(x.Name), x.Value)).Where(x => x.Words.Length > 0).ToLookup(x => Stem(x.Words[0]), StringComparer.Ordinal);

    /// <summary>The longest name that stands here, the one spelt the same way first; or a quoted one.</summary>
    public (string Name, T Value)? Take(Cursor cursor)
    {
        if (cursor.End)
        {
            return null;
        }

        if (cursor.Is(TokenKind.Quoted))
        {
            var quoted = Token.Words(cursor.Now.Word);
            foreach (var name in quoted.Length == 0 ? [] : _byFirst[Stem(quoted[0])])
            {
                if (name.Words.AsSpan().SequenceEqual(quoted))
                {
                    cursor.At++;
                    return (name.Name, name.Value);
                }
            }

            return null;
        }

        var best = (Length: 0, Exact: false, Name: default((string, T)));
        foreach (var name in _byFirst[Stem(cursor.Now.Word)])
        {
            var length = Length(cursor, name.Words);
            var exact = length > 0 && cursor.Raw(cursor.At, cursor.At + length) == name.Name;
            if (length > best.Length || (length == best.Length && length > 0 && exact && !best.Exact))
            {
                best = (length, exact, (name.Name, name.Value));
            }
        }

        cursor.At += best.Length;
        return best.Length > 0 ? best.Name : null;
    }

    /// <summary>Without the ending of the plural.</summary>
    public static string Stem(string word) => word.Length > 4 && word.EndsWith("ies", StringComparison.Ordinal) ? word[..^3] + "y"
        : word.Length > 4 && (word.EndsWith("shes", StringComparison.Ordinal) || word.EndsWith("ches", StringComparison.Ordinal) || word.EndsWith("xes", StringComparison.Ordinal) || word.EndsWith("sses", StringComparison.Ordinal)) ? word[..^2]
        : word.Length > 3 && word.EndsWith('s') && !word.EndsWith("ss", StringComparison.Ordinal) ? word[..^1] : word;

    private static int Length(Cursor cursor, string[] words)
    {
        for (var i = 0; i < words.Length; i++)
        {
            if (cursor.Ahead(i) is not { Kind: not TokenKind.Quoted } token || (token.Word != words[i] && Stem(token.Word) != Stem(words[i])))
            {
                return 0;
            }
        }

        return words.Length;
    }
}
