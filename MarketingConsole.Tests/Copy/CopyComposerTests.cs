using System.Text.RegularExpressions;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Copy.Checks;
using MarketingConsole.Core.Copy.Writing;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Offers;

namespace MarketingConsole.Tests.Copy;

public sealed partial class CopyComposerTests
{
    internal static readonly TimeZoneInfo Vienna = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna");
    private static readonly DateTime Now = new(2026, 11, 10, 9, 0, 0, DateTimeKind.Utc);
    private static readonly MessageRenderer Renderer = new(MessageRendererTests.Layout);

    internal static readonly OfferDraft[] Offers =
    [
        new() { Name = "Autumn", Kind = OfferKind.PercentOff, Value = 15, Code = "AUTUMN15", Categories = ["Tea", "Coffee"], ValidFrom = Now, ValidTo = Now.AddDays(20) },
        new() { Name = "Ten", Kind = OfferKind.AmountOff, Value = 1050, ValidFrom = Now, ValidTo = Now.AddDays(21) },
        new() { Name = "Post", Kind = OfferKind.FreeShipping, Code = "POST", ValidFrom = Now, ValidTo = Now.AddDays(30) },
        new() { Name = "Cup", Kind = OfferKind.Gift, ValidFrom = Now, ValidTo = Now.AddDays(9) },
        new() { Name = "Points", Kind = OfferKind.Points, Value = 1, ValidFrom = Now, ValidTo = Now.AddDays(9) },
        new() { Name = "More points", Kind = OfferKind.Points, Value = 1500, ValidFrom = Now, ValidTo = Now.AddDays(9) },
        new() { Name = "Post without code", Kind = OfferKind.FreeShipping, ValidFrom = Now, ValidTo = Now.AddDays(30) },
        new() { Name = "Cup with code", Kind = OfferKind.Gift, Code = "CUP-2026", Skus = ["T1"], ValidFrom = Now, ValidTo = Now.AddDays(9) },
    ];

    private static readonly string[] Goals = ["Bring customers back", "Neue Teesorten vorstellen", "Remercier nos clients fidèles", "Show our range", "", "Saisonstart"];
    private static readonly string[] Highlights = ["", "Darjeeling First Flush", "- Darjeeling First Flush\n- loose leaf\nOrganic"];

