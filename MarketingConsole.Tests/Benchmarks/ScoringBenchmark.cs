using System.Diagnostics;
using System.Globalization;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Training;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary><c>bench scoring [TWINS]</c>: all scores of a million twins with models trained on a generated shop. The facts lie in memory; reading histories and writing rows is the database's time and not part of it.</summary>
internal static class ScoringBenchmark
{
    private const int Customers = 4_000, EventsEach = 25, Chunk = 4_096, Repeats = 3;
    private const double Limit = 10;

    public static async Task<int> RunAsync(string[] args)
    {
        var twins = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 1_000_000;
        await using var host = await BenchmarkHost.StartAsync(("SampleData", "false"));
        var now = host.Get<TimeProvider>().GetUtcNow().UtcDateTime;
        var watch = Stopwatch.StartNew();
        List<ScoreInput> known;
        await using (var db = host.Open())
        {
            await new GeneratedShop(db, host.Get<ShopCalendar>(), now, seed: 1).WriteAsync(Customers, EventsEach, CancellationToken.None);
            Console.WriteLine($"generated {Customers:N0} customers in {watch.Elapsed.TotalSeconds:N1} s");
            watch.Restart();
            var reports = await host.Get<ModelTraining>().TrainAsync("benchmark", null, CancellationToken.None);
            Console.WriteLine($"trained {string.Join(", ", reports.Where(x => x.Value.Reason is null).Select(x => x.Key))} in {watch.Elapsed.TotalSeconds:N1} s");
            var ids = Enumerable.Range(1, Customers).ToArray();
            var rhythm = await host.Get<TwinRefresher>().RhythmAsync(CancellationToken.None);
            known = [];
            foreach (var chunk in ids.Chunk(TwinReader.CustomersAChunk))
            {
                known.AddRange((await TwinReader.HistoriesAsync(db, chunk, withItems: false, CancellationToken.None)).Select(x => ScoreInput.Of(x, rhythm, now)).OfType<ScoreInput>());
            }
        }

        // Each twin has numbers of its own, so that nothing can be looked up.
        var random = new Random(1);
        ScoreInput[] inputs =
        [
            .. Enumerable.Range(0, twins).Select(i => known[i % known.Count]).Select(x => new ScoreInput(
                x.Facts with { DaysSinceOrder = x.Facts.DaysSinceOrder + random.NextDouble(), TenureDays = x.Facts.TenureDays + (20 * random.NextDouble()) },
                x.Purchases with { Age = x.Purchases.Age + random.NextDouble() })),
        ];
        var models = await ShopModels.LoadAsync(host.Get<ModelRegistry>(), CancellationToken.None);
        var seconds = new List<double>();
        double sum = 0;
        for (var run = 0; run < Repeats; run++)
        {
            watch.Restart();
            var chunks = new double[(twins + Chunk - 1) / Chunk];
            Parallel.For(0, chunks.Length, c => chunks[c] = models.Score(new ArraySegment<ScoreInput>(inputs, c * Chunk, Math.Min(Chunk, twins - (c * Chunk)))).Sum(x => x.Chance!.Value));
            seconds.Add(watch.Elapsed.TotalSeconds);
            sum = chunks.Sum();
        }

        seconds.Sort();
        var median = seconds[Repeats / 2];
        Console.WriteLine($"scored {twins:N0} twins (chance to buy, churn, alive, orders in 30, 90 and 365 days, spend, lifetime value) in {median:N1} s, {twins / median:N0} a second on {Environment.ProcessorCount} processors; limit {Limit:N0} s for 1,000,000; mean chance {sum / twins:N3}");
        return median * 1_000_000 / twins <= Limit ? 0 : 1;
    }
}
