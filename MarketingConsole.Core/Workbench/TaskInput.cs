namespace MarketingConsole.Core.Workbench;

/// <summary>What a task works on.</summary>
/// <param name="Score">Rows to be scored; null where none were given.</param>
/// <param name="Options">Values by option name; absent where not given.</param>
public sealed record TaskInput(Table Train, Table? Score, IReadOnlyDictionary<string, string> Options, int Seed, IProgress<double>? Progress, CancellationToken Cancellation)
{
    /// <summary>The column that names the row: the option's, else the first that looks like an id.</summary>
    public Column? Id => Column("id") ?? Train.Columns.FirstOrDefault(x => x.Kind == ColumnKind.Id);

    public string? Option(string name) => Options.TryGetValue(name, out var value) && value.Length > 0 ? value : null;

    /// <summary>One of the option's choices, in lower case; null where not given.</summary>
    public string? Choice(string name) => Option(name)?.ToLowerInvariant();

    /// <exception cref="OptionException">The value is no number or lies outside the range.</exception>
    public double Number(string name, double otherwise, double low, double high) => Option(name) is not { } text ? otherwise
        : Workbench.Column.Number(text) is { } value && value >= low && value <= high ? value : throw new OptionException(name, $"must be a number from {low} to {high}, not “{text}”.");

    /// <summary>The option's column; null where not given.</summary>
    /// <exception cref="OptionException">There is no such column.</exception>
    public Column? Column(string option) => Option(option) is not { } name ? null : Train.Find(name) ?? throw new OptionException(option, $"is wrong: {Train.NoColumn(name)}");

    /// <summary>The option's column, or the first of these names that the table has.</summary>
    public Column? ColumnOr(string option, params string[] names) => Column(option) ?? names.Select(Train.Find).FirstOrDefault(x => x is not null);

    /// <exception cref="OptionException">The option is not given, or there is no such column.</exception>
    public Column NeedColumn(string option) => Column(option) ?? throw new OptionException(option, $"must name a column: {Train.ColumnNames}.");
}
