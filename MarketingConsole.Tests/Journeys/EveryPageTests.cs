using MarketingConsole.Core.Access;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Journeys;

/// <summary>Every page of the console on the sample shop, wide and light, narrow and dark: accessible, inside the window, nothing in the browser's error log.</summary>
public sealed class EveryPageTests(SampleShopFactory app, BrowserFixture browser) : IClassFixture<SampleShopFactory>, IClassFixture<BrowserFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1440, false)]
    [InlineData(390, true)]
    public async Task EveryPage_OnTheSampleShop_IsAccessibleAndFitsAndLogsNothing(int width, bool dark)
    {
        var page = await browser.SignInAsync(app, Roles.Admin, width, dark);
        var faults = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                faults.Add($"{page.Url}: {message.Text}");
            }
        };
        page.PageError += (_, error) => faults.Add($"{page.Url}: {error}");
        foreach (var address in await AddressesAsync())
        {
            await page.GotoAsync(address);
            await page.WaitForSelectorAsync("main h1");
            await page.WaitForSelectorAsync("[data-interactive=true], .gate");
            await page.WaitForLoadStateAsync(Microsoft.Playwright.LoadState.NetworkIdle);
            await Try(() => BrowserFixture.AssertAccessibleAsync(page), faults);
            await Try(() => BrowserFixture.AssertFitsAsync(page), faults);
        }

        Assert.True(faults.Count == 0, string.Join("\n\n", faults));
    }

    private static async Task Try(Func<Task> check, List<string> faults)
    {
        try
        {
            await check();
        }
        catch (Exception fault) when (fault is Xunit.Sdk.XunitException)
        {
            faults.Add(fault.Message);
        }
    }

    private async Task<IReadOnlyList<string>> AddressesAsync()
    {
        await using var db = app.Open();
        var customer = await db.Twins.OrderByDescending(x => x.Orders).Select(x => x.CustomerId).FirstAsync(Stop);
        var sparse = await db.Twins.OrderBy(x => x.Orders).Select(x => x.CustomerId).FirstAsync(Stop);
        var segment = await db.Segments.Select(x => x.Id).FirstAsync(Stop);
        var offer = await db.Offers.Select(x => x.Id).FirstAsync(Stop);
        var campaign = await db.Campaigns.Select(x => x.Id).FirstAsync(Stop);
        var run = await db.JobRuns.Select(x => x.Id).FirstAsync(Stop);
        return
        [
            "/", "/twins", $"/twins/{customer}", $"/twins/{sparse}", "/segments", "/segments/new", "/segments/discover", $"/segments/{segment}", "/simulation", $"/simulation?segment={segment}&run=1", $"/simulation?customer={customer}&run=1", "/offers", "/offers/new", $"/offers/{offer}",
            "/campaigns", "/campaigns/new", $"/campaigns/{campaign}", $"/campaigns/{campaign}?tab=results", "/jobs", $"/jobs/{run}", "/insights", "/imports", "/live", "/sources", "/stores", "/models", "/models/workbench", "/models/workbench?task=classify", "/consent",
            "/accounts", "/accounts/api-keys", "/audit", "/outbox", "/account",
        ];
    }
}
