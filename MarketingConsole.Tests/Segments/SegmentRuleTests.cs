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
        Assert.Equal(Enum.GetValues<EventMeasure>().Order(), RuleSchema.Examples.OfType<EventRule>().Select(x => x.Measure).Distinct().Order());
        Assert.Equal(typeof(SegmentRule).Assembly.GetTypes().Where(x => x.IsSubclassOf(typeof(SegmentRule)) && !x.IsAbstract).Select(x => x.Name).Order(), RuleSchema.Examples.Select(x => x.GetType().Name).Distinct().Order());
        Assert.Equal(Enum.GetValues<GroupMatch>().Order(), RuleSchema.Examples.OfType<GroupRule>().Select(x => x.Match).Distinct().Order());
        var used = RuleSchema.Examples.SelectMany(x => RuleTree.Nodes(x)).Select(x => x.Rule).OfType<FieldRule>().Select(x => x.Op).Distinct().Order();
        Assert.Equal(Enum.GetValues<RuleOperator>().Order(), used);
    }

    [Fact]
    public void Schema_IsJson_AndKnowsEveryType()
    {
        using var schema = JsonDocument.Parse(RuleSchema.Json);
        Assert.Equal(RuleSchema.Examples.Count, schema.RootElement.GetProperty("examples").GetArrayLength());
        Assert.Equal(RuleSchema.Examples.Count, schema.RootElement.GetProperty("anyOf").EnumerateArray().Sum(x => x.GetProperty("examples").GetArrayLength()));
        foreach (var type in new[] { "group", "trait", "event", "sequence", "twin", "consent", "member", "lookalike", "rank", "bucket", "near" })
        {
            Assert.Contains($"\"const\": \"{type}\"", RuleSchema.Json, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Templates_AreValid_AndHaveUniqueKeys()
    {
        Assert.All(SegmentTemplates.All, x => Assert.Empty(RuleValidator.Check(x.Rule)));
        Assert.Equal(21, SegmentTemplates.All.Select(x => x.Key).Distinct().Count());
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
    [InlineData("""{"type":"twin","field":"offerUplift","op":"above","value":-140}""", "value", "−100 to 100")]
    [InlineData("""{"type":"event","event":"purchase","op":"atLeast","value":-1}""", "value", "1 or more")]
    [InlineData("""{"type":"event","event":"purchase","op":"atMost","value":-1}""", "value", "0 or more")]
    [InlineData("""{"type":"event","event":"purchase","op":"exactly","value":1.5}""", "value", "whole")]
    [InlineData("""{"type":"event","event":"emailOpen","op":"atLeast","value":5,"measure":"sum"}""", "measure", "no amount")]
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
    [InlineData("""{"type":"trait","field":"signUp","op":"during"}""", "window", "Choose a week")]
    [InlineData("""{"type":"trait","field":"country","op":"during","window":"thisWeek"}""", "op", "does not fit")]
    [InlineData("""{"type":"trait","field":"country","op":"hasAll","values":["DE"]}""", "op", "does not fit")]
    [InlineData("""{"type":"trait","field":"birthDate","op":"anniversaryIn","days":400}""", "days", "1 to 366")]
    [InlineData("""{"type":"trait","field":"custom.size","op":"above","value":"big"}""", "value", "number")]
    [InlineData("""{"type":"event","event":"view","op":"below","value":0}""", "value", "Nothing is below 0")]
    [InlineData("""{"type":"event","event":"view","op":"between","value":3,"to":2}""", "to", "less")]
    [InlineData("""{"type":"event","event":"view","op":"between","value":3}""", "to", "Enter a number")]
    [InlineData("""{"type":"event","event":"purchase","op":"atLeast","value":3,"measure":"distinct"}""", "of", "told apart")]
    [InlineData("""{"type":"event","event":"purchase","op":"atLeast","value":3,"measure":"distinct","of":"colour"}""", "of", "told apart")]
    [InlineData("""{"type":"event","event":"purchase","op":"atLeast","value":3,"measure":"average","of":"store"}""", "of", "amount, quantity")]
    [InlineData("""{"type":"event","event":"purchase","op":"atLeast","value":3,"measure":"sum","of":"properties.a\"b"}""", "of", "no quotes")]
    [InlineData("""{"type":"event","event":"purchase","op":"atLeast","value":3,"of":"properties.points"}""", "of", "Only sums")]
    [InlineData("""{"type":"event","event":"purchase","measure":"sum"}""", "measure", "how much")]
    [InlineData("""{"type":"event","event":"view","minutes":0}""", "minutes", "1 to")]
    [InlineData("""{"type":"event","event":"view","minutes":5,"window":"thisWeek"}""", "minutes", "one window")]
    [InlineData("""{"type":"event","event":"view","since":{}}""", "since.event", "what happened")]
    [InlineData("""{"type":"event","event":"purchase","op":"regularly","value":7,"periods":6,"days":30}""", "value", "only 6")]
    [InlineData("""{"type":"event","event":"purchase","op":"regularly","value":2,"days":30}""", "periods", "number of periods")]
    [InlineData("""{"type":"event","event":"purchase","op":"stopped","value":2,"periods":3}""", "days", "how many days")]
    [InlineData("""{"type":"event","event":"purchase","op":"restarted","periods":3,"days":30,"since":{"event":"view"}}""", "since", "take")]
    [InlineData("""{"type":"event","event":"view","where":{"priceAtLeast":9,"priceAtMost":5}}""", "where.priceAtMost", "less")]
    [InlineData("""{"type":"event","event":"view","where":{"properties":[{"name":"","op":"exists"}]}}""", "where.properties[0].name", "Name the property")]
    [InlineData("""{"type":"event","event":"view","where":{"properties":[{"name":"a..b","op":"exists"}]}}""", "where.properties[0].name", "single dots")]
    [InlineData("""{"type":"event","event":"view","where":{"properties":[{"name":"a","op":"above","value":"b"}]}}""", "where.properties[0].value", "Enter a number")]
    [InlineData("""{"type":"event","event":"view","where":{"properties":[{"name":"a","op":"inLast"}]}}""", "where.properties[0].op", "does not fit a property")]
    [InlineData("""{"type":"sequence","first":{"event":"view"},"then":{"event":"custom"},"withinDays":3}""", "then.name", "Name the event")]
    [InlineData("""{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"}}""", "withinDays", "within how many")]
    [InlineData("""{"type":"sequence","first":{"event":"view"},"then":{"event":"purchase"},"withinDays":3,"withinMinutes":3}""", "withinMinutes", "either")]
    [InlineData("""{"type":"rank","field":"orders"}""", "percent", "how many")]
    [InlineData("""{"type":"rank","field":"orders","percent":0}""", "percent", "more than 0")]
    [InlineData("""{"type":"rank","field":"orders","percent":5,"count":3}""", "count", "either")]
    [InlineData("""{"type":"rank","percent":5}""", "field", "ranked by")]
    [InlineData("""{"type":"rank","percent":5,"field":"topCategory"}""", "field", "not a number")]
    [InlineData("""{"type":"rank","percent":5,"event":{"event":"purchase","measure":"distinct"}}""", "event.of", "told apart")]
    [InlineData("""{"type":"bucket","from":50,"to":50}""", "to", "more than the lower")]
    [InlineData("""{"type":"bucket","from":0,"to":101}""", "to", "at most 100")]
    [InlineData("""{"type":"near","store":1}""", "kilometres", "distance")]
    [InlineData("""{"type":"near","kilometres":5}""", "store", "Choose a store")]
    [InlineData("""{"type":"near","kilometres":5,"latitude":48}""", "longitude", "both")]
    [InlineData("""{"type":"near","kilometres":5,"latitude":98,"longitude":0}""", "latitude", "-90 to 90")]
    [InlineData("""{"type":"member","segment":7,"member":false,"days":3}""", "days", "Only a member")]
    [InlineData("""{"type":"held","rule":{"type":"trait","field":"country"},"days":3}""", "rule.value", "Enter")]
    [InlineData("""{"type":"held","days":3}""", "rule", "which condition")]
    [InlineData("""{"type":"held","rule":{"type":"consent","purpose":"email"}}""", "days", "how many days")]
    [InlineData("""{"type":"held","rule":{"type":"consent","purpose":"email"},"days":3,"minutes":3}""", "minutes", "either")]
    [InlineData("""{"type":"held","rule":{"type":"consent","purpose":"email"},"days":0}""", "days", "1 to 3650")]
    [InlineData("""{"type":"group","rules":[{"type":"held","rule":{"type":"group","rules":[{"type":"member","segment":6}]},"days":3}]}""", "rules[0].rule.rules[0].segment", "a circle")]
    [InlineData("""{"type":"held","rule":{"type":"held","rule":{"type":"held","rule":{"type":"held","rule":{"type":"held","rule":{"type":"held","rule":{"type":"held","rule":{"type":"held","rule":{"type":"held","rule":{"type":"consent","purpose":"email"},"days":1},"days":1},"days":1},"days":1},"days":1},"days":1},"days":1},"days":1},"days":1}""", "rule.rule.rule.rule.rule.rule.rule.rule", "deep")]
    [InlineData("""{"type":"group","rules":[{"type":"held","rule":{"type":"trait","field":"tier","op":"is","value":"gold"},"days":3},{"type":"trait","field":"tier","op":"is","value":"silver"}]}""", "rules[1]", "whose tier is gold")]
    [InlineData("""{"type":"group","rules":[{"type":"trait","field":"country","op":"is","value":"DE"},{"type":"trait","field":"country","op":"is","value":"AT"}]}""", "rules[1]", "whose country is DE")]
    [InlineData("""{"type":"group","rules":[{"type":"event","event":"purchase","days":90,"where":{"categories":["Tea"]},"since":{"event":"purchase"}}]}""", "rules[0].since", "since they last did it")]
    [InlineData("""{"type":"group","rules":[{"type":"trait","field":"age","op":"atLeast","value":40},{"type":"group","rules":[{"type":"trait","field":"age","op":"below","value":40}]}]}""", "rules[1].rules[0]", "Nobody")]
    [InlineData("""{"type":"group","rules":[{"type":"trait","field":"city","op":"missing"},{"type":"trait","field":"city","op":"contains","value":"a"}]}""", "rules[1]", "Nobody")]
    [InlineData("""{"type":"group","rules":[{"type":"event","event":"purchase","days":30},{"type":"event","event":"purchase","op":"notPerformed","days":30}]}""", "rules[1]", "Nobody")]
    [InlineData("""{"type":"group","rules":[{"type":"consent","purpose":"email"},{"type":"consent","purpose":"email","allowed":false}]}""", "rules[1]", "Nobody")]
    public void Check_InvalidRule_NamesPathAndFault(string json, string path, string message)
    {
        Dictionary<int, SegmentRule> others = new() { [5] = new MemberRule { Segment = 6 }, [6] = new MemberRule { Segment = 7 }, [7] = GroupRule.None(new MemberRule { Segment = 5 }) };
        var (rule, problem) = RuleJson.TryRead(json);
        Assert.Null(problem);
        var problems = RuleValidator.Check(rule!, others, self: 5);
        Assert.Contains(problems, x => x.Path == path && x.Message.Contains(message, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("""{"type":"event","event":"purchase","days":90,"since":{"event":"purchase","where":{"categories":["Tea"]}}}""")]
    [InlineData("""{"type":"group","rules":[{"type":"trait","field":"custom.size","op":"is","value":"a"},{"type":"trait","field":"custom.size","op":"is","value":"b"}]}""")]
    [InlineData("""{"type":"group","rules":[{"type":"trait","field":"age","op":"atLeast","value":40},{"type":"trait","field":"age","op":"atMost","value":40}]}""")]
    [InlineData("""{"type":"group","rules":[{"type":"trait","field":"signUp","op":"between","value":"2026-01-01","to":"2026-01-01"},{"type":"trait","field":"signUp","op":"atLeast","value":"2026-01-01"}]}""")]
    [InlineData("""{"type":"group","match":"any","rules":[{"type":"trait","field":"country","op":"is","value":"DE"},{"type":"trait","field":"country","op":"is","value":"AT"}]}""")]
    [InlineData("""{"type":"group","rules":[{"type":"event","event":"purchase","days":90},{"type":"event","event":"purchase","op":"notPerformed","days":30}]}""")]
    [InlineData("""{"type":"group","rules":[{"type":"event","event":"purchase","measure":"minimum","op":"atLeast","value":0},{"type":"event","event":"purchase","measure":"minimum","op":"atMost","value":0}]}""")]
    public void Check_SatisfiableTogether_HasNoProblem(string json) => Assert.Empty(RuleValidator.Check(RuleJson.Read(json)));

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

    [Theory]
    [InlineData("""{"type":"rank","percent":5,"field":"orders"}""", true, true, true)]
    [InlineData("""{"type":"sequence"}""", true, true, false)]
    [InlineData("""{"type":"trait","field":"signUp","op":"during","window":"thisWeek"}""", false, true, false)]
    [InlineData("""{"type":"trait","field":"birthDate","op":"anniversaryIn","days":3}""", false, true, false)]
    [InlineData("""{"type":"member","segment":3,"days":30}""", false, true, false)]
    [InlineData("""{"type":"member","segment":3}""", false, false, false)]
    [InlineData("""{"type":"held","rule":{"type":"trait","field":"country","op":"is","value":"DE"},"days":3}""", false, true, false)]
    [InlineData("""{"type":"held","rule":{"type":"rank","percent":5,"field":"orders"},"days":3}""", true, true, false)]
    [InlineData("""{"type":"bucket","to":50}""", false, false, false)]
    [InlineData("""{"type":"near","kilometres":5,"store":1}""", false, false, false)]
    public void Tree_EachKind_SaysWhatItUsesAndWhatMovesIt(string json, bool profile, bool time, bool others)
    {
        var rule = GroupRule.None(RuleJson.Read(json));
        Assert.Equal((profile, time, others), (RuleTree.UsesProfile(rule), RuleTree.MovesWithTime(rule), RuleTree.MovesWithOthers(rule)));
    }

    [Fact]
    public void CheckPast_FeaturesAndSegments_AreRefusedConsentsAreNot()
    {
        var rule = GroupRule.All(new EventRule { Event = EventType.Purchase }, new TwinRule { Field = "orders", Value = 2d }, new PermissionRule { Purpose = Purpose.Email }, new MemberRule { Segment = 1 }, new LookalikeRule { Segment = 1 },
            new RankRule { Count = 9, Field = "orders" }, new RankRule { Count = 9, Field = "custom.size" }, new RankRule { Count = 9, Event = new EventRule { Event = EventType.View } }, new SequenceRule(), new HeldRule { Rule = new SequenceRule(), Days = 3 }, new RankRule { Count = 9, Field = "age" }, new RankRule { Count = 9, Field = "lastOrder" });
        Assert.Equal(["rules[1]", "rules[3]", "rules[4]", "rules[5]", "rules[9]", "rules[11]"], RuleValidator.CheckPast(rule).Select(x => x.Path));
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
        Assert.Equal("Customers whose offer uplift is between −1 point and +2.5 points.", RuleSentence.Of(new TwinRule { Field = "offerUplift", Op = RuleOperator.Between, Value = -1d, To = 2.5d }));
        Assert.Equal("Customers who are among the top 20 % by offer uplift.", RuleSentence.Of(new RankRule { Percent = 20, Field = "offerUplift" }));
        Assert.Equal("Customers who are among the youngest 100.", RuleSentence.Of(new RankRule { Top = false, Count = 100, Field = "age" }));
        Assert.Equal("Customers who are among the latest 5 % by last activity.", RuleSentence.Of(new RankRule { Percent = 5, Field = "lastSeen" }));
        Assert.Equal("Customers who are among the earliest 5 % by birth date.", RuleSentence.Of(new RankRule { Top = false, Percent = 5, Field = "birthDate" }));
        Assert.Equal("Customers whose move to this stage was in the last 30 days.", RuleSentence.Of(new TwinRule { Field = "stageSince", Op = RuleOperator.InLast, Days = 30 }));
        Assert.Equal("Customers whose last opened e-mail was not in the last 60 days.", RuleSentence.Of(new TwinRule { Field = "lastEmailOpen", Op = RuleOperator.NotInLast, Days = 60 }));
        Assert.Equal("Customers whose group is New.", RuleSentence.Of(new TwinRule { Field = "cluster", Op = RuleOperator.Is, Value = "New" }));
        Assert.Equal("Customers whose motivation is deals or gifts.", RuleSentence.Of(new TwinRule { Field = "motivation", Op = RuleOperator.In, Values = ["deals", "gifts"] }));
        Assert.Equal("Customers whose share of the favourite brand is above 50 %.", RuleSentence.Of(new TwinRule { Field = "topBrandShare", Op = RuleOperator.Above, Value = 50d }));
        Assert.Equal("Customers whose earliest likely next purchase is in the next 7 days.", RuleSentence.Of(new TwinRule { Field = "nextOrderFrom", Op = RuleOperator.InNext, Days = 7 }));
        Assert.Equal("Customers who resemble segment Wholesale by at least 60 %.", RuleSentence.Of(new LookalikeRule { Segment = 4, AtLeast = 60 }, names));
        Assert.Equal("Customers who bought something for at least 1,200 EUR in all by web.", RuleSentence.Of(new EventRule { Event = EventType.Purchase, Op = EventOperator.AtLeast, Measure = EventMeasure.Sum, Value = 1200, Where = new EventFilter { Channels = [Channel.Web] } }));
    }

    [Theory]
    [InlineData("""{"type":"trait","field":"birthDate","op":"anniversaryIn","days":14}""", "whose birthday is within 14 days")]
    [InlineData("""{"type":"trait","field":"birthDate","op":"anniversaryIn","days":1}""", "whose birthday is today")]
    [InlineData("""{"type":"trait","field":"signUp","op":"during","window":"lastMonth"}""", "whose sign-up date falls in last month")]
    [InlineData("""{"type":"trait","field":"custom.interests","op":"hasAll","values":["tea","baking"]}""", "whose interests includes tea and baking")]
    [InlineData("""{"type":"event","event":"purchase","op":"above","value":3,"window":"thisYear"}""", "who bought something more than 3 times this year")]
    [InlineData("""{"type":"event","event":"view","op":"below","value":3,"minutes":90}""", "who viewed something fewer than 3 times in the last 90 minutes")]
    [InlineData("""{"type":"event","event":"purchase","op":"between","value":2,"to":4}""", "who bought something between 2 and 4 times")]
    [InlineData("""{"type":"event","event":"purchase","measure":"average","op":"below","value":20,"days":365}""", "who bought something with an average amount of less than 20 EUR in the last 365 days")]
    [InlineData("""{"type":"event","event":"purchase","measure":"distinct","of":"category","op":"atLeast","value":3}""", "who bought something of at least 3 different categories")]
    [InlineData("""{"type":"event","event":"custom","name":"review","measure":"minimum","of":"properties.stars","op":"atLeast","value":4}""", "who did “review” with a smallest “stars” of at least 4")]
    [InlineData("""{"type":"event","event":"purchase","measure":"daysSinceLast","op":"between","value":30,"to":60}""", "who bought something, the last time between 30 and 60 days ago")]
    [InlineData("""{"type":"event","event":"purchase","op":"regularly","value":4,"periods":6,"days":7}""", "who bought something in at least 4 of the last 6 weeks")]
    [InlineData("""{"type":"event","event":"purchase","op":"stopped","value":3,"periods":4,"days":60}""", "who bought something at least 3 times in 240 days, but not in the 60 days after that")]
    [InlineData("""{"type":"event","event":"purchase","op":"restarted","periods":6,"days":30}""", "who bought something in the last 30 days, again after 180 days without")]
    [InlineData("""{"type":"event","event":"cart","days":7,"since":{"event":"purchase"},"where":{"priceAtLeast":50,"properties":[{"name":"cart.coupon","op":"is","value":"SPRING"}]}}""", "who put in the cart something priced 50 EUR or more where “cart.coupon” is SPRING in the last 7 days since they last bought something")]
    [InlineData("""{"type":"sequence","first":{"event":"view","where":{"categories":["Tea"]}},"then":{"event":"purchase"},"without":{"event":"return"},"withinDays":7,"days":90}""", "who viewed Tea in the last 90 days and within 7 days bought something, and did not return anything in between")]
    [InlineData("""{"type":"rank","percent":5,"field":"revenue12Months"}""", "who are among the top 5 % by revenue, last 12 months")]
    [InlineData("""{"type":"rank","top":false,"count":100,"event":{"event":"purchase","measure":"sum","days":365}}""", "who are among the bottom 100 by total amount (bought something in the last 365 days)")]
    [InlineData("""{"type":"rank","count":10,"event":{"event":"view","days":7}}""", "who are among the top 10 by how often they viewed something in the last 7 days")]
    [InlineData("""{"type":"bucket","from":0,"to":12.5,"salt":"spring"}""", "who are drawn at random from 0 to 12.5 % of the draw “spring”")]
    [InlineData("""{"type":"near","kilometres":10,"store":1}""", "who live within 10 km of store 1")]
    [InlineData("""{"type":"held","rule":{"type":"twin","field":"stage","op":"is","value":"lapsing"},"days":14}""", "who for at least 14 days have been among those whose lifecycle stage is lapsing")]
    [InlineData("""{"type":"held","rule":{"type":"group","match":"none","rules":[{"type":"event","event":"purchase","days":30}]},"minutes":90}""", "who for at least 90 minutes have been among all (except those who bought something in the last 30 days)")]
    [InlineData("""{"type":"held","rule":{"type":"group","rules":[{"type":"consent","purpose":"email"},{"type":"event","event":"view","days":1}]},"days":1}""", "who for at least 1 day have been among those (who allow e-mail, and who viewed something in the last 1 day)")]
    [InlineData("""{"type":"member","segment":4,"days":30}""", "who have been in segment 4 for at least 30 days")]
    public void Who_EachKindOfCondition_ReadsAsEnglish(string json, string expected) => Assert.Equal(expected, RuleSentence.Who(RuleJson.Read(json), RuleNames.None));

    [Fact]
    public void Bucket_Draws_AreStableEvenAndApartFromOtherSalts()
    {
        Assert.Equal((18_652_613, 1_676_751_724), (BucketRule.Seed(""), BucketRule.Seed("spring")));
        var draws = new[] { "", "spring", "a", "b" }.Select(salt => Enumerable.Range(1, 100_000).Select(x => BucketRule.Draw(x, BucketRule.Seed(salt))).ToList()).ToList();
        Assert.Equal([6012, 79], [BucketRule.Draw(7, BucketRule.Seed("")), BucketRule.Draw(7, BucketRule.Seed("spring"))]);
        Assert.All(draws, draw => Assert.All(Enumerable.Range(0, 10), x => Assert.InRange(draw.Count(d => d / 1000 == x), 9_700, 10_300)));
        foreach (var (one, other) in from i in Enumerable.Range(0, 4) from j in Enumerable.Range(i + 1, 3 - i) select (draws[i], draws[j]))
        {
            Assert.InRange(one.Zip(other).Count(x => x.First < 5000 && x.Second < 5000), 24_500, 25_500);
        }
    }
}
