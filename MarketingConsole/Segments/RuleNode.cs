using MarketingConsole.Core.Segments;

namespace MarketingConsole.Segments;

/// <summary>A rule as it is being edited: keeps its identity while it moves and changes, so that focus and open menus stay with it.</summary>
public sealed class RuleNode
{
    private RuleNode(SegmentRule rule, RuleNode? parent)
    {
        Parent = parent;
        if (rule is HeldRule held)
        {
            (Held, rule) = (held, held.Rule is { } inner and not HeldRule ? inner : GroupRule.All(held.Rule is null ? [] : [held.Rule]));
        }

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

    /// <summary>For how long it must have held; null = it need not have.</summary>
    public HeldRule? Held { get; set; }
    public int Index => Parent?.Children!.IndexOf(this) ?? 0;

    /// <summary>Of the condition or group, as in <see cref="RuleProblem.Path"/>.</summary>
    public string Path => Held is null ? Place : $"{Place}.rule";

    /// <summary>Path of its place in the group: of the condition with the time for which it must have held.</summary>
    public string Place => Parent is null ? "" : $"{Parent.Path}{(Parent.Path.Length == 0 ? "" : ".")}rules[{Index}]";

    public static RuleNode From(SegmentRule rule) => new(rule is GroupRule ? rule : GroupRule.All(rule), null);

    public SegmentRule ToRule()
    {
        var rule = Children is null ? Leaf! : new GroupRule { Match = Match, Rules = [.. Children.Select(x => x.ToRule())] };
        return Held is null ? rule : Held with { Rule = rule };
    }

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

    /// <returns>The node at a <see cref="Path"/> or <see cref="Place"/> below this one, the root's being empty; null when there is none.</returns>
    public RuleNode? At(string path)
    {
        var node = this;
        foreach (var part in path.Split('.', StringSplitOptions.RemoveEmptyEntries).Where(x => x != "rule"))
        {
            if (node.Children is not { } children || !int.TryParse(part.Replace("rules[", "", StringComparison.Ordinal).TrimEnd(']'), out var index) || index < 0 || index >= children.Count)
            {
                return null;
            }

            node = children[index];
        }

        return node;
    }

    /// <summary>To a place in a group; a group left empty goes.</summary>
    /// <param name="index">Place among the others there; beyond the end is the end.</param>
    /// <returns>False when it is there already, or the group is within it.</returns>
    public bool MoveTo(RuleNode group, int index)
    {
        for (var at = group; at is not null; at = at.Parent)
        {
            if (at == this)
            {
                return false;
            }
        }

        var (before, old) = (Parent!, Index);
        index = Math.Clamp(index, 0, group.Children!.Count - (before == group ? 1 : 0));
        if (before == group && index == old)
        {
            return false;
        }

        before.Children!.RemoveAt(old);
        group.Children.Insert(index, this);
        Parent = group;
        if (before.Children.Count == 0 && before.Parent is not null)
        {
            before.Remove();
        }

        return true;
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
