using System.Globalization;
using System.Text.RegularExpressions;
using MarketingConsole.Core.Offers;

namespace MarketingConsole.Core.Copy.Checks;

/// <summary>Numbers, codes and dates typed into the copy must be the offer's own.</summary>
internal static partial class OfferCheck
{
    private static readonly string[] Languages = ["en", "de", "fr"];
    private static readonly Dictionary<string, int> Months = MonthNames();

    public static IEnumerable<CopyFinding> Check(IReadOnlyList<(string Field, string Text)> parts, CopyFacts facts)
    {
        var mentioned = false;
        foreach (var (field, text) in parts)
        {
            mentioned |= text.Contains("{{offer_", StringComparison.Ordinal) || facts.Offers.Any(x => Mentions(text, x));
            foreach (var (phrase, problem, level) in Percentages(text, facts).Concat(Amounts(text, facts)).Concat(Codes(text, facts)).Concat(Dates(text, facts)).Concat(Promises(text, facts)))
            {
                yield return new(level, "offer", field, problem, phrase);
            }
        }

        if (facts.Offers.Count > 0 && !mentioned)
        {
            yield return new(CheckLevel.Warning, "offer", parts[^1].Field, "The copy never mentions the offer.");
        }
    }

    private static bool Mentions(string text, OfferDraft offer) => offer.Kind switch
    {
        OfferKind.PercentOff => Percent().Matches(text).Any(x => x.Groups[1].Value == offer.Value.ToString(CultureInfo.InvariantCulture)),
        OfferKind.AmountOff => Money().Matches(text).Any(x => Cents(x) == offer.Value),
        OfferKind.FreeShipping => FreeDelivery().IsMatch(text),
        OfferKind.Gift => GiftWord().IsMatch(text),
        _ => Points().Matches(text).Any(x => string.Concat(x.Groups[1].Value.Where(char.IsAsciiDigit)) == offer.Value.ToString(CultureInfo.InvariantCulture)),
    };

    private static IEnumerable<(string, string, CheckLevel)> Percentages(string text, CopyFacts facts)
    {
        foreach (Match match in Percent().Matches(text).Where(x => x.Groups[1].Value != "100")) // "100 % linen" is no discount
        {
            if (!facts.Offers.Any(x => x.Kind == OfferKind.PercentOff) || facts.Offers.Any(x => x.Kind != OfferKind.PercentOff || x.Value.ToString(CultureInfo.InvariantCulture) != match.Groups[1].Value))
            {
                yield return (match.Value, $"{Is(facts)}: write {{{{offer_value}}}}, or correct the number.", CheckLevel.Error);
            }
        }
    }

    private static IEnumerable<(string, string, CheckLevel)> Amounts(string text, CopyFacts facts)
    {
        foreach (Match match in Money().Matches(text))
        {
            if (facts.Offers.Any(x => x.Kind == OfferKind.AmountOff && x.Value != Cents(match)))
            {
                yield return (match.Value, $"{Is(facts)}: write {{{{offer_value}}}}, or correct the amount.", CheckLevel.Error);
            }
            else if (!facts.Offers.Any(x => x.Kind == OfferKind.AmountOff))
            {
                yield return (match.Value, "This amount is not the offer's: make sure that it is a true price.", CheckLevel.Warning);
            }
        }
    }

    private static IEnumerable<(string, string, CheckLevel)> Codes(string text, CopyFacts facts)
    {
        foreach (var code in NamedCode().Matches(text).Concat(LooksLikeCode().Matches(text)).Select(x => x.Groups[1].Value).Distinct().Where(x => facts.Offers.All(o => o.Code != x)))
        {
            yield return (code, facts.Offers.Select(x => x.Code).FirstOrDefault(x => x is not null) is { } real ? $"The offer's code is {real}: write {{{{offer_code}}}}." : "The offer has no code.", CheckLevel.Error);
        }
    }

