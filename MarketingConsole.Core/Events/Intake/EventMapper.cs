using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Events.Intake.Orders;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>Turns a call into the event it stands for.</summary>
internal static class EventMapper
{
    /// <returns>null for calls that say who someone is rather than what they did: identify and alias.</returns>
    /// <param name="withProperties">False: leaves out the properties as sent.</param>
    public static (Event Event, OrderProperties Order)? Map(JournaledMessage journaled, int customerId, bool withProperties = true)
    {
        var message = journaled.Message;
        var meaning = message.Type switch
        {
            MessageType.Track => EventNames.Of(message.Name!),
            MessageType.Page => new EventMeaning(EventType.View, Channel: Channel.Web),
            MessageType.Screen => new EventMeaning(EventType.View, Channel: Channel.App),
            MessageType.Group => new EventMeaning(EventType.Custom),
            _ => null,
        };
        if (meaning is null)
        {
            return null;
        }

        var order = !meaning.NeedsProperties ? OrderProperties.None : message.Order ?? OrderReader.Read(message.Properties, []);
        order = meaning.Cancels ? order with { Cancels = true } : order;
        var isOrder = meaning.Type is EventType.Purchase or EventType.Return;
        return (new Event
        {
            CustomerId = customerId,
            Id = journaled.EventId,
            Type = meaning.Type,
            At = journaled.At,
            Channel = meaning.Channel ?? ChannelOf(message, journaled.Kind),
            AmountCents = isOrder || meaning.Type == EventType.Cart ? order.TotalCents ?? 0 : 0,
            Quantity = order.Lines.Sum(x => x.Quantity),
            Reference = isOrder ? order.OrderId : null,
            Name = message.Type == MessageType.Group ? "Group" : message.Type == MessageType.Track && meaning.Type != EventType.Custom ? null : message.Name,
            PropertiesJson = withProperties ? Properties(message, isOrder) : null,
        }, order);
    }

    private static string? Properties(TrackingMessage message, bool isOrder)
    {
        if (message.Type == MessageType.Group)
        {
            return JsonSerializer.Serialize(new Dictionary<string, object?> { ["groupId"] = message.GroupId, ["traits"] = message.Traits.IsEmpty ? null : JsonSerializer.Deserialize<JsonElement>(message.Traits.Span) });
        }

        return message.Properties.Length <= 2 ? null : isOrder ? JsonText.Without(message.Properties, "products") : Encoding.UTF8.GetString(message.Properties.Span);
    }

    private static Channel ChannelOf(TrackingMessage message, SourceKind kind) => kind switch
    {
        SourceKind.Web => Channel.Web,
        SourceKind.App => Channel.App,
        SourceKind.Device => Channel.Store,
        _ => Says(message.Properties, "channel") switch
        {
            "web" => Channel.Web,
            "app" or "mobile" => Channel.App,
            "store" or "pos" => Channel.Store,
            "email" => Channel.Email,
            "sms" => Channel.Sms,
            "push" => Channel.Push,
            _ => Channel.Other,
        },
    };

    private static string? Says(ReadOnlyMemory<byte> json, string property)
    {
        if (json.IsEmpty)
        {
            return null;
        }

        var reader = new Utf8JsonReader(json.Span);
        reader.Read();
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(property);
            reader.Read();
            if (found)
            {
                return reader.TokenType == JsonTokenType.String ? JsonText.Of(ref reader) : null;
            }

            reader.Skip();
        }

        return null;
    }
}
