using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <param name="ChanceToBuy">Null when the twin has no forecast or profiling is not allowed.</param>
/// <param name="BasketCents">Average basket; null when unknown.</param>
/// <param name="CategoryCents">What the customer bought by category; empty when unknown or not allowed.</param>
internal sealed record BuyerProfile(double? ChanceToBuy, long? BasketCents, IReadOnlyDictionary<string, long> CategoryCents)
{
    public static BuyerProfile Unknown { get; } = new(null, null, new Dictionary<string, long>());
}

/// <summary>Reads what may be known about buying, of those who allow profiling.</summary>
internal static class BuyerProfiles
{
    public static async Task<Dictionary<int, BuyerProfile>> LoadAsync(ConsoleDb db, ConsentRuleSet rules, int from, int to, bool withCategories, DateTime now, CancellationToken cancellationToken)
    {
        var profiled = db.Customers.AsNoTracking().Where(x => x.Id >= from && x.Id <= to).Where(rules.Allowed(db, Purpose.Profiling, now)).Select(x => x.Id);
        var spending = new Dictionary<int, Dictionary<string, long>>();
        if (withCategories)
        {
            var rows = await db.EventItems.Where(x => x.CustomerId >= from && x.CustomerId <= to && profiled.Contains(x.CustomerId) && !x.Returned)
                .Join(db.Products, x => x.ProductId, p => p.Id, (x, p) => new { x.CustomerId, p.Category, x.AmountCents })
                .GroupBy(x => new { x.CustomerId, x.Category }).Select(g => new { g.Key.CustomerId, g.Key.Category, Cents = g.Sum(x => x.AmountCents) }).ToListAsync(cancellationToken);
            spending = rows.GroupBy(x => x.CustomerId).ToDictionary(x => x.Key, x => x.ToDictionary(y => y.Category, y => y.Cents));
        }

        var twins = await db.Twins.AsNoTracking().Where(x => x.CustomerId >= from && x.CustomerId <= to && profiled.Contains(x.CustomerId)).Select(x => new { x.CustomerId, x.ChanceToBuy, x.AverageBasketCents }).ToListAsync(cancellationToken);
        return twins.ToDictionary(x => x.CustomerId, x => new BuyerProfile(x.ChanceToBuy, x.AverageBasketCents, spending.GetValueOrDefault(x.CustomerId) ?? []));
    }
}
