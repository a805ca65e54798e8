using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Events.Touchpoints;

/// <summary>A customer who is in a store now, and allowed to be recognised there.</summary>
/// <param name="Vip">The sales floor wants to know.</param>
public sealed record PresentCustomer(int CustomerId, string Name, string? Tier, string Zone, DateTime EnteredAt, DateTime LastAt, int Articles, bool Vip);

/// <param name="People">Counted this hour and the one before, without names.</param>
public sealed record ZoneState(string Zone, int Devices, long People, long DwellSeconds, IReadOnlyList<PresentCustomer> Present);

/// <param name="VisitsToday">Visits of recognised customers that began in the last 24 hours.</param>
public sealed record StoreState(int Id, string Name, int VisitsToday, IReadOnlyList<ZoneState> Zones);

/// <summary>What goes on in the stores now.</summary>
public sealed class StoreService(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, IOptions<StoreOptions> options, TimeProvider time)
{
    public async Task<IReadOnlyList<StoreState>> NowAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (hour, since) = ((int)(now - DateTime.UnixEpoch).TotalHours, now.AddMinutes(-options.Value.SilenceMinutes));
        var rules = await gate.RulesAsync(cancellationToken); // who takes their consent back is not named any more, though their visit goes on
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var devices = await db.Devices.AsNoTracking().Select(x => new { x.StoreId, x.Zone }).ToListAsync(cancellationToken);
        var counts = await db.ZoneCounts.AsNoTracking().Where(x => x.Hour >= hour - 1).ToListAsync(cancellationToken);
        var vipSegment = options.Value.VipSegment;
        var present = await db.StoreVisits.AsNoTracking().Where(x => x.LeftAt == null && x.LastAt >= since).Join(db.Customers.Where(x => x.ErasedAt == null).Where(rules.Allowed(db, Purpose.InStore, now)), x => x.CustomerId, x => x.Id, (v, c) => new
        {
            v.StoreId,
            v.Zone,
            v.EnteredAt,
            v.LastAt,
            v.Articles,
            Customer = c,
            InSegment = vipSegment != null && db.SegmentMembers.Any(m => m.SegmentId == vipSegment && m.CustomerId == c.Id),
        }).ToListAsync(cancellationToken);
        var today = now.AddDays(-1);
        var visits = await db.StoreVisits.Where(x => x.EnteredAt >= today).GroupBy(x => x.StoreId).Select(x => new { x.Key, Count = x.Count() }).ToDictionaryAsync(x => x.Key, x => x.Count, cancellationToken);
        var stores = await db.Stores.AsNoTracking().OrderBy(x => x.Name).Select(x => new { x.Id, x.Name }).ToListAsync(cancellationToken);
        return [.. stores.Select(store => new StoreState(store.Id, store.Name, visits.GetValueOrDefault(store.Id), [.. devices.Where(x => x.StoreId == store.Id).GroupBy(x => x.Zone, StringComparer.Ordinal).OrderBy(x => x.Key, StringComparer.Ordinal).Select(zone => new ZoneState(
            zone.Key,
            zone.Count(),
            counts.Where(x => x.StoreId == store.Id && x.Zone == zone.Key).Sum(x => x.People),
            counts.Where(x => x.StoreId == store.Id && x.Zone == zone.Key).Sum(x => x.DwellSeconds),
            [.. present.Where(x => x.StoreId == store.Id && x.Zone == zone.Key).OrderByDescending(x => x.EnteredAt).Select(x => new PresentCustomer(x.Customer.Id, x.Customer.DisplayName, x.Customer.Tier, x.Zone, x.EnteredAt, x.LastAt, x.Articles,
                x.InSegment || options.Value.IsVip(x.Customer.Tier)))]))]))];
    }
}

/// <summary>Ends the visits of those who left without a word, forgets old readings, and tells what could not be told at once.</summary>
internal sealed partial class VisitKeeper(TouchpointService touchpoints, TimeProvider time, ILogger<VisitKeeper> log) : BackgroundService
{
    private const int TicksARound = 30;
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Tick, time);
        for (var tick = 1; await timer.WaitForNextTickAsync(stoppingToken); tick++)
        {
            touchpoints.TellDue();
            if (tick % TicksARound != 0)
            {
                continue;
            }

            try
            {
                await touchpoints.EndSilentAsync(stoppingToken);
                await touchpoints.ForgetAsync(stoppingToken);
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                Failed(log, exception);
            }
        }
    }

    [LoggerMessage(LogLevel.Error, "Ending silent visits failed; tried again in half a minute")]
    private static partial void Failed(ILogger logger, Exception exception);
}
