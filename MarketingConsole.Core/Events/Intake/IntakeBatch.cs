using System.Buffers.Binary;
using System.Text.Json;
using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>An event that was not taken, and why.</summary>
/// <param name="Index">From 0, in the order sent.</param>
/// <param name="Field">Dotted path in the event; empty = the event as a whole.</param>
public sealed record IntakeRefusal(int Index, string Field, string Message);

/// <summary>What a request holds: the events that can be taken, ready for the journal, and those that cannot.</summary>
/// <param name="Record">For <see cref="IntakeJournal.AppendAsync"/>; null when no event was good.</param>
/// <param name="Events">Good ones.</param>
/// <param name="WriteKey">Of the body: browsers that cannot send headers put it there.</param>
public sealed record IntakeBatch(JournalEntry? Record, int Events, IReadOnlyList<IntakeRefusal> Refused, string? WriteKey)
{
    /// <summary>Bytes of a request body, unpacked.</summary>
    public const int MaxBytes = 500 * 1024;
    private const int HeaderBytes = 1 + 4 + 1 + 8 + 8;
    private const byte Version = 1;

    /// <param name="type">Of an endpoint for one type; null = a batch.</param>
    /// <param name="currency">The shop's.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    public static IntakeBatch Read(ReadOnlyMemory<byte> body, MessageType? type, int sourceId, SourceKind kind, DateTime receivedAt, string currency)
    {
        var (events, sentAt, writeKey, refused) = (new List<(int Start, int Length)>(), (DateTime?)null, (string?)null, new List<IntakeRefusal>());
        bool found;
        try
        {
            found = Envelope(body.Span, events, ref sentAt, ref writeKey);
        }
        catch (InvalidOperationException exception)
        {
            throw new JsonException("The name of a field is no Unicode.", exception);
        }

        if (type is not null)
        {
            events = [(0, body.Length)];
        }
        else if (!found)
        {
            return new(null, 0, [new(0, "batch", "A batch is an object with a list “batch” of events.")], writeKey);
        }

        var (fitting, good, errors) = (new List<int>(events.Count), new List<int>(events.Count), new List<FieldError>());
        foreach (var (n, (_, length)) in events.Index())
        {
            if (length > MessageReader.MaxBytes)
            {
                refused.Add(new(n, "", $"An event has at most {MessageReader.MaxBytes / 1024} KB; this one has {length / 1024.0:0.#}."));
            }
            else
            {
                fitting.Add(n);
            }
        }

        if (events.Count == 0)
        {
            refused.Add(new(0, "batch", "The batch is empty."));
        }

        var record = Pack(body.Span, fitting.ConvertAll(x => events[x]), type, sourceId, kind, receivedAt, sentAt);
        foreach (var message in Unpack(record.Payload, currency, errors))
        {
            var n = fitting[message.Index];
            if (errors.Count == 0)
            {
                good.Add(n);
                record.Messages.Add(message);
            }

            refused.AddRange(errors.Select(x => new IntakeRefusal(n, x.Field, x.Message)));
            errors.Clear();
        }

        if (good.Count < fitting.Count)
        {
            record = Pack(body.Span, good.ConvertAll(x => events[x]), type, sourceId, kind, receivedAt, sentAt);
            record.Messages.AddRange(Unpack(record.Payload, currency, errors));
        }

        return new(good.Count == 0 ? null : record, good.Count, [.. refused.OrderBy(x => x.Index)], writeKey);
    }

    /// <summary>The events of a journal record.</summary>
    /// <param name="errors">Of the event at hand; the caller clears it.</param>
    internal static IEnumerable<JournaledMessage> Unpack(ReadOnlyMemory<byte> record, string currency, List<FieldError>? errors = null)
    {
        var header = record.Span;
        if (header[0] != Version)
        {
            throw new InvalidDataException($"The journal holds a record of version {header[0]}, written by a newer console.");
        }

        var sourceId = BinaryPrimitives.ReadInt32LittleEndian(header[1..]);
        var kind = (SourceKind)(header[5] & 15);
        var type = header[5] >> 4;
        var receivedAt = new DateTime(BinaryPrimitives.ReadInt64LittleEndian(header[6..]), DateTimeKind.Utc);
        var sent = BinaryPrimitives.ReadInt64LittleEndian(header[14..]);
        for (int at = HeaderBytes, index = 0; at < record.Length; index++)
        {
            var length = BinaryPrimitives.ReadInt32LittleEndian(record.Span[at..]);
            var message = MessageReader.Read(record.Slice(at + 4, length), type == 0 ? null : (MessageType)type, sent == 0 ? null : new DateTime(sent, DateTimeKind.Utc), receivedAt, currency, errors ?? []);
            yield return new JournaledMessage(message, sourceId, kind, receivedAt, index);
            at += 4 + length;
        }
    }

    private static JournalEntry Pack(ReadOnlySpan<byte> body, List<(int Start, int Length)> good, MessageType? type, int sourceId, SourceKind kind, DateTime receivedAt, DateTime? sentAt)
    {
        var entry = JournalEntry.Create(HeaderBytes + good.Sum(x => x.Length + 4), good.Count);
        var to = entry.Payload.Span;
        to[0] = Version;
        BinaryPrimitives.WriteInt32LittleEndian(to[1..], sourceId);
        to[5] = (byte)((int)kind | ((int)(type ?? 0) << 4));
        BinaryPrimitives.WriteInt64LittleEndian(to[6..], receivedAt.Ticks);
        BinaryPrimitives.WriteInt64LittleEndian(to[14..], sentAt?.Ticks ?? 0);
        to = to[HeaderBytes..];
        foreach (var (start, length) in good)
        {
            BinaryPrimitives.WriteInt32LittleEndian(to, length);
            body.Slice(start, length).CopyTo(to[4..]);
            to = to[(4 + length)..];
        }

        return entry;
    }

    /// <returns>Whether there is a list of events.</returns>
    private static bool Envelope(ReadOnlySpan<byte> body, List<(int Start, int Length)> events, ref DateTime? sentAt, ref string? writeKey)
    {
        var found = false;
        var reader = new Utf8JsonReader(body);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            reader.Skip();
            return false;
        }

        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (reader.ValueTextEquals("batch"u8))
            {
                reader.Read();
                if (reader.TokenType != JsonTokenType.StartArray)
                {
                    reader.Skip();
                    continue;
                }

                found = true;
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    var start = (int)reader.TokenStartIndex;
                    reader.Skip();
                    events.Add((start, (int)reader.BytesConsumed - start));
                }
            }
            else if (reader.ValueTextEquals("sentAt"u8))
            {
                sentAt = MessageReader.Time(ref reader, "sentAt", []);
            }
            else if (reader.ValueTextEquals("writeKey"u8))
            {
                reader.Read();
                writeKey = reader.TokenType == JsonTokenType.String ? JsonText.Of(ref reader) : null;
                reader.Skip();
            }
            else
            {
                reader.Read();
                reader.Skip();
            }
        }

        reader.Read(); // what follows the object is an error of JSON
        return found;
    }
}

/// <summary>An event out of the journal.</summary>
/// <param name="Index">From 0, in its request.</param>
internal sealed record JournaledMessage(TrackingMessage Message, int SourceId, SourceKind Kind, DateTime ReceivedAt, int Index)
{
    public DateTime At { get; } = Message.At(ReceivedAt);

    public long EventId { get; } = Message.EventId(ReceivedAt, Index);
}
