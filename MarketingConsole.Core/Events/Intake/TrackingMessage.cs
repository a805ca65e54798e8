using MarketingConsole.Core.Events.Intake.Orders;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>The calls of Segment's tracking API. Numbers are stored in the journal: append only.</summary>
public enum MessageType : byte { Identify = 1, Track = 2, Page = 3, Screen = 4, Group = 5, Alias = 6 }

/// <summary>One call of a client, its ids and the parts that are read later. Texts are as sent.</summary>
internal sealed class TrackingMessage
{
    public MessageType Type { get; set; }
    public string? MessageId { get; set; }
    public string? UserId { get; set; }
    public string? AnonymousId { get; set; }

    /// <summary>alias: the id that becomes <see cref="UserId"/>.</summary>
    public string? PreviousId { get; set; }
    public string? GroupId { get; set; }

    /// <summary>track: the event; page and screen: the name.</summary>
    public string? Name { get; set; }

    /// <summary>When it happened by the client's clock.</summary>
    public DateTime? Timestamp { get; set; }

    /// <summary>When it was sent by the client's clock.</summary>
    public DateTime? SentAt { get; set; }
    public ReadOnlyMemory<byte> Properties { get; set; }

    /// <summary>What <see cref="Properties"/> say of an order, where they were looked at.</summary>
    public OrderProperties? Order { get; set; }
    public ReadOnlyMemory<byte> Traits { get; set; }
    public ReadOnlyMemory<byte> Context { get; set; }

    /// <summary>When it happened by our clock: a client's clock is wrong by as much as it is when it sends.</summary>
    /// <param name="receivedAt">UTC.</param>
    public DateTime At(DateTime receivedAt) => new(Math.Clamp(TicksBySender(receivedAt), 0, receivedAt.Ticks), DateTimeKind.Utc);

    /// <summary>As <see cref="At"/>, as the client says it: it may lie in the future or beyond the calendar.</summary>
    public long TicksBySender(DateTime receivedAt) => (Timestamp, SentAt) switch
    {
        (null, _) => receivedAt.Ticks,
        ({ } timestamp, null) => timestamp.Ticks,
        ({ } timestamp, { } sent) => receivedAt.Ticks - (sent.Ticks - timestamp.Ticks),
    };

    /// <summary>Id of the event: the hash of the message id, or without one, of what makes it this message. Without a time of its own the instant of receipt and the place in the request make it one.</summary>
    /// <param name="index">From 0, in the order taken.</param>
    public long EventId(DateTime receivedAt, int index) => MessageIds.Hash(MessageId
        ?? $"{Type}/{UserId}/{AnonymousId}/{Name}/{GroupId}/{(Timestamp is { } at ? $"{at.Ticks}" : $"{receivedAt.Ticks}/{index}")}/{Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(Properties.Span))}");
}
