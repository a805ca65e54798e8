using MarketingConsole.Core.Learning;

namespace MarketingConsole.Core.Workbench;

/// <summary>A column of two values as yes and no.</summary>
/// <param name="Yes">The value that counts as yes.</param>
/// <param name="Labels">Whether each row has it.</param>
internal sealed record Outcome(string Yes, bool[] Labels)
{
    /// <param name="positive">The value that counts as yes; null: 1, true, yes or the rarer one.</param>
    /// <exception cref="LearningException">The column does not have two values.</exception>
    public static Outcome Of(Column label, string? positive)
    {
        var values = label.Cells.Where(x => x.Length > 0).GroupBy(x => x, StringComparer.OrdinalIgnoreCase).OrderBy(x => x.Count()).Select(x => x.Key).ToList();
        if (values.Count != 2 && positive is null)
        {
            throw new LearningException(values.Count < 2 ? $"{label.Name} always has the same value: there is nothing to learn." : $"{label.Name} has {values.Count} values; name the one that counts as yes with --positive ({string.Join(", ", values.TakeLast(8))}).");
        }

        var yes = positive ?? values.FirstOrDefault(Affirms) ?? values[0];
        return values.Contains(yes, StringComparer.OrdinalIgnoreCase) ? new(yes, [.. label.Cells.Select(x => x.Equals(yes, StringComparison.OrdinalIgnoreCase))])
            : throw new LearningException($"{label.Name} never has the value “{yes}”; it has {string.Join(", ", values.TakeLast(8))}.");
    }

    /// <summary>1, true or yes.</summary>
    public static bool Affirms(string cell) => cell.ToUpperInvariant() is "1" or "TRUE" or "YES" or "Y" or "1.0";
}
