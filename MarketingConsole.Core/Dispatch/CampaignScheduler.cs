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
internal sealed partial class CampaignScheduler(IDbContextFactory<ConsoleDb> dbs, CampaignService campaigns, CampaignRuns runs, JobService jobs, JobSchedules schedules, ChangeFeed feed, IOptions<DispatchOptions> options, TimeProvider time, ILogger<CampaignScheduler> log)
    : BackgroundService
{
    private readonly Channel<object> _changes = Channel.CreateUnbounded<object>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Dictionary<int, CampaignPlan> _onEntry = [];
    private readonly Dictionary<int, HashSet<int>> _entered = [];
    private readonly Dictionary<int, long> _lastOccurrence = [];
    private DateTimeOffset _due;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var approved = feed.Subscribe<CampaignApproved>(x => _changes.Writer.TryWrite(x.CampaignId));
        using var changed = feed.Subscribe<CampaignChanged>(x => _changes.Writer.TryWrite(x.CampaignId));
        using var resumed = feed.Subscribe<CampaignResumed>(x => _changes.Writer.TryWrite(x));
        using var moved = feed.Subscribe<SegmentMoved>(x => _changes.Writer.TryWrite(x));
        await GuardAsync(() => StartAllAsync(stoppingToken));
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var wait = new CancellationTokenSource(_entered.Count == 0 ? Timeout.InfiniteTimeSpan : TimeSpan.FromTicks(Math.Max(1, (_due - time.GetUtcNow()).Ticks)), time);
                using var both = CancellationTokenSource.CreateLinkedTokenSource(wait.Token, stoppingToken);
                var change = await _changes.Reader.ReadAsync(both.Token);
                await GuardAsync(() => change switch
                {
                    SegmentMoved move => HearAsync(move),
                    CampaignResumed on => GoOnAsync(on.CampaignId, on.By, stoppingToken),
                    _ => SyncAsync((int)change, stoppingToken),
                });
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
        foreach (var x in await db.Campaigns.Where(x => x.Status == CampaignStatus.Approved || x.Status == CampaignStatus.Scheduled || x.Status == CampaignStatus.Running).OrderBy(x => x.Id).Select(x => new { x.Id, x.Status }).ToListAsync(cancellationToken))
        {
            await GuardAsync(() => x.Status == CampaignStatus.Approved ? GoOnAsync(x.Id, "schedule", cancellationToken) : SyncAsync(x.Id, cancellationToken));
            await GuardAsync(() => CatchUpAsync(x.Id, cancellationToken));
        }
    }

    /// <summary>Takes up what a paused campaign left: its unfinished runs, its schedule, the customers who entered meanwhile.</summary>
    private async Task GoOnAsync(int id, string by, CancellationToken cancellationToken)
    {
        await runs.GoOnAsync(id, by, cancellationToken);
        await SyncAsync(id, cancellationToken);
        await CatchUpAsync(id, cancellationToken);
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
            if (campaign?.Summary.Status == CampaignStatus.Paused)
            {
                await runs.StopAsync(id, cancellationToken);
            }

            return;
        }

        var (schedule, name, title, argument) = (campaign.Plan.Schedule, $"{prefix}v{campaign.Summary.Version}", $"Send “{campaign.Summary.Name}”", new DispatchArgument(id));
        var state = await runs.StateAsync(id, campaign.Summary.Version, cancellationToken);
        await schedules.RemoveAsync(prefix, keep: name, cancellationToken);
        switch (schedule.Kind)
        {
            case ScheduleKind.Now:
                await jobs.StartOnceAsync<DispatchCampaignJob>(name, title, argument, campaign.Approval.By, cancellationToken);
                break;
            case ScheduleKind.Once when state == RunState.None && schedule.At is { } at && !await schedules.ExistsAsync(name, cancellationToken):
                // The occurrence is the instant planned, not the one it fires at: a second firing finds it and writes to nobody twice.
                await schedules.SetOnceAsync<DispatchCampaignJob>(name, title, argument with { Occurrence = new DateTimeOffset(at, TimeSpan.Zero).ToUnixTimeSeconds() }, at, cancellationToken);
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
            var to = state == RunState.Finished && schedule.Kind is ScheduleKind.Now or ScheduleKind.Once ? CampaignStatus.Finished : CampaignStatus.Scheduled;
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            await db.Campaigns.Where(x => x.Id == id && x.Status == CampaignStatus.Approved).ExecuteUpdateAsync(s => s.SetProperty(x => x.Status, to), cancellationToken);
            feed.Publish(new CampaignRunChanged(id, 0));
        }
    }

    /// <summary>Customers who entered while the console was down or the campaign paused, and are still there.</summary>
    private async Task CatchUpAsync(int id, CancellationToken cancellationToken)
    {
        if (!_onEntry.TryGetValue(id, out var plan))
        {
            return;
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var approvedAt = await db.CampaignApprovals.Where(x => x.CampaignId == id && x.Approved).MaxAsync(x => x.DecidedAt, cancellationToken);
        var include = plan.Include.ToArray();
        var missed = await db.SegmentMoves.Where(x => include.Contains(x.SegmentId) && x.Entered && x.At >= approvedAt && !db.Dispatches.Any(d => d.CampaignId == id && d.CustomerId == x.CustomerId && d.CreatedAt >= x.At)
                && db.SegmentMembers.Any(m => m.SegmentId == x.SegmentId && m.CustomerId == x.CustomerId))
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
        if (_entered.Count == 0)
        {
            _due = time.GetUtcNow().AddSeconds(options.Value.EntryDelaySeconds);
        }

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
            if (await campaigns.GetAsync(id, cancellationToken) is not { Approval: not null, Summary.Status: CampaignStatus.Scheduled or CampaignStatus.Running } campaign)
            {
                continue; // a paused one catches up when it goes on
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
