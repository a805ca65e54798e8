namespace MarketingConsole.Core.Twins;

/// <summary>How often this shop's customers come back: the yardstick for customers who have too few orders of their own.</summary>
/// <param name="TypicalGapDays">Median days between two orders of one customer.</param>
/// <param name="LogMean">Mean of ln(days).</param>
/// <param name="LogDeviation">Standard deviation of ln(days).</param>
/// <param name="Gaps">How many gaps this was measured on.</param>
public sealed record ShopRhythm(double TypicalGapDays, double LogMean, double LogDeviation, int Gaps)
{
    public const int MinGaps = 30;

    /// <summary>Two months with a wide spread, until the shop has shown <see cref="MinGaps"/> gaps.</summary>
    public static ShopRhythm Unknown { get; } = new(60, Math.Log(60), 1, 0);

    /// <param name="orderDays">(customer, day) of purchases, sorted; repeats are ignored.</param>
    /// <param name="lastDay">Later purchases are not looked at.</param>
    public static ShopRhythm Of(IReadOnlyList<(int CustomerId, int Day)> orderDays, int lastDay = int.MaxValue)
    {
        var gaps = new List<double>();
        for (var i = 1; i < orderDays.Count; i++)
        {
            var (before, after) = (orderDays[i - 1], orderDays[i]);
            if (before.CustomerId == after.CustomerId && after.Day > before.Day && after.Day <= lastDay)
            {
                gaps.Add(after.Day - before.Day);
            }
        }

        if (gaps.Count < MinGaps)
        {
            return Unknown;
        }

        gaps.Sort();
        var mean = gaps.Average(Math.Log);
        var deviation = Math.Sqrt(gaps.Average(x => Math.Pow(Math.Log(x) - mean, 2)));
        return new ShopRhythm(Median(gaps), mean, Math.Max(deviation, 0.1), gaps.Count);
    }

    /// <param name="sorted">Ascending, not empty.</param>
    public static double Median(IReadOnlyList<double> sorted)
    {
        var half = sorted.Count / 2;
        return sorted.Count % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
