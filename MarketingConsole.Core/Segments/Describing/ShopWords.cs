namespace MarketingConsole.Core.Segments.Describing;

/// <summary>The shop's own names a sentence may use; nothing of any customer but the values that fields have.</summary>
/// <param name="Products">SKU and name.</param>
/// <param name="Values">What a field may hold, by field name; custom traits with their prefix.</param>
/// <param name="Currency">ISO 4217 code.</param>
public sealed record ShopWords(IReadOnlyList<string> Categories, IReadOnlyList<string> Brands, IReadOnlyList<(string Sku, string Name)> Products, IReadOnlyDictionary<int, string> Stores, IReadOnlyDictionary<int, string> Segments,
    IReadOnlyDictionary<int, string> Campaigns, IReadOnlyDictionary<string, IReadOnlyList<string>> Values, IReadOnlyList<string> CustomTraits, IReadOnlyList<string> CustomEvents, string Currency)
{
    /// <summary>In which days are meant.</summary>
    public TimeZoneInfo Zone { get; init; } = TimeZoneInfo.Utc;

    public IReadOnlyList<string> Of(string field) => Values.GetValueOrDefault(field) ?? [];
}
