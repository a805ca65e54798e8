using System.Text.RegularExpressions;
using MarketingConsole.Core.Offers;

namespace MarketingConsole.Core.Copy.Checks;

/// <summary>When a phrase that usually presses is simply true.</summary>
internal enum TrueWhen { Never, StockLimited, OneDay, EndsWithin3Days }

/// <param name="Level">Error for what is never right, warning for what depends on context.</param>
internal sealed record Phrase(CheckLevel Level, string Rule, string Reason, Regex Pattern, TrueWhen TrueWhen = TrueWhen.Never);

/// <summary>Looks for pressure and for sensitive or inferred traits, in all three languages whatever the variant's own.</summary>
internal static class PhraseCheck
{
    private static readonly Phrase[] All = [.. PressurePhrases.All, .. SensitivePhrases.All];

    public static IEnumerable<CopyFinding> Check(IReadOnlyList<(string Field, string Text)> parts, CopyFacts facts)
    {
        foreach (var (field, text) in parts)
        {
            var found = new List<Match>();
            foreach (var phrase in All)
            {
                // A weaker rule on words a stronger one has already named would say the same twice.
                if (phrase.Pattern.Match(text) is { Success: true } match && !IsTrue(phrase.TrueWhen, facts) && !found.Any(x => match.Index >= x.Index && match.Index + match.Length <= x.Index + x.Length))
                {
                    found.Add(match);
                    yield return new(phrase.Level, phrase.Rule, field, phrase.Reason, match.Value);
                }
            }
        }
    }

    private static bool IsTrue(TrueWhen when, CopyFacts facts) => when switch
    {
        TrueWhen.Never => false,
        _ when facts.Offers.Count == 0 => false,
        TrueWhen.StockLimited => facts.Offers.All(x => x.StockLimit is not null),
        TrueWhen.OneDay => facts.Offers.All(x => OfferText.LastDay(x, facts.Zone) == DateOnly.FromDateTime(TimeZoneInfo.ConvertTimeFromUtc(x.ValidFrom, facts.Zone))),
        TrueWhen.EndsWithin3Days => facts.Offers.All(x => x.ValidTo - facts.Now <= TimeSpan.FromDays(3)),
        _ => true,
    };
}
