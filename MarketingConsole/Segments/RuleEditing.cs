using MarketingConsole.Core.Segments;

namespace MarketingConsole.Segments;

/// <summary>The state of the rule editor: the tree, what is wrong with it, undo and redo.</summary>
internal sealed class RuleEditing(SegmentRule rule, RuleSuggestions suggestions, string currency)
{
    private readonly Stack<SegmentRule> _undo = new(), _redo = new();
    private readonly Dictionary<string, Task<IReadOnlyList<Suggestion>>> _suggested = [];
    private SegmentRule _now = RuleNode.From(rule).ToRule();
    private string? _typing;

    public RuleNode Root { get; private set; } = RuleNode.From(rule);
    public SegmentRule Rule => _now;
    public string Currency => currency;
    public IReadOnlyList<RuleProblem> Problems { get; set; } = [];
    public IReadOnlyList<string> CustomTraits { get; set; } = [];

    /// <summary>The node whose handle takes the focus after the next render.</summary>
    public RuleNode? Focus { get; set; }
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

    public void Set(RuleNode node, SegmentRule leaf, string? typing = null)
    {
        node.Leaf = leaf;
        Commit(typing is null ? null : $"{node.Path}/{typing}");
    }

    public void Undo() => Step(_undo, _redo);

    public void Redo() => Step(_redo, _undo);

    /// <summary>Puts another rule in the editor, as one step.</summary>
    public void Load(SegmentRule other)
    {
        Root = RuleNode.From(other);
        Commit();
    }

    public IEnumerable<RuleProblem> ProblemsAt(RuleNode node) => Problems.Where(x => node.Children is null ? x.Path == node.Path || x.Path.StartsWith(node.Path + ".", StringComparison.Ordinal) : x.Path == node.Path);

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

    private void Announce()
    {
        Checking?.Invoke();
        Changed?.Invoke();
    }
}
