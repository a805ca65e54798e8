namespace MarketingConsole.Core.Dispatch.Mail;

/// <param name="Address">local@domain; the domain may hold non-ASCII letters.</param>
/// <param name="Name">Shown beside the address; may be null.</param>
public sealed record Mailbox(string Address, string? Name = null)
{
    /// <summary>True when the address can stand in a header and an SMTP command: one @, no spaces, control characters or brackets.</summary>
    public static bool IsValid(string? address) =>
        address is { Length: >= 3 and <= 254 } && address.IndexOf('@') is > 0 and var at && at == address.LastIndexOf('@') && at < address.Length - 1
        && !address.Any(x => char.IsWhiteSpace(x) || char.IsControl(x) || x is '<' or '>' or '"' or ',' or ';' or ':' or '(' or ')' or '\\' or '[' or ']')
        && address[^1] != '.' && address[at + 1] != '.' && !address.Contains("..", StringComparison.Ordinal) && address[0] != '.' && address[at - 1] != '.';
}

/// <summary>One e-mail before it is written as MIME.</summary>
/// <param name="MessageId">Without angle brackets: unique and stable, so that a repeated message can be recognised.</param>
public sealed record OutgoingMail(string MessageId, DateTime Date, Mailbox From, Mailbox To, string Subject, string Text, string? Html)
{
    public Mailbox? ReplyTo { get; init; }

    /// <summary>Address that takes an RFC 8058 one-click unsubscribe by POST; null leaves the headers out.</summary>
    public string? UnsubscribeUrl { get; init; }

    /// <summary>Groups the messages of one campaign for feedback loops; null leaves the header out.</summary>
    public string? FeedbackId { get; init; }
}
