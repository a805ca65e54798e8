using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Segments;
using MarketingConsole.Tests.Support;
using MarketingConsole.Tests.Twins;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace MarketingConsole.Tests.Simulation;

public sealed class SimulationPageTests(TwinShopFactory app, BrowserFixture browser) : IClassFixture<TwinShopFactory>, IClassFixture<BrowserFixture>
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Fact]
    public async Task Segment_SimulatedFromItsPage_AddressHoldsThePlanAndGivesTheSameAnswer()
    {
        var segment = await SegmentAsync();
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, $"/segments/{segment}");
        await page.ClickAsync("a:has-text('Simulate') >> nth=-1");
        await BrowserFixture.AtAsync(page, $"/simulation\\?segment={segment}$");
        await page.FillAsync("#weeks", "2");
        await page.ClickAsync("button:has-text('Simulate')");
        await BrowserFixture.AtAsync(page, "run=1.*weeks=2");
        var headline = await page.Locator(".headline").InnerTextAsync();
        Assert.StartsWith("1 e-mail a week for 2 weeks would", headline, StringComparison.Ordinal);
        await page.WaitForSelectorAsync("text=is not known for lack of a holdout"); // the generated shop never sent a campaign
        await page.ClickAsync("text=Keep to compare");
        await page.WaitForSelectorAsync("#kept");

        await page.FillAsync("#messages", "9");
        await page.ClickAsync("button:has-text('Simulate')");
        await page.WaitForSelectorAsync("#messages-error");
        Assert.Equal("9", await page.InputValueAsync("#messages"));

        await BrowserFixture.GoAsync(page, $"/simulation?segment={segment}&weeks=2&run=1");
        await Assertions.Expect(page.Locator(".headline")).ToHaveTextAsync(headline);
    }

    [Theory, InlineData(1440, false), InlineData(390, true)]
    public async Task Twin_Simulated_IsAccessibleAndFits(int width, bool dark)
    {
        var id = await app.CustomerAsync(true);
        var page = await browser.SignInAsync(app, Roles.Marketer, width, dark);
        await BrowserFixture.GoAsync(page, $"/twins/{id}");
        await page.ClickAsync(".page-header a:has-text('Simulate')");
        await page.WaitForSelectorAsync(".empty");
        await page.ClickAsync("button:has-text('Simulate')");
        await page.WaitForSelectorAsync(".headline");
        await page.WaitForSelectorAsync(".chart-plot .bars");
        await BrowserFixture.AssertAccessibleAsync(page);
        await BrowserFixture.AssertFitsAsync(page);
    }

    [Fact]
    public async Task Api_PlanAndWrongPlans_AnswerAndNameTheField()
    {
        using var client = await app.ApiAsync("twins:read");
        using var good = await client.PostAsJsonAsync("/api/v1/simulations", new { customerId = await app.CustomerAsync(true), weeks = 2, channel = "email" }, Stop);
        Assert.Equal(HttpStatusCode.OK, good.StatusCode);
        var answer = JsonDocument.Parse(await good.Content.ReadAsStringAsync(Stop)).RootElement;
        Assert.True(answer.GetProperty("outcome").GetProperty("total").GetProperty("purchases").GetProperty("nothing").GetProperty("expected").GetDouble() > 0);
        Assert.Equal(2, answer.GetProperty("outcome").GetProperty("weeks").GetArrayLength());

        using var wrong = await client.PostAsJsonAsync("/api/v1/simulations", new { segmentId = 4711, weeks = 99, offerIds = new[] { 5 } }, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        var errors = JsonDocument.Parse(await wrong.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("errors");
        Assert.Equal(["offerIds", "segmentId", "weeks"], errors.EnumerateObject().Select(x => x.Name).Order(StringComparer.Ordinal));

        using var denied = await client.PostAsJsonAsync("/api/v1/simulations", new { customerId = await app.CustomerAsync(false) }, Stop);
        Assert.Equal(HttpStatusCode.Conflict, denied.StatusCode);
        using var other = await app.ApiAsync("offers:read");
        Assert.Equal(HttpStatusCode.Forbidden, (await other.PostAsJsonAsync("/api/v1/simulations", new { customerId = 1 }, Stop)).StatusCode);
    }

    private async Task<int> SegmentAsync()
    {
        await using var db = app.Open();
        var segment = new Segment { Name = "A hundred", CreatedBy = "test", RuleJson = """{"type":"trait","field":"country","op":"is","value":"AT"}""" };
        db.Segments.Add(segment);
        await db.SaveChangesAsync(Stop);
        db.SegmentMembers.AddRange((await db.Twins.Where(x => x.Orders > 0).OrderBy(x => x.CustomerId).Select(x => x.CustomerId).Take(100).ToListAsync(Stop)).Select(x => new SegmentMember { SegmentId = segment.Id, CustomerId = x, EnteredAt = DateTime.UtcNow }));
        await db.SaveChangesAsync(Stop);
        return segment.Id;
    }
}
