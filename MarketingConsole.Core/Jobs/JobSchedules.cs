using System.Text.Json;
using Quartz;

namespace MarketingConsole.Core.Jobs;

/// <param name="Cron">Null for a single firing.</param>
/// <param name="Next">UTC, soonest first.</param>
public sealed record ScheduledJob(string Name, string Title, string? Cron, string TimeZone, IReadOnlyList<DateTime> Next);

/// <summary>Jobs that start by the clock. A schedule has a name; setting it again replaces it.</summary>
public sealed class JobSchedules(ISchedulerFactory schedulers)
{
    private const string Group = "schedules";
    private const int Most = 10_000;

    /// <param name="cron">Quartz cron expression, read in <paramref name="zone"/>. Firings missed while the console was down become one.</param>
    public Task SetCronAsync<TJob>(string name, string title, object argument, string cron, TimeZoneInfo zone, CancellationToken cancellationToken = default) where TJob : ConsoleJob =>
        SetAsync<TJob>(title, argument, TriggerBuilder.Create().WithIdentity(name, Group)
            .WithCronSchedule(cron, x => x.InTimeZone(zone).WithMisfireInstruction(CronTriggerMisfireInstruction.FireAndProceed)).Build(), cancellationToken);

    /// <param name="at">UTC; fires at once when it has passed.</param>
    public Task SetOnceAsync<TJob>(string name, string title, object argument, DateTime at, CancellationToken cancellationToken = default) where TJob : ConsoleJob =>
        SetAsync<TJob>(title, argument, TriggerBuilder.Create().WithIdentity(name, Group).StartAt(new DateTimeOffset(at, TimeSpan.Zero))
            .WithSimpleSchedule(x => x.WithMisfireInstruction(SimpleTriggerMisfireInstruction.FireNow)).Build(), cancellationToken);

    /// <summary>Removes all schedules whose name begins with <paramref name="prefix"/>, but for <paramref name="keep"/>.</summary>
    public async Task RemoveAsync(string prefix, string? keep = null, CancellationToken cancellationToken = default)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        foreach (var header in (await scheduler.QueryTriggers(new TriggerQuery { Take = Most }, cancellationToken)).Items)
        {
            if (header.JobKey.Group == Group && header.JobKey.Name.StartsWith(prefix, StringComparison.Ordinal) && header.JobKey.Name != keep)
            {
                await scheduler.DeleteJob(header.JobKey, cancellationToken);
            }
        }
    }

    public async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken = default) =>
        await (await schedulers.GetScheduler(cancellationToken)).Exists(new JobKey(name, Group), cancellationToken);

    /// <summary>What starts next, soonest first.</summary>
    /// <param name="times">Firings listed for each schedule.</param>
    public async Task<IReadOnlyList<ScheduledJob>> NextAsync(int times = 5, CancellationToken cancellationToken = default)
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var rows = new List<ScheduledJob>();
        foreach (var header in (await scheduler.QueryTriggers(new TriggerQuery { Take = Most }, cancellationToken)).Items)
        {
            if (header.JobKey.Group == JobService.Group || await scheduler.GetTrigger(header.Key, cancellationToken) is not { } trigger)
            {
                continue;
            }

            var next = new List<DateTime>();
            for (var at = trigger.NextFireTimeUtc; at is { } instant && next.Count < times; at = trigger.GetFireTimeAfter(instant))
            {
                next.Add(instant.UtcDateTime);
            }

            var title = (await scheduler.GetJobDetail(header.JobKey, cancellationToken))?.JobDataMap.TryGetString(JobService.TitleKey, out var text) == true ? text! : header.JobKey.Name;
            var cron = trigger as ICronTrigger;
            rows.Add(new ScheduledJob(header.JobKey.Name, title, cron?.CronExpressionString, (cron?.TimeZone ?? TimeZoneInfo.Utc).Id, next));
        }

        return [.. rows.Where(x => x.Next.Count > 0).OrderBy(x => x.Next[0]).ThenBy(x => x.Name, StringComparer.Ordinal)];
    }

    private async Task SetAsync<TJob>(string title, object argument, ITrigger trigger, CancellationToken cancellationToken) where TJob : ConsoleJob
    {
        var scheduler = await schedulers.GetScheduler(cancellationToken);
        var job = JobBuilder.Create<TJob>().WithIdentity(trigger.Key.Name, Group).UsingJobData(JobService.TitleKey, title)
            .UsingJobData(JobService.ArgumentKey, JsonSerializer.Serialize(argument, JsonSerializerOptions.Web)).RequestRecovery().Build();
        await scheduler.DeleteJob(job.Key, cancellationToken);
        await scheduler.ScheduleJob(job, trigger, cancellationToken: cancellationToken);
    }
}
