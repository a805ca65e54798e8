using MarketingConsole.Core.Data;
using MarketingConsole.Core.Offers;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Picks for each customer the offer with the highest expected value:
/// chance to buy × share of the customer's spending the offer applies to × how well the offer was taken so far × (basket − cost of the offer).
/// Each message that carries an offer reserves one piece and its unit cost, so that no more is promised than there is.</summary>
internal sealed class OfferChooser
{
    private const double PriorMessages = 200; // weight of the average take-up against an offer's own record
    private readonly List<Candidate> _candidates;
    private readonly long _shopBasketCents;

    private OfferChooser(List<Candidate> candidates, long shopBasketCents) => (_candidates, _shopBasketCents) = (candidates, shopBasketCents);

    public bool Any => _candidates.Count > 0;

    /// <summary>True when the choice needs to know what customers bought.</summary>
    public bool UsesCategories => _candidates.Any(x => x.Categories.Count > 0);

    public static async Task<OfferChooser> LoadAsync(ConsoleDb db, IReadOnlyList<OfferDetails> offers, DateTime now, CancellationToken cancellationToken)
    {
        var given = await OfferUsage.CountAsync(db, [.. offers.Select(x => x.Id)], cancellationToken);
        var rate = (given.Values.Sum(x => x.Taken) + 1.0) / (given.Values.Sum(x => x.Given) + 50.0);
        var skus = offers.SelectMany(x => x.Draft.Skus).Distinct().ToArray();
        var categoryOf = await db.Products.Where(x => skus.Contains(x.Sku)).Select(x => new { x.Sku, x.Category }).ToDictionaryAsync(x => x.Sku, x => x.Category, cancellationToken);
        var basket = await db.Twins.Where(x => x.AverageBasketCents > 0).AverageAsync(x => (double?)x.AverageBasketCents, cancellationToken) ?? 0;
        var candidates = offers.Where(x => x.StateAt(now) == OfferState.Current).Select(x =>
        {
            var past = given.GetValueOrDefault(x.Id);
            var pieces = x.Draft.StockLimit is { } stock ? stock - (past?.Given ?? 0) : int.MaxValue;
            var budget = x.Draft.BudgetCents is { } cents && x.Draft.UnitCostCents > 0 ? (cents / x.Draft.UnitCostCents) - (past?.Given ?? 0) : int.MaxValue;
            var takeUp = ((past?.Taken ?? 0) + (rate * PriorMessages)) / ((past?.Given ?? 0) + PriorMessages) / rate;
            return new Candidate(x.Id, x.Draft, [.. x.Draft.Categories, .. x.Draft.Skus.Select(s => categoryOf.GetValueOrDefault(s)).OfType<string>()], takeUp) { Left = Math.Min(pieces, budget) };
        }).ToList();
        return new OfferChooser(candidates, (long)basket);
    }

    /// <summary>Chooses and takes one piece.</summary>
    /// <returns>Null when no offer applies to this customer or none is left.</returns>
    public int? Choose(BuyerProfile buyer)
    {
        var best = Find(buyer);
        if (best is not null)
        {
            best.Left--;
        }

        return best?.Id;
    }

    /// <summary>As <see cref="Choose"/>, but takes nothing.</summary>
    public int? Best(BuyerProfile buyer) => Find(buyer)?.Id;

    private Candidate? Find(BuyerProfile buyer) => _candidates.Where(x => x.Left > 0).Select(x => (Offer: x, Value: Value(x, buyer))).Where(x => x.Value is not null)
        .OrderByDescending(x => x.Value).ThenBy(x => x.Offer.Id).FirstOrDefault().Offer;

    /// <returns>Expected value in cents; null when the offer does not apply.</returns>
    private double? Value(Candidate offer, BuyerProfile buyer)
    {
        var spent = buyer.CategoryCents.Values.Sum();
        var share = offer.Categories.Count == 0 || spent <= 0 ? 1 : offer.Categories.Sum(x => (double)buyer.CategoryCents.GetValueOrDefault(x)) / spent;
        if (share <= 0)
        {
            return null;
        }

        var basket = (double)(buyer.BasketCents is > 0 and { } own ? own : _shopBasketCents);
        var cost = offer.Draft.Kind switch
        {
            OfferKind.PercentOff => basket * offer.Draft.Value / 100,
            OfferKind.AmountOff => Math.Min(basket, offer.Draft.Value),
            _ => offer.Draft.UnitCostCents,
        };
        return (buyer.ChanceToBuy ?? 1) * share * offer.TakeUp * (basket - cost);
    }

    /// <param name="TakeUp">1 = taken as often as the average offer.</param>
    private sealed record Candidate(int Id, OfferDraft Draft, HashSet<string> Categories, double TakeUp)
    {
        public long Left { get; set; }
    }
}
