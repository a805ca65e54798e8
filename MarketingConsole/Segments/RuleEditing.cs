using MarketingConsole.Core.Segments;

namespace MarketingConsole.Segments;

/// <summary>The state of the rule editor: the tree, what is wrong with it, undo and redo.</summary>
internal sealed class RuleEditing(SegmentRule rule, RuleSuggestions suggestions, string currency)
{
    private readonly Stack<SegmentRule> _undo = new(), _redo = new();
    private readonly HashSet<RuleNode> _untouched = [];
    private readonly Dictionary<string, Task<IReadOnlyList<Suggestion>>> _suggested = [];
    private SegmentRule _now = RuleNode.From(rule).ToRule();
    private string? _typing;
    private RuleNode? _active;
    private string _activePath = "";

    public RuleNode Root { get; private set; } = RuleNode.From(rule);
    public SegmentRule Rule => _now;
    public string Currency => currency;
    public IReadOnlyList<RuleProblem> Problems { get; set; } = [];
    public IReadOnlyList<string> CustomTraits { get; set; } = [];

    /// <summary>The node whose handle takes the focus after the next render.</summary>
    public RuleNode? Focus { get; set; }

    /// <summary>The node whose first field takes the focus after the next render.</summary>
    public RuleNode? Added { get; set; }

    /// <summary>Path of the condition the reader works on: the last one changed or given the focus, else the first; empty when there is none.</summary>
    public string ActivePath
    {
        get
        {
            _activePath = _active is { Leaf: not null } node && IsIn(node) ? node.Path : _activePath;
            var leaves = RuleTree.Nodes(_now).Where(x => x.Rule is not GroupRule).Select(x => x.Path).ToList();
            return leaves.Contains(_activePath) ? _activePath : leaves.FirstOrDefault("");
        }
    }

    /// <summary>Raised when another condition got the focus.</summary>
    public event Action? Activated;

    public bool CanUndo => _undo.Count > 0;
    public bool CanRedo => _redo.Count > 0;

    /// <summary>Raised before <see cref="Changed"/>, to set <see cref="Problems"/>.</summary>
    public event Action? Checking;

    public event Action? Changed;

    /// <summary>Notes what was done to <see cref="Root"/>.</summary>
    /// <param name="typing">Where the reader types: steps at the same place become one step of undo.</param>
    public void Commit(string? typing = null)
    {
        if (typing is null || typing != _typing)
        {
            _undo.Push(_now);
        }

        _typing = typing;
        _redo.Clear();
        _now = Root.ToRule();
        Announce();
    }

    public void Activate(RuleNode node)
    {
        if (_active != node && node.Leaf is not null)
        {
            _active = node;
            Activated?.Invoke();
        }
    }

    public void Set(RuleNode node, SegmentRule leaf, string? typing = null)
    {
        _active = node;
        _untouched.Remove(node);
        node.Leaf = leaf;
        Commit(typing is null ? null : $"{node.Path}/{typing}");
    }

    /// <summary>Puts another condition in the place of one. What a new one lacks is not held against the reader before they have done something to it.</summary>
    public void Pick(RuleNode node, SegmentRule leaf)
    {
        (_active, node.Leaf) = (node, leaf);
        _untouched.Add(node);
        Commit();
    }

    /// <summary>Adds a condition or group as the last one of a group, as <see cref="Pick"/> does.</summary>
    public void Add(RuleNode group, SegmentRule rule)
    {
        Added = group.Add(rule);
        _untouched.Add(Added);
        Activate(Added);
        Commit();
    }

    /// <summary>Marks everything that is wrong.</summary>
    public void Mark()
    {
        _untouched.Clear();
        Announce();
    }

    /// <summary>What the rule lacks, naming the condition, where nothing that is wrong is marked; null when something is, or nothing is wrong.</summary>
    public string? Lacking
    {
        get
        {
            var bare = _untouched.Where(x => x.Leaf is not null && IsIn(x)).Select(x => (Node: x, Problems: Own(x).ToList())).Where(x => x.Problems.Count > 0).ToList();
            return bare.Count > 0 && bare.Sum(x => x.Problems.Count) == Problems.Count && bare[0].Problems[0].Message is var message
                ? $"{RuleCatalogue.Label(bare[0].Node.Leaf!)}: {char.ToLowerInvariant(message[0])}{message[1..]}" : null;
        }
    }

