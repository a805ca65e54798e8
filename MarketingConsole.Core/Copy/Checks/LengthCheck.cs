using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Copy.Checks;

internal static class LengthCheck
{
    // Recommended lengths: what phones and mail programs show before they cut.
    private const int Subject = 60, Preheader = 110, Heading = 80, Button = 28, Push = 178;

    public static IEnumerable<CopyFinding> Check(CopyVariant variant, Channel channel, CopyFacts facts)
    {
        foreach (var (field, text) in MessageTemplate.Parts(variant, channel).Where(x => string.IsNullOrWhiteSpace(x.Text)))
        {
            yield return field == "preheader" ? new(CheckLevel.Warning, "length", field, "Without a preheader, mail programs show whatever comes first.")
                : new(CheckLevel.Error, "length", field, $"The {(field == "shortText" ? "text" : field)} is empty.");
        }

        string Filled(string text) => Placeholders.Scan(text).Errors.Count > 0 ? text : MessageTemplate.FillPlain(text, Example(variant, facts));
        if (channel == Channel.Email)
        {
            foreach (var (field, text, most) in new[] { ("subject", variant.Subject, Subject), ("preheader", variant.Preheader, Preheader), ("heading", variant.Heading, Heading), ("button", variant.Button, Button) })
            {
                if (Filled(text).Length is var length && length > most)
                {
                    yield return new(CheckLevel.Warning, "length", field, $"The {field} has about {length} characters once filled; {most} are recommended.");
                }
            }

            yield break;
        }

        var filled = Filled(variant.ShortText);
        if (channel == Channel.Sms && SmsLength.Measure(filled) is { Parts: > 1 } sms)
        {
            yield return new(CheckLevel.Warning, "length", "shortText", $"About {sms.Units} characters once filled: sent and paid as {sms.Parts} SMS"
                + (sms.Forcing is null ? "." : $"; “{sms.Forcing}” allows only 70 characters in one."), sms.Forcing);
        }
        else if (channel != Channel.Sms && filled.Length > Push)
        {
            yield return new(CheckLevel.Warning, "length", "shortText", $"About {filled.Length} characters once filled; phones show some {Push}.");
        }
    }

    // Long but ordinary values, so that the estimate errs on the safe side.
    private static MessageContext Example(CopyVariant variant, CopyFacts facts)
    {
        var context = new MessageContext
        {
            FirstName = "Alexandra",
            LastName = "Schwarzenberg",
            City = "Klagenfurt",
            ShopName = "Sample Shop",
            PostalAddress = "Street 1, City",
            LinkUrl = "https://example.com/c/1234567890",
            UnsubscribeUrl = "https://example.com/u/1234567890",
            PreferencesUrl = "https://example.com/p/1234567890",
        };
        return facts.Offers.Count == 0 ? context : facts.Offers.Select(x => context.WithOffer(x, variant.Language, facts.Currency, facts.Zone)).MaxBy(x => x.OfferPhrase!.Length + (x.OfferCode?.Length ?? 0))!;
    }
}
