namespace MarketingConsole.Core.Learning.Text;

/// <summary>A word that carried feeling, and what it came to after negation and emphasis.</summary>
/// <param name="Text">As in the text, in lower case.</param>
/// <param name="Valence">About −5 to 5.</param>
public sealed record SentimentHit(string Text, double Valence);

/// <summary>What the lexicon and the rules make of a text.</summary>
/// <param name="Score">−1 very negative to 1 very positive; 0 where nothing speaks either way.</param>
/// <param name="Language">The language read.</param>
/// <param name="Hits">Words that carried feeling, in order.</param>
/// <param name="Negations">Negating words seen.</param>
/// <param name="Exclamations">Exclamation marks, at most 4.</param>
/// <param name="Capitals">Words in capitals among others that are not.</param>
public sealed record SentimentScore(double Score, string Language, IReadOnlyList<SentimentHit> Hits, int Negations, int Exclamations, int Capitals);

/// <summary>Sentiment without training: valences of a lexicon, changed by what stands around them. Negation turns a word and weakens it ("not good" is less bad than "bad"),
/// intensifiers raise or lower it, less so from afar, capitals and drawn-out letters and exclamation marks raise it, and after "but" the words count more than before.
/// Sources for the kinds of rules: Polanyi and Zaenen, Contextual valence shifters, 2006; Taboada et al., Lexicon-based methods for sentiment analysis, 2011.</summary>
public static class SentimentRules
{
    private const int Reach = 3; // tokens before a word that may shift it
    private const double Turned = -0.6;
    private const double Capital = 1.25;
    private const double DrawnOut = 1.15;
    private const double Exclamation = 0.1; // per mark, as a share
    private const double BeforeBut = 0.6;
    private const double AfterBut = 1.3;
    private const double HalfWay = 15; // score = S / √(S² + 15): one strong word gives about .6

    private static readonly HashSet<string> Negators = Set("""
        not no never none nobody nothing neither nor nowhere without cannot cant can't dont don't doesnt doesn't didnt didn't isnt isn't wasnt wasn't arent aren't werent weren't wont won't wouldnt wouldn't
        shouldnt shouldn't couldnt couldn't havent haven't hasnt hasn't hadnt hadn't aint ain't hardly barely scarcely rarely seldom lack lacks
        nicht kein keine keinen keiner keinem keines nie niemals niemand nichts weder ohne kaum nix
        pas ne n' jamais aucun aucune rien personne ni sans guère nullement
        """);

    private static readonly Dictionary<string, double> Degrees = Weights(("1.3", """
        very really extremely absolutely totally completely incredibly amazingly so such too super highly truly utterly entirely especially particularly fucking freaking friggin damn hella insanely seriously
        deeply greatly hugely enormously exceptionally most more much quite_a_bit way soo
        sehr wirklich total absolut extrem äußerst besonders unglaublich richtig so voll völlig komplett überaus ausgesprochen wahnsinnig echt mega ganz zu viel
        très vraiment extrêmement totalement absolument tellement si trop super hyper ultra particulièrement incroyablement complètement fort plus
        """), ("0.7", """
        slightly somewhat fairly pretty rather kinda kindof sorta partly almost marginally mildly relatively little bit less
        etwas ziemlich relativ einigermaßen teilweise halbwegs fast bisschen wenig recht eher weniger
        plutôt assez peu légèrement presque relativement moins moyennement
        """));

    private static readonly HashSet<string> Turns = Set("but however although though yet except aber jedoch doch allerdings trotzdem mais cependant pourtant toutefois néanmoins");

    /// <param name="text">Any text; empty gives 0.</param>
    /// <param name="language">"en", "de" or "fr"; null to tell by the words.</param>
    public static SentimentScore Score(string? text, string? language = null)
    {
        var tokens = Tokeniser.Tokens(text);
        return Score(tokens, language ?? StopWords.Language(tokens));
    }

