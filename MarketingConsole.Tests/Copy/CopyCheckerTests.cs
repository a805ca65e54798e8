using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Copy.Checks;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Offers;

namespace MarketingConsole.Tests.Copy;

public sealed class CopyCheckerTests
{
    private static readonly DateTime Now = new(2026, 11, 10, 9, 0, 0, DateTimeKind.Utc);
    private static readonly OfferDraft Offer = new() { Name = "Autumn", Kind = OfferKind.PercentOff, Value = 15, Code = "AUTUMN15", ValidFrom = Now, ValidTo = new DateTime(2026, 11, 24, 23, 0, 0, DateTimeKind.Utc) };
    private static readonly CopyVariant Good = new() { Subject = "For you", Preheader = "Inside", Heading = "Tea", Body = "Take {{offer_value}} off with {{offer_code}} until {{valid_to}}.", Button = "Look", ShortText = "{{offer_value}} off {{link}} {{unsubscribe_url}}" };

    private static IReadOnlyList<CopyFinding> Check(string body, OfferDraft? offer = null, Channel channel = Channel.Email, bool noOffer = false) =>
        CopyChecker.Check(channel == Channel.Email ? Good with { Body = Good.Body + " " + body } : Good with { ShortText = body }, channel, Facts(noOffer ? [] : [offer ?? Offer]));

    private static CopyFacts Facts(params OfferDraft[] offers) => new(offers, 2481, new Dictionary<string, int> { ["first_name"] = 132 }, "EUR", CopyComposerTests.Vienna, Now);

    [Fact]
    public void Check_GoodCopy_FindsNothing() => Assert.Empty(Check(""));

    [Theory]
    [InlineData("Hurry up!", "Hurry up")]
    [InlineData("Don’t miss out on it", "Don’t miss out")]
    [InlineData("Only 3 left", "Only 3 left")]
    [InlineData("Ends soon", "Ends soon")]
    [InlineData("Nur noch kurze Zeit", "Nur noch kurze Zeit")]
    [InlineData("Jetzt zuschlagen", "Jetzt zuschlagen")]
    [InlineData("Dépêchez-vous de commander", "Dépêchez-vous")]
    [InlineData("dans la limite des stocks disponibles", "dans la limite des stocks")]
    public void Check_Pressure_IsAnErrorThatPointsAtTheWords(string body, string phrase) => Single(Check(body), "pressure", CheckLevel.Error, phrase);

    [Fact]
    public void Check_UrgencyThatIsTrue_Passes()
    {
        Assert.Empty(Check("While stocks last", Offer with { StockLimit = 50 }));
        Assert.Empty(Check("The offer ends soon", Offer with { ValidTo = Now.AddDays(2) }));
        Assert.Empty(Check("Today only", Offer with { ValidFrom = Now.AddHours(-2), ValidTo = Now.AddHours(5) }));
    }

    [Theory]
    [InlineData("We noticed you like green tea")]
    [InlineData("You haven’t ordered in a while")]
    [InlineData("Because you are lapsing")]
    [InlineData("Good for your diabetes")]
    [InlineData("As a Muslim you will like it")]
    [InlineData("Now that you are pregnant")]
    [InlineData("Wir haben bemerkt, was Sie mögen")]
    [InlineData("Für Ihre Schwangerschaft")]
    [InlineData("Vous n’avez plus commandé")]
    [InlineData("Pour votre grossesse")]
    public void Check_SensitiveOrInferred_IsAnError(string body) => Assert.Contains(Check(body), x => x.Rule == "sensitive" && x.Level == CheckLevel.Error);

    [Fact]
    public void Check_SensitiveTopicOnItsOwn_Warns() => Single(Check("A book on depression"), "sensitive", CheckLevel.Warning, "depression");

    [Theory]
    [InlineData("Get 20% off", "20%")]
    [InlineData("20 % Rabatt", "20 %")]
    [InlineData("Code: SUMMER20", "SUMMER20")]
    [InlineData("until 25 November", "25 November")]
    [InlineData("bis 25. November", "25. November")]
    [InlineData("until November 30th", "November 30th")]
    [InlineData("bis 30.11.2026", "30.11.2026")]
    [InlineData("avec la livraison offerte", "livraison offerte")]
    public void Check_NumbersThatAreNotTheOffers_AreErrors(string body, string phrase) => Single(Check(body), "offer", CheckLevel.Error, phrase);

    [Theory]
    [InlineData("15% off with AUTUMN15 until 24 November")]
    [InlineData("15 % bis 24.11.")]
    [InlineData("100 % linen")]
    public void Check_NumbersThatAreTheOffers_Pass(string body) => Assert.Empty(Check(body));

