using System.Threading.Channels;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Credits purchases within a campaign's attribution window to its message, and, to compare, to its held-out customers.</summary>
internal sealed partial class ConversionMatcher(IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed, TimeProvider time, ILogger<ConversionMatcher> log) : BackgroundService
{
    private const int LongestWindowDays = 90, ChunkSize = 1000;
    private readonly Channel<EventsWritten> _written = System.Threading.Channels.Channel.CreateUnbounded<EventsWritten>(new UnboundedChannelOptions { SingleReader = true });

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var subscription = feed.Subscribe<EventsWritten>(x => _written.Writer.TryWrite(x));
        _written.Writer.TryWrite(new EventsWritten(null)); // what came in while the console was down
        await foreach (var first in _written.Reader.ReadAllAsync(stoppingToken))
        {
            var (all, ids) = (first.CustomerIds is null, new HashSet<int>(first.CustomerIds ?? []));
            while (_written.Reader.TryRead(out var more))
            {
                all |= more.CustomerIds is null;
                ids.UnionWith(more.CustomerIds ?? []);
            }

            try
            {
                await MatchAsync(all ? null : ids, stoppingToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                MatchFailed(log, exception);
            }
        }
    }

    /// <param name="customerIds">Null = every customer with a recent message.</param>
    /// <returns>Number of dispatches whose conversion changed.</returns>
    internal async Task<int> MatchAsync(IReadOnlyCollection<int>? customerIds, CancellationToken cancellationToken)
    {
        var since = time.GetUtcNow().UtcDateTime.AddDays(-LongestWindowDays - 1);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var days = (await db.Campaigns.AsNoTracking().Where(x => db.CampaignRuns.Any(r => r.CampaignId == x.Id && r.StartedAt > since)).Select(x => new { x.Id, x.PlanJson }).ToListAsync(cancellationToken))
            .ToDictionary(x => x.Id, x => CampaignPlan.FromJson(x.PlanJson).AttributionDays);
        var changed = 0;
        if (days.Count == 0)
        {
            return 0;
        }

        for (var last = int.MinValue; ;)
        {
            var query = db.Dispatches.Where(x => x.CreatedAt > since && (x.Status == DispatchStatus.Sent || x.Status == DispatchStatus.Failed || x.Status == DispatchStatus.HeldOut) && x.CustomerId > last);
            query = customerIds is null ? query : query.Where(x => EF.Parameter(customerIds).Contains(x.CustomerId));
            var ids = await query.Select(x => x.CustomerId).Distinct().OrderBy(x => x).Take(ChunkSize).ToListAsync(cancellationToken);
            if (ids.Count == 0)
            {
                return changed;
            }

            last = ids[^1];
            var rows = await db.Dispatches.AsNoTracking().Where(x => x.CreatedAt > since && (x.Status == DispatchStatus.Sent || x.Status == DispatchStatus.Failed || x.Status == DispatchStatus.HeldOut)
                && EF.Parameter(ids).Contains(x.CustomerId)).ToListAsync(cancellationToken);
            var purchases = (await db.Events.AsNoTracking().Where(x => EF.Parameter(ids).Contains(x.CustomerId) && x.Type == EventType.Purchase && x.At > since)
                .Select(x => new { x.CustomerId, x.At, x.AmountCents }).ToListAsync(cancellationToken)).ToLookup(x => x.CustomerId);
            foreach (var row in rows.Where(x => days.ContainsKey(x.CampaignId)))
            {
                var from = row.SentAt ?? row.CreatedAt;
                var hits = purchases[row.CustomerId].Where(x => x.At > from && x.At <= from.AddDays(days[row.CampaignId])).ToList();
                var (at, cents) = (hits.Count == 0 ? (DateTime?)null : hits.Min(x => x.At), hits.Sum(x => x.AmountCents));
                if (at != row.ConvertedAt || cents != row.RevenueCents)
                {
                    changed += await db.Dispatches.Where(x => x.CampaignId == row.CampaignId && x.Occurrence == row.Occurrence && x.CustomerId == row.CustomerId)
                        .ExecuteUpdateAsync(s => s.SetProperty(x => x.ConvertedAt, at).SetProperty(x => x.RevenueCents, cents), cancellationToken);
                }
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Purchases could not be matched to campaigns")]
    private static partial void MatchFailed(ILogger logger, Exception exception);
}
