using MarketingConsole.Core.Offers;

namespace MarketingConsole.Core.Copy.Writing;

/// <summary>Writes three variants of a message without any network: sentences of a phrase book put together by goal, angle, kind of offer and tone.
/// The same brief, offers and seed give the same copy.</summary>
public static class CopyComposer
{
    public static IReadOnlyList<string> Languages { get; } = ["en", "de", "fr"];
    public static IReadOnlyList<string> Tones { get; } = ["friendly", "plain", "warm", "playful", "elegant"];
    public static IReadOnlyList<string> Angles { get; } = ["helpful", "curious", "straightforward"];

    private static readonly (string Goal, string[] Stems)[] Goals =
    [
        ("thanks", ["thank", "loyal", "reward", "anniversar", "birthday", "dank", "treue", "geburtstag", "jubiläum", "merci", "remerci", "fidél", "anniversaire"]),
        ("return", ["back", "return", "win", "again", "reactivat", "lapse", "lapsing", "visit", "zurück", "wieder", "rückgewinn", "reaktivier", "besuch", "revenir", "retour", "reconqu", "réactiv", "visite"]),
        ("new", ["new", "launch", "arriv", "introduc", "season", "collection", "neu", "einführ", "saison", "kollektion", "nouve", "lanc", "présent"]),
    ];

    /// <param name="offers">The offers the campaign may give; the copy fits every one of them.</param>
    public static IReadOnlyList<CopyVariant> Compose(CopyBrief brief, IReadOnlyList<OfferDraft> offers, int seed)
    {
        ArgumentNullException.ThrowIfNull(brief);
        ArgumentNullException.ThrowIfNull(offers);
        if (!Languages.Contains(brief.Language))
        {
            throw new ArgumentException($"The composer writes {string.Join(", ", Languages)}; not {brief.Language}.", nameof(brief));
        }

        return [.. Enumerable.Range(0, Angles.Count).Select(index => Write(brief, offers, index, new Picker(seed)))];
    }

    /// <summary>The composer's reading of a goal in free words: thanks, return, new or discover.</summary>
    public static string GoalOf(string words)
    {
        ArgumentNullException.ThrowIfNull(words);
        return Goals.FirstOrDefault(x => x.Stems.Any(stem => words.Contains(stem, StringComparison.OrdinalIgnoreCase))).Goal ?? "discover";
    }

    private static CopyVariant Write(CopyBrief brief, IReadOnlyList<OfferDraft> offers, int index, Picker pick)
    {
        var angle = Angles[index];
        var book = PhraseBook.In(brief.Language);
        var (lines, offer, hasOffer) = (book.Goals[GoalOf(brief.Goal)][angle], book.Offers[KindOf(offers)], offers.Count > 0);
        var leadsWithOffer = hasOffer && angle == "straightforward";
        var tone = Tones.Contains(brief.Tone) ? brief.Tone : Tones[0];
        var highlights = Highlights(brief.Highlights);
        string[] paragraphs =
        [
            pick.From(book.Greeting[tone]),
            pick.From(lines.Openings),
            highlights.Count == 0 ? "" : $"{book.Highlights[angle]}\n\n{string.Join('\n', highlights.Select(x => "- " + x))}",
            hasOffer ? string.Join(' ', new[] { pick.From(offer.Sentences), Applies(book, offers), offers.Any(x => x.Code is not null) ? pick.From(book.Code) : "" }.Where(x => x.Length > 0)) : pick.From(offer.Sentences),
            pick.From(book.Closing[tone]),
        ];
        return new CopyVariant
        {
            Name = ((char)('A' + index)).ToString(),
            Language = brief.Language,
            Subject = pick.From(leadsWithOffer ? offer.Subjects : lines.Subjects),
            Preheader = leadsWithOffer ? pick.From(book.Preheaders["none"]) : pick.From(book.Preheaders[hasOffer ? "offer" : "none"]),
            Heading = pick.From(leadsWithOffer ? offer.Headings : lines.Headings),
            Body = string.Join("\n\n", paragraphs.Where(x => x.Length > 0)),
            Button = pick.From(book.Buttons[angle]),
            ShortText = (hasOffer ? offer.Short[index] : $"{lines.Short} {pick.From(offer.Short)}").Replace('’', '\'') + (hasOffer && offers.Any(x => x.Code is not null) ? book.ShortCode : "") + book.ShortEnd + book.Stop,
            Origin = CopyOrigin.Composer,
        };
    }

    private static string KindOf(IReadOnlyList<OfferDraft> offers) => offers.Select(x => x.Kind switch
    {
        OfferKind.PercentOff or OfferKind.AmountOff => "value",
        OfferKind.FreeShipping => "delivery",
        OfferKind.Gift => "gift",
        _ => "points",
    }).Distinct().ToList() switch
    { [] => "none", [var kind] => kind, _ => "mixed" };

    // Only where one offer is given is it certain what it applies to.
    private static string Applies(PhraseBook book, IReadOnlyList<OfferDraft> offers) => offers is [{ Categories.Count: > 0, Skus.Count: 0 } only]
        ? string.Format(System.Globalization.CultureInfo.InvariantCulture, book.Applies, Enumerate(only.Categories, book.And)) : "";

    private static string Enumerate(IReadOnlyList<string> items, string and) => items.Count == 1 ? items[0] : $"{string.Join(", ", items.SkipLast(1))} {and} {items[^1]}";

    private static List<string> Highlights(string text) =>
        [.. text.Split(['\n', ';'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(x => x.TrimStart('-', '•', ' ')).Where(x => x.Length > 0).Take(6)];

    private sealed class Picker(int seed)
    {
        private readonly Random _random = new(seed);

#pragma warning disable CA5394 // variety, not security
        public string From(string[] choices) => choices[_random.Next(choices.Length)];
#pragma warning restore CA5394
    }
}
