using System.Globalization;

namespace MarketingConsole.Core.Offers;

/// <summary>How an offer reads in English, German and French.</summary>
public static class OfferText
{
    private const string NoBreak = "\u00a0";

    /// <summary>The bare value: "15%", "€10", "500 points"; what it is where it has no number ("free delivery").</summary>
    public static string Value(OfferDraft offer, CultureInfo culture, string currency)
    {
        ArgumentNullException.ThrowIfNull(offer);
        ArgumentNullException.ThrowIfNull(culture);
        var language = culture.TwoLetterISOLanguageName;
        return offer.Kind switch
        {
            OfferKind.PercentOff => Percent(offer.Value, language),
            OfferKind.AmountOff => Money(offer.Value, culture, currency),
            OfferKind.FreeShipping => language switch { "de" => "kostenlose Lieferung", "fr" => "la livraison offerte", _ => "free delivery" },
            OfferKind.Gift => language switch { "de" => "ein Geschenk", "fr" => "un cadeau", _ => "a gift" },
            _ => offer.Value.ToString("N0", culture) + NoBreak + (language, offer.Value) switch { ("de", 1) => "Punkt", ("de", _) => "Punkte", (_, 1) => "point", _ => "points" },
        };
    }

    /// <summary>The offer as a phrase that fits as subject or object: "15% off", "15 % Rabatt", "15 % de réduction".
    /// German phrases read alike in the nominative and the accusative.</summary>
    public static string Phrase(OfferDraft offer, CultureInfo culture, string currency)
    {
        var value = Value(offer, culture, currency);
        return offer.Kind is OfferKind.PercentOff or OfferKind.AmountOff
            ? culture.TwoLetterISOLanguageName switch { "de" => $"{value} Rabatt", "fr" => $"{value} de réduction", _ => $"{value} off" }
            : value;
    }

    /// <summary>Last day the offer holds, in words: "24 November", "24. November", "24 novembre".</summary>
    public static string Day(DateOnly end, CultureInfo culture)
    {
        ArgumentNullException.ThrowIfNull(culture);
        return culture.TwoLetterISOLanguageName switch
        {
            "de" => end.ToString("d. MMMM", culture),
            "fr" when end.Day == 1 => "1er" + end.ToString(" MMMM", culture),
            _ => end.ToString("d MMMM", culture),
        };
    }

    /// <summary>The last local day on which the offer holds: an end at midnight belongs to the day before.</summary>
    public static DateOnly LastDay(OfferDraft offer, TimeZoneInfo zone)
    {
        ArgumentNullException.ThrowIfNull(offer);
        return DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(offer.ValidTo.AddMilliseconds(-1), zone));
    }

    /// <summary>An amount without needless cents: "€10", "9,50 €".</summary>
    public static string Money(long cents, CultureInfo culture, string currency)
    {
        ArgumentNullException.ThrowIfNull(culture);
        var symbol = currency switch { "EUR" => "€", "USD" => "$", "GBP" => "£", _ => currency };
        var amount = (cents / 100m).ToString(cents % 100 == 0 ? "N0" : "N2", culture);
        return culture.TwoLetterISOLanguageName is "de" or "fr" ? amount + NoBreak + symbol
            : symbol.Length == 1 ? symbol + amount : symbol + NoBreak + amount;
    }

    private static string Percent(int value, string language) =>
        value.ToString(CultureInfo.InvariantCulture) + (language is "de" or "fr" ? NoBreak : "") + "%";
}