    /// <param name="tokens">As the tokeniser gives them.</param>
    /// <param name="language">"en", "de" or "fr".</param>
    public static SentimentScore Score(IReadOnlyList<Token> tokens, string language)
    {
        var lexicon = SentimentLexicon.Of(language);
        var shouting = tokens.Count(x => x.Capitals);
        var mixed = shouting > 0 && tokens.Any(x => x.Kind == TokenKind.Word && !x.Capitals && x.Text.Length > 1);
        List<(int At, string Text, double Valence)> hits = [];
        for (var i = 0; i < tokens.Count; i++)
        {
            if (lexicon.Find(tokens, i) is not { } found || (found.Length == 1 && IsShifter(tokens, i)))
            {
                continue;
            }

            var word = tokens[i].Kind is TokenKind.Word or TokenKind.Hashtag; // a face is meant as it is: "won't be there :("
            var valence = found.Valence * (word ? Shift(tokens, i, found.Length, language) : 1) * (mixed && tokens[i].Capitals ? Capital : 1) * (tokens[i].Elongated ? DrawnOut : 1);
            if (valence != 0) // "kind of": a phrase that only keeps its words from counting
            {
                hits.Add((i, string.Join(' ', tokens.Skip(i).Take(found.Length).Select(x => x.Text)), valence));
            }

            i += found.Length - 1;
        }

        var turn = -1;
        for (var i = 1; i < tokens.Count - 1; i++)
        {
            turn = Turns.Contains(tokens[i].Text) ? i : turn;
        }

        List<SentimentHit> result = [.. hits.Select(x => new SentimentHit(x.Text, x.Valence * (turn < 0 ? 1 : x.At < turn ? BeforeBut : AfterBut)))];
        var marks = Math.Min(4, tokens.Where(x => x.Kind == TokenKind.Punctuation).Sum(x => x.Text.Count(c => c == '!')));
        var sum = result.Sum(x => x.Valence) * (1 + (Exclamation * marks));
        return new(sum / Math.Sqrt((sum * sum) + HalfWay), language, result, tokens.Count(x => Negators.Contains(x.Text)), marks, mixed ? shouting : 0);
    }

    /// <returns>Whether a token negates what follows.</returns>
    internal static bool IsNegator(Token token) => token.Kind == TokenKind.Word && Negators.Contains(token.Text);

    /// <summary>"super" before another word raises it; alone it is praise.</summary>
    private static bool IsShifter(IReadOnlyList<Token> tokens, int at) =>
        Negators.Contains(tokens[at].Text) || (Degrees.ContainsKey(tokens[at].Text) && at + 1 < tokens.Count && tokens[at + 1].Kind == TokenKind.Word && !Turns.Contains(tokens[at + 1].Text) && SentimentLexicon.Of("en").Find(tokens, at + 1) is not null);

    private static double Shift(IReadOnlyList<Token> tokens, int at, int length, string language)
    {
        var (factor, negated) = (1.0, false);
        for (var distance = 1; distance <= Reach && at - distance >= 0; distance++)
        {
            var token = tokens[at - distance];
            if (token.Kind == TokenKind.Punctuation && token.Text is "." or "," or ";" or ":" or "!" or "?" || Turns.Contains(token.Text))
            {
                break;
            }

            var emphasis = Degrees.GetValueOrDefault(token.Text, 1) * (token.Capitals && Degrees.ContainsKey(token.Text) ? 1.1 : 1);
            factor *= 1 + ((emphasis - 1) * (1 - (0.2 * (distance - 1))));
            negated ^= Negators.Contains(token.Text) && !(token.Text is "ne" or "n'") && !(token.Text == "no" && distance > 1);
        }

        // German and French negate verbs from behind: "gefällt mir nicht", "n'aime pas".
        for (var next = at + length; !negated && language is "de" or "fr" && next < Math.Min(tokens.Count, at + length + Reach) && tokens[next].Kind == TokenKind.Word; next++)
        {
            if (tokens[next].Text is "nicht" or "pas" or "jamais" or "plus" or "nie")
            {
                negated = language == "de" || (at > 0 && tokens.Skip(Math.Max(0, at - 2)).Take(2).Any(x => x.Text is "ne" or "n'"));
                break;
            }
        }

        return factor * (negated ? Turned : 1);
    }

    private static HashSet<string> Set(string words) => new(words.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), StringComparer.Ordinal);

    private static Dictionary<string, double> Weights(params (string Weight, string Words)[] lists)
    {
        var result = new Dictionary<string, double>(StringComparer.Ordinal);
        foreach (var (weight, words) in lists)
        {
            foreach (var word in Set(words))
            {
                result.TryAdd(word, double.Parse(weight, System.Globalization.CultureInfo.InvariantCulture));
            }
        }

        return result;
    }
}
