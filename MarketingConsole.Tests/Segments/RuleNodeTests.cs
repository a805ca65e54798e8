using MarketingConsole.Core.Segments;
using MarketingConsole.Segments;

namespace MarketingConsole.Tests.Segments;

public sealed class RuleNodeTests
{
    private static SegmentRule Rule => GroupRule.All(Is("A"), Is("B"), GroupRule.Any(Is("C"), GroupRule.None(Is("D"))));

    [Theory]
    [InlineData("rules[0]", "", 1, "all(B,A,any(C,none(D)))")]
    [InlineData("rules[0]", "", 99, "all(B,any(C,none(D)),A)")]
    [InlineData("rules[1]", "rules[2]", 0, "all(A,any(B,C,none(D)))")]
    [InlineData("rules[0]", "rules[2].rules[1]", 1, "all(B,any(C,none(D,A)))")]
    [InlineData("rules[2].rules[1].rules[0]", "", 0, "all(D,A,B,any(C))")]
    [InlineData("rules[2].rules[1]", "", 0, "all(none(D),A,B,any(C))")]
    [InlineData("rules[2]", "", 0, "all(any(C,none(D)),A,B)")]
    [InlineData("rules[0]", "", 0, null)]
    [InlineData("rules[2]", "rules[2]", 0, null)]
    [InlineData("rules[2]", "rules[2].rules[1]", 0, null)]
    [InlineData("", "rules[2]", 0, null)]
    [InlineData("rules[9]", "", 0, null)]
    [InlineData("rules[0]", "rules[1]", 0, null)]
    [InlineData("rules[x]", "", 0, null)]
    public void Move_ToAPlaceInAGroup_IsOneStepOfUndo(string path, string group, int index, string? after)
    {
        var editing = new RuleEditing(Rule, null!, "EUR");
        var before = RuleJson.Write(editing.Rule);
        editing.Move(path, group, index);
        Assert.Equal(after ?? "all(A,B,any(C,none(D)))", Text(editing.Rule));
        Assert.Equal(after is not null, editing.CanUndo);
        Assert.Equal(after is not null, editing.Said.Contains("moved to place", StringComparison.Ordinal));
        editing.Undo();
        Assert.Equal(before, RuleJson.Write(editing.Rule));
    }

    [Fact]
    public void MoveTo_RandomMoves_KeepEveryCondition()
    {
        var random = new Random(4);
        var editing = new RuleEditing(Rule, null!, "EUR");
        for (var n = 0; n < 2000; n++)
        {
            var nodes = RuleTree.Nodes(editing.Rule).ToList();
            editing.Move(nodes[random.Next(nodes.Count)].Path, nodes[random.Next(nodes.Count)].Path, random.Next(4));
            Assert.Equal("ABCD", string.Concat(RuleTree.Nodes(editing.Rule).Select(x => x.Rule).OfType<TraitRule>().Select(x => x.Value!.Value.Text).Order()));
            Assert.All(RuleTree.Nodes(editing.Rule), x => Assert.Equal(RuleJson.Write(x.Rule), RuleJson.Write(editing.Root.At(x.Path)!.ToRule())));
            Assert.DoesNotContain(RuleTree.Nodes(editing.Rule), x => x.Rule is GroupRule { Rules.Count: 0 });
        }
    }

    [Fact]
    public void Append_Rule_StandsBesideWhatIsThere()
    {
        var editing = new RuleEditing(GroupRule.Any(Is("A"), Is("B")), null!, "EUR");
        editing.Append(GroupRule.All(Is("C"), Is("D")));
        Assert.Equal("all(any(A,B),C,D)", Text(editing.Rule));
        editing.Append(Is("E"));
        Assert.Equal("all(any(A,B),C,D,E)", Text(editing.Rule));
        editing.Undo();
        editing.Undo();
        Assert.Equal("any(A,B)", Text(editing.Rule));
    }

