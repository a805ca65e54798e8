namespace MarketingConsole.Core.Segments;

/// <summary>Customers entered or left a segment; published on the change feed after the membership is stored.</summary>
public sealed record SegmentMoved(int SegmentId, IReadOnlyList<int> Entered, IReadOnlyList<int> Left, DateTime At);
