using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Touchpoints;
using MarketingConsole.Tests.Support;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Intake;

/// <summary>The running console while it cannot take more, or not yet.</summary>
public sealed class IntakePressureTests
{
    private const int EventsABatch = 500;

    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Batch_BacklogFull_Is429AndNothingOfItIsKept_UntilTheDatabaseHasCaughtUp()
    {
        await using var app = new SmallBacklog();
        await using (var db = app.Open())
        {
            db.Stores.Add(new Store { Id = 1, Name = "Graben" });
            await db.SaveChangesAsync(Stop);
        }

        Assert.True((await app.Get<DeviceService>().RegisterAsync(new DeviceDraft(1, "Till", DeviceKind.Camera, "camera", "camera"), "test", Stop)).Ok);
        using var client = await ClientAsync(app);
        var journal = app.Get<IntakeJournal>();
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "/v1/batch", Batch("before", 1))).Status);
        await UntilAsync(() => journal.Backlog == 0);

        // A long write of somebody else: the intake's journal goes on, its way into the database does not.
        await using var other = new SqliteConnection(app.Get<IOptions<DatabaseOptions>>().Value.ConnectionString);
        await other.OpenAsync(Stop);
        await using (var write = other.BeginTransaction(deferred: false))
        {
            for (var n = 0; journal.Backlog <= SmallBacklog.Most; n++)
            {
                Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "/v1/batch", Batch($"full-{n}", EventsABatch))).Status);
            }

            var (backlog, bytes) = (journal.Backlog, BytesOf(journal.Folder));
            foreach (var (path, body) in new[] { ("/v1/batch", Batch("refused", 3)), ("/v1/track", """{"messageId":"refused-track","userId":"C-1","event":"x"}"""), ("/v1/touchpoints", """{"readings":[{"device":"camera","people":3}]}""") })
            {
                var (status, after, problem) = await SendAsync(client, path, body);
                Assert.Equal((HttpStatusCode.TooManyRequests, TimeSpan.FromSeconds(7)), (status, after));
                Assert.Equal((429, "Nothing was taken: send it again after the time in Retry-After."), (problem.GetProperty("status").GetInt32(), problem.GetProperty("detail").GetString()));
            }

            Assert.Equal((backlog, bytes), (journal.Backlog, BytesOf(journal.Folder)));
            await write.RollbackAsync(Stop);
        }

        await UntilAsync(() => journal.Backlog == 0);
        var refused = new[] { "refused-0", "refused-1", "refused-2", "refused-track" }.Select(MessageIds.Hash).ToList();
        await using (var db = app.Open())
        {
            Assert.Equal(1 + SmallBacklog.Most + EventsABatch, await db.Events.CountAsync(Stop));
            Assert.False(await db.Events.AnyAsync(x => refused.Contains(x.Id), Stop));
            Assert.False(await db.ZoneCounts.AnyAsync(Stop));
        }

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "/v1/batch", Batch("refused", 3))).Status);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "/v1/touchpoints", """{"readings":[{"device":"camera","people":3}]}""")).Status);
        await UntilAsync(() => journal.Backlog == 0);
        await using var end = app.Open();
        Assert.Equal(3, await end.Events.CountAsync(x => refused.Contains(x.Id), Stop));
        Assert.Equal(3, await end.ZoneCounts.SumAsync(x => x.People, Stop));
        Assert.Contains(app.Get<IntakeMeter>().State().Reasons, x => x is { Reason: "The backlog is full: senders are told to come back.", Events: 3 });
    }

    [Fact]
    public async Task Track_JournalOfAnotherProcess_Is503_UntilItIsOurs()
    {
        await using var app = new HeldJournal();
        using var client = await ClientAsync(app);
        const string call = """{"messageId":"early","userId":"C-1","event":"x"}""";
        var (status, after, problem) = await SendAsync(client, "/v1/track", call);
        Assert.Equal((HttpStatusCode.ServiceUnavailable, TimeSpan.FromSeconds(5)), (status, after));
        Assert.Equal(503, problem.GetProperty("status").GetInt32());
        Assert.Contains(app.Get<IntakeMeter>().State().Reasons, x => x.Reason == "The journal is not open yet: senders are told to come back.");
        Assert.Equal(["lock"], Directory.GetFiles(app.Get<IntakeJournal>().Folder).Select(Path.GetFileName));

        app.LetGo();
        await UntilAsync(() => app.Get<IntakeJournal>().IsOpen);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(client, "/v1/track", call)).Status);
        await UntilAsync(() => app.Get<IntakeJournal>().Backlog == 0);
        await using var db = app.Open();
        Assert.Equal(MessageIds.Hash("early"), (await db.Events.SingleAsync(Stop)).Id);
    }

    private static string Batch(string name, int events) =>
        $$"""{"batch":[{{string.Join(',', Enumerable.Range(0, events).Select(n => $$"""{"type":"page","messageId":"{{name}}-{{n}}","userId":"C-{{n % 7}}"}"""))}}]}""";

    private static async Task<HttpClient> ClientAsync(ConsoleFactory app)
    {
        var key = (await app.Get<SourceService>().CreateAsync("test", SourceKind.Server, "test", Stop)).Key;
        var client = app.Anonymous();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(key + ":")));
        return client;
    }

    /// <returns>The body only of a problem.</returns>
    private static async Task<(HttpStatusCode Status, TimeSpan? RetryAfter, JsonElement Problem)> SendAsync(HttpClient client, string path, string json)
    {
        using var body = new StringContent(json, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(path, body, Stop);
        return (response.StatusCode, response.Headers.RetryAfter?.Delta, response.Content.Headers.ContentType?.MediaType == "application/problem+json" ? await response.Content.ReadFromJsonAsync<JsonElement>(Stop) : default);
    }

    private static async Task UntilAsync(Func<bool> isSo)
    {
        for (var i = 0; i < 3000 && !isSo(); i++)
        {
            await Task.Delay(10, Stop);
        }

        Assert.True(isSo());
    }

    private static long BytesOf(string folder) => Directory.GetFiles(folder, "*.journal").Sum(x => new FileInfo(x).Length);

    private sealed class SmallBacklog : ConsoleFactory
    {
        public const int Most = 1000;

        protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Intake:MaxBacklog"] = $"{Most}", ["Intake:RetryAfterSeconds"] = "7" };
    }

    /// <summary>A process before this one holds the intake's folder still.</summary>
    private sealed class HeldJournal : ConsoleFactory
    {
        private static readonly ThreadLocal<string> Folder = new();
        private readonly FileStream _lock = new(Path.Combine(Folder.Value = Directory.CreateTempSubdirectory("intake-held-").FullName, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);

        protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string> { ["Intake:Folder"] = Folder.Value! };

        public void LetGo() => _lock.Dispose();

        protected override void Dispose(bool disposing)
        {
            base.Dispose(disposing);
            if (disposing)
            {
                _lock.Dispose();
                Directory.Delete(Path.GetDirectoryName(_lock.Name)!, recursive: true);
            }
        }
    }
}
