using MarketingConsole.Core.Copy.Checks;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Copy;

/// <summary>Checks copy before a person approves it. Pure: the same copy and facts give the same findings.</summary>
public static class CopyChecker
{
    /// <summary>The rules, in the order a page shows them, with what they look for.</summary>
    public static IReadOnlyList<(string Rule, string Title)> Rules { get; } =
    [
        ("placeholder", "Placeholders resolve for everybody"),
        ("length", "Length fits the channel"),
        ("offer", "Value, code and dates equal the offer's"),
        ("unsubscribe", "Says how to unsubscribe"),
        ("pressure", "No false urgency or pressure"),
        ("sensitive", "Reveals nothing sensitive or inferred"),
        ("style", "No shouting"),
    ];

    public static IReadOnlyList<CopyFinding> Check(CopyVariant variant, Channel channel, CopyFacts facts)
    {
        ArgumentNullException.ThrowIfNull(variant);
        ArgumentNullException.ThrowIfNull(facts);
        var parts = MessageTemplate.Parts(variant, channel);
        return
        [
            .. PlaceholderCheck.Check(parts, facts),
            .. LengthCheck.Check(variant, channel, facts),
            .. OfferCheck.Check(parts, facts),
            .. Unsubscribe(variant, channel),
            .. PhraseCheck.Check(parts, facts),
            .. StyleCheck.Check(parts),
        ];
    }

    // E-mail carries the links in the layout's footer; push and in-store messages are switched off on the device or at the desk.
    private static IEnumerable<CopyFinding> Unsubscribe(CopyVariant variant, Channel channel)
    {
        if (channel == Channel.Sms && !Placeholders.Scan(variant.ShortText).Uses.Any(x => x.Name == "unsubscribe_url"))
        {
            yield return new(CheckLevel.Error, "unsubscribe", "shortText", "Say how to stop these messages: add {{unsubscribe_url}}.");
        }
    }
}
