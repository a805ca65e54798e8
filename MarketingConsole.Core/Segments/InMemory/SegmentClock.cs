using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins.Store;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Lets time move customers: each second the twin store tells who is in or out by now, and those whose stored membership says otherwise are looked at again.
/// What the store cannot count is left to the recount every <see cref="SegmentOptions.RefreshSeconds"/>.</summary>
public sealed partial class SegmentClock(StoreKeeper store, SegmentKeeper keeper, IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, ShopCalendar calendar, TimeProvider time, ILogger<SegmentClock> log) : BackgroundService
{
    private const int RecheckAtMost = 2_000;
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private HashSet<int> _looked = [];

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

    /// <returns>How many customers were looked at again.</returns>
    internal async Task<int> TickAsync(CancellationToken cancellationToken)
    {
        if (store.Current is not { } current)
        {
            return 0;
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var rules = await SegmentService.RulesAsync(db, cancellationToken);
        var gate = await consent.RulesAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var due = new HashSet<int>();
        foreach (var (id, rule) in rules)
        {
            if (RuleTree.MovesWithTime(rule) && StoreQuery.Supports(rule, past: false))
            {
                due.UnionWith(current.Read(() => Differing(current, id, new StoreQuery(current, gate, calendar, now).Members(rule))));
            }
        }

        if (due.Count == 0 || due.SetEquals(_looked)) // the database saw them otherwise a second ago: its word counts until more changes
        {
            return 0;
        }

        foreach (var ids in due.Chunk(RecheckAtMost))
        {
            await keeper.RecheckAsync(ids, cancellationToken);
        }

        _looked = due;
        return due.Count;
    }

    private static List<int> Differing(TwinStore store, int segmentId, SlotSet should)
    {
        var members = store.Members.GetValueOrDefault(segmentId);
        var differing = members?.Keys.Where(x => !should[x]).Select(store.IdOf).ToList() ?? [];
        if (should.Count + differing.Count != (members?.Count ?? 0))
        {
            differing.AddRange(should.Slots().Where(x => members?.ContainsKey(x) != true).Select(store.IdOf));
        }

        return differing;
    }

    [LoggerMessage(LogLevel.Error, "Segments could not be compared with the time; trying again in a second")]
    private static partial void TickFailed(ILogger logger, Exception exception);
}
