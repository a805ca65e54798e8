using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Segments;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Tests.Dispatch;

/// <summary>The app is killed or stopped in the middle of a send and started again: nobody is written to twice, nobody is lost.</summary>
public sealed class CrashTests
{
    private const int Customers = 3000, Connections = 8;

    public static TheoryData<DatabaseProvider, int, bool> Cases { get; } = new()
    {
        { DatabaseProvider.Sqlite, 1, true }, { DatabaseProvider.Sqlite, 900, true }, { DatabaseProvider.Sqlite, 2500, true }, { DatabaseProvider.PostgreSql, 700, true }, { DatabaseProvider.Sqlite, 600, false },
    };

    /// <param name="accepted">Messages the mail server has when the process ends.</param>
    /// <param name="kill">SIGKILL, otherwise SIGTERM.</param>
    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Send_ProcessEndsInTheMiddle_EveryRecipientExactlyOnce(DatabaseProvider provider, int accepted, bool kill)
    {
        var ct = TestContext.Current.CancellationToken;
        await using var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c).AddOffers(c).AddCopy(c).AddCampaigns(c));
        database.Time.Set(DateTimeOffset.UtcNow);
        await using var server = await TestSmtpServer.StartAsync(new { delay = 2 });
        var segment = await CampaignScene.FillAsync(database.Services, Customers, i => i % 100 == 7 ? $"hard-{i}@shop.test" : i % 100 == 8 ? $"later-{i}@shop.test" : i % 100 == 9 ? null : $"c{i}@shop.test");
        await CampaignScene.ApproveAsync(database.Services, new CampaignPlan { Include = [segment], Variants = [CampaignScene.Copy], HoldoutPercent = 5 });
        (string, string)[] settings =
        [
            ("ConnectionStrings:Console", database.Get<IOptions<DatabaseOptions>>().Value.ConnectionString), ("Database:Provider", provider.ToString()), ("Smtp:Host", "127.0.0.1"), ("Smtp:Port", $"{server.Port}"),
            ("Smtp:Security", "None"), ("Smtp:From", "news@shop.test"), ("Smtp:Connections", $"{Connections}"), ("Smtp:RetrySeconds", "0.2"), ("Dispatch:MaxPerWeek", "0"),
        ];

        await using (var first = ConsoleProcess.Start(settings))
        {
            await UntilAsync(() => Task.FromResult(server.Accepted().Count >= accepted), first);
            await (kill ? first.KillAsync() : first.StopAsync());
        }

        var before = server.Accepted().Count;
        Assert.True(before < Customers * 9 / 10, $"{before} were already accepted: too late to prove anything.");
        await using var second = ConsoleProcess.Start(settings);
        await using var db = database.Open();
        await UntilAsync(async () => await db.JobRuns.AsNoTracking().AnyAsync(x => x.Kind == "DispatchCampaign" && x.Status > JobStatus.Running, ct), second);

        var job = await db.JobRuns.AsNoTracking().SingleAsync(x => x.Kind == "DispatchCampaign", ct);
        Assert.True(job.Status == JobStatus.Finished, job.Error);
        Assert.Equal(2, job.Attempts);
        var run = await db.CampaignRuns.AsNoTracking().SingleAsync(ct);
        var rows = await db.Dispatches.AsNoTracking().ToListAsync(ct);
        Assert.Equal(Customers, run.Audience);
        Assert.Equal(run.Audience, run.Sent + run.Failed + run.Skipped + run.HeldOut);
        Assert.Equal((run.Sent, run.Failed, run.Skipped, run.HeldOut), (Count(DispatchStatus.Sent), Count(DispatchStatus.Failed), Count(DispatchStatus.Skipped), Count(DispatchStatus.HeldOut)));
        Assert.Equal(Customers / 100, run.Skipped);

        var log = server.Accepted().Select(x => x.To).ToList();
        Assert.Equal(log.Count, log.Distinct().Count());
        var lost = rows.Where(x => x.Reason == DispatchReason.LostInCrash).Select(x => x.CustomerId).ToHashSet();
        Assert.True(lost.Count <= (kill ? Connections : 0), $"{lost.Count} unconfirmed");
        var emails = await db.Customers.AsNoTracking().ToDictionaryAsync(x => x.Id, x => x.Email, ct);
        var sent = rows.Where(x => x.Status == DispatchStatus.Sent).Select(x => x.CustomerId).ToHashSet();
        Assert.Equal([], log.Except(sent.Select(x => emails[x]!)));
        Assert.Equal([], sent.Except(lost).Select(x => emails[x]!).Except(log));
        Assert.Equal(
            rows.Where(x => x.Status == DispatchStatus.Failed).Select(x => emails[x.CustomerId]!).Order(StringComparer.Ordinal),
            (await db.Suppressions.AsNoTracking().Select(x => x.Address).ToListAsync(ct)).Order(StringComparer.Ordinal));
        Assert.Equal(run.Failed, await db.Events.CountAsync(x => x.Type == EventType.EmailBounce, ct));
        Assert.Equal(run.Sent, await db.Events.CountAsync(x => x.Type == EventType.EmailSent, ct));
        TestContext.Current.TestOutputHelper?.WriteLine($"{provider}: {(kill ? "killed" : "stopped")} at {before}, {log.Count} accepted, {lost.Count} unconfirmed, {run.Failed} failed, {run.HeldOut} held out");

        int Count(DispatchStatus status) => rows.Count(x => x.Status == status);
    }

    private static async Task UntilAsync(Func<Task<bool>> done, ConsoleProcess process)
    {
        for (var i = 0; !await done(); i++)
        {
            Assert.False(process.Ended, process.Output());
            Assert.True(i < 6000, "It takes too long.\n" + process.Output());
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
