using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Forecast;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Twins;

/// <summary>The model of one customer for people and for the API: computed from the events at the moment of asking.</summary>
public sealed class TwinProfileService(IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, ForecastService forecast, TwinRefresher refresher, TimeProvider time)
{
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
        var traits = await db.CustomerTraits.Where(x => x.CustomerId == customerId).OrderBy(x => x.Name).Select(x => new Named(x.Name, x.Value)).ToListAsync(cancellationToken);
        var history = (await TwinReader.HistoriesAsync(db, [customerId], withItems: true, cancellationToken))[0];
        var products = await ProductsAsync(db, [.. history.Items.Select(x => x.ProductId).Distinct()], cancellationToken);
        var rhythm = await refresher.RhythmAsync(cancellationToken);
        var model = await forecast.CurrentAsync(cancellationToken);
        var kinds = products.ToDictionary(x => x.Key, x => new ProductKind(x.Value.Category, x.Value.Brand));
        var twin = TwinBuilder.Build(history, kinds, rhythm, model, profiling, now);
        var stores = await db.Stores.ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken);
        var person = new Person(customer.Id, customer.Key, customer.DisplayName, customer.Email, customer.Phone, customer.Country, customer.City, customer.BirthDate, customer.Gender, customer.Tier, customer.Language, customer.CreatedAt);
        return new TwinProfile(person, identities, traits, twin, profiling, rhythm,
            profiling ? TwinPicture.Habits(history, stores, now) : null,
            profiling ? TwinPicture.Likings(history, products) : null,
            profiling ? await ResponseAsync(db, customerId, twin, cancellationToken) : null,
            profiling ? await ForecastAsync(history, twin, rhythm, model, now, cancellationToken) : null);
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

    private async Task<TwinForecast> ForecastAsync(CustomerHistory history, Twin twin, ShopRhythm rhythm, (int Id, ChanceModel Model)? model, DateTime now, CancellationToken cancellationToken)
    {
        var trainings = await forecast.TrainingsAsync(10, cancellationToken);
        var training = trainings.FirstOrDefault(x => x.Id == model?.Id);
        var facts = BehaviourFacts.Of(history, rhythm, now);
        var missing = twin.ChanceToBuy is not null ? null
            : facts is null ? "Not enough data (0 orders, 1 needed)"
            : trainings is [{ Report.Reason: { } reason }, ..] ? reason : "No model is trained yet";
        var days = history.OrderDays(now).Count;
        var dueMissing = twin.NextOrderFrom is not null ? null
            : days < Lifecycle.MinOrderDays ? $"Not enough data ({days} order {(days == 1 ? "day" : "days")}, {Lifecycle.MinOrderDays} needed)" : "None expected: the pause is longer than this customer's habits explain";
        return new(twin.ChanceToBuy, missing,
            twin.ChanceToBuy is { } chance ? training?.Report.Test?.Bins.MinBy(x => chance < x.From ? x.From - chance : chance > x.To ? chance - x.To : 0) : null,
            twin.ChanceToBuy is not null && model is var (_, fitted) && facts is not null ? fitted.Reasons(facts, 3) : [],
            twin.NextOrderFrom, twin.NextOrderTo, dueMissing, training);
    }
}
