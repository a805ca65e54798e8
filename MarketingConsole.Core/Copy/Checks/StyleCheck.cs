using System.Text.RegularExpressions;

namespace MarketingConsole.Core.Copy.Checks;

/// <summary>Shouting: capitals and exclamation marks, which readers and spam filters dislike.</summary>
internal static partial class StyleCheck
{
    public static IEnumerable<CopyFinding> Check(IReadOnlyList<(string Field, string Text)> parts)
    {
        foreach (var (field, text) in parts)
        {
            var literal = Tags().Replace(text, " ");
            if (Shouted().Match(literal) is { Success: true } capitals)
            {
                yield return new(CheckLevel.Warning, "style", field, "Words in capitals read as shouting.", capitals.Value);
            }

            if (Marks().Match(literal) is { Success: true } marks)
            {
                yield return new(CheckLevel.Warning, "style", field, "One mark is enough.", marks.Value);
            }
            else if (literal.Count(x => x == '!') > (field == "body" ? 2 : 1))
            {
                yield return new(CheckLevel.Warning, "style", field, "Fewer exclamation marks are more convincing.", "!");
            }
        }
    }

    [GeneratedRegex(@"\{\{[^}]*\}\}")]
    private static partial Regex Tags();

    [GeneratedRegex(@"\b\p{Lu}{4,}(?:\s+\p{Lu}{2,})+\b|\b\p{Lu}{2,}\s+\p{Lu}{2,}\s+\p{Lu}{2,}\b|\b(?:FREE|SALE|NOW|GRATIS|JETZT|GRATUIT|OFFERT)\b")]
    private static partial Regex Shouted();

    [GeneratedRegex(@"[!?]{2,}|\${2,}|€{2,}")]
    private static partial Regex Marks();
}
