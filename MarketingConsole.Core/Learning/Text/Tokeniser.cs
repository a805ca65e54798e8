using System.Globalization;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace MarketingConsole.Core.Learning.Text;

/// <summary>What a token is.</summary>
public enum TokenKind
{
    Word,
    Number,
    Emoji,
    Emoticon,
    Punctuation,
    Mention,
    Hashtag,
    Link,
}

/// <summary>A piece of text.</summary>
/// <param name="Text">Lower case, with at most two of the same letter in a row; a hashtag without its #, a mention and a link as a placeholder.</param>
/// <param name="Kind">What it is.</param>
/// <param name="Capitals">Written in capitals only, two letters or more.</param>
/// <param name="Elongated">A letter stood three times or more in a row ("soooo").</param>
public readonly record struct Token(string Text, TokenKind Kind, bool Capitals, bool Elongated);

/// <summary>Splits English, German and French text into words, numbers, emoji, emoticons and punctuation. Contractions stay whole in English ("don't"), where the apostrophe negates;
/// French elisions are split ("l'hôtel" → "l'", "hôtel"). Emoji stay tokens, joined ones whole. HTML entities are decoded.</summary>
public static partial class Tokeniser
{
    private const int Longest = 100_000; // characters of one text that are read; reviews and messages are far shorter

    private static readonly HashSet<string> Elisions = new(["l", "d", "j", "m", "t", "s", "c", "n", "qu", "jusqu", "lorsqu", "puisqu", "quoiqu"], StringComparer.Ordinal);

    /// <returns>All tokens in order; none for an empty text.</returns>
    public static IReadOnlyList<Token> Tokens(string? text)
    {
        var result = new List<Token>();
        if (string.IsNullOrWhiteSpace(text))
        {
            return result;
        }

        text = text.Length > Longest ? text[..Longest] : text;
        text = Whole(text.Contains('&', StringComparison.Ordinal) ? WebUtility.HtmlDecode(text) : text).Replace('’', '\'').Replace('‘', '\'').Replace('`', '\'');
        foreach (Match match in Pieces().Matches(text))
        {
            Add(result, match);
        }

        return result;
    }

    /// <returns>Words and emoji only, folded, without the function words of the language and without single letters: what topics are made of.</returns>
    public static IReadOnlyList<string> Words(string? text, string language = "en")
    {
        var stop = StopWords.Of(language);
        return [.. Tokens(text).Where(x => x.Kind is TokenKind.Word or TokenKind.Hashtag or TokenKind.Emoji)
            .Select(x => x.Kind == TokenKind.Word && x.Text.EndsWith("'s", StringComparison.Ordinal) ? x.Text[..^2] : x.Text)
            .Where(x => !stop.Contains(x) && (x.Length > 1 || !char.IsLetter(x[0])))];
    }

    /// <summary>Composed characters; text with half a surrogate pair, which cannot be normalised, has the half replaced.</summary>
    private static string Whole(string text)
    {
        if (text.EnumerateRunes().Any(x => x == Rune.ReplacementChar))
        {
            text = string.Concat(text.EnumerateRunes());
        }

        return text.IsNormalized(NormalizationForm.FormC) ? text : text.Normalize(NormalizationForm.FormC);
    }

    private static void Add(List<Token> result, Match match)
    {
        var text = match.Value;
        if (match.Groups["link"].Success)
        {
            result.Add(new("<link>", TokenKind.Link, false, false));
        }
        else if (match.Groups["mention"].Success)
        {
            result.Add(new("<mention>", TokenKind.Mention, false, false));
        }
        else if (match.Groups["tag"].Success)
        {
            result.Add(Word(text[1..], TokenKind.Hashtag));
        }
        else if (match.Groups["face"].Success)
        {
            result.Add(new(text, TokenKind.Emoticon, false, false));
        }
        else if (match.Groups["number"].Success)
        {
            result.Add(new(text, TokenKind.Number, false, false));
        }
        else if (match.Groups["word"].Success)
        {
            var at = text.IndexOf('\'', StringComparison.Ordinal);
            if (at > 0 && at < text.Length - 1 && Elisions.Contains(text[..at].ToLowerInvariant()) && !English(text[(at + 1)..]))
            {
                result.Add(Word(text[..(at + 1)], TokenKind.Word));
                text = text[(at + 1)..];
            }

            result.Add(Word(text, TokenKind.Word));
        }
        else if (match.Groups["mark"].Success)
        {
            result.Add(new(text, TokenKind.Punctuation, false, text.Length > 2));
        }
        else
        {
            Symbols(result, text);
        }
    }

    /// <summary>"d'accord" is French, "I'd" never begins with d; but "s's" and "m's" exist.</summary>
    private static bool English(string rest) => rest is "s" or "d" or "ll" or "re" or "ve" or "t" or "m";

    private static Token Word(string text, TokenKind kind)
    {
        var capitals = text.Count(char.IsLetter) > 1 && !text.Any(char.IsLower);
        var folded = text.ToLowerInvariant();
        var shorter = Repeats().Replace(folded, "$1$1");
        return new(shorter, kind, capitals, shorter.Length < folded.Length);
    }

    private static void Symbols(List<Token> result, string text)
    {
        var elements = StringInfo.GetTextElementEnumerator(text);
        while (elements.MoveNext())
        {
            var element = elements.GetTextElement();
            var rune = Rune.GetRuneAt(element, 0);
            var emoji = Rune.GetUnicodeCategory(rune) is UnicodeCategory.OtherSymbol || rune.Value is >= 0x1F000 and < 0x20000;
            // The variation selector and skin tones change the look, not what is meant.
            result.Add(emoji ? new(string.Concat(element.EnumerateRunes().Where(x => x.Value is not 0xFE0F and not (>= 0x1F3FB and <= 0x1F3FF))), TokenKind.Emoji, false, false) : new(element, TokenKind.Punctuation, false, false));
        }
    }

    [GeneratedRegex(@"(?<link>(?:https?://|www\.)\S+)
        |(?<mention>(?<!\w)@\w+)
        |(?<tag>(?<!\w)\#\p{L}[\p{L}\p{N}_]*)
        |(?<face>(?<!\w)(?:[:;=8xX][\-o\*']?[\)\]\(\[dDpP/\\|\}\{oO\*](?!\w)|[\)\]\(\[\}\{][\-o\*']?[:;=](?!\w)|<3+|</3|\^_*\^|:'[\(\)]|-_+-|[xX]D+(?!\w)|:3(?!\d)))
        |(?<number>\d+(?:[.,:]\d+)*%?)
        |(?<word>\p{L}[\p{L}\p{M}\p{N}_]*(?:['\-]\p{L}[\p{L}\p{M}\p{N}]*)*)
        |(?<mark>!+\?*|\?+!*|\.{2,}|…)
        |(?<other>[^\s\p{L}\p{N}])+", RegexOptions.IgnorePatternWhitespace | RegexOptions.ExplicitCapture | RegexOptions.CultureInvariant, 2000)]
    private static partial Regex Pieces();

    [GeneratedRegex(@"(\p{L})\1{2,}", RegexOptions.CultureInvariant, 2000)]
    private static partial Regex Repeats();
}
