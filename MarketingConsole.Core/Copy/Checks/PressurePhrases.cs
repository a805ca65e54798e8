using System.Text.RegularExpressions;

namespace MarketingConsole.Core.Copy.Checks;

/// <summary>Urgency that is not real and pressure on feelings: misleading under Directive 2005/29/EC (annex I, no. 7) and rejected by readers.</summary>
internal static class PressurePhrases
{
    public static IReadOnlyList<Phrase> All { get; } =
    [
        Never("It presses instead of informing: give the end date.",
            @"act (?:now|fast|quickly)|hurry(?: up)?|don['’]t (?:wait|hesitate|delay)|before it['’]s too late|(?:last|final) chance|now or never|limited[- ]time|time is running out|running out|the clock is ticking|urgent",
            @"nur (?:noch )?kurze zeit|schnell (?:sein|zugreifen|zuschlagen)|jetzt (?:zuschlagen|zugreifen|schnell)|beeilen sie sich|beeil dich|letzte (?:chance|gelegenheit)|bevor es zu sp[aä]t ist|die uhr tickt|dringend|jetzt oder nie|sofort zugreifen",
            @"d[eé]p[eê]chez[- ]vous|vite,|faites vite|derni[eè]re chance|avant qu['’]il ne soit trop tard|le temps presse|maintenant ou jamais|n['’]attendez (?:plus|pas)|urgent|dur[eé]e limit[eé]e|temps limit[eé]"),
        Never("It plays on the fear of missing something.",
            @"don['’]t miss (?:out|this|it)|miss(?:ing)? out|you['’]ll regret|everyone(?: else)? is (?:buying|getting)|selling fast|going fast|once in a lifetime|too good to miss",
            @"nicht (?:verpassen|entgehen)|verpassen sie|verpass nicht|sie werden es bereuen|alle (?:kaufen|greifen zu)|geht schnell weg|einmalige (?:chance|gelegenheit)",
            @"ne (?:ratez|manquez) (?:pas|surtout)|[aà] ne pas (?:rater|manquer)|vous (?:allez )?regretter(?:ez)?|tout le monde (?:ach[eè]te|en profite)|part(?:ent)? vite|occasion unique"),
        Never("It blames or flatters the reader into buying.",
            @"you (?:deserve|owe it to yourself)|we(?:['’]re| are) (?:sad|hurt|disappointed)|don['’]t let us down|have you forgotten us|you(?:['’]d| would) be (?:crazy|stupid|a fool)|no[- ]brainer",
            @"(?:das |sie )?haben (?:sie )?(?:es )?sich verdient|wir sind (?:traurig|entt[aä]uscht)|lassen sie uns nicht im stich|haben sie uns vergessen|w[aä]ren sie (?:verr[uü]ckt|dumm)",
            @"vous (?:le )?m[eé]ritez|nous sommes (?:tristes|d[eé][cç]us)|ne nous laissez pas|nous avez[- ]vous oubli[eé]s?|vous seriez fous?"),
        Never("It promises what no shop can keep.", @"100\s?% free|risk[- ]free|guaranteed (?:win|winner|savings)|you(?:['’]ve| have) won|act as a winner", @"garantiert(?:er)? gewinn|sie haben gewonnen|v[oö]llig risikofrei", @"vous avez gagn[eé]|gain garanti|sans aucun risque"),
        When(TrueWhen.StockLimited, "The offer has no stock limit, so scarcity is not true.",
            @"(?:only|just) (?:\d+|a few|few) (?:\w+ )?left|while (?:stocks?|supplies) last|limited (?:stock|quantit(?:y|ies)|availability|edition)|almost (?:gone|sold out)|nearly (?:gone|sold out)",
            @"solange (?:der )?vorrat reicht|nur (?:noch )?(?:\d+|wenige) (?:\w+ )?(?:st[uü]ck|verf[uü]gbar|[uü]brig|pl[aä]tze)|begrenzte (?:menge|st[uü]ckzahl|anzahl)|fast (?:weg|ausverkauft)",
            @"dans la limite des stocks|jusqu['’][aà] [eé]puisement|plus que (?:\d+|quelques)|quantit[eé]s? limit[eé]es?|presque [eé]puis[eé]|stock limit[eé]"),
        When(TrueWhen.OneDay, "The offer holds longer than one day.",
            @"(?:only |just )?today only|only today|tonight only|ends (?:today|tonight)|24[- ]hours? only|flash sale",
            @"nur heute|nur noch heute|heute letzter tag|endet heute|nur 24 stunden",
            @"aujourd['’]hui seulement|seulement aujourd['’]hui|uniquement aujourd['’]hui|se termine aujourd['’]hui|24 heures seulement|vente flash"),
        When(TrueWhen.EndsWithin3Days, "The offer does not end within three days: give the date instead.",
            @"ends soon|ending soon|last days?|final (?:days?|hours?)|last hours?|only until tomorrow",
            @"endet bald|l[aä]uft bald ab|letzte(?:n)? (?:tage?|stunden)|nur noch bis morgen",
            @"se termine bient[oô]t|expire bient[oô]t|derniers jours|derni[eè]res heures|plus que (?:quelques|deux|trois) jours"),
    ];

    private static Phrase Never(string reason, params string[] patterns) => When(TrueWhen.Never, reason, patterns);

    private static Phrase When(TrueWhen when, string reason, params string[] patterns) =>
        new(CheckLevel.Error, "pressure", reason, new Regex($@"(?<!\w)(?:{string.Join('|', patterns)})(?!\w)", RegexOptions.IgnoreCase | RegexOptions.CultureInvariant), when);
}
