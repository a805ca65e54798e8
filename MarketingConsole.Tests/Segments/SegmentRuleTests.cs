using System.Text.Json;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;

namespace MarketingConsole.Tests.Segments;

public sealed class SegmentRuleTests
{
    [Fact]
    public void WriteAndRead_RandomRules_AreValidAndStayTheSame()
    {
        for (var seed = 0; seed < 5000; seed++)
        {
            var rule = new RuleGenerator(new Random(seed)).Next(depth: 3);
            Assert.Empty(RuleValidator.Check(rule));
            var json = RuleJson.Write(rule);
            Assert.Equal(json, RuleJson.Write(RuleJson.Read(json)));
        }
    }

    [Fact]
    public void Examples_CoverEveryOperator_AndAreValid()
    {
        Assert.All(RuleSchema.Examples, x => Assert.Empty(RuleValidator.Check(x)));
        Assert.Equal(Enum.GetValues<EventOperator>().Order(), RuleSchema.Examples.OfType<EventRule>().Select(x => x.Op).Distinct().Order());
        Assert.Equal(Enum.GetValues<GroupMatch>().Order(), RuleSchema.Examples.OfType<GroupRule>().Select(x => x.Match).Distinct().Order());
        var used = RuleSchema.Examples.SelectMany(x => RuleTree.Nodes(x)).Select(x => x.Rule).OfType<FieldRule>().Select(x => x.Op).Distinct().Order();
        Assert.Equal(Enum.GetValues<RuleOperator>().Order(), used);
    }

