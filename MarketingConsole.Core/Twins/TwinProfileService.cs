using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning.Recommendation;
using MarketingConsole.Core.Twins.Drives;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Wants;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Twins;

/// <summary>The model of one customer for people and for the API: computed from the events at the moment of asking.</summary>
public sealed class TwinProfileService(IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, ModelRegistry registry, TwinRefresher refresher, TimeProvider time)
{
    private const int Reasons = 3, Wanted = 6;

    /// <returns>Null when there is no such customer, or they were erased.</returns>
    public async Task<TwinProfile?> GetAsync(int customerId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Customers.AsNoTracking().SingleOrDefaultAsync(x => x.Id == customerId && x.ErasedAt == null, cancellationToken) is not { } customer)
        {
            return null;
        }

        var rules = await consent.RulesAsync(cancellationToken);
        var choice = await db.ConsentChoices.AsNoTracking().SingleOrDefaultAsync(x => x.CustomerId == customerId && x.Purpose == Purpose.Profiling, cancellationToken);
        var profiling = rules.IsAllowed(Purpose.Profiling, customer.Jurisdiction, choice, now);
        var identities = await db.CustomerIdentities.Where(x => x.CustomerId == customerId).OrderBy(x => x.Kind).Select(x => new Named(x.Kind, x.Value)).ToListAsync(cancellationToken);
        var traits = (await db.CustomerTraits.Where(x => x.CustomerId == customerId).OrderBy(x => x.Name).ThenBy(x => x.Value).Select(x => new { x.Name, x.Value }).ToListAsync(cancellationToken))
            .GroupBy(x => x.Name).Select(x => new Named(x.Key, string.Join(", ", x.Select(t => t.Value)))).ToList();
        var history = (await TwinReader.HistoriesAsync(db, [customerId], withItems: true, cancellationToken))[0];
        var products = await ProductsAsync(db, [.. history.Items.Select(x => x.ProductId).Distinct()], cancellationToken);
        var rhythm = await refresher.RhythmAsync(cancellationToken);
        var models = await ShopModels.LoadAsync(registry, cancellationToken);
        var kinds = await TwinReader.KindsAsync(db, cancellationToken);
        var twin = TwinBuilder.Build(history, kinds, rhythm, profiling, now);
        if (profiling)
        {
            models.Apply([(twin, history)], kinds, rhythm, now);
        }

