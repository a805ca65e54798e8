using System.Buffers;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MarketingConsole.Core.Dispatch.Mail;

/// <summary>Writes an e-mail as MIME: multipart/alternative of text and HTML, every line under 78 characters, seven-bit but for non-ASCII addresses (RFC 6532).</summary>
public static class MimeWriter
{
    private const string Hex = "0123456789ABCDEF";
    private static readonly SearchValues<byte> Plain = SearchValues.Create([.. Enumerable.Range(33, 94).Select(x => (byte)x).Where(x => x != '=')]);

    /// <returns>The message with CRLF line ends, not dot-stuffed.</returns>
    /// <exception cref="ArgumentException">An address is malformed.</exception>
    public static byte[] Write(OutgoingMail mail)
    {
        Require(mail.From);
        Require(mail.To);
        var output = new ArrayBufferWriter<byte>(2048 + ((mail.Html?.Length ?? 0) * 5 / 4) + mail.Text.Length);
        void Append(string text) => Encoding.UTF8.GetBytes(text, output);
        Append(HeaderText.Raw("Date", mail.Date.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)));
        Append(HeaderText.Address("From", mail.From));
        Append(HeaderText.Address("To", mail.To));
        if (mail.ReplyTo is not null)
        {
            Require(mail.ReplyTo);
            Append(HeaderText.Address("Reply-To", mail.ReplyTo));
        }

        Append(HeaderText.Text("Subject", mail.Subject));
        Append(HeaderText.Raw("Message-ID", $"<{mail.MessageId}>"));
        if (mail.UnsubscribeUrl is not null)
        {
            Append(HeaderText.Raw("List-Unsubscribe", $"<{mail.UnsubscribeUrl}>"));
            Append(HeaderText.Raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }

        if (mail.FeedbackId is not null)
        {
            Append(HeaderText.Raw("Feedback-ID", mail.FeedbackId));
        }

        Append("MIME-Version: 1.0\r\n");
        if (mail.Html is null)
        {
            Part(output, "text/plain", mail.Text);
        }
        else
        {
            // "=_" cannot occur in quoted-printable or base64, so no body can hold the boundary (RFC 2045 6.7).
            var boundary = "=_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mail.MessageId))[..12]);
            Append($"Content-Type: multipart/alternative; boundary=\"{boundary}\"\r\n\r\n--{boundary}\r\n");
            Part(output, "text/plain", mail.Text);
            Append($"--{boundary}\r\n");
            Part(output, "text/html", mail.Html);
            Append($"--{boundary}--\r\n");
        }

        return output.WrittenSpan.ToArray();
    }

    private static void Require(Mailbox box)
    {
        if (!Mailbox.IsValid(box.Address))
        {
            throw new ArgumentException("The e-mail address is malformed.");
        }
    }

    private static void Part(ArrayBufferWriter<byte> output, string type, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content);
        var special = 0;
        foreach (var x in bytes)
        {
            special += x >> 7;
        }

        var base64 = special > bytes.Length / 4; // beyond this quoted-printable is the longer one
        Encoding.UTF8.GetBytes($"Content-Type: {type}; charset=utf-8\r\nContent-Transfer-Encoding: {(base64 ? "base64" : "quoted-printable")}\r\n\r\n", output);
        if (base64)
        {
            Encoding.UTF8.GetBytes(Convert.ToBase64String(Encoding.UTF8.GetBytes(content.ReplaceLineEndings("\r\n")), Base64FormattingOptions.InsertLineBreaks) + "\r\n", output);
        }
        else
        {
            QuotedPrintable(output, bytes);
        }
    }

    /// <summary>RFC 2045 6.7: lines of at most 76 characters; CRLF or LF ends a line, blanks at line ends are encoded.</summary>
    private static void QuotedPrintable(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> rest)
    {
        while (rest.Length > 0)
        {
            var end = rest.IndexOf((byte)'\n');
            var line = end < 0 ? rest : rest[..end];
            Line(output, line is [.. var without, (byte)'\r'] && end >= 0 ? without : line);
            output.Write("\r\n"u8);
            rest = end < 0 ? [] : rest[(end + 1)..];
        }
    }

    private static void Line(ArrayBufferWriter<byte> output, ReadOnlySpan<byte> line)
    {
        const int Width = 76;
        var column = 0;
        while (line.Length > 0)
        {
            var run = line.IndexOfAnyExcept(Plain);
            run = Math.Min(run < 0 ? line.Length : run, Width - 1 - column); // one place stays free for the soft break
            if (run > 0)
            {
                output.Write(line[..run]);
                line = line[run..];
                column += run;
                continue;
            }

            var x = line[0];
            var plain = (x is (byte)' ' or (byte)'\t' && line.Length > 1) || Plain.Contains(x);
            if (column + (plain ? 1 : 3) > (line.Length == 1 ? Width : Width - 1))
            {
                output.Write("=\r\n"u8);
                column = 0;
                continue;
            }

            if (plain)
            {
                output.Write([x]);
                column++;
            }
            else
            {
                output.Write([(byte)'=', (byte)Hex[x >> 4], (byte)Hex[x & 15]]);
                column += 3;
            }

            line = line[1..];
        }
    }
}
