using System.Text;
using System.Text.RegularExpressions;
using MarketingConsole.Core.Dispatch.Mail;

namespace MarketingConsole.Tests.Dispatch;

public sealed partial class MimeWriterTests
{
    private static OutgoingMail Mail(string subject = "Hello", string text = "text", string? html = "<p>html</p>", string? name = "Ann") =>
        new("id1@shop.test", new DateTime(2026, 11, 3, 4, 5, 6, DateTimeKind.Utc), new Mailbox("news@shop.test", "The Shop, Inc."), new Mailbox("ann@example.test", name), subject, text, html) { UnsubscribeUrl = "https://shop.test/t/u/token" };

    private static string Write(OutgoingMail mail) => Encoding.ASCII.GetString(MimeWriter.Write(mail));

    [Fact]
    public void Write_Headers_AsTheStandardsWantThem()
    {
        var text = Write(Mail());
        Assert.StartsWith("Date: Tue, 03 Nov 2026 04:05:06 +0000\r\nFrom: \"The Shop, Inc.\" <news@shop.test>\r\nTo: Ann <ann@example.test>\r\nSubject: Hello\r\nMessage-ID: <id1@shop.test>\r\n", text, StringComparison.Ordinal);
        Assert.Contains("List-Unsubscribe: <https://shop.test/t/u/token>\r\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("a\r\nBcc: thief@evil.test")]
    [InlineData("a\nBcc: thief@evil.test")]
    [InlineData("a\r\n\r\n<script>")]
    [InlineData("a\u2028Bcc: x\0y")]
    public void Write_LineBreaksInValues_NeverASecondHeader(string evil)
    {
        var head = Write(Mail(subject: evil, name: evil)).Split("\r\n\r\n")[0];
        Assert.DoesNotContain(head.Split("\r\n"), x => x.StartsWith("Bcc", StringComparison.OrdinalIgnoreCase) || x.StartsWith('<'));
        Assert.Equal(8, head.Split("\r\n").Count(x => !x.StartsWith(' ')) - (head.Contains("boundary", StringComparison.Ordinal) ? 1 : 0));
    }

    [Theory]
    [InlineData("a b@shop.test")]
    [InlineData("a@shop.test>\r\nRCPT TO:<b@shop.test")]
    [InlineData("a@b@c")]
    [InlineData("@shop.test")]
    [InlineData("a@")]
    public void Write_MalformedAddress_Refused(string address) => Assert.Throws<ArgumentException>(() => MimeWriter.Write(Mail() with { To = new Mailbox(address) }));

    /// <summary>Decoded by the rules of RFC 2045 and 2047 written down again here, not by the product's reader.</summary>
    [Fact]
    public void Write_RandomTexts_ComeBackTheSame()
    {
        var random = new Random(7);
        for (var i = 0; i < 300; i++)
        {
            var (subject, body) = (RandomText(random, 90, lines: false).Trim(), RandomText(random, 900, lines: true));
            var text = Write(Mail(subject.Length == 0 ? "x" : subject, body, $"<p>{body}</p>"));
            Assert.All(text.Split("\r\n"), x => Assert.True(x.Length <= 78, x));
            Assert.DoesNotContain('\n', text.Replace("\r\n", "", StringComparison.Ordinal));
            var header = FoldPattern().Replace(SubjectPattern().Match(text).Groups[1].Value, " ");
            var decoded = WordPattern().Replace(BetweenPattern().Replace(header, "?==?"), x => Encoding.UTF8.GetString(Convert.FromBase64String(x.Groups[1].Value)));
            Assert.Equal(subject.Length == 0 ? "x" : SpacePattern().Replace(subject, " "), decoded);
            var part = text.Split("text/plain; charset=utf-8\r\nContent-Transfer-Encoding: ")[1];
            var (encoding, content) = (part[..part.IndexOf("\r\n", StringComparison.Ordinal)], part[(part.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..part.IndexOf("\r\n--=_", StringComparison.Ordinal)]);
            Assert.Equal(body.ReplaceLineEndings("\r\n").TrimEnd('\r', '\n'), (encoding == "base64" ? Encoding.UTF8.GetString(Convert.FromBase64String(content)) : Quoted(content)).TrimEnd('\r', '\n'));
        }
    }

    private static string Quoted(string content)
    {
        var bytes = new List<byte>();
        var lines = content.Replace("=\r\n", "", StringComparison.Ordinal);
        for (var i = 0; i < lines.Length; i++)
        {
            bytes.Add(lines[i] == '=' ? Convert.ToByte(lines.Substring(i + 1, 2), 16) : (byte)lines[i]);
            i += lines[i] == '=' ? 2 : 0;
        }

        return Encoding.UTF8.GetString([.. bytes]);
    }

    private static string RandomText(Random random, int most, bool lines)
    {
        string[] pieces = ["a", "word", " ", "=", ".", "ü", "ß", "日本", "🎉", "\t", "=?utf-8?", "longlonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglonglong", "\"", "<b>"];
        var text = new StringBuilder();
        while (text.Length < random.Next(1, most))
        {
            text.Append(lines && random.Next(8) == 0 ? "\r\n" : pieces[random.Next(pieces.Length)]);
        }

        return text.ToString();
    }

    [GeneratedRegex("^Subject: ((?:.|\r\n )*?)\r\n(?! )", RegexOptions.Multiline)]
    private static partial Regex SubjectPattern();

    [GeneratedRegex("\r\n ")]
    private static partial Regex FoldPattern();

    [GeneratedRegex(@"\?= =\?")]
    private static partial Regex BetweenPattern();

    [GeneratedRegex(@"=\?utf-8\?B\?([^?]*)\?=")]
    private static partial Regex WordPattern();

    [GeneratedRegex(@"\s+")]
    private static partial Regex SpacePattern();
}
