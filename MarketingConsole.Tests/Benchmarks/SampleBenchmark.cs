using System.Diagnostics;
using MarketingConsole.Core.Jobs;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>Fills the sample shop; at most 20 s for 5,000 customers.</summary>
internal static class SampleBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var watch = Stopwatch.StartNew();
        await using var host = await BenchmarkHost.StartAsync(("SampleData", "true"));
        await using var db = host.Open();
        int id;
        while ((id = await db.JobRuns.Where(x => x.Kind == "FillSampleShop").Select(x => x.Id).FirstOrDefaultAsync()) == 0)
        {
            await Task.Delay(20); // the console starts the job itself, a moment after its own start
        }

        var run = await host.Get<JobService>().WaitAsync(id);
        var seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine($"sample shop: {run.Status} {run.Error} {await db.Customers.CountAsync():N0} customers, {await db.Events.CountAsync():N0} events, {await db.EventItems.CountAsync():N0} items in {seconds:N1} s (limit 20 s)");
        return run.Status == JobStatus.Finished && seconds <= 20 ? 0 : 1;
    }
}
