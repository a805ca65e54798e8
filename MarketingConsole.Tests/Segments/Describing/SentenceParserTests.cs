using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.Describing;

namespace MarketingConsole.Tests.Segments.Describing;

public sealed class SentenceParserTests(ITestOutputHelper output)
{
    private const int Rules = 3000;
    private const double LeastShare = 0.9;

    private static readonly RuleNames Names = new(DescribingShop.Words.Segments, DescribingShop.Words.Stores, DescribingShop.Words.Campaigns, DescribingShop.Words.Currency);

    public static TheoryData<string, string> Understood => [.. Sentences.Understood];

    [Theory, MemberData(nameof(Understood))]
    public void Parse_SentenceAsPeopleWriteIt_MeansTheRule(string sentence, string rule)
    {
        var proposal = Parse(sentence);
        Assert.Empty(proposal.NotUnderstood);
        Assert.Equal(Meaning.Of(RuleJson.Read(rule)), Meaning.Of(proposal.Rule!));
        Assert.Empty(RuleValidator.Check(proposal.Rule!));
    }

    [Fact]
    public void Table_HasAtLeastSixtySentences() => Assert.True(Sentences.Understood.Length >= 60, $"{Sentences.Understood.Length}");

    public static TheoryData<string> Templates => [.. SegmentTemplates.All.Select(x => x.Key)];

    [Theory, MemberData(nameof(Templates))]
    public void Parse_SentenceOfATemplate_GivesItsRule(string key)
    {
        var template = SegmentTemplates.All.Single(x => x.Key == key);
        var proposal = Parse(RuleSentence.Of(template.Rule, Names));
        Assert.Empty(proposal.NotUnderstood);
        Assert.Equal(Meaning.Of(template.Rule), Meaning.Of(proposal.Rule!));
    }

    [Fact]
    public void Parse_SentencesOfRandomRules_MostGiveTheirRule()
    {
        var (same, seed) = (0, 0);
        for (var tried = 0; tried < Rules; seed++)
        {
            var rule = new RuleGenerator(new Random(seed)).Next(depth: seed % 3);
            if (RuleJson.Write(rule).Contains("T12:00:00", StringComparison.Ordinal))
            {
                continue; // sentences tell days, not hours
            }

            tried++;
            same += Parse(RuleSentence.Of(rule, Names)).Rule is { } read && Meaning.Of(read) == Meaning.Of(rule) ? 1 : 0;
        }

        output.WriteLine($"{same} of {Rules} random rules come back from their sentence with the same meaning.");
        Assert.True(same >= LeastShare * Rules, $"only {same} of {Rules}");
    }

    [Theory]
    [InlineData("women who bought unicorns", "unicorns", "no category, brand or product")]
    [InlineData("loyal women", "loyal", "numbers")]
    [InlineData("women who like horses", "like horses", "Not understood")]
    [InlineData("women who never bought unicorns", "never bought unicorns", "ruled out")]
    [InlineData("women who did not bake bread", "not bake bread", "ruled out")]
    [InlineData("women who spent more than $500", "$500", "EUR")]
    [InlineData("women who bought tea few times", "few", "numbers")]
    [InlineData("women in Germany, xyzzy", "xyzzy", "Not understood")]
    public void Parse_UnknownPart_IsNamedAndTheRestProposed(string sentence, string part, string why)
    {
        var proposal = Parse(sentence);
        Assert.Contains(RuleTree.Nodes(proposal.Rule!), x => x.Rule is TraitRule { Field: "gender" });
        var missed = Assert.Single(proposal.NotUnderstood, x => x.Text.Contains(part, StringComparison.Ordinal));
        Assert.Equal(missed.Text, sentence.Substring(missed.Start, missed.Length));
        Assert.Contains(why, missed.Why, StringComparison.Ordinal);
    }

