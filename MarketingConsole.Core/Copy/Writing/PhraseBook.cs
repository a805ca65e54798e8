using System.Text.Json;

namespace MarketingConsole.Core.Copy.Writing;

/// <summary>The composer's sentences in one language: <c>phrases.en.json</c> and its siblings, each written in that language rather than translated.</summary>
internal sealed record PhraseBook(
    Dictionary<string, string[]> Greeting, Dictionary<string, string[]> Closing, Dictionary<string, Dictionary<string, Lines>> Goals, Dictionary<string, OfferLines> Offers,
    string[] Code, string ShortCode, string ShortEnd, string Stop, string Applies, Dictionary<string, string> Highlights, string And,
    Dictionary<string, string[]> Preheaders, Dictionary<string, string[]> Buttons)
{
    private static readonly Dictionary<string, PhraseBook> ByLanguage = CopyComposer.Languages.ToDictionary(x => x, Load);

    public static PhraseBook In(string language) => ByLanguage[language];

    private static PhraseBook Load(string language)
    {
        using var stream = typeof(PhraseBook).Assembly.GetManifestResourceStream($"MarketingConsole.Core.Copy.Writing.phrases.{language}.json")!;
        return JsonSerializer.Deserialize<PhraseBook>(stream, JsonSerializerOptions.Web)!;
    }
}

internal sealed record Lines(string[] Subjects, string[] Headings, string Short, string[] Openings);

internal sealed record OfferLines(string[] Subjects, string[] Headings, string[] Sentences, string[] Short);
