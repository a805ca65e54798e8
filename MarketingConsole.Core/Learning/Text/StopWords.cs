namespace MarketingConsole.Core.Learning.Text;

/// <summary>Function words, which say nothing about a topic; they also tell the languages apart.</summary>
public static class StopWords
{
    private static readonly Dictionary<string, HashSet<string>> ByLanguage = new(StringComparer.Ordinal)
    {
        ["en"] = Set("""
            a about after again all also am an and any are aren't as at be because been before being both but by can can't could couldn't did didn't do does doesn't doing don't down during each
            few for from further get got had hadn't has hasn't have haven't having he her here hers him his how i i'd i'll i'm i've if in into is isn't it it's its itself just let me more most my
            myself no nor not now of off on once only or other our ours out over own same she should shouldn't so some such than that that's the their theirs them then there these they they're
            this those through to too under until up us very was wasn't we we're were weren't what when where which while who whom why will with won't would wouldn't you you're your yours
            """),
        ["de"] = Set("""
            aber alle allem allen aller alles als also am an ander andere anderen auch auf aus bei beim bin bis bist da dabei damit dann das dass dem den denn der des dessen dich die dies diese diesem
            diesen dieser dieses dir doch dort du durch ein eine einem einen einer eines er es etwas euch euer für gegen habe haben hat hatte hatten hier hin hinter ich ihm ihn ihnen ihr ihre ihrem
            ihren ihrer im in indem ins ist ja jede jedem jeden jeder jedes jetzt kann kein keine keinen keiner können könnte machen man manche mein meine meinem meinen meiner mich mir mit muss
            müssen nach nicht nichts noch nun nur ob oder ohne sehr sein seine seinem seinen seiner seit sich sie sind so solche soll sollte sondern sonst über um und uns unser unsere unter viel vom
            von vor war waren warst was weg weil weiter welche welcher wenn wer werde werden wie wieder will wir wird wo wollen wurde wurden während zu zum zur zwar zwischen
            """),
        ["fr"] = Set("""
            à ai ainsi alors as au aucun aussi autre aux avait avant avec avoir avons bien c' ça car ce cela celle celui ces cet cette ceux chaque chez comme d' dans de des depuis deux dont du elle
            elles en encore entre est et étaient était été être eu eux fait faire fois fut ici il ils j' jamais je jusqu' l' la le les leur leurs lors lui m' ma mais me même mes mes moi moins mon n'
            ne ni non nos notre nous on ont ou où par parce pas pendant peu peut plus pour pourquoi qu' quand que quel quelle quelles quels qui quoi s' sa sans se sera ses si son sont sous suis
            sur t' ta te tes toi ton tous tout toute toutes très trop tu un une vers vos votre vous y
            """),
    };

    private static readonly HashSet<string> None = [];

    /// <returns>The function words of "en", "de" or "fr"; none for another language.</returns>
    public static IReadOnlySet<string> Of(string language) => ByLanguage.GetValueOrDefault(language, None);

    /// <summary>The language with the most function words and typical letters in the text, "en" where nothing speaks for another.</summary>
    public static string Language(IReadOnlyList<Token> tokens)
    {
        var (best, most) = ("en", 0.0);
        foreach (var (language, words) in ByLanguage)
        {
            var score = tokens.Count(x => words.Contains(x.Text)) + (0.5 * tokens.Sum(x => x.Text.Count(c => Letters(language).Contains(c))));
            if (score > most)
            {
                (best, most) = (language, score);
            }
        }

        return best;
    }

    private static string Letters(string language) => language switch { "de" => "äöüß", "fr" => "éèêëàâçùûîïôœ", _ => "" };

    private static HashSet<string> Set(string words) => new(words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);
}