    [Fact]
    public void Parse_NegatedUnknown_NeverSaysTheOpposite()
    {
        var proposal = Parse("women who have not bought any unicorns but bought tea");
        Assert.DoesNotContain(RuleTree.Nodes(proposal.Rule!), x => x.Rule is EventRule { Where: null });
        Assert.Contains(RuleTree.Nodes(proposal.Rule!), x => x.Rule is EventRule { Op: EventOperator.Performed, Where.Categories: ["Tea"] });
    }

    [Theory]
    [InlineData("customers who bought tea 3 times", "at least")]
    [InlineData("customers likely to buy", "40 %")]
    [InlineData("customers who bought candles", "Candles & scent")]
    [InlineData("women who bought tea and viewed coffee or bought shoes", "brackets")]
    [InlineData("the top 10 % of customers", "12 months")]
    public void Parse_WordWithAChosenMeaning_SaysSo(string sentence, string note) => Assert.Contains(Parse(sentence).Notes, x => x.Contains(note, StringComparison.Ordinal));

    [Theory]
    [InlineData("")]
    [InlineData("   ...")]
    [InlineData("hello world")]
    [InlineData("(((")]
    [InlineData("))) and or not but , ; (")]
    [InlineData("not")]
    [InlineData("either or neither nor")]
    public void Parse_NothingToUnderstand_GivesNoRule(string sentence) => Assert.Null(Parse(sentence).Rule);

    /// <summary>Words of the grammar in any order neither throw nor loop, and whatever comes out is a rule that can be evaluated.</summary>
    [Fact]
    public void Parse_WordsInAnyOrder_EndsAndProposesSoundRules()
    {
        string[] words = [.. Sentences.Understood.SelectMany(x => x.Sentence.Split(' ')).Concat(["(", ")", ",", "“", "\"", "€", "%", "not", "either", "between", "2026-02-30", "31 February", "1e9", "999999999999", "-"]).Distinct()];
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var sentence = string.Join(' ', Enumerable.Range(0, random.Next(1, 14)).Select(_ => words[random.Next(words.Length)]));
            var proposal = Parse(sentence);
            Assert.All(proposal.NotUnderstood, x => Assert.Equal(x.Text, sentence.Substring(x.Start, x.Length)));
            Assert.All(proposal.NotUnderstood.Zip(proposal.NotUnderstood.Skip(1)), x => Assert.True(x.First.Start + x.First.Length <= x.Second.Start));
            if (proposal.Rule is { } rule)
            {
                _ = RuleSentence.Of(RuleJson.Read(RuleJson.Write(rule)), Names);
            }
        }
    }

    [Fact]
    public void Parse_Days_AreTheShopsAndAreReadBackAsSuch()
    {
        var vienna = TimeZoneInfo.FindSystemTimeZoneById("Europe/Vienna");
        var rule = SentenceParser.Parse("customers who bought tea between 1 March 2026 and 31 March 2026", DescribingShop.Words with { Zone = vienna }, DescribingShop.Today).Rule!;
        var happened = Assert.Single(RuleTree.Nodes(rule).Select(x => x.Rule).OfType<EventRule>());
        Assert.Equal((new DateTimeOffset(2026, 2, 28, 23, 0, 0, TimeSpan.Zero), new DateTimeOffset(2026, 3, 31, 22, 0, 0, TimeSpan.Zero)), (happened.From!.Value.ToUniversalTime(), happened.Until!.Value.ToUniversalTime())); // summer time begins in between
        Assert.Equal("Customers who bought Tea between 1 March 2026 and 31 March 2026.", RuleSentence.Of(rule, Names with { Zone = vienna }));
    }

    [Fact]
    public void Parse_SameSentence_SameRule() => Assert.All(Sentences.Understood, x => Assert.Equal(RuleJson.Write(Parse(x.Sentence).Rule!), RuleJson.Write(Parse(x.Sentence).Rule!)));

    private static Proposal Parse(string sentence) => SentenceParser.Parse(sentence, DescribingShop.Words, DescribingShop.Today);
}
