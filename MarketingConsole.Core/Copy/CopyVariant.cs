using System.Globalization;
using MarketingConsole.Core.Offers;

namespace MarketingConsole.Core.Copy;

/// <summary>Who wrote a piece of copy.</summary>
public enum CopyOrigin { Person = 0, Composer = 1, LanguageModel = 2 }

/// <summary>What the marketer asks for.</summary>
/// <param name="Goal">What the message shall achieve, in the marketer's words.</param>
/// <param name="Tone">friendly, plain, warm, playful, elegant.</param>
/// <param name="Language">ISO 639-1: en, de, fr.</param>
/// <param name="Highlights">Facts the copy may use.</param>
public sealed record CopyBrief(string Goal, string Tone, string Language, string Highlights = "");

/// <summary>One version of a message with Handlebars placeholders such as {{first_name}} and {{offer_value}}.</summary>
public sealed record CopyVariant
{
    public string Name { get; init; } = "A";
    public string Language { get; init; } = "en";
    public string Subject { get; init; } = "";
    public string Preheader { get; init; } = "";
    public string Heading { get; init; } = "";

    /// <summary>Paragraphs separated by empty lines.</summary>
    public string Body { get; init; } = "";
    public string Button { get; init; } = "";

    /// <summary>The whole message on channels without layout: SMS, push, in-store.</summary>
    public string ShortText { get; init; } = "";
    public CopyOrigin Origin { get; init; }

    /// <summary>The language model's name where <see cref="Origin"/> is one.</summary>
    public string? Model { get; init; }

    /// <summary>SHA-256 of the prompt sent to the language model.</summary>
    public string? PromptHash { get; init; }

    /// <summary>Who changed a machine's text by hand, if anybody.</summary>
    public string? EditedBy { get; init; }
}

/// <summary>What placeholders resolve from for one customer and message.</summary>
public sealed record MessageContext
{
    public string CustomerKey { get; init; } = "";
    public string? FirstName { get; init; }
    public string? LastName { get; init; }
    public string? City { get; init; }
    public string? OfferName { get; init; }
    public string? OfferValue { get; init; }

    /// <summary>The offer as a phrase: "15% off".</summary>
    public string? OfferPhrase { get; init; }
    public string? OfferCode { get; init; }
    public string? ValidTo { get; init; }
    public string ShopName { get; init; } = "";
    public string PostalAddress { get; init; } = "";
    public string LinkUrl { get; init; } = "";
    public string UnsubscribeUrl { get; init; } = "";
    public string PreferencesUrl { get; init; } = "";

    /// <summary>Address of the open pixel; null where opens are not measured.</summary>
    public string? OpenPixelUrl { get; init; }

    /// <summary>This context with an offer, worded in <paramref name="language"/>.</summary>
    /// <param name="zone">The shop's: where <see cref="OfferDraft.ValidTo"/> becomes a day.</param>
    public MessageContext WithOffer(OfferDraft offer, string language, string currency, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(offer);
        var culture = CultureInfo.GetCultureInfo(language);
        return this with
        {
            OfferName = offer.Name,
            OfferValue = OfferText.Value(offer, culture, currency),
            OfferPhrase = OfferText.Phrase(offer, culture, currency),
            OfferCode = offer.Code,
            ValidTo = OfferText.Day(OfferText.LastDay(offer, zone), culture),
        };
    }
}

/// <param name="Html">Null on channels without layout.</param>
public sealed record RenderedMessage(string Subject, string? Html, string Text);
