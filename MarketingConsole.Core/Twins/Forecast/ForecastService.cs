using System.Text.Json;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>A training as shown to people.</summary>
public sealed record Training(int Id, DateTime TrainedAt, string TrainedBy, DateTime WindowFrom, DateTime WindowTo, bool InUse, TrainingReport Report);

/// <summary>Trains the chance-to-buy model on the shop's own history and hands out the one in use.</summary>
public sealed class ForecastService(IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, JobService jobs, TimeProvider time)
{
    /// <summary>Rows fitted on at most; beyond it customers are sampled.</summary>
    private const int MaxRows = 200_000;

    /// <summary>The data has grown enough to train again when there are this many times the purchases of the last training.</summary>
    private const double Growth = 1.25;
    private (int Id, ChanceModel? Model) _current;

    /// <returns>The model in use, or null while there is none.</returns>
    public async Task<(int Id, ChanceModel Model)?> CurrentAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var newest = db.TrainedModels.Where(x => x.Kind == ChanceModel.Kind && x.Champion).OrderByDescending(x => x.Id);
        var id = await newest.Select(x => x.Id).FirstOrDefaultAsync(cancellationToken);
        if (_current.Id != id)
        {
            var json = await db.TrainedModels.Where(x => x.Id == id).Select(x => x.ParametersJson).SingleOrDefaultAsync(cancellationToken);
            _current = (id, json is null ? null : JsonSerializer.Deserialize<ChanceModel>(json, JsonSerializerOptions.Web));
        }

        return _current.Model is { Fits: true } model ? (id, model) : null;
    }

    /// <returns>Trainings, newest first.</returns>
    public async Task<IReadOnlyList<Training>> TrainingsAsync(int count, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var rows = await db.TrainedModels.AsNoTracking().Where(x => x.Kind == ChanceModel.Kind).OrderByDescending(x => x.Id).Take(count)
            .Select(x => new { x.Id, x.TrainedAt, x.TrainedBy, x.WindowFrom, x.WindowTo, x.Champion, x.MetricsJson }).ToListAsync(cancellationToken);
        return [.. rows.Select(x => new Training(x.Id, x.TrainedAt, x.TrainedBy, x.WindowFrom, x.WindowTo, x.Champion, JsonSerializer.Deserialize<TrainingReport>(x.MetricsJson, JsonSerializerOptions.Web)!))];
    }

    /// <summary>Starts a training in the background.</summary>
    /// <returns>Id of the job run.</returns>
    public Task<int> StartTrainingAsync(string startedBy, CancellationToken cancellationToken) =>
        jobs.StartAsync<TrainForecastJob>("Train the chance to buy", new { }, startedBy, cancellationToken);

    /// <summary>Starts a training when none was tried yet or the data has grown by a quarter since.</summary>
    /// <param name="much">Many events came: only then is it worth counting them all when there has been a training.</param>
    internal async Task TrainIfGrownAsync(bool much, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (!much && await db.TrainedModels.AnyAsync(x => x.Kind == ChanceModel.Kind, cancellationToken))
        {
            return;
        }

        var purchases = await db.Events.CountAsync(x => x.Type == EventType.Purchase, cancellationToken);
        var last = await TrainingsAsync(1, cancellationToken) is [var newest, ..] ? newest.Report.Purchases : 0;
        if (purchases > last * Growth && !await db.JobRuns.AnyAsync(x => x.Kind == "TrainForecast" && x.Status <= JobStatus.Running, cancellationToken))
        {
            await StartTrainingAsync("system", cancellationToken);
        }
    }

    /// <summary>Fits, judges and stores a model, which is used from then on, or stores why there is none.</summary>
    /// <param name="progress">Given customers read and customers in all.</param>
    public async Task<TrainingReport> TrainAsync(string trainedBy, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        var rules = await consent.RulesAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var sales = db.Events.Where(x => x.Type == EventType.Purchase && x.At <= now);
        var purchases = await sales.CountAsync(cancellationToken);
        var first = await sales.OrderBy(x => x.At).Select(x => (DateTime?)x.At).FirstOrDefaultAsync(cancellationToken) ?? now;
        var last = await sales.OrderByDescending(x => x.At).Select(x => (DateTime?)x.At).FirstOrDefaultAsync(cancellationToken) ?? now;
        var ids = await db.Customers.Where(x => x.ErasedAt == null).Where(rules.Allowed(db, Purpose.Profiling, now)).OrderBy(x => x.Id).Select(x => x.Id).ToListAsync(cancellationToken);
        var (model, report) = CutOffs.Of(first, last) is { } cutOffs ? await FitAsync(db, cutOffs, ids, purchases, progress, cancellationToken)
            : (null, new TrainingReport($"The shop's history is too short: {(last - first).Days} days of orders, {CutOffs.MinDays} needed to learn from one period and test on a later one.", purchases, ids.Count));
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.TrainedModels.Where(x => x.Kind == ChanceModel.Kind && x.Champion).ExecuteUpdateAsync(s => s.SetProperty(x => x.Champion, false), cancellationToken);
        db.TrainedModels.Add(new TrainedModel
        {
            Kind = ChanceModel.Kind,
            TrainedAt = now,
            TrainedBy = trainedBy,
            WindowFrom = first,
            WindowTo = last,
            Champion = model is not null,
            ParametersJson = JsonSerializer.Serialize(model, JsonSerializerOptions.Web),
            MetricsJson = JsonSerializer.Serialize(report, JsonSerializerOptions.Web),
        });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return report;
    }

    private static async Task<(ChanceModel?, TrainingReport)> FitAsync(ConsoleDb db, CutOffs cutOffs, List<int> ids, int purchases, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        var step = Math.Max(1, (int)Math.Ceiling((double)ids.Count * cutOffs.Train.Count / MaxRows));
        var sample = ids.Where((_, i) => i % step == 0).ToArray();
        var days = await TwinReader.OrderDaysAsync(db, cancellationToken);
        var rhythms = cutOffs.All.ToDictionary(x => x, x => ShopRhythm.Of(days, ShopCalendar.DayOf(DateOnly.FromDateTime(x)) - 1)); // a day early: the shop's date may be ahead of UTC's
        var trainer = new ChanceTrainer(cutOffs, rhythms);
        var done = 0;
        foreach (var chunk in sample.Chunk(TwinReader.CustomersAChunk))
        {
            foreach (var history in await TwinReader.HistoriesAsync(db, chunk, withItems: false, cancellationToken))
            {
                trainer.Add(history);
            }

            progress?.Invoke(done += chunk.Length, sample.Length);
        }

        return trainer.Fit(purchases, sample.Length);
    }
}