    /// <summary>Ends a row of steps that were one: the next one is undone by itself.</summary>
    public void Settle() => _typing = null;

    /// <summary>Sets for how long a condition or group must have held; null = it need not have.</summary>
    public void Hold(RuleNode node, HeldRule? held, string? typing = null)
    {
        node.Held = held;
        Commit(typing is null ? null : $"{node.Place}/{typing}");
    }

    public void Undo() => Step(_undo, _redo);

    public void Redo() => Step(_redo, _undo);

    /// <summary>Puts another rule in the editor, as one step.</summary>
    public void Load(SegmentRule other)
    {
        Root = RuleNode.From(other);
        Commit();
    }

    /// <summary>What a screen reader says of the last move.</summary>
    public string Said { get; private set; } = "";

    /// <summary>Moves a condition or group to a place in a group, as one step; nothing happens where it already is, or within itself.</summary>
    /// <param name="index">Its place among the others there.</param>
    public void Move(string path, string group, int index)
    {
        if (Root.At(path) is { Parent: not null } node && Root.At(group) is { Children: not null } to && node.MoveTo(to, index))
        {
            Moved(node);
        }
    }

    /// <summary>Notes that a node has moved, gives it the focus and says where it is.</summary>
    public void Moved(RuleNode node)
    {
        var group = node.Parent!;
        Said = $"{(node.Leaf is { } leaf ? RuleCatalogue.Label(leaf) : "Group")} moved to place {node.Index + 1} of {group.Children!.Count} in {(group.Parent is null ? "the rule" : $"group {group.Index + 1}")}, {group.Match switch { GroupMatch.All => "all of", GroupMatch.Any => "any of", _ => "none of" }}.";
        Focus = node;
        Commit();
    }

    /// <summary>Sets a rule beside what is there, as one step; all of both must hold.</summary>
    public void Append(SegmentRule other)
    {
        var added = other is GroupRule { Match: GroupMatch.All } group ? group.Rules : [other];
        Load(_now is GroupRule { Match: GroupMatch.All } now ? GroupRule.All([.. now.Rules, .. added]) : GroupRule.All([_now, .. added]));
    }

    /// <summary>What is to be marked at a node.</summary>
    public IEnumerable<RuleProblem> ProblemsAt(RuleNode node) => _untouched.Contains(node) && node.Leaf is not null ? [] : Own(node);

    private IEnumerable<RuleProblem> Own(RuleNode node) => Problems.Where(x => node.Children is null ? x.Path == node.Place || x.Path.StartsWith(node.Place + ".", StringComparison.Ordinal)
        : x.Path == node.Path || x.Path == node.Place || (node.Held is not null && (x.Path == $"{node.Place}.days" || x.Path == $"{node.Place}.minutes")));

    public Task<IReadOnlyList<Suggestion>> SuggestAsync(string list) => Once(list, () => suggestions.ForListAsync(list, CancellationToken.None));

    public Task<IReadOnlyList<Suggestion>> SuggestAsync(FieldRule field) => Once(field.GetType().Name + field.Field, () => suggestions.ForFieldAsync(field, CancellationToken.None));

    private Task<IReadOnlyList<Suggestion>> Once(string key, Func<Task<IReadOnlyList<Suggestion>>> load)
    {
        if (!_suggested.TryGetValue(key, out var known) || known.IsFaulted)
        {
            _suggested[key] = known = Task.Run(load); // SQLite answers synchronously
        }

        return known;
    }

    private void Step(Stack<SegmentRule> from, Stack<SegmentRule> to)
    {
        if (from.Count == 0)
        {
            return;
        }

        to.Push(_now);
        _now = from.Pop();
        _typing = null;
        Root = RuleNode.From(_now);
        Announce();
    }

    private bool IsIn(RuleNode node) => node == Root || (node.Parent is { } parent && parent.Children!.Contains(node) && IsIn(parent));

    private void Announce()
    {
        Checking?.Invoke();
        Changed?.Invoke();
    }
}
