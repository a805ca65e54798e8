using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Segments;

namespace MarketingConsole.Tests.Segments;

public sealed class ConditionNumberTests
{
    public static TheoryData<string> Conditions { get; } =
    [
        """{"type":"twin","field":"orders","op":"atLeast","value":2}""", """{"type":"twin","field":"revenue","op":"between","value":20,"to":80}""", """{"type":"twin","field":"chanceToBuy","op":"below","value":40}""",
        """{"type":"twin","field":"offerUplift","op":"above","value":0}""", """{"type":"twin","field":"lastOrder","op":"notInLast","days":30}""", """{"type":"trait","field":"age","op":"between","value":30,"to":45}""",
        """{"type":"trait","field":"signUp","op":"between","value":"2026-01-01","to":"2026-03-31"}""", """{"type":"trait","field":"birthDate","op":"anniversaryIn","days":14}""", """{"type":"trait","field":"custom.pets","op":"atLeast","value":2}""",
        """{"type":"event","event":"purchase","days":90}""", """{"type":"event","event":"purchase","op":"atLeast","value":3,"days":180}""", """{"type":"event","event":"view","op":"between","value":3,"to":9,"minutes":60}""",
        """{"type":"event","event":"purchase","measure":"sum","op":"below","value":500}""", """{"type":"event","event":"purchase","measure":"average","op":"atLeast","value":20,"days":365}""", """{"type":"event","event":"purchase","measure":"daysSinceLast","op":"atMost","value":9}""",
        """{"type":"event","event":"purchase","op":"regularly","value":4,"periods":6,"days":30}""", """{"type":"event","event":"purchase","op":"stopped","value":3,"periods":4,"days":60}""", """{"type":"event","event":"purchase","op":"restarted","periods":6,"days":30}""",
        """{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"},"withinDays":7,"days":90}""", """{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"},"withinMinutes":7}""",
        """{"type":"member","segment":3,"days":30}""", """{"type":"lookalike","segment":3,"atLeast":60}""", """{"type":"rank","percent":5,"field":"revenue"}""", """{"type":"rank","top":false,"count":5,"field":"age"}""", """{"type":"rank","count":100,"event":{"event":"purchase","measure":"sum","days":365}}""",
        """{"type":"bucket","from":10,"to":50}""", """{"type":"near","kilometres":10,"store":1}""",
        """{"type":"held","days":14,"rule":{"type":"trait","field":"tier","value":"gold"}}""", """{"type":"held","minutes":90,"rule":{"type":"trait","field":"tier","value":"gold"}}""",
    ];

    [Theory]
    [MemberData(nameof(Conditions))]
    public void With_AnyPlaceOfTheSlider_IsARuleWithThatNumber(string json)
    {
        var condition = RuleJson.Read(json);
        Assert.Empty(RuleValidator.Check(condition));
        var numbers = ConditionNumber.Of(condition);
        Assert.NotEmpty(numbers);
        foreach (var (index, number) in numbers.Index())
        {
            Assert.InRange(number.Value, number.Low, number.High);
            for (var x = number.Low; x <= number.High; x += Math.Max(number.Step, (number.High - number.Low) / 50))
            {
                var at = number.Step >= 1 ? Math.Round(x) : x;
                var moved = number.With(at);
                Assert.True(RuleValidator.Check(moved) is [], $"{number.Name} at {at}: {RuleJson.Write(moved)}");
                Assert.Equal(at, ConditionNumber.Of(moved)[index].Value, Math.Max(1, number.Step));
            }
        }
    }

    [Fact]
    public void Of_ConditionWithoutNumbers_IsEmpty() => Assert.Empty(ConditionNumber.Of(new TraitRule { Field = "country", Op = RuleOperator.In, Values = ["DE"] }));

    [Fact]
    public void On_Distribution_CoversItsBinsInRoundSteps()
    {
        var number = ConditionNumber.Of(new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum, Op = EventOperator.AtLeast, Value = 100 })[0];
        DistributionBin[] bins = [new("less than 0", "", null, 0, 3, 0), .. Enumerable.Range(0, 29).Select(x => new DistributionBin($"{x}", $"{x}", x * 100, (x + 1) * 100, 1, 1)), new("more", "", 2900, null, 1, 1)];
        var on = number.On(new RuleDistribution("", "Total amount", DistributionUnit.Money, false, bins, 0, 0, 33, 30, null, 0));
        Assert.Equal((0d, 2900d, 20d), (on.Low, on.High, on.Step));
        Assert.Equal("100 EUR", on.Told("EUR"));
    }

    [Theory]
    [InlineData("age", "Age")]
    [InlineData("bought", "Bought")]
    [InlineData("email open", "Last e-mail opened|Opened an e-mail|E-mail open rate")]
    [InlineData("lookalike", "Resembles a segment")]
    [InlineData("persuadable", "Offer uplift")]
    [InlineData("motive", "Motivation")]
    [InlineData("discount", "Deal drive")]
    [InlineData("Tier", "Tier")]
    [InlineData("days", "Median days between orders|Expected orders in 30 days")]
    public void Search_Word_FindsWhatBeginsSoFirst(string text, string first) => Assert.Contains(RuleCatalogue.Search(text, []).First().Label, first.Split('|'));
}
