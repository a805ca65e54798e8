using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch.Mail;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Dispatch;

/// <param name="Occurrence">Unix seconds of the scheduled instant.</param>
public readonly record struct DispatchKey(int CampaignId, long Occurrence, int CustomerId);

/// <summary>One message ready for its channel.</summary>
/// <param name="Id">Unique, stable, tells nothing about the customer: Message-ID of e-mails, idempotency key of webhooks.</param>
/// <param name="Address">E-mail address, phone number or the customer's key, as the channel needs.</param>
public sealed record OutgoingMessage(DispatchKey Key, Channel Channel, string Id, string Address, string? Name, string Subject, string Text, string? Html, DateTime Date)
{
    public string FromName { get; init; } = "";
    public string? UnsubscribeUrl { get; init; }

    internal OutgoingMail ToMail(SmtpOptions options) =>
        new($"{Id}@{options.From[(options.From.LastIndexOf('@') + 1)..]}", Date, new Mailbox(options.From, FromName), new Mailbox(Address, Name), Subject, Text, Html)
        {
            ReplyTo = options.ReplyTo is null ? null : new Mailbox(options.ReplyTo),
            UnsubscribeUrl = UnsubscribeUrl,
            FeedbackId = $"{Key.CampaignId}:{Key.Occurrence}:campaign:console",
        };
}

public enum DeliveryOutcome
{
    /// <summary>The other side took it over.</summary>
    Accepted,

    /// <summary>It was handed over but the answer was lost; the other side may have it.</summary>
    Unconfirmed,

    /// <summary>Not now; may be tried again.</summary>
    Deferred,

    /// <summary>Never.</summary>
    Refused,
}

public sealed record Delivery(DeliveryOutcome Outcome, string? Reason = null)
{
    /// <summary>The address does not exist: it is not to be used again.</summary>
    public bool HardBounce { get; init; }

    /// <summary>How long the other side asked to wait.</summary>
    public TimeSpan? RetryAfter { get; init; }
}

/// <summary>A way out of the console: SMTP, the outbox folder, a webhook.</summary>
public interface ITransport
{
    /// <summary>True when handing the same message over twice leaves one: after a crash it may simply be sent again.</summary>
    bool Repeatable { get; }

    /// <summary>Messages it takes at the same time.</summary>
    int Parallel { get; }

    /// <summary>What to do with a message it puts off, and with itself when it cannot be reached.</summary>
    RetryPolicy Retry { get; }

    /// <param name="commit">Awaited after all that can be undone and before the message is handed over: makes "Sending" durable.</param>
    /// <exception cref="SmtpSetupException">Nothing can be sent as configured.</exception>
    /// <exception cref="SmtpConnectionException">The other side cannot be reached; nothing was handed over.</exception>
    Task<Delivery> SendAsync(OutgoingMessage message, Func<Task> commit, CancellationToken cancellationToken);
}
