using System.Net;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Dispatch;

/// <summary>Cancel, retry, pause and resume in the middle of a real send.</summary>
public sealed class StopAndGoOnTests
{
    private const int Customers = 300;

    public static TheoryData<DatabaseProvider> Providers => TestDatabase.Providers;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(Providers))]
    public async Task Cancel_InTheMiddleOfASend_StopsAndTheRestIsSentOnceLater(DatabaseProvider provider)
    {
        await using var shop = await SendingShop.StartAsync(provider, delay: 15);
        var campaign = await StartAsync(shop, i => $"c{i}@shop.test");
        await SendingShop.UntilAsync(() => Task.FromResult(shop.Accepted.Count >= 40));
        var run = Assert.Single(await shop.RunsAsync());
        await shop.App.Get<JobService>().CancelAsync(run.Id, Ct);
        Assert.Equal(JobStatus.Cancelled, (await shop.EndedAsync(1)).Status);
        var stopped = await shop.AddUpAsync(campaign);
        Assert.True(stopped.Waiting > 50, $"only {stopped.Waiting} wait: the run was not stopped");
        await Task.Delay(500, Ct);
        Assert.Equal(stopped.Sent, shop.Accepted.Count);
        Assert.Equal(CampaignStatus.Stopped, (await shop.App.Get<CampaignService>().GetAsync(campaign, Ct))!.Summary.Status);

        var (again, error) = await shop.App.Get<DispatchService>().RetryFailedAsync(campaign, await OccurrenceAsync(shop), "boss", Ct);
        Assert.True(again is not null, error);
        Assert.Equal(JobStatus.Finished, (await shop.EndedAsync(2)).Status);
        var done = await shop.AddUpAsync(campaign);
        Assert.Equal((Customers, 0), (done.Sent + done.HeldOut, done.Waiting));
        Assert.Equal(stopped.HeldOut, done.HeldOut);
        Assert.Equal(CampaignStatus.Finished, (await shop.App.Get<CampaignService>().GetAsync(campaign, Ct))!.Summary.Status);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task RetryFailed_SendsOnlyThoseThatFailedAndMayStillExist(DatabaseProvider provider)
    {
        await using var shop = await SendingShop.StartAsync(provider);
        var campaign = await StartAsync(shop, i => i % 10 == 1 ? $"later-{i}@shop.test" : i % 10 == 2 ? $"hard-{i}@shop.test" : i % 10 == 3 ? null : $"c{i}@shop.test");
        await shop.EndedAsync(1);
        var (before, accepted) = (await shop.AddUpAsync(campaign), shop.Accepted);
        Assert.Equal(Customers / 10, before.Skipped);
        Assert.InRange(before.Failed, 30, 60);

        var (again, error) = await shop.App.Get<DispatchService>().RetryFailedAsync(campaign, await OccurrenceAsync(shop), "boss", Ct);
        Assert.True(again is not null, error);
        await shop.EndedAsync(2);
        var after = await shop.AddUpAsync(campaign);
        var second = shop.Accepted.Skip(accepted.Count).ToList();
        Assert.All(second, x => Assert.StartsWith("later-", x, StringComparison.Ordinal));
        Assert.Equal((before.Sent + second.Count, before.Failed - second.Count, before.Skipped, before.HeldOut, 0), after);
        Assert.InRange(second.Count, 20, 30);

        // What is left bounced for good: there is nothing to retry.
        var (none, why) = await shop.App.Get<DispatchService>().RetryFailedAsync(campaign, await OccurrenceAsync(shop), "boss", Ct);
        Assert.Null(none);
        Assert.Contains("do not exist", why, StringComparison.Ordinal);
    }

    [Theory, MemberData(nameof(Providers))]
    public async Task Pause_InTheMiddleOfASend_StopsAndResumeSendsTheRestOnce(DatabaseProvider provider)
    {
        await using var shop = await SendingShop.StartAsync(provider, delay: 15);
        var campaign = await StartAsync(shop, i => $"c{i}@shop.test");
        using var api = await shop.App.ApiAsync("campaigns:read", "campaigns:write");
        await SendingShop.UntilAsync(() => Task.FromResult(shop.Accepted.Count >= 40));
        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync($"/api/v1/campaigns/{campaign}/pause", null, Ct)).StatusCode);
        var run = await shop.EndedAsync(1);
        Assert.Equal(JobStatus.Cancelled, run.Status);
        var stopped = await shop.AddUpAsync(campaign);
        Assert.True(stopped.Waiting > 50, $"only {stopped.Waiting} wait: the run was not stopped");

        // Paused: nobody can start a run, by no way.
        Assert.Equal(CampaignStatus.Paused, (await shop.App.Get<CampaignService>().GetAsync(campaign, Ct))!.Summary.Status);
        Assert.Equal(HttpStatusCode.Conflict, (await api.PostAsync($"/api/v1/campaigns/{campaign}/pause", null, Ct)).StatusCode);
        Assert.Contains("paused", (await shop.App.Get<DispatchService>().RetryFailedAsync(campaign, await OccurrenceAsync(shop), "boss", Ct)).Error, StringComparison.Ordinal);
        await shop.App.Get<JobService>().RepeatAsync(run.Id, "boss", Ct);
        var refused = await shop.EndedAsync(2);
        Assert.Equal((JobStatus.Cancelled, "The campaign is paused. Nothing was sent."), (refused.Status, refused.Error));
        Assert.Equal(stopped.Sent, shop.Accepted.Count);

        Assert.Equal(HttpStatusCode.OK, (await api.PostAsync($"/api/v1/campaigns/{campaign}/resume", null, Ct)).StatusCode);
        Assert.Equal(JobStatus.Finished, (await shop.EndedAsync(3)).Status);
        var done = await shop.AddUpAsync(campaign);
        Assert.Equal((Customers, 0), (done.Sent + done.HeldOut, done.Waiting));
        Assert.Equal(CampaignStatus.Finished, (await shop.App.Get<CampaignService>().GetAsync(campaign, Ct))!.Summary.Status);
        await using var db = shop.App.Open();
        Assert.Equal(["campaign.paused", "campaign.resumed"], await db.AuditEntries.Where(x => x.Action == "campaign.paused" || x.Action == "campaign.resumed").OrderBy(x => x.Id).Select(x => x.Action).ToListAsync(Ct));
    }

    [Fact]
    public async Task Pause_WithoutTheRight_IsRefused()
    {
        await using var shop = await SendingShop.StartAsync(DatabaseProvider.Sqlite);
        using var reader = await shop.App.ApiAsync("campaigns:read");
        using var anonymous = shop.App.Anonymous();
        using var marketer = await shop.App.SignInAsync(Roles.Marketer);
        foreach (var verb in new[] { "pause", "resume" })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, (await anonymous.PostAsync($"/api/v1/campaigns/1/{verb}", null, Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.Forbidden, (await reader.PostAsync($"/api/v1/campaigns/1/{verb}", null, Ct)).StatusCode);
            Assert.Equal(HttpStatusCode.NotFound, (await marketer.PostAsync($"/api/v1/campaigns/1/{verb}", null, Ct)).StatusCode);
        }
    }

    private static async Task<int> StartAsync(SendingShop shop, Func<int, string?> address) =>
        await CampaignScene.ApproveAsync(shop.App.Services, new CampaignPlan { Include = [await CampaignScene.FillAsync(shop.App.Services, Customers, address)], Variants = [CampaignScene.Copy], HoldoutPercent = 5 });

    private static async Task<long> OccurrenceAsync(SendingShop shop)
    {
        await using var db = shop.App.Open();
        return await db.CampaignRuns.Select(x => x.Occurrence).SingleAsync(Ct);
    }
}