        var stores = await db.Stores.ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken);
        var person = new Person(customer.Id, customer.Key, customer.DisplayName, customer.Email, customer.Phone, customer.Country, customer.City, customer.BirthDate, customer.Gender, customer.Tier, customer.Language, customer.CreatedAt);
        return new TwinProfile(person, identities, traits, twin, profiling, rhythm,
            profiling ? TwinPicture.Habits(history, stores, now) : null,
            profiling ? TwinPicture.Likings(history, products) : null,
            profiling ? await ResponseAsync(db, customerId, twin, cancellationToken) : null,
            profiling ? await ForecastAsync(history, twin, rhythm, models, now, cancellationToken) : null,
            profiling && models.Crowd is { } crowd ? TwinDrives.Of(DriveCounts.Of(history, kinds, crowd.Medians, now), crowd) : null,
            profiling ? await WantsAsync(db, history, now, cancellationToken) : []);
    }

    private static async Task<Dictionary<int, (string Name, string Category, string Brand)>> ProductsAsync(ConsoleDb db, IReadOnlyList<int> ids, CancellationToken cancellationToken)
    {
        var products = new Dictionary<int, (string, string, string)>();
        foreach (var chunk in ids.Chunk(500))
        {
            await foreach (var x in db.Products.Where(x => chunk.Contains(x.Id)).Select(x => new { x.Id, x.Name, x.Category, x.Brand }).AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                products[x.Id] = (x.Name, x.Category, x.Brand);
            }
        }

        return products;
    }

    private static async Task<TwinResponse> ResponseAsync(ConsoleDb db, int customerId, Twin twin, CancellationToken cancellationToken)
    {
        var mails = await db.Events.Where(x => x.CustomerId == customerId && (x.Type == EventType.EmailSent || x.Type == EventType.EmailOpen || x.Type == EventType.EmailClick))
            .OrderBy(x => x.At).Select(x => new { x.Type, x.At, x.Machine, x.CampaignId, x.Reference }).ToListAsync(cancellationToken);
        var sent = mails.Where(x => x.Type == EventType.EmailSent).ToList();
        double[] Hours(EventType type) =>
        [
            .. sent.Select(s => mails.Where(x => x.Type == type && !x.Machine && x.At >= s.At && x.CampaignId == s.CampaignId && x.Reference == s.Reference).Select(x => (x.At - s.At).TotalHours).FirstOrDefault(-1)).Where(x => x >= 0).Order(),
        ];
        var (opened, clicked) = (Hours(EventType.EmailOpen), Hours(EventType.EmailClick));
        var discounted = await db.EventItems.Where(x => x.CustomerId == customerId && x.DiscountCents > 0 && db.Events.Any(e => e.CustomerId == customerId && e.Id == x.EventId && e.Type == EventType.Purchase))
            .Select(x => x.EventId).Distinct().CountAsync(cancellationToken);
        return new(sent.Count, opened.Length, clicked.Length, mails.Count(x => x.Machine && x.Type == EventType.EmailOpen),
            opened.Length == 0 ? null : ShopRhythm.Median(opened), clicked.Length == 0 ? null : ShopRhythm.Median(clicked), twin.LastEmailOpenAt, twin.Orders, discounted);
    }

    private async Task<TwinForecast> ForecastAsync(CustomerHistory history, Twin twin, ShopRhythm rhythm, ShopModels models, DateTime now, CancellationToken cancellationToken)
    {
        var stored = await registry.CurrentAsync(cancellationToken);
        var facts = BehaviourFacts.Of(history, rhythm, now);
        var days = history.OrderDays(now).Count;
        string Missing(string kind) => facts is null ? "Not enough data (0 orders, 1 needed)" : stored.FirstOrDefault(x => x.Kind == kind)?.Report.Reason ?? "No model is trained yet";
        StoredModel? Champion(string kind) => stored.FirstOrDefault(x => x.Kind == kind && x.State == ModelState.Champion);
        var dueMissing = twin.NextOrderFrom is not null ? null
            : days < Lifecycle.MinOrderDays ? $"Not enough data ({days} order {(days == 1 ? "day" : "days")}, {Lifecycle.MinOrderDays} needed)" : "None expected: the pause is longer than this customer's habits explain";
        var churn = twin.ChurnRisk is { } risk && facts is not null ? new TwinChurn(risk, models.Churn!.Outcome.Days, Peers(Champion(ModelKind.Churn), risk), models.Churn.Reasons(facts, Reasons)) : null;
        var purchases = twin.Alive is { } alive && models.Purchases is { } model && PurchasesModel.HistoryOf(history, now) is { } bought
            ? new TwinPurchases(alive, model.OutlookOf(bought, [30, 90, 365], twin.CustomerId), twin.LifetimeCents, model.RecordOf(history, now)) : null;
        var uplift = twin.OfferUplift is { } effect && facts is not null && models.Uplift is { } offers && Champion(ModelKind.OfferUplift) is { } tried ? new TwinUplift(effect, offers.Days, offers.Average, offers.Reasons(facts, Reasons), tried.Id) : null;
        return new(
            twin.ChanceToBuy, twin.ChanceToBuy is null ? Missing(ModelKind.ChanceToBuy) : null, twin.ChanceToBuy is { } chance ? Peers(Champion(ModelKind.ChanceToBuy), chance) : null,
            twin.ChanceToBuy is not null && facts is not null ? models.Chance!.Reasons(facts, Reasons) : [],
            twin.NextOrderFrom, twin.NextOrderTo, dueMissing,
            churn, churn is not null ? null : models.Churn is not null && facts is not null ? "Gone already: the pause is longer than this customer's habits explain" : Missing(ModelKind.Churn),
            purchases, purchases is null ? Missing(ModelKind.Purchases) : null, uplift, uplift is null ? Missing(ModelKind.OfferUplift) : null, Champion(ModelKind.ChanceToBuy));
    }

    private async Task<IReadOnlyList<WantedArticle>> WantsAsync(ConsoleDb db, CustomerHistory history, DateTime now, CancellationToken cancellationToken)
    {
        if (await registry.ChampionAsync<RecommendationModel>(ModelKind.Recommendations, cancellationToken) is not (_, { } model))
        {
            return [];
        }

        var wants = model.For(history, now, Wanted);
        var products = await ProductsAsync(db, [.. wants.Select(x => x.ProductId).Concat(wants.Select(x => x.Because).OfType<int>()).Distinct()], cancellationToken);
        return [.. wants.Where(x => products.ContainsKey(x.ProductId)).Select(x => new WantedArticle(x.ProductId, products[x.ProductId].Name, products[x.ProductId].Category, Say(x.Kind, x.Because is { } id && products.TryGetValue(id, out var other) ? other.Name : null)))];
    }

    private static string Say(ReasonKind kind, string? because) => kind switch
    {
        ReasonKind.BoughtBefore => "bought before, and it tends to be bought again",
        ReasonKind.BoughtTogether when because is not null => $"who bought {because} tends to buy this too",
        ReasonKind.Similar when because is not null => $"like {because}",
        ReasonKind.Traits => "customers with the same traits buy it more often than others",
        _ => "many customers buy it",
    };

    private static Learning.CalibrationBin? Peers(StoredModel? model, double chance) => model?.Report.Chances?.Bins.MinBy(x => chance < x.From ? x.From - chance : chance > x.To ? chance - x.To : 0);
}
