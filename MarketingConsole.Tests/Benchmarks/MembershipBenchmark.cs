using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>From sending an event over HTTP until the API says the customer is in a segment, while a shop sends others at a steady rate:
/// <c>bench membership [events a second=20000] [seconds=30] [segments=100] [customers=100000]</c>. Sender, console, database and questions share the machine.</summary>
internal static class MembershipBenchmark
{
    private const int ABatch = 200, Senders = 8, ProbesASecond = 20, WarmUpSeconds = 15, WarmUpProbes = WarmUpSeconds * (ProbesASecond + 5);
    private static readonly TimeSpan LookEach = TimeSpan.FromMilliseconds(5), Patience = TimeSpan.FromSeconds(20);

    /// <summary>Share of the time waited so far after which a probe looks again, so that slow answers do not multiply the questions; what it says is at most this much too long.</summary>
    private const double LookLater = .1;

    public static async Task<int> RunAsync(string[] args)
    {
        var (rate, seconds, segments, customers) = (Number(args, 0, 20_000), Number(args, 1, 30), Number(args, 2, 100), Number(args, 3, 100_000));
        await using var app = new PatientConsole();
        var key = (await app.Get<SourceService>().CreateAsync("bench", SourceKind.Server, "bench", CancellationToken.None)).Key;
        List<int> probes;
        await using (var db = app.Open())
        {
            var events = await new GeneratedShop(db, app.Get<ShopCalendar>(), DateTime.UtcNow, seed: 1).WriteAsync(customers, 20, CancellationToken.None);
            Console.WriteLine($"{customers:N0} customers, {events:N0} events");
            probes = await db.ConsentChoices.Where(x => x.Purpose == Purpose.Profiling && x.Granted && x.CustomerId > customers / 2).OrderBy(x => x.CustomerId).Select(x => x.CustomerId).ToListAsync();
        }

        await app.Get<TwinRefresher>().RefreshAllAsync(null, CancellationToken.None);
        app.Get<ChangeFeed>().Publish(new EventsWritten(null));
        var probed = (await app.Get<SegmentService>().SaveAsync(null, new SegmentDraft("Probe", "", new EventRule { Event = EventType.Custom, Name = "Probe", Days = 1 }), "bench", CancellationToken.None)).Id;
        foreach (var (n, rule) in Rules().Take(segments - 1).Index())
        {
            var saved = await app.Get<SegmentService>().SaveAsync(null, new SegmentDraft($"Segment {n}", "", rule), "bench", CancellationToken.None);
            Trace.Assert(saved.Ok);
        }

        while (app.Get<StoreKeeper>().Current is null)
        {
            await Task.Delay(100);
        }

        Console.WriteLine($"{segments} segments, {(await app.Get<SegmentService>().ListAsync(CancellationToken.None)).Sum(x => x.Size):N0} memberships; {rate:N0} events/s for {seconds} s");
        await MeasureAsync(app, key, probed, probes[..WarmUpProbes], rate, WarmUpSeconds, customers, seed: 1); // until the code is compiled for speed
        await SettleAsync(app);

        var (paused, collections, allocated) = (GC.GetTotalPauseDuration(), GC.CollectionCount(0), GC.GetTotalAllocatedBytes());
        var (latencies, sent, took) = await MeasureAsync(app, key, probed, probes[WarmUpProbes..], rate, seconds, customers, seed: 2);
        var sorted = latencies.Order().ToList();
        Console.WriteLine($"HTTP to membership visible: p50 {At(sorted, .5):N0} ms, p95 {At(sorted, .95):N0} ms, p99 {At(sorted, .99):N0} ms, most {sorted[^1]:N0} ms (goal 100 at p99), {sorted.Count:N0} probes; "
            + $"{sent / took.TotalSeconds:N0} events/s acknowledged; {app.Get<IntakeJournal>().Backlog:N0} events not yet in the database at the end; "
            + $"all stood still for {GC.CollectionCount(0) - collections} garbage collections of {(GC.GetTotalPauseDuration() - paused).TotalMilliseconds:N0} ms, {(GC.GetTotalAllocatedBytes() - allocated) / 1e6 / took.TotalSeconds:N0} MB/s allocated; {Environment.ProcessorCount} cores shared by sender, console and database");
        return 0;
    }

    /// <summary>Until what came before is in the database and the first models were learnt, which a shop does once and then at night.</summary>
    private static async Task SettleAsync(ConsoleFactory app)
    {
        for (var quiet = 0; quiet < 5; quiet++)
        {
            await Task.Delay(1000);
            await using var db = app.Open();
            if (app.Get<IntakeJournal>().Backlog > 0 || app.Get<StoreKeeper>().Current is null || await db.JobRuns.AnyAsync(x => x.FinishedAt == null))
            {
                quiet = 0;
            }
        }
    }

    /// <summary>The templates, each with several windows; rankings once.</summary>
    private static IEnumerable<SegmentRule> Rules()
    {
        for (var round = 0; ; round++)
        {
            foreach (var rule in SegmentTemplates.All.Select(x => x.Rule).Where(x => round == 0 || !RuleTree.MovesWithOthers(x)))
            {
                yield return Longer(rule, 1 + (round * .25));
            }
        }
    }

