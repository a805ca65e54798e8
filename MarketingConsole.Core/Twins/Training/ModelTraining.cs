using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Twins.Drives;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Groups;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Uplift;
using MarketingConsole.Core.Twins.Wants;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Twins.Training;

/// <summary>How far a training is.</summary>
/// <param name="Phase">What it does now.</param>
/// <param name="Total">0 while unknown.</param>
public readonly record struct TrainingProgress(string Phase, long Done, long Total);

/// <summary>Trains the models of the shop on its own history: of customers who allow profiling only.</summary>
/// <param name="trials">Null where nobody sends offers.</param>
public sealed class ModelTraining(IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, ModelRegistry registry, JobService jobs, TimeProvider time, OfferTrialReader? trials = null)
{
    /// <summary>Customers read at most; beyond it they are sampled evenly.</summary>
    private const int MaxCustomers = 20_000;

    /// <summary>The data has grown enough to train again when there are this many times the purchases of the last training.</summary>
    private const double Growth = 1.25;

    /// <summary>Starts a training in the background.</summary>
    /// <returns>Id of the job run.</returns>
    public Task<int> StartAsync(string startedBy, CancellationToken cancellationToken) => jobs.StartAsync<TrainModelsJob>("Train the models", new { }, startedBy, cancellationToken);

    /// <summary>Puts a model to use in place of the champion and scores all twins with it, in the background.</summary>
    /// <returns>What hinders it; null when it is done.</returns>
    public async Task<string?> PromoteAsync(int modelId, string by, CancellationToken cancellationToken) => await registry.PromoteAsync(modelId, by, cancellationToken) ?? await ScoreAsync(by, cancellationToken);

    /// <summary>Goes back to the model that was in use before the champion, and scores all twins with it.</summary>
    /// <returns>What hinders it; null when it is done.</returns>
    public async Task<string?> RollBackAsync(string kind, string by, CancellationToken cancellationToken) => await registry.RollBackAsync(kind, by, cancellationToken) ?? await ScoreAsync(by, cancellationToken);

    private async Task<string?> ScoreAsync(string by, CancellationToken cancellationToken)
    {
        await jobs.StartAsync<ScoreTwinsJob>("Score all twins with the model now in use", new { }, by, cancellationToken);
        return null;
    }

    /// <summary>Starts a training when none was tried yet or the data has grown by a quarter since.</summary>
    /// <param name="much">Many events came: only then is it worth counting them all when there has been a training.</param>
    internal async Task StartIfGrownAsync(bool much, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (!much && await db.TrainedModels.AnyAsync(cancellationToken))
        {
            return;
        }

        var purchases = await db.Events.CountAsync(x => x.Type == EventType.Purchase, cancellationToken);
        var last = await registry.ListAsync(ModelKind.ChanceToBuy, 1, cancellationToken) is [var newest, ..] ? newest.Report.Purchases : 0;
        if (purchases > last * Growth && !await db.JobRuns.AnyAsync(x => x.Kind == "TrainModels" && x.Status <= JobStatus.Running, cancellationToken))
        {
            await StartAsync("system", cancellationToken);
        }
    }

    /// <summary>Fits, judges and stores a model of each kind, or stores why there is none. Computes for minutes on the caller's thread.</summary>
    /// <returns>Reports by kind.</returns>
    public async Task<IReadOnlyDictionary<string, ModelReport>> TrainAsync(string trainedBy, IProgress<TrainingProgress>? progress, CancellationToken cancellationToken)
    {
        var lots = trials is null ? [] : await trials(MaxCustomers, cancellationToken);
        var (data, ids, step) = await OpenAsync([.. lots.Select(x => x.CustomerId).Distinct()], cancellationToken);
        List<ModelTrainer> trainers =
        [
            new OutcomeTrainer(Outcome.ToBuy, data),
            new OutcomeTrainer(Outcome.ToStayAway(data.RhythmAt(data.To)), data),
            new PurchasesTrainer(data),
            new ClusterTrainer(data),
            new CrowdTrainer(data),
            new RecommendationTrainer(data),
            new OfferUpliftTrainer(data, lots),
        ];
        await using (var db = await dbs.CreateDbContextAsync(cancellationToken))
        {
            var done = 0;
            foreach (var chunk in ids.Chunk(TwinReader.CustomersAChunk))
            {
                foreach (var history in await TwinReader.HistoriesAsync(db, chunk, withItems: true, cancellationToken))
                {
                    trainers.ForEach(x =>
                    {
                        if (history.CustomerId % step == 0 || x is OfferUpliftTrainer) // the others learn from an even sample
                        {
                            x.Add(history);
                        }
                    });
                }

                progress?.Report(new("Reading histories", done += chunk.Length, ids.Length));
            }
        }

        var reports = new Dictionary<string, ModelReport>(StringComparer.Ordinal);
        foreach (var trainer in trainers)
        {
            var champion = await ChampionAsync(trainer.Kind, cancellationToken);
            var fit = new Progress(progress, $"Fitting {trainer.Kind}");
            var result = trainer.Fit(champion is var (_, c) ? c : null, fit, cancellationToken);
            reports[trainer.Kind] = result.Report;
            if (champion is var (id, _) && result.Drift is { } drift)
            {
                await registry.KeepDriftAsync(id, drift, cancellationToken);
            }

            await registry.StoreAsync(trainer.Kind, result.Model, result.Report, trainedBy, data.From, data.To, result.Replaces, cancellationToken);
        }

        return reports;
    }

