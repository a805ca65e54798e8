using System.Globalization;
using System.Text.RegularExpressions;
using MarketingConsole.Core.Customers;

namespace MarketingConsole.Core.Segments.Describing;

internal enum TokenKind { Word, Number, Date, Quoted, Sign }

/// <param name="Word">To compare: no case, no accents, one spelling; of a quoted text what stands between the marks.</param>
/// <param name="Start">Index in the sentence.</param>
internal readonly partial record struct Token(TokenKind Kind, string Word, string Text, int Start)
{
    private static readonly Dictionary<string, string> Spellings = new(StringComparer.Ordinal)
    {
        ["e-mail"] = "email",
        ["e-mails"] = "email",
        ["emails"] = "email",
        ["mail"] = "email",
        ["mails"] = "email",
        ["newsletter"] = "email",
        ["newsletters"] = "email",
        ["sign-up"] = "signup",
        ["favorite"] = "favourite",
        ["favorites"] = "favourite",
        ["&"] = "and",
        ["percent"] = "%",
        ["opt-in"] = "optin",
        ["kilometers"] = "km",
        ["kilometres"] = "km",
        ["kilometer"] = "km",
        ["kilometre"] = "km",
    };

    public int End => Start + Text.Length;

    /// <summary>The number a digit token stands for.</summary>
    public double Number => double.Parse(Text, NumberStyles.Number, CultureInfo.InvariantCulture);

    public static IReadOnlyList<Token> Read(string text)
    {
        var tokens = new List<Token>();
        foreach (Match match in Pattern().Matches(text))
        {
            var kind = match.Groups["quoted"].Success ? TokenKind.Quoted : match.Groups["date"].Success ? TokenKind.Date : match.Groups["number"].Success ? TokenKind.Number : match.Groups["word"].Success ? TokenKind.Word : TokenKind.Sign;
            if (kind == TokenKind.Quoted)
            {
                tokens.Add(new Token(kind, match.Value[1..^1], match.Value, match.Index));
                continue;
            }

            var word = CustomerText.Fold(match.Value).Replace('’', '\'');
            if (word.EndsWith("n't", StringComparison.Ordinal))
            {
                tokens.Add(new Token(kind, word[..^3], match.Value[..^3], match.Index));
                tokens.Add(new Token(kind, "not", match.Value[^3..], match.Index + match.Length - 3));
                continue;
            }

            tokens.Add(new Token(kind, Spellings.GetValueOrDefault(word, word), match.Value, match.Index));
        }

        while (tokens.Count > 0 && tokens[^1] is { Kind: TokenKind.Sign, Text: "." or "!" or "?" })
        {
            tokens.RemoveAt(tokens.Count - 1);
        }

        return tokens;
    }

    /// <summary>The comparable words of a name.</summary>
    public static string[] Words(string name) => [.. Read(name).Select(x => x.Kind == TokenKind.Quoted ? CustomerText.Fold(x.Word) : x.Word)];

    [GeneratedRegex("""(?<quoted>["“„«][^"”“»]*["”“»])|(?<date>\d{4}-\d{2}-\d{2})|(?<number>\d{1,3}(,\d{3})+(\.\d+)?(?!\d)|\d+(\.\d+)?)|(?<word>\p{L}[\p{L}\p{Nd}]*(['’.@_-][\p{L}\p{Nd}]+)*)|(?<sign>\S)""", RegexOptions.ExplicitCapture)]
    private static partial Regex Pattern();
}
