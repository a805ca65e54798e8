using System.Globalization;
using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake.Orders;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>Reads one call as Segment's clients write it, and says which field is wrong.</summary>
internal static class MessageReader
{
    public const int MaxBytes = 32 * 1024, MaxName = 100, MaxId = 254;

    /// <summary>Keys of customers we know only by a cookie or device begin so.</summary>
    public const string AnonymousKey = "anon:";
    private static readonly DateTime Oldest = new(2000, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly TimeSpan FarFuture = TimeSpan.FromDays(1);

    /// <param name="type">Of an endpoint for one type; null = the message says it.</param>
    /// <param name="sentAt">Of the batch, where the message has none.</param>
    /// <param name="currency">The shop's, ISO 4217: amounts in another are refused.</param>
    /// <exception cref="JsonException">It is not JSON.</exception>
    /// <returns>The message; meaningless when there are errors.</returns>
    public static TrackingMessage Read(ReadOnlyMemory<byte> json, MessageType? type, DateTime? sentAt, DateTime receivedAt, string currency, List<FieldError> errors)
    {
        var message = new TrackingMessage { Type = type ?? 0 };
        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            errors.Add(new("", "An event is an object."));
            return message;
        }

        DateTime? original = null;
        try
        {
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                if (reader.ValueTextEquals("type"u8)) { ReadType(ref reader, message, errors); }
                else if (reader.ValueTextEquals("messageId"u8)) { message.MessageId = Text(ref reader, "messageId", MaxId, errors); }
                else if (reader.ValueTextEquals("userId"u8)) { message.UserId = Text(ref reader, "userId", MaxId, errors); }
                else if (reader.ValueTextEquals("anonymousId"u8)) { message.AnonymousId = Text(ref reader, "anonymousId", MaxId, errors); }
                else if (reader.ValueTextEquals("previousId"u8)) { message.PreviousId = Text(ref reader, "previousId", MaxId, errors); }
                else if (reader.ValueTextEquals("groupId"u8)) { message.GroupId = Text(ref reader, "groupId", MaxId, errors); }
                else if (reader.ValueTextEquals("event"u8)) { message.Name = Text(ref reader, "event", MaxName, errors); }
                else if (reader.ValueTextEquals("name"u8)) { message.Name ??= Text(ref reader, "name", MaxName, errors); }
                else if (reader.ValueTextEquals("timestamp"u8)) { message.Timestamp = Time(ref reader, "timestamp", errors); }
                else if (reader.ValueTextEquals("originalTimestamp"u8)) { original = Time(ref reader, "originalTimestamp", errors); }
                else if (reader.ValueTextEquals("sentAt"u8)) { message.SentAt = Time(ref reader, "sentAt", errors); }
                else if (reader.ValueTextEquals("properties"u8)) { message.Properties = Object(ref reader, json, "properties", errors); }
                else if (reader.ValueTextEquals("traits"u8)) { message.Traits = Object(ref reader, json, "traits", errors); }
                else if (reader.ValueTextEquals("context"u8)) { message.Context = Object(ref reader, json, "context", errors); }
                else { reader.Read(); reader.Skip(); }
            }
        }
        catch (InvalidOperationException)
        {
            errors.Add(new("", "The name of a field is no Unicode."));
            return message;
        }

