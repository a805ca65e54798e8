using MarketingConsole.Core.Jobs;

namespace MarketingConsole.Core.Discovery;

/// <summary>Learns anew who resembles each segment somebody asked about, and forgets segments that are gone.</summary>
internal sealed class RefitLookalikesJob(LookalikeService lookalikes, IServiceProvider services) : ConsoleJob(services)
{
    protected override async Task RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        var ids = await lookalikes.FittedAsync(cancellationToken);
        for (var i = 0; i < ids.Count; i++)
        {
            context.Report(i, ids.Count, "Learning likeness");
            if (await lookalikes.RefitAsync(ids[i], cancellationToken) is { } problem)
            {
                await context.LogAsync($"Segment {ids[i]}: {problem}", warning: true);
            }
        }

        context.Report(ids.Count, ids.Count);
    }
}
