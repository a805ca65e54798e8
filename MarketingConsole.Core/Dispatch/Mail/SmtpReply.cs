namespace MarketingConsole.Core.Dispatch.Mail;

/// <param name="Code">Three digits, RFC 5321 4.2.</param>
/// <param name="Text">All lines joined by a space, without the code.</param>
/// <param name="Lines">Lines without the code, as EHLO needs them.</param>
internal sealed record SmtpReply(int Code, string Text, IReadOnlyList<string> Lines)
{
    public bool Positive => Code is >= 200 and < 300;
    public bool Temporary => Code is >= 400 and < 500;

    /// <summary>The address itself is bad (RFC 3463: 5.1.x), so it must never be written to again. A bare 550 to RCPT counts when no enhanced code says otherwise.</summary>
    public bool HardBounce => Code is >= 500 and < 600 && (Text.StartsWith("5.1.", StringComparison.Ordinal) || (Code is 550 or 551 or 553 && !(Text.Length > 3 && Text[0] == '5' && Text[1] == '.')));

    public override string ToString() => $"{Code} {Text}";
}

/// <summary>The server cannot be used as configured: wrong password, no TLS, bad certificate. Trying again will not help.</summary>
public sealed class SmtpSetupException(string message, Exception? inner = null) : Exception(message, inner);

/// <summary>The connection could not be opened or broke. Trying again may help.</summary>
public sealed class SmtpConnectionException(string message, Exception? inner = null) : Exception(message, inner);
