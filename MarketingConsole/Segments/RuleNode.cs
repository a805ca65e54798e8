using MarketingConsole.Core.Segments;

namespace MarketingConsole.Segments;

/// <summary>A rule as it is being edited: keeps its identity while it moves and changes, so that focus and open menus stay with it.</summary>
public sealed class RuleNode
{
    private RuleNode(SegmentRule rule, RuleNode? parent)
    {
        Parent = parent;
        if (rule is GroupRule group)
        {
            (Children, Match) = ([.. group.Rules.Select(x => new RuleNode(x, this))], group.Match);
        }
        else
        {
            Leaf = rule;
        }
    }

    public RuleNode? Parent { get; private set; }
    public List<RuleNode>? Children { get; }
    public GroupMatch Match { get; set; }
    public SegmentRule? Leaf { get; set; }
    public int Index => Parent?.Children!.IndexOf(this) ?? 0;

    /// <summary>As in <see cref="RuleProblem.Path"/>.</summary>
    public string Path => Parent is null ? "" : $"{Parent.Path}{(Parent.Parent is null ? "" : ".")}rules[{Index}]";

    public static RuleNode From(SegmentRule rule) => new(rule is GroupRule ? rule : GroupRule.All(rule), null);

    public SegmentRule ToRule() => Children is null ? Leaf! : new GroupRule { Match = Match, Rules = [.. Children.Select(x => x.ToRule())] };

    public RuleNode Add(SegmentRule rule)
    {
        var node = new RuleNode(rule, this);
        Children!.Add(node);
        return node;
    }

    public void Remove() => Parent!.Children!.Remove(this);

    public bool CanMove(int by) => Parent is not null && Index + by >= 0 && Index + by < Parent.Children!.Count;

    public void Move(int by)
    {
        var (siblings, index) = (Parent!.Children!, Index);
        siblings.RemoveAt(index);
        siblings.Insert(index + by, this);
    }

    /// <summary>Into the group above it, or, where there is none, into a new group of its own.</summary>
    public void Indent()
    {
        var (siblings, index) = (Parent!.Children!, Index);
        siblings.RemoveAt(index);
        if (index > 0 && siblings[index - 1] is { Children: { } above } group)
        {
            above.Add(this);
            Parent = group;
            return;
        }

        var wrapper = new RuleNode(GroupRule.Any(), Parent);
        siblings.Insert(index, wrapper);
        wrapper.Children!.Add(this);
        Parent = wrapper;
    }

    public bool CanOutdent => Parent?.Parent is not null;

    /// <summary>Out of its group, to stand behind it; a group left empty goes.</summary>
    public void Outdent()
    {
        var (group, outer) = (Parent!, Parent!.Parent!);
        group.Children!.Remove(this);
        outer.Children!.Insert(group.Index + 1, this);
        Parent = outer;
        if (group.Children.Count == 0)
        {
            outer.Children.Remove(group);
        }
    }
}
