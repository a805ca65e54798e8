using System.Diagnostics;
using System.Globalization;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Insights;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>All reports of the dashboard at 100,000 customers and 2 million events, as the page asks for them, all at once: the first look reads the database, later looks
/// (other periods too) use what was read as long as nothing changed. Arguments: customers (default 100,000).</summary>
internal static class InsightsBenchmark
{
    public static async Task<int> RunAsync(string[] args)
    {
        var customers = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 100_000;
        await using var host = await BenchmarkHost.StartAsync(("SampleData", "false"));
        await using (var db = host.Open())
        {
            var events = await new GeneratedShop(db, host.Get<ShopCalendar>(), host.Get<TimeProvider>().GetUtcNow().UtcDateTime, seed: 1).WriteAsync(customers, 20, CancellationToken.None);
            var choices = await db.ConsentChoices.AsNoTracking().ToListAsync();
            await db.BulkInsertAsync(choices.Select(x => new ConsentEntry { CustomerId = x.CustomerId, Purpose = x.Purpose, Granted = x.Granted, At = x.At, Source = "sign-up", RecordedBy = "bench", RecordedAt = x.At }).ToList(), CancellationToken.None);
            Console.WriteLine($"generated {customers:N0} customers, {events:N0} events, {choices.Count:N0} consent entries");
        }

        var insights = host.Get<InsightsService>();
        var slow = false;
        foreach (var (name, period, limit) in new[]
        {
            ("first look, 90 days", InsightPeriod.Last(90, insights.Today), 5000), ("again", InsightPeriod.Last(90, insights.Today), 1000),
            ("12 months, year before", InsightPeriod.Last(365, insights.Today, Comparison.Year), 1000), ("30 days", InsightPeriod.Last(30, insights.Today), 1000),
        })
        {
            var watch = Stopwatch.StartNew();
            var each = await Task.WhenAll(
                TimeAsync("revenue", () => insights.RevenueAsync(period, CancellationToken.None)), TimeAsync("flows", () => insights.FlowsAsync(period, CancellationToken.None)),
                TimeAsync("cohorts", () => insights.CohortsAsync(period, CancellationToken.None)), TimeAsync("campaigns", () => insights.CampaignsAsync(period, CancellationToken.None)),
                TimeAsync("consent", () => insights.ConsentAsync(period, CancellationToken.None)), TimeAsync("products", () => insights.ProductsAsync(period, CancellationToken.None)),
                TimeAsync("segments", () => insights.SegmentsAsync(period, CancellationToken.None)));
            var total = watch.Elapsed.TotalMilliseconds;
            slow |= total > limit;
            Console.WriteLine($"{name,-24} {total,6:N0} ms (limit {limit:N0})   {string.Join("  ", each)}");
        }

        return slow ? 1 : 0;
    }

    private static async Task<string> TimeAsync<T>(string name, Func<Task<T>> report)
    {
        var watch = Stopwatch.StartNew();
        await Task.Run(report);
        return $"{name} {watch.Elapsed.TotalMilliseconds:N0}";
    }
}
