using System.Diagnostics;
using MarketingConsole.Core.Events.Imports;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>Imports Online Retail whole (or the file given): detection, job, every line; at most 30 s.</summary>
internal static class ImportBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var path = args.Length > 0 ? args[0] : Path.Combine(Repository.Root(), "../shared/data/online_retail/online_retail_to_2011-09-09.csv.gz");
        if (!File.Exists(path))
        {
            await Console.Error.WriteLineAsync($"No file {path}. Give one: bench import FILE");
            return 2;
        }

        await using var host = await BenchmarkHost.StartAsync();
        var imports = host.Get<ImportService>();
        var watch = Stopwatch.StartNew();
        await using var file = File.OpenRead(path);
        var draft = await imports.UploadAsync(file, Path.GetFileName(path), new ImportChoices(), "bench", null, CancellationToken.None);
        var detected = watch.Elapsed;
        var run = await host.Get<JobService>().WaitAsync(await imports.StartAsync(draft.Id, "bench", CancellationToken.None));
        var seconds = watch.Elapsed.TotalSeconds;
        var counts = (await imports.FindAsync(draft.Id, CancellationToken.None))!.Counts;
        await using var db = host.Open();
        Console.WriteLine($"import: {run.Status} {run.Error} {draft.Kind}, {counts.TotalLines:N0} lines in {seconds:N1} s (limit 30 s; {detected.TotalSeconds:N1} s to receive and detect), peak {Process.GetCurrentProcess().PeakWorkingSet64 / 1024 / 1024:N0} MB");
        foreach (var outcome in Enum.GetValues<LineOutcome>())
        {
            Console.WriteLine($"  {outcome,-10} {counts.LinesOf(outcome),10:N0} lines {counts.CentsOf(outcome) / 100m,16:N2}");
        }

        Console.WriteLine($"  {"file",-10} {counts.TotalLines,10:N0} lines {counts.TotalCents / 100m,16:N2}; {await db.Customers.CountAsync():N0} customers, {await db.Events.CountAsync():N0} orders and returns, {await db.EventItems.CountAsync():N0} items, {await db.Products.CountAsync():N0} products");
        return run.Status == JobStatus.Finished && seconds <= 30 ? 0 : 1;
    }
}
