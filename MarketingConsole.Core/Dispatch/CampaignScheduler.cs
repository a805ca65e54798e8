using System.Globalization;
using System.Threading.Channels;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Segments;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Keeps the schedules in step with the campaigns: an approved one gets its start, its clock or its ear for a segment; any other loses it.</summary>
internal sealed partial class CampaignScheduler(IDbContextFactory<ConsoleDb> dbs, CampaignService campaigns, JobService jobs, JobSchedules schedules, ChangeFeed feed, IOptions<DispatchOptions> options, TimeProvider time, ILogger<CampaignScheduler> log)
    : BackgroundService
{
    private readonly Channel<object> _changes = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<int, CampaignPlan> _onEntry = [];
    private readonly Dictionary<int, HashSet<int>> _entered = [];
    private readonly Dictionary<int, long> _lastOccurrence = [];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var approved = feed.Subscribe<CampaignApproved>(x => _changes.Writer.TryWrite(x.CampaignId));
        using var changed = feed.Subscribe<CampaignChanged>(x => _changes.Writer.TryWrite(x.CampaignId));
        using var moved = feed.Subscribe<SegmentMoved>(x => _changes.Writer.TryWrite(x));
        await GuardAsync(() => StartAllAsync(stoppingToken));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var wait = new CancellationTokenSource(_entered.Count > 0 ? TimeSpan.FromSeconds(options.Value.EntryDelaySeconds) : Timeout.InfiniteTimeSpan, time);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(wait.Token, stoppingToken);
                var change = await _changes.Reader.ReadAsync(both.Token);
                await GuardAsync(() => change is SegmentMoved move ? HearAsync(move) : SyncAsync((int)change, stoppingToken));
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                await GuardAsync(() => StartEntriesAsync(stoppingToken));
            }
            catch (OperationCanceledException)
            {
                return;
            }
        }
    }

    private async Task StartAllAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        foreach (var id in await db.Campaigns.Where(x => x.Status == CampaignStatus.Approved || x.Status == CampaignStatus.Scheduled || x.Status == CampaignStatus.Running).OrderBy(x => x.Id).Select(x => x.Id).ToListAsync(cancellationToken))
        {
            await SyncAsync(id, cancellationToken);
            await CatchUpAsync(db, id, cancellationToken);
        }
    }

    private async Task SyncAsync(int id, CancellationToken cancellationToken)
    {
        var prefix = string.Create(CultureInfo.InvariantCulture, $"campaign-{id}-");
        var campaign = await campaigns.GetAsync(id, cancellationToken);
        if (campaign is not { Approval: not null, Summary.Status: CampaignStatus.Approved or CampaignStatus.Scheduled or CampaignStatus.Running })
        {
            _onEntry.Remove(id);
            _entered.Remove(id);
            await schedules.RemoveAsync(prefix, cancellationToken: cancellationToken);
            return;
        }

        var (schedule, name, title, argument) = (campaign.Plan.Schedule, $"{prefix}v{campaign.Summary.Version}", $"Send “{campaign.Summary.Name}”", new DispatchArgument(id));
        await schedules.RemoveAsync(prefix, keep: name, cancellationToken);
        switch (schedule.Kind)
        {
            case ScheduleKind.Now:
                await jobs.StartOnceAsync<DispatchCampaignJob>(name, title, argument, campaign.Approval.By, cancellationToken);
                break;
            case ScheduleKind.Once when !await schedules.ExistsAsync(name, cancellationToken):
                await schedules.SetOnceAsync<DispatchCampaignJob>(name, title, argument, schedule.At ?? time.GetUtcNow().UtcDateTime, cancellationToken);
                break;
            case ScheduleKind.Cron when !await schedules.ExistsAsync(name, cancellationToken):
                await schedules.SetCronAsync<DispatchCampaignJob>(name, title, argument, schedule.Cron!, TimeZoneInfo.FindSystemTimeZoneById(schedule.TimeZone), cancellationToken);
                break;
            case ScheduleKind.OnEntry:
                _onEntry[id] = campaign.Plan;
                break;
        }

        if (campaign.Summary.Status == CampaignStatus.Approved)
        {
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            await db.Campaigns.Where(x => x.Id == id && x.Status == CampaignStatus.Approved).ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, CampaignStatus.Scheduled), cancellationToken);
            feed.Publish(new CampaignRunChanged(id, 0));
        }
    }

    /// <summary>Customers who entered while the console was down.</summary>
    private async Task CatchUpAsync(ConsoleDb db, int id, CancellationToken cancellationToken)
    {
        if (!_onEntry.TryGetValue(id, out var plan))
        {
            return;
        }

        var approvedAt = await db.CampaignApprovals.Where(x => x.CampaignId == id && x.Approved).MaxAsync(x => x.DecidedAt, cancellationToken);
        var include = plan.Include.ToArray();
        var missed = await db.SegmentMoves.Where(x => include.Contains(x.SegmentId) && x.Entered && x.At >= approvedAt && !db.Dispatches.Any(d => d.CampaignId == id && d.CustomerId == x.CustomerId && d.CreatedAt >= x.At))
            .Select(x => x.CustomerId).Distinct().ToListAsync(cancellationToken);
        if (missed.Count > 0)
        {
            Gather(id, missed);
        }
    }

    private Task HearAsync(SegmentMoved move)
    {
        foreach (var (id, _) in _onEntry.Where(x => move.Entered.Count > 0 && x.Value.Include.Contains(move.SegmentId)))
        {
            Gather(id, move.Entered);
        }

        return Task.CompletedTask;
    }

    private void Gather(int id, IReadOnlyList<int> customers)
    {
        if (!_entered.TryGetValue(id, out var gathered))
        {
            _entered[id] = gathered = [];
        }

        gathered.UnionWith(customers);
    }

    private async Task StartEntriesAsync(CancellationToken cancellationToken)
    {
        foreach (var (id, customers) in _entered.ToList())
        {
            _entered.Remove(id);
            if (await campaigns.GetAsync(id, cancellationToken) is not { Approval: not null } campaign)
            {
                continue;
            }

            var occurrence = Math.Max(time.GetUtcNow().ToUnixTimeSeconds(), _lastOccurrence.GetValueOrDefault(id) + 1);
            _lastOccurrence[id] = occurrence;
            await jobs.StartAsync<DispatchCampaignJob>($"Send “{campaign.Summary.Name}” to {customers.Count} who entered", new DispatchArgument(id, occurrence, [.. customers.Order()]), "entry", cancellationToken);
        }
    }

    private async Task GuardAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
        {
            ScheduleFailed(log, exception); // one bad campaign must not stop the others
        }
    }

    [LoggerMessage(LogLevel.Error, "A campaign could not be scheduled")]
    private static partial void ScheduleFailed(ILogger logger, Exception exception);
}
