using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Live;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Groups;
using MarketingConsole.Core.Twins.Models;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Twins;

/// <summary>Twins of these customers were computed again; null = anybody's may have changed.</summary>
public sealed record TwinsChanged(IReadOnlyList<int>? CustomerIds);

/// <summary>Computes twins from events and stores them. One refresh runs at a time.</summary>
public sealed class TwinRefresher(IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, ModelRegistry registry, ChangeFeed feed, TimeProvider time, LiveIntake live) : IDisposable
{
    private readonly SemaphoreSlim _one = new(1);
    private ShopRhythm? _rhythm;

    public void Dispose() => _one.Dispose();

    /// <summary>Computes the twins of these customers; a customer who is gone or erased loses theirs.</summary>
    public async Task RefreshAsync(IReadOnlyCollection<int> customerIds, CancellationToken cancellationToken)
    {
        if (customerIds.Count == 0)
        {
            return;
        }

        await _one.WaitAsync(cancellationToken);
        try
        {
            await RefreshAsync([.. customerIds.Distinct().Order()], null, cancellationToken);
        }
        finally
        {
            _one.Release();
        }

        feed.Publish(new TwinsChanged([.. customerIds]));
    }

    /// <summary>Computes every twin and measures the shop's rhythm anew.</summary>
    /// <param name="progress">Given customers done and customers in all.</param>
    public async Task RefreshAllAsync(Action<int, int>? progress, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            int[] ids;
            await using (var db = await dbs.CreateDbContextAsync(cancellationToken))
            {
                await db.Twins.Where(x => !db.Customers.Any(c => c.Id == x.CustomerId)).ExecuteDeleteAsync(cancellationToken);
                await db.TwinSimilarities.Where(x => !db.Customers.Any(c => c.Id == x.CustomerId)).ExecuteDeleteAsync(cancellationToken);
                ids = await db.Customers.OrderBy(x => x.Id).Select(x => x.Id).ToArrayAsync(cancellationToken);
            }

            _rhythm = null;
            await RefreshAsync(ids, progress, cancellationToken);
        }
        finally
        {
            _one.Release();
        }

        feed.Publish(new TwinsChanged(null));
    }

    /// <summary>Computes the twins whose stage ends by time alone before now.</summary>
    /// <returns>How many.</returns>
    public async Task<int> RefreshDueAsync(CancellationToken cancellationToken)
    {
        List<int> due;
        await using (var db = await dbs.CreateDbContextAsync(cancellationToken))
        {
            var now = time.GetUtcNow().UtcDateTime;
            due = await db.Twins.Where(x => x.StageUntil < now).Select(x => x.CustomerId).ToListAsync(cancellationToken);
        }

        await RefreshAsync(due, cancellationToken);
        return due.Count;
    }

    /// <summary>Writes anew how much each customer who allows profiling resembles a segment; nothing where no model tells.</summary>
    public async Task ResembleAsync(int segmentId, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var model = await registry.ChampionAsync<LookalikeModel>(ModelKind.Lookalike(segmentId), cancellationToken);
            var (rules, now) = (await consent.RulesAsync(cancellationToken), time.GetUtcNow().UtcDateTime);
            var rows = new List<TwinSimilarity>();
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            if (model is (_, { Fits: true } fitted))
            {
                var allowed = db.Customers.Where(x => x.ErasedAt == null).Where(rules.Allowed(db, Purpose.Profiling, now)).Select(x => x.Id);
                await foreach (var twin in db.Twins.AsNoTracking().Where(x => allowed.Contains(x.CustomerId)).AsAsyncEnumerable().WithCancellation(cancellationToken))
                {
                    rows.Add(Similarity(segmentId, fitted, twin, now));
                }
            }

            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.TwinSimilarities.Where(x => x.SegmentId == segmentId).ExecuteDeleteAsync(cancellationToken);
            await db.BulkInsertAsync(rows, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>How often the shop's customers come back, as measured by the last full refresh.</summary>
    public async Task<ShopRhythm> RhythmAsync(CancellationToken cancellationToken)
    {
        if (_rhythm is null)
        {
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            _rhythm = ShopRhythm.Of(await TwinReader.OrderDaysAsync(db, cancellationToken));
        }

        return _rhythm;
    }

    private async Task RefreshAsync(int[] ids, Action<int, int>? progress, CancellationToken cancellationToken)
    {
        var rules = await consent.RulesAsync(cancellationToken);
        var rhythm = await RhythmAsync(cancellationToken);
        var models = await ShopModels.LoadAsync(registry, cancellationToken);
        var lookalikes = (await registry.ChampionsAsync<LookalikeModel>(ModelKind.LookalikePrefix, cancellationToken)).Where(x => x.Model.Fits).Select(x => (Segment: ModelKind.SegmentOf(x.Kind), x.Model)).ToList();
        Dictionary<int, ProductKind> kinds;
        await using (var db = await dbs.CreateDbContextAsync(cancellationToken))
        {
            kinds = await TwinReader.KindsAsync(db, cancellationToken);
        }

        var done = 0;
        foreach (var chunk in ids.Chunk(TwinReader.CustomersAChunk))
        {
            var start = time.GetTimestamp();
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            var now = time.GetUtcNow().UtcDateTime;
            var here = db.Customers.Where(x => x.ErasedAt == null && chunk.Contains(x.Id));
            var known = await here.OrderBy(x => x.Id).Select(x => x.Id).ToListAsync(cancellationToken);
            var profiled = (await here.Where(rules.Allowed(db, Purpose.Profiling, now)).Select(x => x.Id).ToListAsync(cancellationToken)).ToHashSet();
            IReadOnlyList<CustomerHistory> histories = known.Count == 0 ? [] : await TwinReader.HistoriesAsync(db, known, withItems: true, cancellationToken);
            var twins = histories.Select(x => TwinBuilder.Build(x, kinds, rhythm, profiled.Contains(x.CustomerId), now)).ToList();
            models.Apply([.. twins.Zip(histories).Where(x => profiled.Contains(x.First.CustomerId))], kinds, rhythm, now);
            await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
            await db.Twins.Where(x => chunk.Contains(x.CustomerId)).ExecuteDeleteAsync(cancellationToken);
            await db.BulkInsertAsync(twins, cancellationToken);
            await db.TwinSimilarities.Where(x => chunk.Contains(x.CustomerId)).ExecuteDeleteAsync(cancellationToken);
            await db.BulkInsertAsync([.. twins.Where(x => profiled.Contains(x.CustomerId)).SelectMany(x => lookalikes.Select(y => Similarity(y.Segment, y.Model, x, now)))], cancellationToken);

            await transaction.CommitAsync(cancellationToken);
            progress?.Invoke(done += chunk.Length, ids.Length);
            await live.GiveWayAsync(start, cancellationToken);
        }
    }

    private static TwinSimilarity Similarity(int segmentId, LookalikeModel model, Twin twin, DateTime now) => new() { SegmentId = segmentId, CustomerId = twin.CustomerId, Similarity = model.Similarity(twin, now) };
}
