using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace MarketingConsole.Core.Dispatch.Mail;

/// <summary>Writes an e-mail as MIME: multipart/alternative of text and HTML, every line under 78 characters, seven-bit but for non-ASCII addresses (RFC 6532).</summary>
public static class MimeWriter
{
    /// <returns>The message with CRLF line ends, not dot-stuffed.</returns>
    /// <exception cref="ArgumentException">An address is malformed.</exception>
    public static byte[] Write(OutgoingMail mail)
    {
        Require(mail.From);
        Require(mail.To);
        var text = new StringBuilder(1024 + ((mail.Html?.Length ?? 0) * 5 / 4) + mail.Text.Length);
        text.Append(HeaderText.Raw("Date", mail.Date.ToString("ddd, dd MMM yyyy HH:mm:ss '+0000'", CultureInfo.InvariantCulture)));
        text.Append(HeaderText.Address("From", mail.From));
        text.Append(HeaderText.Address("To", mail.To));
        if (mail.ReplyTo is not null)
        {
            Require(mail.ReplyTo);
            text.Append(HeaderText.Address("Reply-To", mail.ReplyTo));
        }

        text.Append(HeaderText.Text("Subject", mail.Subject));
        text.Append(HeaderText.Raw("Message-ID", $"<{mail.MessageId}>"));
        if (mail.UnsubscribeUrl is not null)
        {
            text.Append(HeaderText.Raw("List-Unsubscribe", $"<{mail.UnsubscribeUrl}>"));
            text.Append(HeaderText.Raw("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }

        if (mail.FeedbackId is not null)
        {
            text.Append(HeaderText.Raw("Feedback-ID", mail.FeedbackId));
        }

        text.Append("MIME-Version: 1.0\r\n");
        if (mail.Html is null)
        {
            Part(text, "text/plain", mail.Text);
        }
        else
        {
            // "=_" cannot occur in quoted-printable or base64, so no body can hold the boundary (RFC 2045 6.7).
            var boundary = "=_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(mail.MessageId))[..12]);
            text.Append("Content-Type: multipart/alternative; boundary=\"").Append(boundary).Append("\"\r\n\r\n--").Append(boundary).Append("\r\n");
            Part(text, "text/plain", mail.Text);
            text.Append("--").Append(boundary).Append("\r\n");
            Part(text, "text/html", mail.Html);
            text.Append("--").Append(boundary).Append("--\r\n");
        }

        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Require(Mailbox box)
    {
        if (!Mailbox.IsValid(box.Address))
        {
            throw new ArgumentException("The e-mail address is malformed.");
        }
    }

    private static void Part(StringBuilder text, string type, string content)
    {
        var bytes = Encoding.UTF8.GetBytes(content.ReplaceLineEndings("\r\n"));
        var special = bytes.Count(x => x >= 128);
        var base64 = special > bytes.Length / 4; // beyond this quoted-printable is the longer one
        text.Append("Content-Type: ").Append(type).Append("; charset=utf-8\r\nContent-Transfer-Encoding: ").Append(base64 ? "base64" : "quoted-printable").Append("\r\n\r\n");
        if (base64)
        {
            text.Append(Convert.ToBase64String(bytes, Base64FormattingOptions.InsertLineBreaks)).Append("\r\n");
        }
        else
        {
            QuotedPrintable(text, bytes);
        }
    }

    /// <summary>RFC 2045 6.7: lines of at most 76 characters, CRLF kept, blanks at line ends encoded.</summary>
    private static void QuotedPrintable(StringBuilder text, ReadOnlySpan<byte> bytes)
    {
        const string Hex = "0123456789ABCDEF";
        var column = 0;
        for (var i = 0; i < bytes.Length; i++)
        {
            var x = bytes[i];
            if (x == '\r' && i + 1 < bytes.Length && bytes[i + 1] == '\n')
            {
                text.Append("\r\n");
                column = 0;
                i++;
                continue;
            }

            var endsLine = i + 1 == bytes.Length || (bytes[i + 1] == '\r' && i + 2 < bytes.Length && bytes[i + 2] == '\n');
            var plain = (x is >= 33 and <= 126 && x != '=') || (x is (byte)' ' or (byte)'\t' && !endsLine);
            var width = plain ? 1 : 3;
            if (column + width > (endsLine ? 76 : 75))
            {
                text.Append("=\r\n");
                column = 0;
            }

            if (plain)
            {
                text.Append((char)x);
            }
            else
            {
                text.Append('=').Append(Hex[x >> 4]).Append(Hex[x & 15]);
            }

            column += width;
        }

        if (column > 0)
        {
            text.Append("\r\n");
        }
    }
}