    private static SegmentRule Longer(SegmentRule rule, double factor) => rule switch
    {
        GroupRule group => group with { Rules = [.. group.Rules.Select(x => Longer(x, factor))] },
        EventRule { Days: { } days } happened => happened with { Days = (int)(days * factor) },
        FieldRule { Days: { } days } field => field with { Days = (int)(days * factor) },
        _ => rule,
    };

    private static async Task<(List<double> Latencies, long Sent, TimeSpan Took)> MeasureAsync(ConsoleFactory app, string key, int probed, List<int> probes, int rate, int seconds, int customers, int seed)
    {
        var (latencies, sent, started, batch) = (new ConcurrentBag<double>(), 0L, Stopwatch.GetTimestamp(), -1);
        var length = TimeSpan.FromSeconds(seconds);
        var senders = Enumerable.Range(0, Senders).Select(_ => Task.Run(async () =>
        {
            using var client = Sender(app, key);
            for (int n; (n = Interlocked.Increment(ref batch)) * (double)ABatch / rate < seconds;)
            {
                var due = TimeSpan.FromSeconds(n * (double)ABatch / rate) - Stopwatch.GetElapsedTime(started);
                await Task.Delay(due > TimeSpan.Zero ? due : TimeSpan.Zero);
                using var body = new ByteArrayContent(Body(new Random((seed << 20) + n), n, customers / 2));
                body.Headers.ContentType = new("application/json");
                using var response = await client.PostAsync("/v1/batch", body);
                response.EnsureSuccessStatusCode();
                Interlocked.Add(ref sent, ABatch);
            }
        })).ToList();
        var asked = new List<Task>();
        using var ask = await app.ApiAsync();
        using var tell = Sender(app, key);
        for (var n = 0; Stopwatch.GetElapsedTime(started) < length; n++)
        {
            var customer = probes[n];
            asked.Add(Task.Run(async () => latencies.Add(await ProbeAsync(tell, ask, probed, customer))));
            await Task.Delay(1000 / ProbesASecond);
        }

        await Task.WhenAll(senders);
        var took = Stopwatch.GetElapsedTime(started);
        await Task.WhenAll(asked);
        return ([.. latencies], sent, took);
    }

    /// <returns>Milliseconds.</returns>
    private static async Task<double> ProbeAsync(HttpClient tell, HttpClient ask, int probed, int customer)
    {
        var path = $"/api/v1/customers/{customer}/segments";
        var wanted = $"{{\"id\":{probed},";
        var start = Stopwatch.GetTimestamp();
        using var body = new StringContent($$"""{"event":"Probe","messageId":"{{Guid.NewGuid()}}","userId":"C-{{customer:000000}}","timestamp":"{{DateTime.UtcNow:O}}"}""", Encoding.UTF8, "application/json");
        using var response = await tell.PostAsync("/v1/track", body);
        response.EnsureSuccessStatusCode();
        while (Stopwatch.GetElapsedTime(start) < Patience)
        {
            if ((await ask.GetStringAsync(path)).Contains(wanted, StringComparison.Ordinal))
            {
                return Stopwatch.GetElapsedTime(start).TotalMilliseconds;
            }

            var later = Stopwatch.GetElapsedTime(start) * LookLater;
            await Task.Delay(later > LookEach ? later : LookEach);
        }

        return Patience.TotalMilliseconds;
    }

    private static HttpClient Sender(ConsoleFactory app, string key)
    {
        var client = new HttpClient { BaseAddress = app.Address };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        return client;
    }

    private static byte[] Body(Random random, int batch, int customers)
    {
        var text = new StringBuilder("{\"batch\":[");
        for (var i = 0; i < ABatch; i++)
        {
            var kind = random.NextDouble() switch { < .7 => "Product Viewed", < .9 => "Product Added", _ => "Order Completed" };
            var product = $$"""{"sku":"P-{{random.Next(1, 201):000}}","price":{{random.Next(100, 9999) / 100.0}},"quantity":1}""";
            text.Append(i == 0 ? "" : ",").Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                {"type":"track","event":"{{kind}}","messageId":"{{batch:x6}}-{{i:x3}}-{{random.NextInt64():x16}}","userId":"C-{{random.Next(1, customers + 1):000000}}","timestamp":"{{DateTime.UtcNow:O}}","properties":{{(kind[0] == 'O' ? $"{{\"order_id\":\"{batch:x}-{i:x}\",\"products\":[{product}]}}" : product)}} }
                """);
        }

        return Encoding.UTF8.GetBytes(text.Append(System.Globalization.CultureInfo.InvariantCulture, $"],\"sentAt\":\"{DateTime.UtcNow:O}\"}}").ToString());
    }

    private static double At(List<double> sorted, double part) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * part))];

    private static int Number(string[] args, int index, int fallback) => args.Length > index ? int.Parse(args[index], System.Globalization.CultureInfo.InvariantCulture) : fallback;

    /// <summary>One who asks hundreds of times a second would be turned away.</summary>
    private sealed class PatientConsole : ConsoleFactory
    {
        protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Access:ApiRequestsPerMinute"] = "10000000" };
    }
}
