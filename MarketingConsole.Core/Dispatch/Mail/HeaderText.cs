using System.Globalization;
using System.Text;

namespace MarketingConsole.Core.Dispatch.Mail;

/// <summary>Header fields as RFC 5322 and RFC 2047 want them: folded, encoded, never able to carry a second header.</summary>
internal static class HeaderText
{
    private const int LineLength = 76, EncodedWordBytes = 42; // 42 bytes = 56 base64 characters + "=?utf-8?B??=" = 68, under RFC 2047's 75

    /// <summary>A field of free text, e.g. Subject.</summary>
    public static string Text(string name, string value) => Field(name, Words(Clean(value)));

    /// <summary>A field of structured text that is ASCII already and must not be encoded, e.g. Message-ID.</summary>
    public static string Raw(string name, string value) => Field(name, Clean(value).Split(' ', StringSplitOptions.RemoveEmptyEntries));

    public static string Address(string name, Mailbox box)
    {
        var address = $"<{AsciiDomain(Clean(box.Address))}>";
        return string.IsNullOrWhiteSpace(box.Name) ? Field(name, [address]) : Field(name, [.. Phrase(Clean(box.Name)), address]);
    }

    /// <summary>The address with its domain in ASCII (IDNA); the local part may stay non-ASCII and then needs SMTPUTF8.</summary>
    public static string AsciiDomain(string address)
    {
        var at = address.LastIndexOf('@');
        return at < 0 || Ascii.IsValid(address.AsSpan(at)) ? address : address[..(at + 1)] + new IdnMapping().GetAscii(address[(at + 1)..]);
    }

    private static string Clean(string value) => string.Join(' ', value.Split([' ', '\r', '\n', '\t', '\0', '\u0085', '\u2028', '\u2029'], StringSplitOptions.RemoveEmptyEntries))
        .Aggregate(new StringBuilder(value.Length), (text, x) => char.IsControl(x) ? text : text.Append(x)).ToString();

    private static IEnumerable<string> Words(string value) =>
        Ascii.IsValid(value) && !value.Contains("=?", StringComparison.Ordinal) && !value.Split(' ').Any(x => x.Length > LineLength) ? value.Split(' ', StringSplitOptions.RemoveEmptyEntries) : Encoded(value);

    private static IEnumerable<string> Phrase(string value) =>
        !Ascii.IsValid(value) || value.Contains("=?", StringComparison.Ordinal) || value.Length > 60 ? Encoded(value)
        : value.All(x => char.IsAsciiLetterOrDigit(x) || x is ' ' or '-' or '_' or '!' or '\'') ? value.Split(' ')
        : [$"\"{value.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)}\""];

    private static IEnumerable<string> Encoded(string value)
    {
        var bytes = new List<byte>(EncodedWordBytes);
        var buffer = new byte[4];
        foreach (var rune in value.EnumerateRunes())
        {
            var length = rune.EncodeToUtf8(buffer); // a character may not be split between two encoded words
            if (bytes.Count + length > EncodedWordBytes)
            {
                yield return $"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=";
                bytes.Clear();
            }

            bytes.AddRange(buffer[..length]);
        }

        yield return $"=?utf-8?B?{Convert.ToBase64String([.. bytes])}?=";
    }

    private static string Field(string name, IEnumerable<string> words)
    {
        var text = new StringBuilder(name).Append(':');
        var column = text.Length;
        foreach (var word in words)
        {
            if (column + 1 + word.Length > LineLength && column > name.Length + 1)
            {
                text.Append("\r\n");
                column = 0;
            }

            text.Append(' ').Append(word);
            column += 1 + word.Length;
        }

        return text.Append("\r\n").ToString();
    }
}
