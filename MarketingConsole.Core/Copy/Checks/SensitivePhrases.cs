using System.Text.RegularExpressions;

namespace MarketingConsole.Core.Copy.Checks;

/// <summary>Traits a message must not reveal: the special categories of article 9 GDPR, pregnancy and money troubles, and anything the shop inferred from watching the reader.</summary>
internal static class SensitivePhrases
{
    // Words about the reader: with one of them close by, a topic becomes a statement about the person.
    private const string Reader = @"(?:you(?:r|['’]re| are)?|as an?|people like you|f[uü]r sie als|sie als|ihre[nmrs]?|ihr|sie|dein[e]?[nmrs]?|als|votre|vos|vous|en tant que|comme)";

    private static readonly (string Trait, string Words)[] Topics =
    [
        ("health", @"diabet\w*|cancer|depress\w*|anxiety|hiv|illness|disease|disabilit\w*|overweight|obes\w*|medication|diagnos\w*|therapy|krebs|depression\w*|krankheit\w*|behinderung\w*|[uü]bergewicht\w*|medikament\w*|diab[eè]t\w*|d[eé]pressi\w*|maladie\w*|handicap\w*|surpoids|m[eé]dicament\w*"),
        ("religion", @"muslim\w*|islam\w*|christian\w*|catholic\w*|jew(?:ish)?|hindu\w*|buddhist\w*|your faith|religio\w*|christ(?:lich\w*|en)|katholi\w*|j[uü]disch\w*|glaube(?:n)?s?(?:gemeinschaft)?|musulman\w*|chr[eé]tien\w*|catholique\w*|jui(?:f|ve)s?"),
        ("sexual orientation", @"gay|lesbian|bisexual|queer|transgender|sexual orientation|schwul\w*|lesbisch\w*|bisexuell\w*|sexuelle orientierung|homosex\w*|lesbienne\w*"),
        ("ethnic origin", @"ethnic\w*|your race|immigrant\w*|migrant\w*|ethnisch\w*|migrationshintergrund|hautfarbe|ethnique\w*|immigr[eé]\w*|origine(?:s)? [eé]trang[eè]re(?:s)?"),
        ("political views", @"republican\w*|democrats?|conservatives?|left[- ]wing|right[- ]wing|your vote|political\w*|parteimitglied\w*|politisch\w*|w[aä]hler\w*|[eé]lecteur\w*|politique\w*"),
        ("pregnancy", @"pregnan\w*|expecting (?:a )?(?:baby|child)|baby bump|due date|schwanger\w*|geburtstermin|enceinte\w*|grossesse\w*|futures? mamans?|heureux [eé]v[eé]nement"),
        ("finances", @"debts?|bankrupt\w*|overdraft|unemploy\w*|credit score|low income|tight budget|schulden|pleite|arbeitslos\w*|kreditw[uü]rdig\w*|geringes einkommen|dettes?|faillite|ch[oô]mage|ch[oô]meur\w*|d[eé]couvert bancaire|faibles revenus"),
    ];

    public static IReadOnlyList<Phrase> All { get; } =
    [
        .. Topics.Select(x => new Phrase(CheckLevel.Error, "sensitive", $"It says something about the reader's {x.Trait}.", Compile($@"{Reader}(?:\W+\w+){{0,3}}?\W+(?:{x.Words})"))),
        Inferred("It tells readers that they are watched.",
            @"we(?:['’]ve| have)? (?:noticed|seen|saw|observed|detected|tracked|know) (?:that )?you|based on your (?:activity|behaviou?r|browsing|profile|data|purchases?|history)|our (?:data|records|model|algorithm)s? (?:shows?|says?|tells?|predicts?)|we predict",
            @"wir haben (?:bemerkt|gesehen|festgestellt|beobachtet)|uns ist aufgefallen|wir wissen,? dass sie|aufgrund ihres? (?:verhaltens|profils|daten|einkaufs)|basierend auf ihr\w*|unsere daten (?:zeigen|sagen)",
            @"nous avons (?:remarqu[eé]|constat[eé]|vu|observ[eé])|nous savons que vous|d['’]apr[eè]s (?:votre|vos) (?:activit[eé]|comportement|profil|donn[eé]es|achats?)|nos donn[eé]es (?:montrent|indiquent)"),
        Inferred("It reveals what the shop inferred about the reader's habits.",
            @"(?:because|since|as) you(?:['’]re| are| have|['’]ve) (?:lapsing|lapsed|inactive|not (?:bought|ordered|visited)|n['’]t (?:bought|ordered|visited))|you haven['’]t (?:bought|ordered|visited|shopped|opened|been)|it(?:['’]s| has) been (?:a while|\w+ (?:days|weeks|months))|(?:because|since|as) you (?:bought|looked at|viewed|browsed|left)|lapsing|lapsed customers?|you(?:['’]re| are) (?:a )?(?:high|low)[- ]value|your lifecycle",
            @"sie haben (?:schon )?l[aä]nger nicht|(?:schon )?lange nicht (?:mehr )?(?:gekauft|bestellt|besucht|gesehen)|seit (?:ihrem letzten|\w+ (?:tagen|wochen|monaten))|weil sie .{0,20}(?:gekauft|angesehen|bestellt) haben|inaktive?r? kunde?",
            @"vous n['’]avez (?:pas|plus|rien)|cela fait (?:longtemps|un moment|\w+ (?:jours|semaines|mois))|depuis votre derni[eè]re? |parce que vous avez (?:achet[eé]|vu|consult[eé])|client(?:e)? inactif"),
        .. Topics.Select(x => new Phrase(CheckLevel.Warning, "sensitive", $"It touches {x.Trait}: make sure that nobody can read it as a statement about themselves.", Compile(x.Words))),
    ];

    private static Phrase Inferred(string reason, params string[] patterns) => new(CheckLevel.Error, "sensitive", reason, Compile(string.Join('|', patterns)));

    private static Regex Compile(string pattern) => new($@"(?<!\w)(?:{pattern})(?!\w)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant);
}