        message.Timestamp ??= original;
        message.SentAt ??= sentAt;
        Check(message, receivedAt, currency, errors);
        return message;
    }

    private static void Check(TrackingMessage message, DateTime receivedAt, string currency, List<FieldError> errors)
    {
        if (message.Type == 0)
        {
            errors.Add(new("type", "Type must be identify, track, page, screen, group or alias."));
        }

        if (message.Type == MessageType.Alias)
        {
            Need(message.UserId, "userId", "An alias needs the userId that holds from now on.");
            Need(message.PreviousId, "previousId", "An alias needs the previousId it replaces.");
        }
        else if (message is { UserId: null, AnonymousId: null })
        {
            errors.Add(new("userId", "Who did it? Send userId, anonymousId or both."));
        }

        if (message.UserId?.StartsWith(AnonymousKey, StringComparison.Ordinal) == true)
        {
            errors.Add(new("userId", $"A userId must not begin with {AnonymousKey}"));
        }

        if (message.Type == MessageType.Track)
        {
            Need(message.Name, "event", "A track call needs the name of the event.");
            if (message.Name is not null && EventNames.Of(message.Name).NeedsProperties && (message.Order = OrderReader.Read(message.Properties, errors)).Currency is { } other && other != currency)
            {
                errors.Add(new("properties.currency", $"The shop counts in {currency}: convert the amounts before you send them."));
            }
        }
        else if (message.Type == MessageType.Group)
        {
            Need(message.GroupId, "groupId", "A group call needs a groupId.");
        }

        if (message.Timestamp is { } timestamp)
        {
            var at = message.TicksBySender(receivedAt);
            var corrected = message.SentAt is null ? "" : " once it is corrected by sentAt";
            if (timestamp < Oldest || at < Oldest.Ticks)
            {
                errors.Add(new("timestamp", $"The time lies before the year 2000{(timestamp < Oldest ? "" : corrected)}."));
            }
            else if (at > (receivedAt + FarFuture).Ticks)
            {
                errors.Add(new("timestamp", $"The time lies more than a day in the future{corrected}."));
            }
        }

        void Need(string? value, string field, string text)
        {
            if (value is null && !errors.Exists(x => x.Field == field))
            {
                errors.Add(new(field, text));
            }
        }
    }

    private static void ReadType(ref Utf8JsonReader reader, TrackingMessage message, List<FieldError> errors)
    {
        var text = Text(ref reader, "type", MaxName, errors);
        if (message.Type == 0)
        {
            message.Type = text switch
            {
                "identify" => MessageType.Identify,
                "track" => MessageType.Track,
                "page" => MessageType.Page,
                "screen" => MessageType.Screen,
                "group" => MessageType.Group,
                "alias" => MessageType.Alias,
                _ => 0,
            };
        }
    }

    /// <summary>A text or a number as text; null or empty = missing.</summary>
    private static string? Text(ref Utf8JsonReader reader, string field, int most, List<FieldError> errors)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String:
            case JsonTokenType.Number:
                var text = reader.TokenType == JsonTokenType.Number ? Encoding.UTF8.GetString(reader.ValueSpan) : JsonText.Of(ref reader)?.Trim();
                if (text is null || text.Length > most || text.Contains('\0', StringComparison.Ordinal))
                {
                    errors.Add(new(field, $"A text of at most {most} characters is expected, without zero bytes."));
                    return null;
                }

                return text.Length == 0 ? null : text;
            default:
                reader.Skip();
                errors.Add(new(field, "A text is expected."));
                return null;
        }
    }

    internal static DateTime? Time(ref Utf8JsonReader reader, string field, List<FieldError> errors)
    {
        reader.Read();
        switch (reader.TokenType)
        {
            case JsonTokenType.Null:
                return null;
            case JsonTokenType.String when reader.TryGetDateTimeOffset(out var at):
                return at.UtcDateTime;
            case JsonTokenType.String when DateTimeOffset.TryParse(JsonText.Of(ref reader), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at):
                return at.UtcDateTime;
            case JsonTokenType.Number when reader.TryGetInt64(out var milliseconds) && milliseconds is > 0 and < 4_102_444_800_000:
                return DateTime.UnixEpoch.AddMilliseconds(milliseconds);
            default:
                reader.Skip();
                errors.Add(new(field, "A time like 2026-05-01T12:00:00Z is expected."));
                return null;
        }
    }

    private static ReadOnlyMemory<byte> Object(ref Utf8JsonReader reader, ReadOnlyMemory<byte> json, string field, List<FieldError> errors)
    {
        reader.Read();
        if (reader.TokenType == JsonTokenType.Null)
        {
            return default;
        }

        var start = (int)reader.TokenStartIndex;
        var isObject = reader.TokenType == JsonTokenType.StartObject;
        reader.Skip();
        if (isObject)
        {
            return JsonText.Storable(json[start..(int)reader.BytesConsumed]);
        }

        errors.Add(new(field, "An object is expected."));
        return default;
    }
}
