using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Twins;

/// <summary>Habits and likings out of a history. Pure.</summary>
public static class TwinPicture
{
    private const int Shown = 6;

    public static TwinHabits Habits(CustomerHistory history, IReadOnlyDictionary<int, string> stores, DateTime asOf)
    {
        var past = history.Events.Where(x => x.At <= asOf).ToList();
        var year = past.Where(x => x.At > asOf.AddDays(-365) && CustomerHistory.IsOwnAct(x.Type, x.Machine)).ToList();
        var (hours, orderHours) = (new int[168], new int[168]);
        foreach (var e in year)
        {
            hours[e.HourOfWeek]++;
            orderHours[e.HourOfWeek] += e.Type == EventType.Purchase ? 1 : 0;
        }

        var orders = past.Where(x => x.Type == EventType.Purchase).ToList();
        var days = history.OrderDays(asOf);
        var gaps = CustomerHistory.Gaps(days);
        Array.Sort(gaps);
        var baskets = orders.Select(x => (double)x.AmountCents).Order().ToList();
        var lines = history.Items.Select(x => x.EventId).ToHashSet() is { Count: > 0 } ids ? orders.Count(x => ids.Contains(x.Id)) : 0;
        var visits = past.Where(x => x.Type is EventType.StoreVisit or EventType.View or EventType.AppSession or EventType.KioskSession).ToList();
        return new(hours, orderHours, days.Count,
            baskets.Count == 0 ? null : (long)ShopRhythm.Median(baskets),
            lines == 0 ? null : history.Items.Count(x => orders.Any(o => o.Id == x.EventId)) / (double)lines,
            days.Count < Lifecycle.MinOrderDays ? null : new Quartiles(Quantile(gaps, 0.25), ShopRhythm.Median(gaps), Quantile(gaps, 0.75)),
            Places(orders, visits, x => x.Channel.ToString()),
            Places(orders, visits, x => x.StoreId is { } id ? stores.GetValueOrDefault(id, $"Store {id}") : null));
    }

    public static TwinLikings Likings(CustomerHistory history, IReadOnlyDictionary<int, (string Name, string Category, string Brand)> products)
    {
        var orders = history.Events.Where(x => x.Type == EventType.Purchase).ToDictionary(x => x.Id, x => x.At);
        var lines = history.Items.Where(x => orders.ContainsKey(x.EventId) && products.ContainsKey(x.ProductId)).Select(x => (Product: products[x.ProductId], x.AmountCents, x.EventId, At: orders[x.EventId])).ToList();
        var total = Math.Max(1, lines.Sum(x => x.AmountCents));
        List<Liking> By(Func<(string Name, string Category, string Brand), string> name) =>
        [
            .. lines.GroupBy(x => name(x.Product), StringComparer.Ordinal).Where(x => x.Key.Length > 0)
                .Select(x => new Liking(x.Key, (double)x.Sum(l => l.AmountCents) / total, x.Sum(l => l.AmountCents), x.Select(l => l.EventId).Distinct().Count(), x.Max(l => l.At)))
                .OrderByDescending(x => x.Cents).ThenBy(x => x.Name, StringComparer.Ordinal).Take(Shown),
        ];
        return new(By(x => x.Category), By(x => x.Brand), By(x => x.Name));
    }

    private static List<Place> Places(List<TwinEvent> orders, List<TwinEvent> visits, Func<TwinEvent, string?> name) =>
    [
        .. orders.Select(x => (Name: name(x), Order: 1, Visit: 0)).Concat(visits.Select(x => (Name: name(x), Order: 0, Visit: 1))).Where(x => x.Name is not null).GroupBy(x => x.Name!, StringComparer.Ordinal)
            .Select(x => new Place(x.Key, x.Sum(e => e.Order), x.Sum(e => e.Visit), orders.Count == 0 ? 0 : (double)x.Sum(e => e.Order) / orders.Count))
            .OrderByDescending(x => x.Orders).ThenByDescending(x => x.Visits).ThenBy(x => x.Name, StringComparer.Ordinal).Take(Shown),
    ];

    /// <summary>Linear interpolation between the closest ranks.</summary>
    private static double Quantile(double[] sorted, double p)
    {
        var position = p * (sorted.Length - 1);
        var below = (int)position;
        return below + 1 < sorted.Length ? sorted[below] + ((position - below) * (sorted[below + 1] - sorted[below])) : sorted[below];
    }
}