    [Fact]
    public void Compose_AnyBriefAndOffers_GivesCopyThatPassesEveryCheckOnEveryChannel()
    {
        var briefs = from goal in Gen.Elements(Goals)
                     from tone in Gen.Elements(CopyComposer.Tones.ToArray())
                     from language in Gen.Elements(CopyComposer.Languages.ToArray())
                     from highlights in Gen.Elements(Highlights)
                     from offers in Gen.OneOf(Gen.Elements(Offers).Select(x => new List<OfferDraft> { x }), Gen.SubListOf(Offers).Select(x => x.ToList()))
                     from seed in Gen.Choose(0, 100_000)
                     select (Brief: new CopyBrief(goal, tone, language, highlights), Offers: offers.ToArray(), Seed: seed);
        Prop.ForAll(briefs.ToArbitrary(), x =>
        {
            var variants = CopyComposer.Compose(x.Brief, x.Offers, x.Seed);
            Assert.Equal(3, variants.Count);
            Assert.Equal(3, variants.Select(v => v.Body).Distinct().Count());
            Assert.Equal(3, variants.Select(v => v.ShortText).Distinct().Count());
            Assert.Equal(variants, CopyComposer.Compose(x.Brief, x.Offers, x.Seed));
            foreach (var variant in variants)
            {
                // Nobody in this audience has any trait: every placeholder must still resolve.
                var facts = new CopyFacts(x.Offers, 100, new Dictionary<string, int> { ["first_name"] = 100, ["last_name"] = 100, ["city"] = 100 }, "EUR", Vienna, Now);
                Assert.Empty(CopyChecker.Check(variant, Channel.Email, facts));
                Assert.DoesNotContain(CopyChecker.Check(variant, Channel.Sms, facts), f => f.Level == CheckLevel.Error);
                Assert.Empty(CopyChecker.Check(variant, Channel.Push, facts));
                foreach (var offer in x.Offers.DefaultIfEmpty())
                {
                    foreach (var name in new[] { null, "Zoë" })
                    {
                        ReadsWell(variant, offer, name);
                    }
                }
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(25));
    }

    [Fact]
    public void Compose_EveryOfferLanguageGoalAndAngle_NamesTheOfferOnEveryChannel()
    {
        foreach (var (offer, variant, channel) in Everything())
        {
            Assert.Empty(OfferCheck.Check(MessageTemplate.Parts(variant, channel), FactsOf(offer)));
        }
    }

    [Fact]
    public void Compose_ForAGiftOrFreeDelivery_IsAFalsePromiseWhereTheOfferIsAnother()
    {
        foreach (var (_, variant, channel) in Everything().Where(x => x.Offer.Kind is OfferKind.Gift or OfferKind.FreeShipping))
        {
            var field = channel == Channel.Email ? "body" : "shortText";
            Assert.True(OfferCheck.Check(MessageTemplate.Parts(variant, channel), FactsOf(Offers[0])).Any(x => x.Level == CheckLevel.Error && x.Field == field), $"{variant.Body}\n{variant.ShortText}");
        }
    }

    [Theory]
    [InlineData("Wir möchten Danke sagen", "thanks")]
    [InlineData("win back customers", "return")]
    [InlineData("Lancer la collection d’hiver", "new")]
    [InlineData("Show what we sell", "discover")]
    public void GoalOf_WordsInThreeLanguages_FindsTheGoal(string words, string goal) => Assert.Equal(goal, CopyComposer.GoalOf(words));

    [Fact]
    public void Compose_DifferentSeeds_Varies() =>
        Assert.True(Enumerable.Range(0, 20).Select(x => CopyComposer.Compose(new("come back", "friendly", "fr"), [Offers[0]], x)[0].Body).Distinct().Count() > 5);

    [Fact]
    public void Compose_UnknownLanguage_Throws() => Assert.Throws<ArgumentException>(() => CopyComposer.Compose(new("", "plain", "it"), [], 1));

    private static IEnumerable<(OfferDraft Offer, CopyVariant Variant, Channel Channel)> Everything() =>
        from offer in Offers
        from language in CopyComposer.Languages
        from goal in Goals
        from seed in Enumerable.Range(0, 8)
        from variant in CopyComposer.Compose(new(goal, "plain", language), [offer], seed)
        from channel in new[] { Channel.Email, Channel.Sms, Channel.Push }
        select (offer, variant, channel);

    private static CopyFacts FactsOf(OfferDraft offer) => new([offer], 100, new Dictionary<string, int>(), "EUR", Vienna, Now);

    private static void ReadsWell(CopyVariant variant, OfferDraft? offer, string? name)
    {
        var context = new MessageContext { FirstName = name, ShopName = "Teehaus", PostalAddress = "Gasse 1", LinkUrl = "https://x.example/l", UnsubscribeUrl = "https://x.example/u", PreferencesUrl = "https://x.example/p" };
        var filled = offer is null ? context : context.WithOffer(offer, variant.Language, "EUR", Vienna);
        var email = Renderer.Render(variant, filled);
        var all = email.Subject + "\n" + email.Text + "\n" + Renderer.Render(variant, filled, Channel.Sms).Text;
        Assert.DoesNotContain("{{", all + email.Html, StringComparison.Ordinal);
        Assert.DoesNotMatch(Clumsy(), all.Replace("https://", "", StringComparison.Ordinal));
        Assert.True(char.IsUpper(email.Subject[0]) || char.IsDigit(email.Subject[0]) || email.Subject[0] == '€', email.Subject);
        if (variant.Language == "fr")
        {
            Assert.DoesNotMatch(FrenchSpacing(), all.Replace("https://", "", StringComparison.Ordinal));
        }
        else
        {
            Assert.DoesNotContain(" :", all, StringComparison.Ordinal);
            Assert.DoesNotContain(" !", all, StringComparison.Ordinal);
        }
    }

    // Doubled words or spaces, a space before a stop, an empty slot, doubled stops.
    [GeneratedRegex(@"\b(\p{L}+) \1\b|[^\S\n]{2}| [,.]|\.\.|,,|, \.|\(\)|“”", RegexOptions.IgnoreCase)]
    private static partial Regex Clumsy();

    [GeneratedRegex(@"\S[!?:;](?=\s|$)", RegexOptions.Multiline)]
    private static partial Regex FrenchSpacing();
}
