using System.Text;
using System.Text.RegularExpressions;

namespace MarketingConsole.Core.Dispatch.Mail;

/// <param name="Html">Null when the message has no HTML part.</param>
public sealed record EmlMessage(string From, string To, string Subject, string Date, IReadOnlyList<(string Name, string Value)> Headers, string Text, string? Html);

/// <summary>Reads back what <see cref="MimeWriter"/> writes, for the outbox.</summary>
internal static partial class EmlReader
{
    public static EmlMessage Read(string path) => Parse(File.ReadAllText(path, Encoding.UTF8));

    public static EmlMessage ReadHead(string path)
    {
        var head = new StringBuilder();
        foreach (var line in File.ReadLines(path, Encoding.UTF8).TakeWhile(x => x.Length > 0))
        {
            head.Append(line).Append("\r\n");
        }

        return Parse(head.Append("\r\n").ToString());
    }

    public static EmlMessage Parse(string mime)
    {
        var (headers, body) = Split(mime);
        string Field(IReadOnlyList<(string Name, string Value)> from, string name) => from.FirstOrDefault(x => x.Name.Equals(name, StringComparison.OrdinalIgnoreCase)).Value ?? "";
        var (text, html) = ("", (string?)null);
        var boundary = Boundary().Match(Field(headers, "Content-Type"));
        var parts = boundary.Success
            ? body.Split($"--{boundary.Groups[1].Value}").Skip(1).Where(x => !x.StartsWith("--", StringComparison.Ordinal)).Select(x => Split(x.TrimStart('\r', '\n')))
            : [(headers, body)];
        foreach (var (partHeaders, content) in parts)
        {
            var decoded = Decode(Field(partHeaders, "Content-Transfer-Encoding"), content);
            if (Field(partHeaders, "Content-Type").StartsWith("text/html", StringComparison.OrdinalIgnoreCase))
            {
                html = decoded;
            }
            else
            {
                text = decoded;
            }
        }

        return new EmlMessage(Field(headers, "From"), Field(headers, "To"), Field(headers, "Subject"), Field(headers, "Date"), headers, text, html);
    }

    private static (IReadOnlyList<(string Name, string Value)> Headers, string Body) Split(string text)
    {
        var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var (head, body) = end < 0 ? (text, "") : (text[..end], text[(end + 4)..]);
        var headers = Folding().Replace(head, " ").Split("\r\n").Select(x => x.Split(':', 2)).Where(x => x.Length == 2)
            .Select(x => (x[0], Words(x[1].Trim()))).ToList();
        return (headers, body);
    }

    private static string Words(string value) => EncodedWord().Replace(BetweenWords().Replace(value, "?==?"), x => Encoding.UTF8.GetString(Convert.FromBase64String(x.Groups[1].Value)));

    private static string Decode(string encoding, string content)
    {
        if (encoding.Equals("base64", StringComparison.OrdinalIgnoreCase))
        {
            return Encoding.UTF8.GetString(Convert.FromBase64String(content.Replace("\r\n", "", StringComparison.Ordinal)));
        }

        var bytes = new List<byte>(content.Length);
        var joined = content.Replace("=\r\n", "", StringComparison.Ordinal);
        for (var i = 0; i < joined.Length; i++)
        {
            if (joined[i] == '=' && i + 2 < joined.Length)
            {
                bytes.Add(Convert.ToByte(joined.Substring(i + 1, 2), 16));
                i += 2;
            }
            else
            {
                bytes.Add((byte)joined[i]);
            }
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    [GeneratedRegex("boundary=\"([^\"]+)\"", RegexOptions.IgnoreCase)]
    private static partial Regex Boundary();

    [GeneratedRegex(@"\r\n[ \t]+")]
    private static partial Regex Folding();

    [GeneratedRegex(@"\?=\s+=\?")]
    private static partial Regex BetweenWords();

    [GeneratedRegex(@"=\?utf-8\?B\?([^?]*)\?=", RegexOptions.IgnoreCase)]
    private static partial Regex EncodedWord();
}
