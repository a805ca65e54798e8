namespace MarketingConsole.Core.Workbench;

/// <summary>One thing a task can be told.</summary>
/// <param name="Name">As on the command line without the dashes, e.g. "label".</param>
/// <param name="Help">What it is, with its default.</param>
/// <param name="IsColumn">True when the value names a column of the training file.</param>
/// <param name="Choices">The only values allowed; null = any.</param>
public sealed record TaskOption(string Name, string Help, bool Required = false, bool IsColumn = false, IReadOnlyList<string>? Choices = null);

/// <summary>A question one can put to a table.</summary>
/// <param name="Name">As on the command line.</param>
/// <param name="Summary">What it answers, in a sentence.</param>
/// <param name="Input">What the training file must hold.</param>
/// <param name="Output">What the output file holds.</param>
/// <param name="TakesScore">True when other rows than those learnt from can be scored.</param>
public sealed record WorkbenchTask(string Name, string Summary, string Input, string Output, IReadOnlyList<TaskOption> Options, Func<TaskInput, TaskResult> Run, bool TakesScore = false);

/// <summary>A number worth knowing, with what it means.</summary>
/// <param name="Value">Null where it could not be worked out.</param>
public sealed record Figure(string Name, double? Value, string Meaning);

/// <summary>What a task found.</summary>
/// <param name="Notes">Sentences for the reader: choices made, warnings.</param>
/// <param name="Header">Column names of the output.</param>
/// <param name="Rows">Rows of the output; formatted for CSV.</param>
public sealed record TaskResult(IReadOnlyList<Figure> Figures, IReadOnlyList<string> Notes, IReadOnlyList<string> Header, IReadOnlyList<string[]> Rows);
