using Microsoft.Extensions.Hosting;

namespace MarketingConsole.Core.Jobs;

/// <param name="Type">A class that derives from <see cref="ConsoleJob"/>.</param>
public sealed record JobType(Type Type);

/// <summary>At start, finds runs that fell between our table and Quartz's when the process died.</summary>
internal sealed class LostRuns(JobService jobs) : IHostedService
{
    public Task StartAsync(CancellationToken cancellationToken) => jobs.QueueLostAsync(cancellationToken);

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
