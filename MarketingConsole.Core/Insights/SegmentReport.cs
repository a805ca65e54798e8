namespace MarketingConsole.Core.Insights;

public sealed record SegmentHistory(int SegmentId, string Name, int Size, IReadOnlyList<(DateOnly Day, int Size)> Days);

/// <summary>Sizes of the largest segments, one figure a day: the last of the day.</summary>
public sealed record SegmentReport(InsightPeriod Period, IReadOnlyList<SegmentHistory> Segments, int Others)
{
    public const int Shown = 8;
}
