using System.Collections.Frozen;

namespace MarketingConsole.Core.Events.Intake;

/// <param name="NeedsProperties">Amounts and products are read from the properties.</param>
/// <param name="Channel">Where such an event happens; null = where the source is.</param>
/// <param name="Cancels">Gives back no more than is left of the order, whatever it names.</param>
internal sealed record EventMeaning(EventType Type, bool NeedsProperties = false, Channel? Channel = null, bool Cancels = false);

/// <summary>What the event names of Segment's e-commerce, e-mail and mobile specifications mean here; any other name is a custom event.</summary>
internal static class EventNames
{
    private static readonly EventMeaning Custom = new(EventType.Custom);

    private static readonly FrozenDictionary<string, EventMeaning> Known = new Dictionary<string, EventMeaning>(StringComparer.OrdinalIgnoreCase)
    {
        ["Product Viewed"] = new(EventType.View, true),
        ["Product Clicked"] = new(EventType.View, true),
        ["Product List Viewed"] = new(EventType.View),
        ["Product Added"] = new(EventType.Cart, true),
        ["Order Completed"] = new(EventType.Purchase, true),
        ["Order Refunded"] = new(EventType.Return, true),
        ["Order Cancelled"] = new(EventType.Return, true, Cancels: true),
        ["Email Delivered"] = new(EventType.EmailSent, false, Channel.Email),
        ["Email Opened"] = new(EventType.EmailOpen, false, Channel.Email),
        ["Email Link Clicked"] = new(EventType.EmailClick, false, Channel.Email),
        ["Email Bounced"] = new(EventType.EmailBounce, false, Channel.Email),
        ["Email Marked as Spam"] = new(EventType.Unsubscribe, false, Channel.Email),
        ["Unsubscribed"] = new(EventType.Unsubscribe, false, Channel.Email),
        ["Application Opened"] = new(EventType.AppSession, false, Channel.App),
        ["Store Visited"] = new(EventType.StoreVisit, false, Channel.Store),
    }.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);

    public static EventMeaning Of(string name) => Known.GetValueOrDefault(name, Custom);
}
