using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Offers;

/// <summary>What an offer must satisfy before it is stored.</summary>
public static class OfferChecks
{
    private const int LongestName = 120, LongestCode = 40, LongestDescription = 1000;

    public static IReadOnlyList<FieldError> Check(OfferDraft offer)
    {
        ArgumentNullException.ThrowIfNull(offer);
        return [.. Words(offer), .. Worth(offer), .. Limits(offer)];
    }

    private static IEnumerable<FieldError> Words(OfferDraft offer)
    {
        if (string.IsNullOrWhiteSpace(offer.Name))
        {
            yield return new("name", "Give the offer a name, so that you find it again.");
        }
        else if (offer.Name.Length > LongestName)
        {
            yield return new("name", $"The name has {offer.Name.Length} characters; {LongestName} are allowed.");
        }

        if (offer.Description.Length > LongestDescription)
        {
            yield return new("description", $"The description has {offer.Description.Length} characters; {LongestDescription} are allowed.");
        }

        if (offer.Code is { } code && (code.Length > LongestCode || !code.All(x => char.IsAsciiLetterOrDigit(x) || x is '-' or '_')))
        {
            yield return new("code", $"A code has at most {LongestCode} letters (A to Z), digits, - and _.");
        }

        if (offer.LinkUrl is { } link && (link.Length > 2000 || !Uri.TryCreate(link, UriKind.Absolute, out var uri) || uri.Scheme is not ("https" or "http")))
        {
            yield return new("linkUrl", "The link must be a whole web address, such as https://shop.example.com/tea.");
        }
    }

    private static IEnumerable<FieldError> Worth(OfferDraft offer)
    {
        if (!Enum.IsDefined(offer.Kind))
        {
            yield return new("kind", $"Choose one of {string.Join(", ", Enum.GetNames<OfferKind>())}.");
        }

        var problem = offer.Kind switch
        {
            OfferKind.PercentOff when offer.Value is < 1 or > 100 => "A percentage off is between 1 and 100.",
            OfferKind.AmountOff when offer.Value < 1 => "Say how much is taken off; it must be more than 0.",
            OfferKind.Points when offer.Value < 1 => "Say how many points are given; at least 1.",
            OfferKind.FreeShipping or OfferKind.Gift when offer.Value != 0 => "Free delivery and gifts have no value of their own: leave it at 0.",
            _ => null,
        };
        if (problem is not null)
        {
            yield return new("value", problem);
        }
    }

    private static IEnumerable<FieldError> Limits(OfferDraft offer)
    {
        if (offer.ValidFrom == default)
        {
            yield return new("validFrom", "Say from when the offer holds.");
        }

        if (offer.ValidTo <= offer.ValidFrom)
        {
            yield return new("validTo", "The offer must end after it begins.");
        }

        if (offer.StockLimit < 1)
        {
            yield return new("stockLimit", "A limit is at least 1 piece; leave it empty for no limit.");
        }

        if (offer.BudgetCents < 1)
        {
            yield return new("budgetCents", "A budget is more than 0; leave it empty for no limit.");
        }

        if (offer.UnitCostCents < 0)
        {
            yield return new("unitCostCents", "A cost cannot be below 0.");
        }
    }
}
