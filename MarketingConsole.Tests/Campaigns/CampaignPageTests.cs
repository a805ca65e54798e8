using MarketingConsole.Core.Access;
using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Copy;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Offers;
using MarketingConsole.Tests.Copy;
using MarketingConsole.Tests.Dispatch;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace MarketingConsole.Tests.Campaigns;

/// <summary>The campaign, job and offer pages in a real browser, with a real SMTP server and a language model's server.</summary>
public sealed class CampaignPageTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task LanguageModel_StreamsIntoThePage_FailsVisibly_AndIsLabelledInTheRecord()
    {
        var (fail, mode) = (false, new TaskCompletionSource());
        await using var model = await ModelServer.StartAsync(async http =>
        {
            if (fail)
            {
                http.Response.StatusCode = 500;
                return;
            }

            await http.StreamAsync("""{"variants":[{"subject":"S1","heading":"H","body":"Fresh tea","button":"Go","shortText":"T"},""", done: false);
            await mode.Task;
            await http.StreamAsync("""{"subject":"S2","body":"B2"},{"subject":"S3","body":"B3"}]}""");
        });
        await using var app = new DispatchApp(new Dictionary<string, string> { ["Copy:Endpoint"] = model.Address, ["Copy:Model"] = "test-model", ["Copy:ApiKey"] = "secret" });
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/campaigns/new");
        await page.FillAsync("#goal", "Thank loyal customers");
        var ask = page.GetByRole(AriaRole.Button, new() { Name = "Have test-model write" });
        await ask.ClickAsync();
        await Assertions.Expect(page.Locator("pre.stream")).ToContainTextAsync("Fresh tea");
        mode.SetResult();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this" }).First.ClickAsync();
        await Assertions.Expect(page.GetByText("Written by AI (test-model)").First).ToBeVisibleAsync();

        fail = true;
        await ask.ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Alert).Filter(new() { HasText = "server failed (500)" })).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator(".candidate")).ToHaveCountAsync(3);
        await Assertions.Expect(page.Locator(".candidate").First).ToContainTextAsync("S1"); // the composer has not stepped in by itself
        await page.GetByRole(AriaRole.Button, new() { Name = "Use the built-in composer instead" }).ClickAsync();
        await Assertions.Expect(page.Locator(".candidate").First).Not.ToContainTextAsync("S1");

        await using var db = app.Open();
        await SendingShop.UntilAsync(() => db.Campaigns.AnyAsync(x => x.PlanJson.Contains("Fresh tea"), Ct));
        var variant = Assert.Single(CampaignPlan.FromJson(await db.Campaigns.Select(x => x.PlanJson).SingleAsync(Ct)).Variants);
        Assert.Equal((CopyOrigin.LanguageModel, "test-model"), (variant.Origin, variant.Model));
    }

    [Fact]
    public async Task CancelRetryPauseResume_InThePages_SendToEverybodyOnce()
    {
        const int customers = 250;
        await using var shop = await SendingShop.StartAsync(Core.Data.DatabaseProvider.Sqlite, delay: 150);
        var segment = await CampaignScene.FillAsync(shop.App.Services, customers, i => $"c{i}@shop.test");
        var campaign = await CampaignScene.ApproveAsync(shop.App.Services, new CampaignPlan { Include = [segment], Variants = [CampaignScene.Copy], HoldoutPercent = 0 });
        var page = await browser.SignInAsync(shop.App, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/jobs");
        await Assertions.Expect(page.Locator("progress[value]")).ToBeVisibleAsync();
        await Assertions.Expect(page.GetByText("a second")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Cancel" }).First.ClickAsync();
        await Assertions.Expect(page.GetByText("Nothing runs at the moment.")).ToBeVisibleAsync();
        Assert.InRange((await shop.AddUpAsync(campaign)).Waiting, 1, customers);

        await page.Locator("section[aria-labelledby=history] a").First.ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Send the rest" }).ClickAsync();
        await BrowserFixture.AtAsync(page, "/jobs/2$");
        await BrowserFixture.GoAsync(page, $"/campaigns/{campaign}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Pause" }).ClickAsync();
        await Assertions.Expect(page.GetByRole(AriaRole.Button, new() { Name = "Resume" })).ToBeVisibleAsync();
        Assert.Equal(JobStatus.Cancelled, (await shop.EndedAsync(2)).Status);
        await BrowserFixture.AssertAccessibleAsync(page);

        await BrowserFixture.GoAsync(page, "/campaigns");
        await page.GetByRole(AriaRole.Button, new() { Name = "Resume" }).ClickAsync();
        Assert.Equal(JobStatus.Finished, (await shop.EndedAsync(3)).Status);
        Assert.Equal((customers, 0, 0, 0, 0), await shop.AddUpAsync(campaign));
        await Assertions.Expect(page.GetByText("finished", new() { Exact = true })).ToBeVisibleAsync();
    }

    [Fact]
    public async Task Offer_WrongInput_IsKeptAndEachErrorGoesWhenCorrected()
    {
        await using var app = new DispatchApp(new Dictionary<string, string>());
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/offers/new");
        await page.FillAsync("#value", "lots");
        await page.FillAsync("#stockLimit", "many");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save offer" }).ClickAsync();
        foreach (var field in new[] { "name", "value", "stockLimit" })
        {
            await Assertions.Expect(page.Locator($"#{field}-error")).ToBeVisibleAsync();
        }

        Assert.Equal(("lots", "many"), (await page.InputValueAsync("#value"), await page.InputValueAsync("#stockLimit")));
        await page.FillAsync("#stockLimit", "12");
        await Assertions.Expect(page.Locator("#stockLimit-error")).ToHaveCountAsync(0);
        await Assertions.Expect(page.Locator("#value-error")).ToBeVisibleAsync();
        await page.FillAsync("#value", "10");
        await page.FillAsync("#name", "Tea");
        await Assertions.Expect(page.Locator(".field-error")).ToHaveCountAsync(0);
        await page.GetByRole(AriaRole.Button, new() { Name = "Save offer" }).ClickAsync();
        await BrowserFixture.AtAsync(page, "/offers$");
        var offer = Assert.Single(await app.Get<OfferService>().ListAsync(cancellationToken: Ct)).Draft;
        Assert.Equal(("Tea", 10, 12), (offer.Name, offer.Value, offer.StockLimit));
    }
}