    private static IEnumerable<(string, string, CheckLevel)> Dates(string text, CopyFacts facts)
    {
        var ends = facts.Offers.Select(x => OfferText.LastDay(x, facts.Zone)).ToList();
        var begins = facts.Offers.Select(x => DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(x.ValidFrom, facts.Zone))).ToList();
        foreach (Match match in Date().Matches(text))
        {
            var (day, month) = match.Groups["month"].Success ? (Number(match, "day"), Months[match.Groups["month"].Value.ToLowerInvariant()]) : (Number(match, "d"), Number(match, "m"));
            if (month is < 1 or > 12 || day is < 1 or > 31 || ends.Concat(begins).Any(x => x.Day == day && x.Month == month))
            {
                continue;
            }

            yield return ends.Count == 0 ? (match.Value, "No offer gives this date: make sure that it is right.", CheckLevel.Warning)
                : (match.Value, $"The offer ends on {ends[0].ToString("d MMMM", CultureInfo.GetCultureInfo("en"))}: write {{{{valid_to}}}}, or correct the date.", CheckLevel.Error);
        }
    }

    private static IEnumerable<(string, string, CheckLevel)> Promises(string text, CopyFacts facts)
    {
        foreach (var (pattern, kind, what) in new[] { (FreeDelivery(), OfferKind.FreeShipping, "free delivery"), (Gift(), OfferKind.Gift, "a gift") })
        {
            if (pattern.Match(text) is { Success: true } match && facts.Offers.All(x => x.Kind != kind))
            {
                yield return (match.Value, $"The offer is not {what}.", CheckLevel.Error);
            }
        }
    }

    private static string Is(CopyFacts facts) => facts.Offers.Count == 0 ? "This campaign has no offer"
        : "The offer is " + string.Join(" or ", facts.Offers.Select(x => OfferText.Phrase(x, CultureInfo.GetCultureInfo("en"), facts.Currency)).Distinct());

    private static int Number(Match match, string group) => int.Parse(match.Groups[group].Value, CultureInfo.InvariantCulture);

    private static long Cents(Match match)
    {
        var (whole, part) = (match.Groups["whole"].Success ? match.Groups["whole"].Value : match.Groups["whole2"].Value, match.Groups["part"].Success ? match.Groups["part"].Value : match.Groups["part2"].Value);
        return long.TryParse(whole, CultureInfo.InvariantCulture, out var units) ? (units * 100) + (part.Length == 0 ? 0 : int.Parse(part.PadRight(2, '0'), CultureInfo.InvariantCulture)) : -1;
    }

    private static Dictionary<string, int> MonthNames()
    {
        Dictionary<string, int> names = new(StringComparer.Ordinal) { ["jänner"] = 1, ["feber"] = 2 };
        foreach (var culture in Languages.Select(CultureInfo.GetCultureInfo))
        {
            for (var month = 1; month <= 12; month++)
            {
                names[culture.DateTimeFormat.GetMonthName(month).ToLowerInvariant()] = month;
            }
        }

        return names;
    }

    [GeneratedRegex(@"(?<![\d.,])(\d{1,3})[\s\u00a0\u202f]?%")]
    private static partial Regex Percent();

    [GeneratedRegex(@"[€$£]\s?(?<whole>\d{1,6})(?:[.,](?<part>\d{1,2}))?(?!\d)|(?<![\d.,])(?<whole2>\d{1,6})(?:[.,](?<part2>\d{1,2}))?[\s\u00a0\u202f]?(?:€|EUR\b|euros?\b)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Money();

    [GeneratedRegex(@"\b(?:[Cc]ode|CODE|[Gg]utscheincode|[Aa]ktionscode)\b[\s\u00a0]*:?[\s\u00a0]*[“""„«]?([A-Z0-9][A-Z0-9_-]{2,})")]
    private static partial Regex NamedCode();

    [GeneratedRegex(@"(?<![\w{])([A-Z]{3,}[0-9]{1,4})(?![\w}])")]
    private static partial Regex LooksLikeCode();

    [GeneratedRegex(@"\b(?<day>\d{1,2})(?:\.|er|st|nd|rd|th)?\s+(?:of\s+)?(?<month>january|february|march|april|may|june|july|august|september|october|november|december|jänner|januar|feber|februar|märz|mai|juni|juli|oktober|dezember|janvier|février|mars|avril|juin|juillet|août|septembre|octobre|novembre|décembre)\b|\b(?<month>january|february|march|april|may|june|july|august|september|october|november|december)\s+(?<day>\d{1,2})(?:st|nd|rd|th)?\b|(?<![\d.,/])(?<d>\d{1,2})\.(?<m>\d{1,2})\.(?:\d{2,4})?(?!\d)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Date();

    [GeneratedRegex(@"(?<![\d.,])(\d{1,3}(?:[.,\s]\d{3})+|\d+)\s?(?:bonus[- ]?)?(?:points?|punkte?)\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Points();

    [GeneratedRegex(@"free (?:delivery|shipping)|deliver(?:ed)? (?:your (?:next )?order |it )?(?:for )?free\b(?!-)|delivery is (?:free\b|on us)|kostenlose[rnms]? (?:lieferung|versand)|versandkostenfrei|gratisversand|(?:lieferung|versand) (?:für sie |ist ){0,2}(?:kostenlos|gratis)\b|lieferung übernehmen wir|liefern (?:wir )?(?:ihnen )?(?:ihre (?:nächste )?bestellung )?(?:kostenlos|gratis)\b|livraison (?:vous )?(?:est )?(?:gratuite|offerte|pour nous)|livrons (?:votre (?:prochaine )?commande )?gratuitement|frais de port offerts", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex FreeDelivery();

    // A gift that comes with an order; "gifts for your mother" are goods.
    [GeneratedRegex(@"free gift|gift (?:with|in) your (?:next )?(?:order|purchase|parcel)|(?:pack|add|enclose|include) (?:you )?a (?:little |small )?gift|gratisgeschenk|kostenlose[sn]? geschenk|geschenk zu ihrer (?:nächsten )?bestellung|legen wir (?:ihnen )?ein (?:kleines )?geschenk bei|paket (?:liegt|finden sie) ein (?:kleines )?geschenk|cadeau (?:offert|gratuit)|cadeau avec (?:votre (?:prochaine )?|toute )commande|(?:glissons|ajoutons|joignons) un (?:petit )?cadeau|cadeau dans votre colis", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex Gift();

    [GeneratedRegex(@"\bgifts?\b|geschenk|\bcadeaux?\b", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant)]
    private static partial Regex GiftWord();
}
