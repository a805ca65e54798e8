using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Recommendation;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Twins.Wants;

/// <summary>Trains the recommendations on what customers bought; the newest purchases of each are kept back to judge by.</summary>
internal sealed class RecommendationTrainer(TrainingData data) : ModelTrainer(ModelKind.Recommendations)
{
    /// <summary>The articles most bought are known to the model, the others are not recommended.</summary>
    public const int MaxItems = 1_000;
    private const int MaxCustomers = 5_000, ListLength = 10, MinPurchases = 200;

    /// <summary>From this share of articles bought before on, what was bought is recommended again.</summary>
    private const double RepeatShare = 0.15;
    private readonly int _every = Math.Max(1, (data.Customers + MaxCustomers - 1) / MaxCustomers);
    private readonly List<(int ProductId, int Day)[]> _baskets = [];
    private int _seen;

    public override void Add(CustomerHistory history)
    {
        if (_seen++ % _every == 0 && RecommendationModel.BoughtBy(history, data.To).ToArray() is { Length: > 0 } bought)
        {
            _baskets.Add(bought);
        }
    }

    public override TrainingResult Fit(Champion? champion, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        const string Method = "Popularity, EASE, ALS, neighbours, content and each customer's own frequency, blended with the weights that found kept-back purchases best";
        var purchases = _baskets.Sum(x => x.Length);
        if (purchases < MinPurchases)
        {
            return new(null, new($"Too little to learn what customers want: {purchases} purchases of articles by customers who allow profiling, {MinPurchases} needed.", Method, data.Purchases, data.Customers));
        }

        try
        {
            int[] products = [.. _baskets.SelectMany(x => x).CountBy(x => x.ProductId).OrderByDescending(x => x.Value).ThenBy(x => x.Key).Take(MaxItems).Select(x => x.Key)];
            var items = products.Index().ToDictionary(x => x.Item, x => x.Index);
            var events = _baskets.Index().SelectMany(b => b.Item.Where(x => items.ContainsKey(x.ProductId)).Select(x => (b.Index, new Bought(items[x.ProductId], 1, x.Day))));
            var again = _baskets.Sum(x => x.Length - x.DistinctBy(y => y.ProductId).Count()) / (double)purchases;
            var content = ItemContent.From([.. products.Select(x => data.Kinds.GetValueOrDefault(x)).Select(x => (IReadOnlyList<string>)[.. new[] { x.Category, x.Brand }.Where(y => !string.IsNullOrEmpty(y)).Select(y => y!)])]);
            var model = HybridRecommender.Fit(Interactions.From(events, _baskets.Count, products.Length), new(again >= RepeatShare, ListLength, content), progress, cancellationToken);
            return new(new RecommendationModel(products, again >= RepeatShare, model), Report(model, again, purchases, Method, champion?.Model as RecommendationModel));
        }
        catch (LearningException exception)
        {
            return new(null, new(exception.Message, Method, data.Purchases, data.Customers));
        }
    }

    private ModelReport Report(HybridRecommender model, double again, int purchases, string method, RecommendationModel? champion)
    {
        var popular = model.Parts.FirstOrDefault(x => x.Name == "Popularity")?.Alone;
        var old = champion?.Recommender.Judged;
        return new(
            null, method, data.Purchases, data.Customers, purchases,
            Figures: model.Judged is not { } judged ? [] :
            [
                new($"nDCG@{ListLength}", judged.Ndcg, $"How near the list of {ListLength} came to the best possible for purchases kept back; 1 is perfect", "", popular?.Ndcg, "the best-sellers for everybody", old?.Ndcg, false),
                new("Hit rate", judged.HitRate, $"Share of {judged.Customers.ToString("N0", CultureInfo.InvariantCulture)} customers with at least one of {ListLength} recommended articles among those they then bought", "%", popular?.HitRate, "the best-sellers for everybody", old?.HitRate, false),
                new("Precision", judged.Precision, "Share of recommended articles that were then bought", "%", popular?.Precision, "the best-sellers for everybody", old?.Precision, false),
            ],
            Parameters:
            [
                .. model.Parts.Where(x => x.Weight > 0).OrderByDescending(x => x.Weight).Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Name}: weight {x.Weight:P0}{(x.Alone is { } alone ? $", alone nDCG {alone.Ndcg.ToString("0.000", CultureInfo.InvariantCulture)}" : "")}")),
                string.Create(CultureInfo.InvariantCulture, $"{again:P0} of articles had been bought before by the same customer, so what was bought is {(again >= RepeatShare ? "recommended again" : "not recommended again")}"),
            ]);
    }
}
