using System.Diagnostics;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Tests.Dispatch;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>From audience to acceptance by a real SMTP server, each recipient durable; at least 500 e-mails a second with 10,000 recipients.</summary>
internal static class DispatchBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var count = args.Length > 0 ? int.Parse(args[0], System.Globalization.CultureInfo.InvariantCulture) : 10_000;
        await using var server = await TestSmtpServer.StartAsync();
        await using var host = await BenchmarkHost.StartAsync(("SampleData", "false"), ("Smtp:Host", "127.0.0.1"), ("Smtp:Port", $"{server.Port}"), ("Smtp:Security", "None"), ("Smtp:From", "news@shop.test"));
        var segment = await CampaignScene.FillAsync(host.Services, count, i => $"c{i}@shop.test");
        var (watch, cpu) = (Stopwatch.StartNew(), Environment.CpuUsage.TotalTime);
        await CampaignScene.ApproveAsync(host.Services, new CampaignPlan { Include = [segment], Variants = [CampaignScene.Copy], HoldoutPercent = 0 });
        while (true)
        {
            await using var db = host.Open();
            if (await db.JobRuns.AsNoTracking().FirstOrDefaultAsync(x => x.Kind == "DispatchCampaign" && x.Status > JobStatus.Running) is { } run)
            {
                var (accepted, seconds) = (server.Accepted(), watch.Elapsed.TotalSeconds);
                var sending = (await db.Dispatches.MaxAsync(x => x.SentAt))!.Value - run.StartedAt!.Value;
                var once = accepted.Select(x => x.To).Distinct().Count() == accepted.Count && accepted.Count == count;
                var rate = accepted.Count / sending.TotalSeconds;
                Console.WriteLine($"dispatch: {run.Status} {run.Error} {accepted.Count:N0} e-mails, each once: {once}; {sending.TotalSeconds:N1} s from audience to acceptance = {rate:N0} a second (limit 500); {seconds:N1} s with approval and events, {(Environment.CpuUsage.TotalTime - cpu).TotalSeconds:N1} s of this process's processors");
                return once && rate >= 500 ? 0 : 1;
            }

            await Task.Delay(50);
        }
    }
}
