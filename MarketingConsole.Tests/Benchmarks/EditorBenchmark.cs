using System.Diagnostics;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins;
using MarketingConsole.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>The whole console on a SQLite database with the benchmark kit's data: how long from its start until the twin store serves, how much memory that takes, and previews over HTTP
/// while one editor and while four turn the values of the eight segments: <c>bench editors FOLDER DATABASE [previews each=100]</c>. The database is filled at the first run, which takes some ten minutes.
/// The clock stands where the kit's data ends. Every customer has a twin, but its features are not computed: stages are spread evenly.</summary>
internal static class EditorBenchmark
{
    private const int RowsATransaction = 1_000_000, RowsAtOnce = 20_000;
    private static readonly TimeSpan PagePause = TimeSpan.FromMilliseconds(150);
    private const long FillCacheKilobytes = 4_000_000;

    public static async Task<int> RunAsync(string[] args)
    {
        if (args.Length < 2 || !KitFiles.AreIn(args[0]))
        {
            await Console.Error.WriteLineAsync("Which folder has customers.csv, products.csv and events.csv of the benchmark kit, and which file is to hold the database? bench editors FOLDER DATABASE [previews each]");
            return 2;
        }

        var previews = args.Length > 2 ? int.Parse(args[2], System.Globalization.CultureInfo.InvariantCulture) : 100;
        if (!File.Exists(args[1]))
        {
            await FillAsync(args[0], args[1] + ".part");
            File.Move(args[1] + ".part", args[1]);
        }

        GC.Collect();
        var started = Stopwatch.GetTimestamp();
        await using var app = new KitConsole(args[1]);
        var steps = new List<(string Name, double At)>();
        while (app.Get<StoreKeeper>().Current is null)
        {
            if (app.Get<StoreKeeper>().Progress is { } progress && (steps.Count == 0 || steps[^1].Name != progress.Step))
            {
                steps.Add((progress.Step, Stopwatch.GetElapsedTime(started).TotalSeconds));
            }

            await Task.Delay(50);
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        Console.WriteLine($"read {string.Join(", ", steps.Select(x => $"{x.Name.ToLowerInvariant()} from {x.At:N1} s"))}");
        var store = app.Get<StoreKeeper>().Store!;
        GC.Collect(2, GCCollectionMode.Aggressive, true, true);
        Console.WriteLine($"{store.Slots:N0} customers, {store.AllEvents.Sum(x => (long)x.Count):N0} rows of events and lines; from start to ready {seconds:N1} s (goal 60); columns {store.Bytes / 1e6:N0} MB, managed heap {GC.GetTotalMemory(false) / 1e6:N0} MB (goal 1,000)");
        await EditAsync(app, 1, previews, TimeSpan.Zero); // until the code is compiled for speed
        foreach (var (editors, pause) in new[] { (1, PagePause), (4, PagePause), (4, TimeSpan.Zero) })
        {
            var edits = await EditAsync(app, editors, previews, pause);
            List<double> times = [.. edits.Select(x => x.Milliseconds).Order()];
            Console.WriteLine($"{editors} editor(s), {(pause == TimeSpan.Zero ? "without a pause" : $"{pause.TotalMilliseconds:N0} ms after each answer as on the page")}: p50 {At(times, .5):N1} ms, p95 {At(times, .95):N1} ms (goal 50), most {times[^1]:N1} ms of {times.Count:N0} previews over HTTP; {Environment.ProcessorCount} cores shared by console and editors; medians {string.Join(", ", edits.GroupBy(x => x.Rule, x => x.Milliseconds).OrderBy(x => x.Key, StringComparer.Ordinal).Select(x => $"{x.Key} {At([.. x.Order()], .5):N1}"))} ms");
        }

        return 0;
    }

    private static async Task<List<(string Rule, double Milliseconds)>> EditAsync(KitConsole app, int editors, int previews, TimeSpan pause)
    {
        var times = await Task.WhenAll(Enumerable.Range(0, editors).Select(editor => Task.Run(async () =>
        {
            using var client = await app.ApiAsync();
            var own = new List<(string, double)>();
            for (var n = 0; n < previews; n++)
            {
                await Task.Delay(pause);
                var (name, edited) = StoreBenchmark.Rules[(n + (2 * editor)) % StoreBenchmark.Rules.Count];
                var rule = JsonNode.Parse(RuleJson.Write(edited))!;
                Turn(rule, n + editor);
                using var body = new StringContent(new JsonObject { ["rule"] = rule }.ToJsonString(), Encoding.UTF8, "application/json");
                var start = Stopwatch.GetTimestamp();
                using var response = await client.PostAsync("/api/v1/segments/preview", body);
                var preview = await response.Content.ReadAsStringAsync();
                own.Add((name, Stopwatch.GetElapsedTime(start).TotalMilliseconds));
                if (!response.IsSuccessStatusCode || !preview.Contains("\"inMemory\":true", StringComparison.Ordinal))
                {
                    throw new InvalidOperationException(preview);
                }
            }

            return own;
        })));
        return [.. times.SelectMany(x => x)];
    }

    /// <summary>As a slider does: every window a little longer or shorter each time.</summary>
    private static void Turn(JsonNode node, int by)
    {
        if (node is JsonObject { } fields)
        {
            if (fields["days"] is JsonValue days)
            {
                fields["days"] = Math.Max(1, days.GetValue<int>() + (by % 7) - 3);
            }

            fields.Select(x => x.Value).OfType<JsonNode>().ToList().ForEach(x => Turn(x, by));
        }
        else if (node is JsonArray list)
        {
            list.OfType<JsonNode>().ToList().ForEach(x => Turn(x, by));
        }
    }

    private static async Task FillAsync(string folder, string path)
    {
        Console.WriteLine($"filling {path}");
        var started = Stopwatch.GetTimestamp();
        File.Delete(path);
        await using var db = new SqliteConsoleDb(new DbContextOptionsBuilder<SqliteConsoleDb>().UseSqlite($"Data Source={path};Pooling=False").Options);
        await db.Database.MigrateAsync();
        await db.Database.OpenConnectionAsync();
        await db.Database.ExecuteSqlRawAsync($"PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA cache_size=-{FillCacheKilobytes};");
        await db.BulkInsertAsync(KitFiles.Products(folder).ToList(), CancellationToken.None);
        await db.BulkInsertAsync(Enumerable.Range(1, 100).Select(i => new Store { Id = i, Name = $"Store {i}", City = "Vienna", Country = "AT" }).ToList(), CancellationToken.None);
        foreach (var some in KitFiles.Customers(folder).Chunk(RowsAtOnce))
        {
            foreach (var (customer, _, _) in some)
            {
                CustomerNormaliser.Apply(customer);
            }

            await db.BulkInsertAsync(some.Select(x => x.Customer).ToList(), CancellationToken.None);
            await db.BulkInsertAsync(some.SelectMany(x => x.Choices).ToList(), CancellationToken.None);
            await db.BulkInsertAsync(some.Select(x => new CustomerTrait { CustomerId = x.Customer.Id, Name = KitFiles.Profiling, Value = x.Profiling, Number = x.Profiling[0] - '0' }).ToList(), CancellationToken.None);
            await db.BulkInsertAsync(some.Select(x => new Twin { CustomerId = x.Customer.Id, Stage = (LifecycleStage)(x.Customer.Id % 7), UpdatedAt = StoreBenchmark.Now }).ToList(), CancellationToken.None);
        }

        var number = 0L;
        foreach (var transaction in KitFiles.Events(folder).Chunk(RowsATransaction)) // in the order of time, as a shop writes them
        {
            await using var written = await db.Database.BeginTransactionAsync();
            foreach (var some in transaction.Chunk(RowsAtOnce))
            {
                var events = some.Select(x => new Event
                {
                    CustomerId = x.Customer,
                    Id = ++number,
                    Type = x.Type,
                    At = DateTime.UnixEpoch.AddMilliseconds(x.At),
                    Day = (int)(x.At / Instants.Day),
                    Channel = x.Place > 0 ? Channel.Store : Channel.Web,
                    StoreId = x.Place > 0 ? x.Place : null,
                    ProductId = x.Product > 0 ? x.Product : null,
                    AmountCents = x.AmountCents,
                    Quantity = 1,
                }).ToList();
                await db.BulkInsertAsync(events, CancellationToken.None);
                await db.BulkInsertAsync(events.Where(x => x.Type is EventType.Purchase or EventType.Return).Select(x => new EventItem
                {
                    CustomerId = x.CustomerId,
                    EventId = x.Id,
                    Line = 1,
                    ProductId = x.ProductId ?? 1,
                    Quantity = 1,
                    AmountCents = x.AmountCents,
                    Day = x.Day,
                    Returned = x.Type == EventType.Return,
                }).ToList(), CancellationToken.None);
            }

            await written.CommitAsync();
            Console.WriteLine($"{number:N0} events after {Stopwatch.GetElapsedTime(started).TotalSeconds:N0} s");
        }

        await db.Database.ExecuteSqlRawAsync("PRAGMA wal_checkpoint(TRUNCATE); ANALYZE;");
        await db.Database.CloseConnectionAsync();
    }

    private static double At(List<double> sorted, double part) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * part))];

    private sealed class KitConsole(string path) : ConsoleFactory
    {
        protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["ConnectionStrings:Console"] = $"Data Source={path}", ["Access:ApiRequestsPerMinute"] = "10000000" };

        protected override void Configure(IServiceCollection services) => services.AddSingleton<TimeProvider>(new KitClock());
    }

    /// <summary>Goes on from the end of the kit's data.</summary>
    private sealed class KitClock : TimeProvider
    {
        private readonly TimeSpan _behind = TimeProvider.System.GetUtcNow() - StoreBenchmark.Now;

        public override DateTimeOffset GetUtcNow() => TimeProvider.System.GetUtcNow() - _behind;
    }
}
