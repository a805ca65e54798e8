using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Dispatch;

/// <summary>The app with settings a test chooses.</summary>
public sealed class DispatchApp(IReadOnlyDictionary<string, string> settings) : ConsoleFactory
{
    private readonly IReadOnlyDictionary<string, string> _settings = settings; // before the base starts the app

    protected override IReadOnlyDictionary<string, string> Settings => _settings;
}

/// <summary>The running app on either database, sending to a real SMTP server.</summary>
internal sealed class SendingShop : IAsyncDisposable
{
    private readonly TestDatabase? _database;

    private SendingShop(DispatchApp app, TestSmtpServer server, TestDatabase? database) => (App, Server, _database) = (app, server, database);

    public DispatchApp App { get; }
    public TestSmtpServer Server { get; }
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <param name="delay">Milliseconds the server takes for each message.</param>
    public static async Task<SendingShop> StartAsync(DatabaseProvider provider, int delay = 0, int connections = 4, int tries = 1)
    {
        var database = provider == DatabaseProvider.Sqlite ? null : await TestDatabase.CreateAsync(provider);
        var server = await TestSmtpServer.StartAsync(new { delay });
        var settings = new Dictionary<string, string>
        {
            ["Smtp:Host"] = "127.0.0.1",
            ["Smtp:Port"] = $"{server.Port}",
            ["Smtp:Security"] = "None",
            ["Smtp:From"] = "news@shop.test",
            ["Smtp:Connections"] = $"{connections}",
            ["Smtp:Tries"] = $"{tries}",
            ["Smtp:RetrySeconds"] = "0.1",
            ["Dispatch:MaxPerWeek"] = "0",
            ["Dispatch:EntryDelaySeconds"] = "1",
        };
        if (database is not null)
        {
            (settings["Database:Provider"], settings["ConnectionStrings:Console"]) = (provider.ToString(), database.Get<IOptions<DatabaseOptions>>().Value.ConnectionString);
        }

        return new SendingShop(new DispatchApp(settings), server, database);
    }

    public IReadOnlyList<string> Accepted => [.. Server.Accepted().Select(x => x.To)];

    /// <summary>The dispatch runs, oldest first.</summary>
    public async Task<List<JobRun>> RunsAsync()
    {
        await using var db = App.Open();
        return await db.JobRuns.AsNoTracking().Where(x => x.Kind == "DispatchCampaign").OrderBy(x => x.Id).ToListAsync(Ct);
    }

    /// <summary>Waits until that many runs have ended.</summary>
    public async Task<JobRun> EndedAsync(int count)
    {
        await UntilAsync(async () => (await RunsAsync()).Count(x => x.Status > JobStatus.Running) >= count);
        return (await RunsAsync())[count - 1];
    }

    /// <summary>The sums of every occurrence equal its rows, and the server has accepted exactly what counts as sent, each once an occurrence.</summary>
    public async Task<(int Sent, int Failed, int Skipped, int HeldOut, int Waiting)> AddUpAsync(int campaignId)
    {
        await using var db = App.Open();
        var rows = await db.Dispatches.AsNoTracking().Where(x => x.CampaignId == campaignId).ToListAsync(Ct);
        foreach (var run in await db.CampaignRuns.AsNoTracking().Where(x => x.CampaignId == campaignId).ToListAsync(Ct))
        {
            int Count(DispatchStatus status) => rows.Count(x => x.Occurrence == run.Occurrence && x.Status == status);
            Assert.Equal((run.Sent, run.Failed, run.Skipped, run.HeldOut), (Count(DispatchStatus.Sent), Count(DispatchStatus.Failed), Count(DispatchStatus.Skipped), Count(DispatchStatus.HeldOut)));
            Assert.Equal(run.Audience, run.Sent + run.Failed + run.Skipped + run.HeldOut + Count(DispatchStatus.Planned));
        }

        var emails = await db.Customers.AsNoTracking().ToDictionaryAsync(x => x.Id, x => x.Email, Ct);
        var mine = emails.Values.ToHashSet();
        Assert.Equal(rows.Where(x => x.Status == DispatchStatus.Sent).Select(x => emails[x.CustomerId]!).Order(StringComparer.Ordinal), Accepted.Where(mine.Contains).Order(StringComparer.Ordinal));
        int All(DispatchStatus status) => rows.Count(x => x.Status == status);
        return (All(DispatchStatus.Sent), All(DispatchStatus.Failed), All(DispatchStatus.Skipped), All(DispatchStatus.HeldOut), All(DispatchStatus.Planned));
    }

    public static async Task UntilAsync(Func<Task<bool>> done)
    {
        for (var i = 0; !await done(); i++)
        {
            Assert.True(i < 1200, "It takes too long.");
            await Task.Delay(50, Ct);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Server.DisposeAsync();
        if (_database is not null)
        {
            await _database.DisposeAsync();
        }
    }
}
