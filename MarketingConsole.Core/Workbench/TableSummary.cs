namespace MarketingConsole.Core.Workbench;

/// <summary>A column as it was recognised.</summary>
/// <param name="Examples">Up to three different values.</param>
/// <param name="Gaps">Rows without a value.</param>
public sealed record ColumnSummary(string Name, ColumnKind Kind, IReadOnlyList<string> Examples, int Gaps);

/// <summary>What a file holds, without its rows.</summary>
/// <param name="Skipped">Lines that could not be read, with the reason.</param>
public sealed record TableSummary(string Name, int Rows, IReadOnlyList<ColumnSummary> Columns, IReadOnlyList<string> Skipped)
{
    private const int Examples = 3;

    internal static TableSummary Of(Table table) => new(table.Name, table.Rows,
        [.. table.Columns.Select(x => new ColumnSummary(x.Name, x.Kind, [.. x.Cells.Where(c => c.Length > 0).Distinct(StringComparer.Ordinal).Take(Examples)], x.Cells.Count(c => c.Length == 0)))], table.Skipped);
}
