using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Sample;

/// <summary>What all sample customers share.</summary>
/// <param name="From">UTC start of the behaviour, about 18 months before <paramref name="Now"/>.</param>
internal sealed record SampleShop(DateTime From, DateTime Now, ShopCalendar Calendar, IReadOnlyList<Store> Stores, IReadOnlyList<Product> Products, IReadOnlyList<SampleCampaign> Campaigns, int Seed)
{
    /// <summary>Products by category, in the order of <see cref="SampleCatalogue.Categories"/>.</summary>
    public Product[][] Shelves { get; } = [.. SampleCatalogue.Categories.Select(c => Products.Where(p => p.Category == c.Name).ToArray())];

    /// <summary>UTC instants of the newsletter: the first and third Tuesday of a month at 9:00 shop time.</summary>
    public IReadOnlyList<DateTime> Newsletters { get; } =
    [
        .. Enumerable.Range(0, (int)(Now - From).TotalDays + 1).Select(x => DateOnly.FromDateTime(From).AddDays(x))
            .Where(x => x.DayOfWeek == DayOfWeek.Tuesday && (x.Day - 1) / 7 is 0 or 2).Select(x => Calendar.StartOf(x).AddHours(9)).Where(x => x < Now),
    ];
}

/// <summary>A past campaign of the sample, and whom it was for.</summary>
/// <param name="At">UTC.</param>
/// <param name="Aim">Given the customer's categories bought and last order before <paramref name="At"/>: is it meant for them?</param>
/// <param name="Uplift">Chance that a message opened causes an order that would not have been.</param>
internal sealed record SampleCampaign(int Id, DateTime At, int OfferId, int Variants, double HoldoutPercent, int AttributionDays, double Uplift, Func<SampleHistory, bool> Aim)
{
    public long Occurrence => new DateTimeOffset(At).ToUnixTimeSeconds();
}

/// <param name="LastOrderAt">UTC; null before the first.</param>
internal sealed record SampleHistory(IReadOnlySet<string> Categories, DateTime? LastOrderAt, int Orders, DateTime At);
