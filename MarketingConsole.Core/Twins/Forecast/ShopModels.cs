using MarketingConsole.Core.Learning.Purchases;
using MarketingConsole.Core.Twins.Drives;
using MarketingConsole.Core.Twins.Groups;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Uplift;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>What scores are computed from.</summary>
public sealed record ScoreInput(BehaviourFacts Facts, PurchaseHistory Purchases)
{
    /// <returns>Null for a customer without an order: there is nothing to forecast from.</returns>
    public static ScoreInput? Of(CustomerHistory history, ShopRhythm rhythm, DateTime asOf) =>
        BehaviourFacts.Of(history, rhythm, asOf) is { } facts && PurchasesModel.HistoryOf(history, asOf) is { } purchases ? new(facts, purchases) : null;
}

/// <param name="Chance">Chance to buy within 30 days, 0 to 1; null without a model.</param>
/// <param name="Churn">Risk to stay away; null without a model, and for customers who are lost already.</param>
/// <param name="Purchases">Null without a model.</param>
/// <param name="Uplift">What an offer changes in the chance to buy, −1 to 1; null without a model.</param>
public readonly record struct TwinScores(double? Chance, double? Churn, PurchaseScores? Purchases, double? Uplift);

/// <summary>The champions that score a twin, each null while there is none.</summary>
public sealed record ShopModels(OutcomeModel? Chance, OutcomeModel? Churn, PurchasesModel? Purchases, ClusterModel? Clusters = null, OfferUpliftModel? Uplift = null, CrowdModel? Crowd = null)
{
    public static ShopModels None { get; } = new(null, null, null);

    internal static async Task<ShopModels> LoadAsync(ModelRegistry registry, CancellationToken cancellationToken) => new(
        await registry.ChampionAsync<OutcomeModel>(ModelKind.ChanceToBuy, cancellationToken) is (_, { Fits: true } chance) ? chance : null,
        await registry.ChampionAsync<OutcomeModel>(ModelKind.Churn, cancellationToken) is (_, { Fits: true } churn) ? churn : null,
        (await registry.ChampionAsync<PurchasesModel>(ModelKind.Purchases, cancellationToken))?.Model,
        await registry.ChampionAsync<ClusterModel>(ModelKind.Clusters, cancellationToken) is (_, { Fits: true } clusters) ? clusters : null,
        await registry.ChampionAsync<OfferUpliftModel>(ModelKind.OfferUplift, cancellationToken) is (_, { Fits: true } uplift) ? uplift : null,
        (await registry.ChampionAsync<CrowdModel>(ModelKind.Crowd, cancellationToken))?.Model);

    /// <summary>Scores many at once, which is several times faster than one by one.</summary>
    public TwinScores[] Score(IReadOnlyList<ScoreInput> inputs)
    {
        var columns = Chance is null && Churn is null ? [] : OutcomeModel.Columns([.. inputs.Select(x => BehaviourFeatures.Of(x.Facts))]);
        var (chances, churns) = (Chance?.Chances(columns), Churn?.Chances(columns));
        var scores = new TwinScores[inputs.Count];
        for (var i = 0; i < scores.Length; i++)
        {
            scores[i] = new(chances?[i], Churn?.Outcome.Asks(inputs[i].Facts) == true ? churns![i] : null, Purchases?.Score(inputs[i].Purchases), Uplift?.Effect(inputs[i].Facts));
        }

        return scores;
    }

    /// <summary>Writes the scores onto twins of customers who allow profiling.</summary>
    /// <param name="kinds">Category, brand and price by product id.</param>
    public void Apply(IReadOnlyList<(Twin Twin, CustomerHistory History)> twins, IReadOnlyDictionary<int, ProductKind> kinds, ShopRhythm rhythm, DateTime asOf)
    {
        var known = twins.Select(x => (x.Twin, Input: ScoreInput.Of(x.History, rhythm, asOf))).Where(x => x.Input is not null).ToList();
        if (known.Count == 0 || this == None)
        {
            return;
        }

        if (Clusters is not null)
        {
            foreach (var (twin, history) in twins)
            {
                twin.Cluster = GroupFacts.Of(history, asOf) is { } facts ? Clusters.Groups[Clusters.Of(facts)].Name : null;
            }
        }

        if (Crowd is not null)
        {
            foreach (var (twin, history) in twins)
            {
                DriveScores.Apply(twin, history, Crowd, kinds, asOf);
            }
        }

        foreach (var ((twin, _), score) in known.Zip(Score([.. known.Select(x => x.Input!)])))
        {
            (twin.ChanceToBuy, twin.ChurnRisk, twin.OfferUplift, twin.ScoredAt) = (score.Chance, score.Churn, score.Uplift, asOf);
            if (score.Purchases is { } purchases)
            {
                (twin.Alive, twin.Orders30, twin.Orders90, twin.Orders365) = (purchases.Alive, purchases.Orders30, purchases.Orders90, purchases.Orders365);
                (twin.Spend365Cents, twin.LifetimeCents) = (Cents(purchases.Orders365 * purchases.SpendCents), Cents(purchases.LifetimeCents));
            }
        }
    }

    private static long? Cents(double? amount) => amount is { } value ? (long)Math.Round(value) : null;
}
