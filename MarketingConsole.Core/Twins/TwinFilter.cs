using MarketingConsole.Core.Consent;

namespace MarketingConsole.Core.Twins;

/// <summary>Revenue since the beginning, purchases less returns, in whole units of the shop's currency.</summary>
public enum ValueBand { None, Under100, From100To500, From500To2000, Over2000 }

/// <summary>When the customer last did anything.</summary>
public enum SeenBand { Week, Month, Quarter, Year, Longer, Never }

public enum TwinSort { Name, Value, Value365, Orders, LastSeen, Chance }

/// <summary>Which twins to list, how sorted, which page. All conditions must hold.</summary>
public sealed record TwinFilter
{
    public const int MaxPageSize = 200;

    /// <summary>Words that must all occur in name, e-mail or key; accents and case do not matter.</summary>
    public string Search { get; init; } = "";

    /// <summary>ISO 3166-1 alpha-2.</summary>
    public string? Country { get; init; }
    public LifecycleStage? Stage { get; init; }
    public ValueBand? Value { get; init; }
    public SeenBand? Seen { get; init; }

    /// <summary>Only customers who may be used for this purpose by the consent rules.</summary>
    public Purpose? Allows { get; init; }
    public TwinSort Sort { get; init; } = TwinSort.Value;
    public bool Ascending { get; init; }

    /// <summary>From 1.</summary>
    public int Page { get; init; } = 1;
    public int PageSize { get; init; } = 50;

    public bool Narrowed => Search.Length > 0 || Country is not null || Stage is not null || Value is not null || Seen is not null || Allows is not null;
}

/// <summary>A line of the list of twins. Money in cents.</summary>
/// <param name="Chance">Probability (0 to 1) of a purchase in the next 30 days.</param>
public sealed record TwinRow(int Id, string Key, string? FirstName, string? LastName, string? Email, string? Country, string? City, string? Tier, LifecycleStage Stage, string StageReason,
    int Orders, long RevenueCents, long Revenue365Cents, long AverageBasketCents, double? MedianGapDays, DateTime? LastOrderAt, DateTime? LastSeenAt, double? Chance, DateTime? NextOrderFrom, DateTime? NextOrderTo, string? TopCategory)
{
    public string Name => string.Join(' ', new[] { FirstName, LastName }.Where(x => !string.IsNullOrWhiteSpace(x))) is { Length: > 0 } name ? name : Key;
}

/// <param name="Total">How many twins match, on all pages.</param>
public sealed record TwinList(IReadOnlyList<TwinRow> Rows, int Total);
