using MarketingConsole.Core.Learning;

namespace MarketingConsole.Core.Workbench;

/// <summary>One thing a task can be told.</summary>
/// <param name="Name">As on the command line without the dashes, e.g. "label".</param>
/// <param name="Help">What it is, with its default.</param>
/// <param name="IsColumn">True when the value names a column of the training file.</param>
public sealed record TaskOption(string Name, string Help, bool Required = false, bool IsColumn = false);

/// <summary>A question one can put to a table.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Summary">What it answers, in a sentence.</param>
/// <param name="Input">What the training file must hold.</param>
/// <param name="Output">What the output file holds.</param>
public sealed record WorkbenchTask(string Name, string Summary, string Input, string Output, IReadOnlyList<TaskOption> Options, Func<TaskInput, TaskResult> Run);

/// <summary>What a task works on.</summary>
/// <param name="Score">Rows to be scored; null where none were given.</param>
/// <param name="Options">Values by option name; absent where not given.</param>
public sealed record TaskInput(Table Train, Table? Score, IReadOnlyDictionary<string, string> Options, int Seed, IProgress<double>? Progress, CancellationToken Cancellation)
{
    public string? Option(string name) => Options.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <exception cref="LearningException">The value is no number or lies outside the range.</exception>
    public double Number(string name, double otherwise, double low, double high) => Option(name) is not { } text ? otherwise
        : Column.Number(text) is { } value && value >= low && value <= high ? value : throw new LearningException($"--{name} must be a number from {low} to {high}, not “{text}”.");

    /// <summary>The option's column, or the first of these names that the table has.</summary>
    public Column? ColumnOr(string option, params string[] names) => Option(option) is { } given ? Train.Need(given) : names.Select(Train.Find).FirstOrDefault(x => x is not null);

    /// <exception cref="LearningException">The option is not given.</exception>
    public Column NeedColumn(string option) => Train.Need(Option(option) ?? throw new LearningException($"--{option} must name a column: {string.Join(", ", Train.Columns.Select(x => x.Name))}."));
}

/// <summary>A number worth knowing, with what it means.</summary>
/// <param name="Value">Null where it could not be worked out.</param>
public sealed record Figure(string Name, double? Value, string Meaning);

/// <summary>What a task found.</summary>
/// <param name="Notes">Sentences for the reader: choices made, warnings.</param>
/// <param name="Header">Column names of the output.</param>
/// <param name="Rows">Rows of the output; formatted for CSV.</param>
public sealed record TaskResult(IReadOnlyList<Figure> Figures, IReadOnlyList<string> Notes, IReadOnlyList<string> Header, IReadOnlyList<string[]> Rows);