    private async Task<(int Id, Champion Champion)?> ChampionAsync(string kind, CancellationToken cancellationToken)
    {
        (int Id, object Model)? found = kind switch
        {
            ModelKind.Purchases => await registry.ChampionAsync<PurchasesModel>(kind, cancellationToken) is (var id, { } model) ? (id, model) : null,
            ModelKind.Clusters => await registry.ChampionAsync<ClusterModel>(kind, cancellationToken) is (var id, { } model) ? (id, model) : null,
            ModelKind.Crowd => await registry.ChampionAsync<CrowdModel>(kind, cancellationToken) is (var id, { } model) ? (id, model) : null,
            ModelKind.OfferUplift => await registry.ChampionAsync<OfferUpliftModel>(kind, cancellationToken) is (var id, { } model) ? (id, model) : null,
            ModelKind.Recommendations => await registry.ChampionAsync<RecommendationModel>(kind, cancellationToken) is (var id, { } model) ? (id, model) : null,
            _ => await registry.ChampionAsync<OutcomeModel>(kind, cancellationToken) is (var id, { } model) ? (id, model) : null,
        };
        return found is var (champion, fitted) && await registry.GetAsync(champion, cancellationToken) is { } stored ? (champion, new(fitted, stored.Report.TestFrom ?? stored.WindowTo)) : null;
    }

    /// <param name="tried">Customers to read besides the sample.</param>
    /// <returns>Of the ids, those that the step divides are the sample.</returns>
    private async Task<(TrainingData Data, int[] Ids, int Step)> OpenAsync(IReadOnlyList<int> tried, CancellationToken cancellationToken)
    {
        var rules = await consent.RulesAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var sales = db.Events.Where(x => x.Type == EventType.Purchase && x.At <= now);
        var purchases = await sales.CountAsync(cancellationToken);
        var first = await sales.OrderBy(x => x.At).Select(x => (DateTime?)x.At).FirstOrDefaultAsync(cancellationToken) ?? now;
        var last = await sales.OrderByDescending(x => x.At).Select(x => (DateTime?)x.At).FirstOrDefaultAsync(cancellationToken) ?? now;
        var allowed = db.Customers.Where(x => x.ErasedAt == null).Where(rules.Allowed(db, Purpose.Profiling, now));
        var step = Math.Max(1, (await allowed.CountAsync(cancellationToken) + MaxCustomers - 1) / MaxCustomers);
        var people = await (step == 1 ? allowed : allowed.Where(x => x.Id % step == 0 || EF.Parameter(tried).Contains(x.Id))).OrderBy(x => x.Id).Select(x => new { x.Id, x.Country, x.BirthDate, x.Tier, x.Gender }).ToListAsync(cancellationToken);
        var groups = people.ToDictionary(x => x.Id, x => new CustomerGroups(x.Country, CustomerGroups.AgeBandOf(x.BirthDate, last), x.Tier, x.Gender));
        return (new(first, last, now, purchases, people.Count(x => x.Id % step == 0), await TwinReader.OrderDaysAsync(db, cancellationToken), groups, await TwinReader.KindsAsync(db, cancellationToken)), [.. people.Select(x => x.Id)], step);
    }

    private sealed class Progress(IProgress<TrainingProgress>? to, string phase) : IProgress<double>
    {
        public void Report(double value) => to?.Report(new(phase, (long)(value * 100), 100));
    }
}
