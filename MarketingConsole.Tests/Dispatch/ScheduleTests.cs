using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Dispatch;

/// <summary>Each kind of schedule starts real runs through Quartz and its store, by the real clock.</summary>
public sealed class ScheduleTests
{
    private const int Customers = 20;

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Providers))]
    public async Task Once_AtAFutureInstant_RunsThenAndNeverAgain(DatabaseProvider provider)
    {
        await using var shop = await SendingShop.StartAsync(provider);
        var at = DateTime.UnixEpoch.AddSeconds(DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 8);
        var campaign = await StartAsync(shop, new CampaignSchedule(ScheduleKind.Once, at));
        await SendingShop.UntilAsync(async () => (await NextAsync(shop)).Count == 1);
        Assert.Equal(at, Assert.Single((await NextAsync(shop))[0].Next));
        Assert.Empty(await shop.RunsAsync());
        var run = await shop.EndedAsync(1);
        Assert.Equal((JobStatus.Finished, at), (run.Status, run.ScheduledAt));
        Assert.True(run.StartedAt >= at);
        Assert.Equal((Customers, 0), await shop.AddUpAsync(campaign) is var x ? (x.Sent, x.Waiting) : default);
        Assert.Empty(await NextAsync(shop));

        // As after a restart in the middle: the campaign is taken up again and its instant has passed.
        await using var db = shop.App.Open();
        await db.Campaigns.ExecuteUpdateAsync(s => s.SetProperty(c => c.Status, CampaignStatus.Running), Ct);
        shop.App.Get<ChangeFeed>().Publish(new CampaignChanged(campaign));
        await Task.Delay(1500, Ct);
        Assert.Single(await shop.RunsAsync());
        Assert.Equal(Customers, shop.Accepted.Count);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Cron_RunsAgainAndAgain_NotWhilePaused(DatabaseProvider provider)
    {
        await using var shop = await SendingShop.StartAsync(provider);
        var campaign = await StartAsync(shop, new CampaignSchedule(ScheduleKind.Cron, Cron: "0/2 * * * * ?", TimeZone: "America/New_York"));
        await shop.EndedAsync(2);
        var next = Assert.Single(await NextAsync(shop));
        Assert.Equal(("0/2 * * * * ?", "America/New_York", 5), (next.Cron, next.TimeZone, next.Next.Count));

        var pauses = shop.App.Get<CampaignPauses>();
        Assert.Empty((await pauses.PauseAsync(campaign, "boss", Ct)).Errors);
        await SendingShop.UntilAsync(async () => (await NextAsync(shop)).Count == 0 && (await shop.RunsAsync()).All(x => x.Status > JobStatus.Running));
        var count = (await shop.RunsAsync()).Count;
        await Task.Delay(4500, Ct);
        Assert.Equal(count, (await shop.RunsAsync()).Count);
        Assert.Equal(0, (await shop.AddUpAsync(campaign)).Waiting);

        Assert.Empty((await pauses.ResumeAsync(campaign, "boss", Ct)).Errors);
        await shop.EndedAsync(count + 1);
        Assert.Empty((await pauses.PauseAsync(campaign, "boss", Ct)).Errors);
        await SendingShop.UntilAsync(async () => (await NextAsync(shop)).Count == 0 && (await shop.RunsAsync()).All(x => x.Status > JobStatus.Running));
        await shop.AddUpAsync(campaign);
        await using var db = shop.App.Open();
        var occurrences = await db.CampaignRuns.OrderBy(x => x.Occurrence).Select(x => x.Occurrence).ToListAsync(Ct);
        Assert.All(occurrences, x => Assert.Equal(0, x % 2));
        Assert.Equal(occurrences.Distinct().Count() * Customers, await db.Dispatches.CountAsync(Ct));
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task OnEntry_WritesToWhoEnters_AgainOnlyAfterTheReentryDays(DatabaseProvider provider)
    {
        await using var shop = await SendingShop.StartAsync(provider);
        await CampaignScene.FillAsync(shop.App.Services, 3, i => $"n{i}@shop.test", country: "NL", first: 101);
        var campaign = await StartAsync(shop, new CampaignSchedule(ScheduleKind.OnEntry, ReentryDays: 30));
        await SendingShop.UntilAsync(async () => (await shop.App.Get<CampaignService>().GetAsync(campaign, Ct))!.Summary.Status == CampaignStatus.Scheduled);
        Assert.Empty(await shop.RunsAsync()); // today's members are not written to

        await MoveAsync(shop, 101, "AT");
        Assert.Equal(JobStatus.Finished, (await shop.EndedAsync(1)).Status);
        Assert.Equal(["n101@shop.test"], shop.Accepted);

        await MoveAsync(shop, 101, "NL");
        await MoveAsync(shop, 101, "AT");
        await shop.EndedAsync(2);
        Assert.Equal(["n101@shop.test"], shop.Accepted);
        await using var db = shop.App.Open();
        Assert.Equal(SkipReason.Again, await db.Dispatches.OrderByDescending(x => x.Occurrence).Select(x => x.Reason).FirstAsync(Ct));

        DateTime? earlier = DateTime.UtcNow.AddDays(-31);
        await db.Dispatches.ExecuteUpdateAsync(s => s.SetProperty(x => x.CreatedAt, earlier.Value).SetProperty(x => x.SentAt, earlier), Ct);
        await MoveAsync(shop, 101, "NL");
        await MoveAsync(shop, 101, "AT");
        await shop.EndedAsync(3);
        Assert.Equal(["n101@shop.test", "n101@shop.test"], shop.Accepted);

        // Who enters while it is paused is written to when it goes on, if still there.
        Assert.Empty((await shop.App.Get<CampaignPauses>().PauseAsync(campaign, "boss", Ct)).Errors);
        await MoveAsync(shop, 102, "AT");
        await MoveAsync(shop, 103, "AT");
        await MoveAsync(shop, 103, "NL");
        await Task.Delay(2000, Ct);
        Assert.Equal(3, (await shop.RunsAsync()).Count);
        Assert.Empty((await shop.App.Get<CampaignPauses>().ResumeAsync(campaign, "boss", Ct)).Errors);
        await shop.EndedAsync(4);
        Assert.Equal("n102@shop.test", shop.Accepted[^1]);
        Assert.Equal(3, shop.Accepted.Count);
    }

    private static async Task<int> StartAsync(SendingShop shop, CampaignSchedule schedule) =>
        await CampaignScene.ApproveAsync(shop.App.Services, new CampaignPlan { Include = [await CampaignScene.FillAsync(shop.App.Services, Customers, i => $"c{i}@shop.test")], Variants = [CampaignScene.Copy], Schedule = schedule, HoldoutPercent = 0 });

    private static async Task<List<ScheduledJob>> NextAsync(SendingShop shop) => [.. (await shop.App.Get<JobSchedules>().NextAsync(cancellationToken: Ct)).Where(x => x.Name.StartsWith("campaign-", StringComparison.Ordinal))];

    /// <summary>Changes what the segment's rule asks for and waits until the membership has followed.</summary>
    private static async Task MoveAsync(SendingShop shop, int id, string country)
    {
        await using var db = shop.App.Open();
        await db.Customers.Where(x => x.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Country, country), Ct);
        shop.App.Get<ChangeFeed>().Publish(new CustomersChanged([id]));
        var austria = await db.Segments.OrderBy(x => x.Id).Select(x => new { x.Id, x.RuleJson }).ToListAsync(Ct);
        var segment = austria.Single(x => x.RuleJson.Contains("\"AT\"", StringComparison.Ordinal)).Id;
        await SendingShop.UntilAsync(() => db.SegmentMembers.AnyAsync(x => x.SegmentId == segment && x.CustomerId == id, Ct).ContinueWith(x => x.Result == (country == "AT"), TaskScheduler.Default));
    }
}
