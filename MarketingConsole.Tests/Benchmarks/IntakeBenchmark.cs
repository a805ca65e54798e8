using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace MarketingConsole.Tests.Benchmarks;

/// <summary>Events over HTTP into the running console with eight segments, against what SQLite and PostgreSQL take as rows of the same events in transactions
/// of 1,000, in one run, one after the other: <c>bench intake [events a round=100000] [rounds=7] [connections=4] [customers=20000]</c>.
/// Told are the events a second until all were acknowledged (and are on the disk), until the twins in memory and the segments know them all (the API names a customer whose event was sent
/// after them), and until the database has them. PostgreSQL is measured when TEST_POSTGRES names a server.</summary>
internal static class IntakeBenchmark
{
    private const int ABatch = 1000;
    private const string Probe = "Probe";

    public static async Task<int> RunAsync(string[] args)
    {
        var (events, rounds, connections, customers) = (Number(args, 0, 100_000), Number(args, 1, 7), Number(args, 2, 4), Number(args, 3, 20_000));
        await using var app = new ConsoleFactory();
        var key = (await app.Get<SourceService>().CreateAsync("bench", SourceKind.Server, "bench", CancellationToken.None)).Key;
        foreach (var template in SegmentTemplates.All.Where(x => RuleTree.Counted(x.Rule).OfType<EventRule>().Any() && !RuleTree.MovesWithOthers(x.Rule)).Take(7))
        {
            await app.Get<SegmentService>().SaveAsync(null, new SegmentDraft(template.Name, "", template.Rule), "bench", CancellationToken.None);
        }

        await app.Get<SegmentService>().SaveAsync(null, new SegmentDraft(Probe, "", new EventRule { Event = EventType.Custom, Name = Probe }), "bench", CancellationToken.None);

        var folder = Directory.CreateTempSubdirectory("intake-bench-").FullName;
        var postgres = Environment.GetEnvironmentVariable(TestDatabase.PostgresVariable);
        var (lite, pg, http, live, loaded) = (new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round <= rounds; round++)
        {
            var bodies = Bodies(events, customers, round);
            var rows = Rows(bodies, app.Get<ShopCalendar>());
            var liteRate = await SqliteAsync(Path.Combine(folder, $"{round}.db"), rows);
            var pgRate = string.IsNullOrEmpty(postgres) ? 0 : await PostgresAsync(postgres, rows);
            var (httpRate, liveRate, loadedRate) = await HttpAsync(app, key, bodies, events, connections, round);
            Console.WriteLine($"{(round == 0 ? "warm-up" : "round " + round),-9} HTTP {httpRate,9:N0} events/s acknowledged, {liveRate,9:N0} until twins and segments know, {loadedRate,9:N0} events/s until in the database   SQLite {liteRate,9:N0} rows/s   PostgreSQL {pgRate,9:N0} rows/s");
            if (round > 0)
            {
                lite.Add(liteRate);
                pg.Add(pgRate);
                http.Add(httpRate);
                live.Add(liveRate);
                loaded.Add(loadedRate);
            }
            else
            {
                await AllowAsync(app);
            }
        }

        await using var db = app.Open();
        Console.WriteLine($"intake: {Median(http):N0} events/s acknowledged = {Median(http) / Median(lite):0.00} x SQLite's {Median(lite):N0} rows/s (goal 2){(Median(pg) > 0 ? $", {Median(http) / Median(pg):0.00} x PostgreSQL's {Median(pg):N0} (goal 2)" : "")}; "
            + $"{Median(live):N0} events/s until twins and 8 segments know them = {Of(live)}; {Median(loaded):N0} events/s until in the database = {Of(loaded)}; medians of {rounds}, {connections} connections, {await db.Events.CountAsync():N0} events of {await db.Customers.CountAsync():N0} customers, {Environment.ProcessorCount} cores shared by sender, console and database");
        Directory.Delete(folder, recursive: true);
        return 0;

        string Of(List<double> rates) => $"{Median(rates) / Median(lite):0.00} x SQLite{(Median(pg) > 0 ? $", {Median(rates) / Median(pg):0.00} x PostgreSQL" : "")}";
    }

