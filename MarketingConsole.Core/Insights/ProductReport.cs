namespace MarketingConsole.Core.Insights;

/// <param name="RevenueCents">Purchases less returns.</param>
/// <param name="Pieces">Pieces bought less pieces returned.</param>
/// <param name="BeforeCents">Revenue in the period compared with; null without comparison.</param>
public sealed record SoldLine(string Name, long RevenueCents, int Pieces, long? BeforeCents);

/// <summary>What sold most in the period.</summary>
public sealed record ProductReport(InsightPeriod Period, IReadOnlyList<SoldLine> Categories, IReadOnlyList<SoldLine> Products)
{
    public const int Shown = 10;
}
