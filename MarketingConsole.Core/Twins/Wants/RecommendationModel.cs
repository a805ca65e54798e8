using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning.Recommendation;

namespace MarketingConsole.Core.Twins.Wants;

/// <summary>An article a customer is likely to want next.</summary>
/// <param name="Kind">Why.</param>
/// <param name="Because">The article that speaks for it; null for the kinds without one.</param>
public sealed record Want(int ProductId, ReasonKind Kind, int? Because);

/// <summary>What a customer is likely to want next.</summary>
/// <param name="ProductIds">The articles it knows, in the order of its items.</param>
/// <param name="Repeat">True where this shop's customers often buy the same again, so that what was bought is recommended too.</param>
public sealed record RecommendationModel(IReadOnlyList<int> ProductIds, bool Repeat, HybridRecommender Recommender)
{
    /// <returns>At most <paramref name="count"/>, best first; the best-sellers for a customer without a purchase.</returns>
    public IReadOnlyList<Want> For(CustomerHistory history, DateTime asOf, int count)
    {
        var items = ProductIds.Index().ToDictionary(x => x.Item, x => x.Index);
        Bought[] bought = [.. BoughtBy(history, asOf).Where(x => items.ContainsKey(x.ProductId)).Select(x => new Bought(items[x.ProductId], 1, x.Day))];
        var now = (asOf - DateTime.UnixEpoch).TotalDays;
        return [.. Recommender.Top(bought, now, count, Repeat).Where(x => x.Score > 0).Select(x =>
        {
            var reason = Recommender.Why(bought, now, x.Item, 1) is [var first, ..] ? first : new Reason(ReasonKind.Popular, null, 1);
            return new Want(ProductIds[x.Item], reason.Kind, reason.Item is { } item ? ProductIds[item] : null);
        })];
    }

    /// <summary>Articles of purchases up to an instant, oldest first, each once a purchase.</summary>
    internal static IEnumerable<(int ProductId, int Day)> BoughtBy(CustomerHistory history, DateTime asOf)
    {
        var lines = history.Items.ToLookup(x => x.EventId, x => x.ProductId);
        return history.Events.Where(x => x.Type == EventType.Purchase && x.At <= asOf).SelectMany(x => lines[x.Id].Distinct().Select(p => (p, x.Day)));
    }
}