    /// <summary>Until then nobody may be in a segment that looks at behaviour. The first round made the customers known.</summary>
    private static async Task AllowAsync(ConsoleFactory app)
    {
        await using var db = app.Open();
        var at = DateTime.UtcNow;
        await app.Get<ConsentGate>().RecordAsync([.. (await db.Customers.Select(x => x.Id).ToListAsync()).Select(x => new ConsentEntry { CustomerId = x, Purpose = Purpose.Profiling, Granted = true, At = at, Source = "bench", Proof = "bench", RecordedBy = "bench", RecordedAt = at })], CancellationToken.None);
        while (app.Get<StoreKeeper>().Current is null)
        {
            await Task.Delay(100);
        }
    }

    private static List<byte[]> Bodies(int events, int customers, int round)
    {
        var random = new Random(round);
        var bodies = new List<byte[]>();
        var at = DateTime.UtcNow.AddMinutes(-10); // the console under test is a process with a real clock
        for (var n = 0; n < events; n += ABatch)
        {
            var text = new StringBuilder("{\"batch\":[");
            for (var i = n; i < Math.Min(n + ABatch, events); i++)
            {
                var customer = round == 0 && i < customers ? i : random.Next(customers); // warming up makes all known: who is not goes by the database
                text.Append(i == n ? "" : ",").Append(System.Globalization.CultureInfo.InvariantCulture, $$"""
                    {"type":"track","event":"Product Viewed","messageId":"{{round:x4}}-{{i:x8}}-{{random.NextInt64():x16}}","userId":"C-{{customer}}","timestamp":"{{at.AddMilliseconds(i):O}}","properties":{"sku":"P-{{random.Next(500)}}","price":{{random.Next(100, 9999) / 100m}} },"context":{"library":{"name":"bench","version":"1"},"ip":"192.0.2.1"} }
                    """);
            }

            bodies.Add(Encoding.UTF8.GetBytes(text.Append(System.Globalization.CultureInfo.InvariantCulture, $"],\"sentAt\":\"{DateTime.UtcNow:O}\"}}").ToString()));
        }

        return bodies;
    }

    /// <summary>The same events as rows.</summary>
    private static List<Event> Rows(List<byte[]> bodies, ShopCalendar calendar)
    {
        var now = DateTime.UtcNow;
        return [.. bodies.SelectMany(x => IntakeBatch.Unpack(IntakeBatch.Read(x, null, 1, SourceKind.Server, now, "EUR").Record!.Payload, "EUR")).Select(x =>
        {
            var e = EventMapper.Map(x, int.Parse(x.Message.UserId!.AsSpan(2), System.Globalization.CultureInfo.InvariantCulture))!.Value.Event;
            (e.Day, e.HourOfWeek, e.ProductId) = (calendar.Day(e.At), calendar.HourOfWeek(e.At), 1);
            return e;
        })];
    }

    /// <summary>Prepared insert into the console's own table with its indexes; each transaction on disk before the next (WAL, synchronous FULL).</summary>
    private static async Task<double> SqliteAsync(string path, List<Event> rows)
    {
        await using (var db = new SqliteConsoleDb(new DbContextOptionsBuilder<SqliteConsoleDb>().UseSqlite($"Data Source={path};Pooling=False").Options))
        {
            await db.Database.MigrateAsync();
            await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;");
            await db.Database.OpenConnectionAsync();
            await db.Database.ExecuteSqlRawAsync("PRAGMA synchronous=FULL; PRAGMA cache_size=-65536;");
            return await AppendAsync(db, rows);
        }
    }

