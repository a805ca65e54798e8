using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins.Store;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Lets time move customers: each second those whom the time that has passed may have moved are looked at again, and rankings counted when somebody changed.
/// What the store cannot count is left to the recount every <see cref="SegmentOptions.RefreshSeconds"/>.</summary>
public sealed partial class SegmentClock(StoreKeeper stores, SegmentKeeper keeper, ShopCalendar calendar, TimeProvider time, ILogger<SegmentClock> log) : BackgroundService
{
    /// <summary>Rankings of large shops take a while: they are counted for at most this part of the time.</summary>
    private const int RankingPart = 30, AtOnce = 300, RulesAtOnce = 10;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1), Start = TimeSpan.FromMinutes(1);
    private TwinStore? _store;
    private DateTime _until;
    private long _nextRanking;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Second, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await Task.Run(() => TickAsync(stoppingToken), stoppingToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                TickFailed(log, exception);
            }
        }
    }

    /// <returns>How many customers were looked at again; null = everybody.</returns>
    internal async Task<int?> TickAsync(CancellationToken cancellationToken)
    {
        if (stores.Store is not { } store)
        {
            return 0;
        }

        var now = time.GetUtcNow().UtcDateTime;
        if (store != _store)
        {
            (_store, _until) = (store, now - Start); // everybody was counted when it was built, at about this time
        }

        var (due, others) = await DueAsync(store, now, cancellationToken);
        if (due is null)
        {
            await keeper.RecountTimedAsync(cancellationToken, wait: false);
        }
        else
        {
            foreach (var some in due.Chunk(AtOnce)) // those to whom something happens come between
            {
                await keeper.RecheckAsync(some, inStore: true, inDatabase: false, wait: false, cancellationToken);
            }

            await RankAsync(others, cancellationToken);
        }

        _until = now;
        return due?.Count;
    }

    private async Task RankAsync(bool anyway, CancellationToken cancellationToken)
    {
        var start = time.GetTimestamp();
        if (start >= _nextRanking)
        {
            await keeper.RecountOthersAsync(anyway, cancellationToken);
            var end = time.GetTimestamp();
            _nextRanking = end + ((end - start) * RankingPart);
        }
    }

    /// <returns>Customers to be looked at, null = all; and whether rankings may have changed.</returns>
    private async Task<(HashSet<int>? Customers, bool Others)> DueAsync(TwinStore store, DateTime now, CancellationToken cancellationToken)
    {
        var rules = await keeper.RulesAsync(fresh: false, cancellationToken);
        var (due, others) = (new HashSet<int>(), false);
        foreach (var some in rules.Rules.Where(x => rules.CountsInStore(x.Key)).Chunk(RulesAtOnce)) // what arrives comes between
        {
            cancellationToken.ThrowIfCancellationRequested();
            var found = store.Read(() =>
            {
                var (moments, set) = (new StoreMoments(store, rules.Consent, calendar, _until, now), new SlotSet(store.Slots));
                foreach (var (id, rule) in some)
                {
                    if (moments.Of(rule) is { } crossing)
                    {
                        set.Or(crossing);
                    }
                    else if (rules.Of(id) == SegmentKind.ByOthers)
                    {
                        others = true;
                    }
                    else
                    {
                        return null;
                    }
                }

                return set.Slots().Select(store.IdOf).ToList();
            });
            if (found is null)
            {
                return (null, true);
            }

            due.UnionWith(found);
        }

        return (due, others);
    }

    [LoggerMessage(LogLevel.Error, "Segments could not be compared with the time; trying again in a second")]
    private static partial void TickFailed(ILogger logger, Exception exception);
}
