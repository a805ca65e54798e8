namespace MarketingConsole.Core.Offers;

/// <summary>An offer as a person edits it and as the API takes it. Money in cents of the shop's currency, instants in UTC.</summary>
public sealed record OfferDraft
{
    public string Name { get; init; } = "";
    public string Description { get; init; } = "";
    public OfferKind Kind { get; init; } = OfferKind.PercentOff;

    /// <summary>Per cent, cents or points by <see cref="Kind"/>; 0 where the kind needs none.</summary>
    public int Value { get; init; }
    public string? Code { get; init; }
    public IReadOnlyList<string> Categories { get; init; } = [];
    public IReadOnlyList<string> Skus { get; init; } = [];
    public DateTime ValidFrom { get; init; }
    public DateTime ValidTo { get; init; }
    public int? StockLimit { get; init; }
    public long? BudgetCents { get; init; }
    public long UnitCostCents { get; init; }
    public string? LinkUrl { get; init; }
}

/// <summary>A stored offer.</summary>
public sealed record OfferDetails(int Id, OfferDraft Draft, string CreatedBy, DateTime CreatedAt, DateTime? ArchivedAt)
{
    public string Name => Draft.Name;

    public OfferState StateAt(DateTime now) => ArchivedAt is not null ? OfferState.Archived
        : now < Draft.ValidFrom ? OfferState.Upcoming
        : now >= Draft.ValidTo ? OfferState.Ended : OfferState.Current;
}

public enum OfferState { Current, Upcoming, Ended, Archived }

/// <summary>A product of the catalogue to pick from.</summary>
public sealed record ProductChoice(string Sku, string Name, string Category);