    /// <summary>Binary COPY into the console's own table with its indexes.</summary>
    private static async Task<double> PostgresAsync(string server, List<Event> rows)
    {
        var name = "bench_" + Guid.NewGuid().ToString("N");
        await ExecuteAsync(server, $"CREATE DATABASE {name}");
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(server) { Database = name, Pooling = false }.ConnectionString;
            await using var db = new PostgresConsoleDb(new DbContextOptionsBuilder<PostgresConsoleDb>().UseNpgsql(connection).Options);
            await db.Database.MigrateAsync();
            await db.Database.OpenConnectionAsync();
            return await AppendAsync(db, rows);
        }
        finally
        {
            await ExecuteAsync(server, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private static async Task<double> AppendAsync(ConsoleDb db, List<Event> rows)
    {
        var started = Stopwatch.GetTimestamp();
        foreach (var chunk in rows.Chunk(ABatch))
        {
            await using var transaction = await db.Database.BeginTransactionAsync();
            await db.BulkInsertAsync(chunk, CancellationToken.None);
            await transaction.CommitAsync();
        }

        return rows.Count / Stopwatch.GetElapsedTime(started).TotalSeconds;
    }

    /// <returns>Events a second until all were acknowledged, until twins and segments know them, and until they are in the database.</returns>
    private static async Task<(double Acknowledged, double Live, double Loaded)> HttpAsync(ConsoleFactory app, string key, List<byte[]> bodies, int events, int connections, int round)
    {
        var next = -1;
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => Task.Run(async () =>
        {
            using var client = new HttpClient { BaseAddress = app.Address };
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
            for (int n; (n = Interlocked.Increment(ref next)) < bodies.Count;)
            {
                using var body = new ByteArrayContent(bodies[n]);
                body.Headers.ContentType = new("application/json");
                using var response = await client.PostAsync("/v1/batch", body);
                if (response.StatusCode != HttpStatusCode.OK)
                {
                    throw new InvalidOperationException($"{(int)response.StatusCode} {await response.Content.ReadAsStringAsync()}");
                }
            }
        })));
        var acknowledged = events / Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (round > 0)
        {
            await ProbeAsync(app, key, $"C-{round}");
        }

        var live = events / Stopwatch.GetElapsedTime(started).TotalSeconds;
        if (round > 0 && app.Get<StoreKeeper>().Store!.Events(EventType.View).Sum(x => x.Count - x.Gone) is var known && known != (round + 1) * events)
        {
            throw new InvalidOperationException($"The twins in memory know {known:N0} of {(round + 1) * events:N0} events.");
        }

        while (app.Get<IntakeJournal>().Backlog > 0)
        {
            await Task.Delay(5);
        }

        return (acknowledged, live, events / Stopwatch.GetElapsedTime(started).TotalSeconds);
    }

    /// <summary>Returns when the API says that a customer is in the segment of those to whom what is sent now happened: all that was sent before went the same way.</summary>
    private static async Task ProbeAsync(ConsoleFactory app, string key, string customer)
    {
        using var tell = new HttpClient { BaseAddress = app.Address };
        tell.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        using var body = new StringContent($$"""{"event":"{{Probe}}","messageId":"{{Guid.NewGuid()}}","userId":"{{customer}}","timestamp":"{{DateTime.UtcNow:O}}"}""", Encoding.UTF8, "application/json");
        using var response = await tell.PostAsync("/v1/track", body);
        response.EnsureSuccessStatusCode();
        using var ask = await app.ApiAsync();
        while (!(await ask.GetStringAsync($"/api/v1/customers/{customer}/segments")).Contains(Probe, StringComparison.Ordinal))
        {
            await Task.Delay(5);
        }
    }

    private static async Task ExecuteAsync(string server, string sql)
    {
        await using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(server) { Pooling = false }.ConnectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static double Median(List<double> values) => values.Count == 0 ? 0 : values.Order().ElementAt(values.Count / 2);

    private static int Number(string[] args, int index, int fallback) => args.Length > index ? int.Parse(args[index], System.Globalization.CultureInfo.InvariantCulture) : fallback;
}