    [Theory]
    [InlineData(OfferKind.Gift, 0, "A gift is waiting for you")]
    [InlineData(OfferKind.Gift, 0, "Ein kleines Geschenk liegt bereit")]
    [InlineData(OfferKind.Gift, 0, "Un petit cadeau vous attend")]
    [InlineData(OfferKind.FreeShipping, 0, "We deliver your order free of charge")]
    [InlineData(OfferKind.FreeShipping, 0, "Die Lieferung ist für Sie kostenlos")]
    [InlineData(OfferKind.FreeShipping, 0, "Nous livrons votre commande gratuitement")]
    [InlineData(OfferKind.Points, 1500, "1,500 points for you")]
    [InlineData(OfferKind.Points, 1500, "1.500 Punkte für Sie")]
    [InlineData(OfferKind.Points, 1500, "1500 points pour vous")]
    public void Check_OfferInWords_IsAMention(OfferKind kind, int value, string text) =>
        Assert.Empty(Check(text + " {{unsubscribe_url}}", Offer with { Kind = kind, Value = value, Code = null }, Channel.Sms));

    [Theory]
    [InlineData(OfferKind.Gift, 0)]
    [InlineData(OfferKind.FreeShipping, 0)]
    [InlineData(OfferKind.Points, 15)]
    public void Check_OfferNotMentioned_Warns(OfferKind kind, int value) =>
        Assert.Contains(Check("150 teas, delivered in 15 days {{unsubscribe_url}}", Offer with { Kind = kind, Value = value, Code = null }, Channel.Sms), x => x is { Rule: "offer", Level: CheckLevel.Warning });

    [Fact]
    public void Check_WordsThatOnlyResembleAPromise_Pass() => Assert.Empty(Check("We deliver free-range eggs. Find a gift for your mother. Geschenke zum Muttertag. Des idées de cadeaux."));

    [Fact]
    public void Check_AmountOff_ComparesCents()
    {
        var ten = Offer with { Kind = OfferKind.AmountOff, Value = 1050 };
        Assert.Empty(Check("€10.50 off, 10,50 € Rabatt", ten));
        Single(Check("€10 off", ten), "offer", CheckLevel.Error, "€10");
        Single(Check("teas from €4"), "offer", CheckLevel.Warning, "€4");
    }

    [Fact]
    public void Check_PlaceholderSomeLack_NamesHowMany()
    {
        var finding = Single(Check("Dear {{first_name}}"), "placeholder", CheckLevel.Error, "{{first_name}}");
        Assert.Contains("132 of 2,481", finding.Message, StringComparison.Ordinal);
        Assert.Empty(Check("Dear {{first_name \"friend\"}} {{#if first_name}}{{first_name}}{{/if}} {{last_name}}"));
    }

    [Fact]
    public void Check_OfferPlaceholderWithoutOffer_IsAnError() => Assert.Contains(Check("", noOffer: true), x => x.Rule == "placeholder" && x.Phrase == "{{offer_value}}");

    [Fact]
    public void Check_CodeOfAnOfferWithoutCode_IsAnError() => Assert.Contains(Check("", Offer with { Code = null }), x => x.Rule == "placeholder" && x.Phrase == "{{offer_code}}");

    [Fact]
    public void Check_LongOrEmptyParts_AreReported()
    {
        var findings = CopyChecker.Check(Good with { Subject = new string('a', 61), Preheader = "", Button = "" }, Channel.Email, Facts(Offer));
        Assert.Contains(findings, x => x is { Field: "subject", Level: CheckLevel.Warning });
        Assert.Contains(findings, x => x is { Field: "preheader", Level: CheckLevel.Warning });
        Assert.Contains(findings, x => x is { Field: "button", Level: CheckLevel.Error });
    }

    [Fact]
    public void Check_Sms_CountsPartsAndDemandsAWayOut()
    {
        Assert.Contains(Check(new string('a', 130) + "{{offer_value}} {{unsubscribe_url}}", channel: Channel.Sms), x => x.Message.Contains("2 SMS", StringComparison.Ordinal));
        Assert.Contains(Check("{{offer_value}} {{link}}", channel: Channel.Sms), x => x.Rule == "unsubscribe");
    }

    [Theory]
    [InlineData(160, 'a', 1)]
    [InlineData(161, 'a', 2)]
    [InlineData(306, 'a', 2)]
    [InlineData(307, 'a', 3)]
    [InlineData(80, '€', 1)]
    [InlineData(81, '€', 2)]
    [InlineData(70, 'ê', 1)]
    [InlineData(71, 'ê', 2)]
    [InlineData(134, 'ê', 2)]
    [InlineData(135, 'ê', 3)]
    public void Measure_AtTheEdges_CountsParts(int length, char character, int parts) => Assert.Equal(parts, SmsLength.Measure(new string(character, length)).Parts);

    [Fact]
    public void Check_Shouting_Warns()
    {
        Single(Check("BIG SALE"), "style", CheckLevel.Warning, "SALE");
        Single(Check("Really!!"), "style", CheckLevel.Warning, "!!");
    }

    private static CopyFinding Single(IReadOnlyList<CopyFinding> findings, string rule, CheckLevel level, string phrase)
    {
        var finding = Assert.Single(findings);
        Assert.Equal((rule, level, phrase), (finding.Rule, finding.Level, finding.Phrase!.Replace('\u00a0', ' ')));
        return finding;
    }
}
