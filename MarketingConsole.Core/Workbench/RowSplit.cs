using MarketingConsole.Core.Learning;

namespace MarketingConsole.Core.Workbench;

/// <summary>Which rows are kept back to judge a model.</summary>
internal static class RowSplit
{
    /// <param name="rows">The rows that can be used.</param>
    /// <param name="labels">Outcome of every row of the table: random test rows hold the same share of each.</param>
    /// <param name="time">When given, the last rows by time are taken instead of random ones.</param>
    /// <param name="share">Above 0 and below 1.</param>
    /// <exception cref="LearningException">A row has no date.</exception>
    public static int[] Test(int[] rows, bool[] labels, Column? time, double share, int seed)
    {
        if (time is null)
        {
            var random = new Random(seed);
            return [.. rows.GroupBy(i => labels[i]).SelectMany(g =>
            {
                var order = g.ToArray();
                random.Shuffle(order);
                return order.Take((int)Math.Round(order.Length * share));
            }).Order()];
        }

        var at = time.Dates;
        var missing = rows.Where(i => at[i] is null).ToList();
        return missing.Count == 0 ? [.. rows.OrderBy(i => at[i]).ThenBy(i => i).TakeLast(Math.Max(1, (int)Math.Round(rows.Length * share))).Order()]
            : throw new LearningException($"{missing.Count} rows have no date in {time.Name}, the first is row {missing[0] + 1}.");
    }
}