    [Fact]
    public void Schema_IsJson_AndKnowsEveryType()
    {
        using var schema = JsonDocument.Parse(RuleSchema.Json);
        Assert.Equal(RuleSchema.Examples.Count, schema.RootElement.GetProperty("examples").GetArrayLength());
        foreach (var type in new[] { "group", "trait", "event", "twin", "consent", "member" })
        {
            Assert.Contains($"\"const\": \"{type}\"", RuleSchema.Json, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Templates_AreValid_AndHaveUniqueKeys()
    {
        Assert.All(SegmentTemplates.All, x => Assert.Empty(RuleValidator.Check(x.Rule)));
        Assert.Equal(SegmentTemplates.All.Count, SegmentTemplates.All.Select(x => x.Key).Distinct().Count());
    }

    [Theory]
    [InlineData("""{"type":"group","match":"all","rules":[]}""", "", "Add a condition")]
    [InlineData("""{"type":"group","rules":[{"type":"group","rules":[]}]}""", "rules[0]", "empty")]
    [InlineData("""{"type":"group","rules":[{"type":"trait","field":"colour","op":"is","value":"red"}]}""", "rules[0].field", "no trait \"colour\"")]
    [InlineData("""{"type":"trait","field":"age","op":"atLeast","value":"old"}""", "value", "number")]
    [InlineData("""{"type":"trait","field":"age","op":"between","value":40,"to":30}""", "to", "less")]
    [InlineData("""{"type":"trait","field":"country","op":"inLast","days":3}""", "op", "does not fit")]
    [InlineData("""{"type":"trait","field":"signUp","op":"below","value":"yesterday"}""", "value", "date like")]
    [InlineData("""{"type":"trait","field":"tier","op":"in"}""", "values", "at least one")]
    [InlineData("""{"type":"twin","field":"stage","op":"is","value":"asleep"}""", "value", "not one of")]
    [InlineData("""{"type":"twin","field":"chanceToBuy","op":"atLeast","value":140}""", "value", "0 to 100")]
    [InlineData("""{"type":"event","event":"purchase","op":"atLeast","value":-1}""", "value", "1 or more")]
    [InlineData("""{"type":"event","event":"purchase","op":"atMost","value":-1}""", "value", "0 or more")]
    [InlineData("""{"type":"event","event":"purchase","op":"exactly","value":1.5}""", "value", "whole")]
    [InlineData("""{"type":"event","event":"emailOpen","op":"atLeast","value":5,"measure":"amount"}""", "measure", "no amount")]
    [InlineData("""{"type":"event","event":"custom"}""", "name", "Name the event")]
    [InlineData("""{"type":"event","event":"view","days":0}""", "days", "1 to")]
    [InlineData("""{"type":"event","event":"view","days":5,"from":"2026-01-01T00:00:00Z"}""", "days", "either")]
    [InlineData("""{"type":"event","event":"view","where":{"categories":[]}}""", "where.categories", "at least one")]
    [InlineData("""{"type":"consent"}""", "purpose", "purpose")]
    [InlineData("""{"type":"member","segment":9}""", "segment", "no segment 9")]
    [InlineData("""{"type":"member","segment":5}""", "segment", "itself")]
    [InlineData("""{"type":"member","segment":6}""", "segment", "circle")]
    [InlineData("""{"type":"lookalike"}""", "segment", "Choose a segment")]
    [InlineData("""{"type":"lookalike","segment":9}""", "segment", "no segment 9")]
    [InlineData("""{"type":"lookalike","segment":6}""", "segment", "circle")]
    [InlineData("""{"type":"lookalike","segment":6,"atLeast":140}""", "atLeast", "0 to 100")]
    [InlineData("""{"type":"twin","field":"nextOrderFrom","op":"inNext"}""", "days", "number of days")]
    [InlineData("""{"type":"twin","field":"lastOrder","op":"inNext","days":7}""", "op", "does not fit")]
    [InlineData("""{"type":"group","rules":[null]}""", "rules[0]", "missing")]
    public void Check_InvalidRule_NamesPathAndFault(string json, string path, string message)
    {
        Dictionary<int, SegmentRule> others = new() { [5] = new MemberRule { Segment = 6 }, [6] = new MemberRule { Segment = 7 }, [7] = GroupRule.None(new MemberRule { Segment = 5 }) };
        var (rule, problem) = RuleJson.TryRead(json);
        Assert.Null(problem);
        var problems = RuleValidator.Check(rule!, others, self: 5);
        Assert.Contains(problems, x => x.Path == path && x.Message.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"type":"group","rules":[{"type":"trait","feild":"country"}]}""", "rules[0].feild", "no field \"feild\"")]
    [InlineData("""{"type":"event","event":"purchased"}""", "event", "not one of the allowed words")]
    [InlineData("""{"type":"event","event":"purchase","value":"three"}""", "value", "wrong type")]
    [InlineData("""{"type":"group","rules":null}""", "rules", "null")]
    [InlineData("""{"field":"country"}""", "", "\"type\"")]
    [InlineData("""{"type":"colour"}""", "", "\"type\"")]
    [InlineData("""{"type":"group",""", "", "JSON")]
    public void TryRead_BadJson_NamesPathAndFault(string json, string path, string message)
    {
        var (rule, problem) = RuleJson.TryRead(json);
        Assert.Null(rule);
        Assert.Contains(message, problem!.Message, StringComparison.Ordinal);
        Assert.EndsWith(path, problem.Path, StringComparison.Ordinal);
    }

    [Fact]
    public void CheckPast_FeaturesAndSegments_AreRefusedConsentsAreNot()
    {
        var rule = GroupRule.All(new EventRule { Event = EventType.Purchase }, new TwinRule { Field = "orders", Value = 2d }, new PermissionRule { Purpose = Purpose.Email }, new MemberRule { Segment = 1 }, new LookalikeRule { Segment = 1 });
        Assert.Equal(["rules[1]", "rules[3]", "rules[4]"], RuleValidator.CheckPast(rule).Select(x => x.Path));
    }

    [Fact]
    public void Sentence_NestedRule_ReadsAsEnglish()
    {
        var rule = GroupRule.All(
            new EventRule { Event = EventType.Purchase, Op = EventOperator.AtLeast, Value = 3, Days = 180, Where = new EventFilter { Categories = ["Tea"] } },
            new EventRule { Event = EventType.Purchase, Op = EventOperator.NotPerformed, Days = 30 },
            GroupRule.None(new MemberRule { Segment = 4 }));
        var names = RuleNames.None with { Segments = new Dictionary<int, string> { [4] = "Wholesale" } };
        Assert.Equal("Customers who bought Tea at least 3 times in the last 180 days, and who did not buy anything in the last 30 days, but not those who are in segment Wholesale.", RuleSentence.Of(rule, names));
        Assert.Equal("Customers whose country is DE or AT.", RuleSentence.Of(new TraitRule { Field = "country", Op = RuleOperator.In, Values = ["DE", "AT"] }));
        Assert.Equal("Customers whose chance to buy in 30 days is at least 40 %.", RuleSentence.Of(new TwinRule { Field = "chanceToBuy", Op = RuleOperator.AtLeast, Value = 40d }));
        Assert.Equal("Customers whose earliest likely next purchase is in the next 7 days.", RuleSentence.Of(new TwinRule { Field = "nextOrderFrom", Op = RuleOperator.InNext, Days = 7 }));
        Assert.Equal("Customers who resemble segment Wholesale by at least 60 %.", RuleSentence.Of(new LookalikeRule { Segment = 4, AtLeast = 60 }, names));
        Assert.Equal("Customers who bought something for at least 1,200 EUR in all by web.", RuleSentence.Of(new EventRule { Event = EventType.Purchase, Op = EventOperator.AtLeast, Measure = EventMeasure.Amount, Value = 1200, Where = new EventFilter { Channels = [Channel.Web] } }));
    }
}
