using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Discovery;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MarketingConsole.Tests.Discovery;

public sealed class DiscoverPageTests(SampleShopFactory app, BrowserFixture browser) : IClassFixture<SampleShopFactory>, IClassFixture<BrowserFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Discover_MakeASegmentOfAGroup_ItsCountIsTheGroupsSize()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/segments/discover");
        var cards = page.Locator("[data-group]");
        await Expect(cards.First).ToBeVisibleAsync();
        Assert.InRange(await cards.CountAsync(), 3, 8);
        var name = await cards.First.GetAttributeAsync("data-group");
        var size = await cards.First.Locator(".size strong").InnerTextAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = $"Make a segment of {name}", Exact = true }).ClickAsync();
        await cards.First.GetByRole(AriaRole.Link, new() { Name = "Open the segment" }).ClickAsync();
        await Expect(page.GetByTestId("count")).ToHaveTextAsync(size);
        await using var db = app.Open();
        Assert.Equal(int.Parse(size, NumberStyles.AllowThousands, CultureInfo.GetCultureInfo("en-GB")), await db.Segments.Where(x => x.Name == name).Select(x => x.Size).SingleAsync(Stop));
    }

    [Fact]
    public async Task Lookalikes_OfASegment_AreCountedAndMadeASegment()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer, 390, dark: true);
        await using var db = app.Open();
        var seed = await db.Segments.OrderByDescending(x => x.Size).Where(x => x.Size < 300).Select(x => x.Id).FirstAsync(Stop);
        await BrowserFixture.GoAsync(page, $"/segments/discover?segment={seed}");
        await page.GetByRole(AriaRole.Button, new() { Name = "Find lookalikes" }).ClickAsync();
        await Expect(page.GetByTestId("likeness")).ToBeVisibleAsync();
        await page.Locator("#alike").FillAsync("20");
        await Expect(page.GetByText("Alike by at least 20 %")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Button, new() { Name = "Make a segment of the lookalikes" })).ToBeEnabledAsync();
        await BrowserFixture.AssertAccessibleAsync(page);
        await BrowserFixture.AssertFitsAsync(page);
        var count = await page.GetByTestId("alike-count").InnerTextAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Make a segment of the lookalikes" }).ClickAsync();
        await page.GetByTestId("likeness").GetByRole(AriaRole.Link, new() { Name = "Open the segment" }).ClickAsync();
        await Expect(page.GetByTestId("count")).ToHaveTextAsync(count);
    }

    [Fact]
    public async Task Api_GroupsAndLookalikes_AnswerAndNameTheField()
    {
        using var api = await app.ApiAsync("segments:read", "segments:write");
        var found = await api.GetFromJsonAsync<FoundGroups>("/api/v1/segments/discover/groups", Stop);
        var made = await api.PostAsJsonAsync("/api/v1/segments/discover/groups/segment", new { group = found!.Groups[^1].Name }, Stop);
        Assert.Equal(HttpStatusCode.OK, made.StatusCode);
        var wrong = await api.PostAsJsonAsync("/api/v1/segments/discover/groups/segment", new { group = "nobody" }, Stop);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.True((await wrong.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("errors").TryGetProperty("group", out _));
        Assert.Equal(HttpStatusCode.NotFound, (await api.GetAsync(new Uri("/api/v1/segments/discover/lookalikes/99999", UriKind.Relative), Stop)).StatusCode);
        var id = (await made.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("id").GetInt32();
        var fitted = await api.PostAsync(new Uri($"/api/v1/segments/discover/lookalikes/{id}", UriKind.Relative), null, Stop);
        Assert.True((await fitted.Content.ReadFromJsonAsync<JsonElement>(Stop)).GetProperty("auc").GetDouble() > 0.6, await fitted.Content.ReadAsStringAsync(Stop));
        using var reader = await app.ApiAsync("segments:read");
        Assert.Equal(HttpStatusCode.Forbidden, (await reader.PostAsync(new Uri($"/api/v1/segments/discover/lookalikes/{id}", UriKind.Relative), null, Stop)).StatusCode);
    }
}