    [Fact]
    public void Hold_ConditionAndGroup_KeepTheirTimeWhereverTheyGo()
    {
        var editing = new RuleEditing(GroupRule.All(Is("A"), new HeldRule { Rule = GroupRule.Any(Is("B"), new HeldRule { Rule = Is("C"), Minutes = 9 }), Days = 14 }), null!, "EUR");
        Assert.Equal("all(A,14d any(B,9m C))", Text(editing.Rule));
        Assert.All(RuleTree.Nodes(editing.Rule), x => Assert.NotNull(editing.Root.At(x.Path)));
        Assert.Equal("rules[1].rule.rules[1].rule", editing.Root.At("rules[1].rules[1]")!.Path);

        editing.Hold(editing.Root.Children![0], new HeldRule { Days = 3 });
        editing.Hold(editing.Root.Children![0], new HeldRule { Days = 4 }, "held");
        editing.Hold(editing.Root.Children![0], new HeldRule { Days = 5 }, "held");
        editing.Move("rules[0]", "rules[1].rule", 0);
        Assert.Equal("all(14d any(5d A,B,9m C))", Text(editing.Rule));
        editing.Move("rules[0].rule.rules[2]", "", 0);
        Assert.Equal("all(9m C,14d any(5d A,B))", Text(editing.Rule));
        editing.Hold(editing.Root.Children[1], null);
        Assert.Equal("all(9m C,any(5d A,B))", Text(editing.Rule));
        foreach (var before in new[] { "all(9m C,14d any(5d A,B))", "all(14d any(5d A,B,9m C))", "all(5d A,14d any(B,9m C))", "all(3d A,14d any(B,9m C))", "all(A,14d any(B,9m C))" })
        {
            editing.Undo();
            Assert.Equal(before, Text(editing.Rule));
        }

        editing.Hold(editing.Root.Children![0], new HeldRule { Days = 0 });
        editing.Problems = RuleValidator.Check(editing.Rule);
        Assert.Equal("rules[0].days", Assert.Single(editing.ProblemsAt(editing.Root.Children[0])).Path);
        Assert.Empty(editing.ProblemsAt(editing.Root.Children[1]));
    }

    [Fact]
    public void Add_ConditionThatLacksAValue_IsMarkedOnceTouchedOrAsked()
    {
        var editing = new RuleEditing(GroupRule.All(Is("A")), null!, "EUR");
        editing.Checking += () => editing.Problems = RuleValidator.Check(editing.Rule);
        var country = new TraitRule { Field = "country", Op = RuleOperator.In, Values = [] };
        editing.Add(editing.Root, country);
        var added = editing.Root.Children![1];
        Assert.Empty(editing.ProblemsAt(added));
        Assert.Equal("Country: choose at least one value.", editing.Lacking);
        editing.Mark();
        Assert.Single(editing.ProblemsAt(added));
        Assert.Null(editing.Lacking);

        editing.Pick(added, country);
        Assert.Empty(editing.ProblemsAt(added));
        editing.Set(added, country with { Op = RuleOperator.NotIn });
        Assert.Single(editing.ProblemsAt(added));
        editing.Set(added, country with { Values = ["DE"] });
        Assert.Empty(editing.Problems);

        editing.Add(editing.Root, country);
        editing.Set(added, country with { Values = [] }); // one is marked, the other is not
        Assert.Null(editing.Lacking);
    }

    private static TraitRule Is(string value) => new() { Field = "city", Op = RuleOperator.Is, Value = value };

    private static string Text(SegmentRule rule) => rule is HeldRule held ? $"{held.Days}{held.Minutes}{(held.Days is null ? "m" : "d")} {Text(held.Rule!)}" : rule is GroupRule group ? $"{group.Match.ToString().ToLowerInvariant()}({string.Join(",", group.Rules.Select(Text))})" : ((TraitRule)rule).Value!.Value.Text!;
}
