using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Models;
using MarketingConsole.Core.Twins.Training;
using MarketingConsole.Tests.Benchmarks;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;

namespace MarketingConsole.Tests.Twins;

/// <summary>A console over a generated shop with a trained model.</summary>
public sealed class TwinShopFactory : ConsoleFactory, IAsyncLifetime
{
    public const int Customers = 800;

    public async ValueTask InitializeAsync()
    {
        await using var db = Open();
        await new GeneratedShop(db, Get<ShopCalendar>(), DateTime.UtcNow, seed: 7).WriteAsync(Customers, 20, CancellationToken.None);
        Assert.All(await Get<ModelTraining>().TrainAsync("test", null, CancellationToken.None), x => Assert.True(x.Value.Reason is null || x.Key == ModelKind.OfferUplift));
        await Get<TwinRefresher>().RefreshAllAsync(null, CancellationToken.None);
    }

    public async Task<int> CustomerAsync(bool profiled)
    {
        await using var db = Open();
        var rules = await Get<ConsentGate>().RulesAsync(CancellationToken.None);
        var allowed = db.Customers.Where(rules.Allowed(db, Purpose.Profiling, DateTime.UtcNow)).Select(x => x.Id);
        return await db.Twins.Where(x => x.Orders > 4 && allowed.Contains(x.CustomerId) == profiled).Select(x => x.CustomerId).FirstAsync();
    }
}

public sealed class TwinPagesTests(TwinShopFactory app, BrowserFixture browser) : IClassFixture<TwinShopFactory>, IClassFixture<BrowserFixture>
{
    private static readonly CancellationToken Stop = TestContext.Current.CancellationToken;

    [Theory, InlineData(1440, false), InlineData(1440, true), InlineData(390, false), InlineData(390, true)]
    public async Task Pages_AreAccessible_AndFit(int width, bool dark)
    {
        var page = await browser.SignInAsync(app, Roles.Manager, width, dark);
        foreach (var (address, ready) in new[] { ("/twins", "tbody tr"), ($"/twins/{await app.CustomerAsync(true)}", "#timeline"), ($"/twins/{await app.CustomerAsync(false)}", ".denied"), ("/models", ".stats"), ("/twins/987654", ".empty") })
        {
            await BrowserFixture.GoAsync(page, address);
            await page.WaitForSelectorAsync(ready);
            await BrowserFixture.AssertAccessibleAsync(page);
            await BrowserFixture.AssertFitsAsync(page);
        }
    }

    [Fact]
    public async Task List_SearchFilterSort_LiveInTheAddress()
    {
        await using var db = app.Open();
        var country = await db.Customers.Where(x => x.LastName == "Fischer" && x.Country != null).Select(x => x.Country!).FirstAsync(Stop);
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/twins");
        await page.FillAsync("input[type=search]", "fischer");
        await BrowserFixture.AtAsync(page, @"/twins\?q=fischer$");
        await page.SelectOptionAsync("select[aria-label=Country]", country.ToLowerInvariant());
        await BrowserFixture.AtAsync(page, $"country={country.ToLowerInvariant()}");
        var expected = await db.Customers.CountAsync(x => x.LastName == "Fischer" && x.Country == country, Stop);
        await page.WaitForSelectorAsync($".pager >> text=of {expected}"); // headings link to what the table shows
        await page.ClickAsync("th >> text=Orders");
        await BrowserFixture.AtAsync(page, "sort=orders");
        await page.WaitForSelectorAsync($".pager >> text=of {expected}");
        var address = page.Url;
        await page.GotoAsync("/twins");
        await page.GotoAsync(address);
        await page.WaitForSelectorAsync($".pager >> text=of {expected}");
        Assert.Equal("fischer", await page.InputValueAsync("input[type=search]"));
        Assert.Equal("descending", await page.GetAttributeAsync("th:has-text('Orders')", "aria-sort"));
        Assert.All(await page.Locator("tbody td.who, tbody tr a strong").AllInnerTextsAsync(), x => Assert.Contains("Fischer", x, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Twin_ProfilingDenied_ShowsNoForecastAndSaysWhy()
    {
        var id = await app.CustomerAsync(false);
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, $"/twins/{id}");
        await page.WaitForSelectorAsync(".denied");
        Assert.Equal(5, await page.Locator("text=Not computed: profiling is not allowed").CountAsync());
        Assert.Equal(0, await page.Locator("#habits, #likings, #response, .why").CountAsync());

        var profile = (await app.Get<TwinProfileService>().GetAsync(id, Stop))!;
        Assert.True(profile is { Profiling: false, Habits: null, Likings: null, Response: null, Forecast: null, Twin.ChanceToBuy: null });
    }

    [Fact]
    public async Task Twin_ConsentWithdrawn_ForecastGoesWithoutReload()
    {
        var id = await app.CustomerAsync(true);
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, $"/twins/{id}");
        await page.WaitForSelectorAsync(".why");
        await app.Get<ConsentGate>().RecordAsync([new ConsentEntry { CustomerId = id, Purpose = Purpose.Profiling, Granted = false, At = DateTime.UtcNow, RecordedAt = DateTime.UtcNow, Source = "Telephone", RecordedBy = "test" }], Stop);
        await page.WaitForSelectorAsync(".denied");
        Assert.Equal(0, await page.Locator(".why").CountAsync());
        for (var i = 0; ; i++)
        {
            await using var db = app.Open();
            if (await db.Twins.AnyAsync(x => x.CustomerId == id && x.ChanceToBuy == null && x.TopCategory == null, Stop))
            {
                break;
            }

            Assert.True(i < 100, "The stored score outlived the consent.");
            await Task.Delay(100, Stop);
        }
    }

    [Fact]
    public async Task Api_ListAndGet_ShowTheSameTwin()
    {
        using var client = await app.ApiAsync("customers:read");
        var list = JsonDocument.Parse(await client.GetStringAsync("/api/v1/customers?sort=orders&pageSize=3", Stop)).RootElement;
        await using var db = app.Open();
        Assert.Equal(await db.Customers.CountAsync(Stop), list.GetProperty("total").GetInt32());
        var first = list.GetProperty("rows")[0];
        var twin = JsonDocument.Parse(await client.GetStringAsync($"/api/v1/customers/{first.GetProperty("key").GetString()}", Stop)).RootElement;
        Assert.Equal(first.GetProperty("id").GetInt32(), twin.GetProperty("person").GetProperty("id").GetInt32());
        Assert.Equal(first.GetProperty("orders").GetInt32(), twin.GetProperty("twin").GetProperty("orders").GetInt32());
    }

    [Fact]
    public async Task List_BackButton_TakesTheLastFilterBack()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/twins");
        await page.SelectOptionAsync("select[aria-label=Stage]", "active");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex(@"\?stage=active$"));
        await page.SelectOptionAsync("select[aria-label=Value]", "over2000");
        await Assertions.Expect(page).ToHaveURLAsync(new Regex("value=over2000$"));
        await page.GoBackAsync();
        await page.WaitForFunctionAsync("() => location.search === '?stage=active'");
        await Assertions.Expect(page.Locator("select[aria-label=Value]")).ToHaveValueAsync(""); // drawn a moment after the address changed
    }

    [Fact]
    public async Task Timeline_SegmentLeft_IsShownOnThePageAndByTheApi()
    {
        var id = await app.CustomerAsync(true);
        await using (var db = app.Open())
        {
            var segment = new Core.Segments.Segment { Name = "Loyal friends", CreatedBy = "test", RuleJson = """{"type":"trait","field":"country","op":"is","value":"XX"}""" };
            db.Segments.Add(segment);
            await db.SaveChangesAsync(Stop);
            db.SegmentMoves.AddRange(new Core.Segments.SegmentMove { SegmentId = segment.Id, CustomerId = id, At = DateTime.UtcNow.AddMinutes(-2), Entered = true }, new Core.Segments.SegmentMove { SegmentId = segment.Id, CustomerId = id, At = DateTime.UtcNow.AddMinutes(-1) });
            await db.SaveChangesAsync(Stop);
        }

        using var client = await app.ApiAsync("customers:read");
        var timeline = JsonDocument.Parse(await client.GetStringAsync($"/api/v1/customers/{id}/timeline?kind=segments", Stop)).RootElement;
        Assert.Equal(["Left segment Loyal friends", "Entered segment Loyal friends"], timeline.GetProperty("entries").EnumerateArray().Select(x => x.GetProperty("title").GetString()).Where(x => x!.EndsWith("friends", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.BadRequest, (await client.GetAsync($"/api/v1/customers/{id}/timeline?kind=dreams", Stop)).StatusCode);
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, $"/twins/{id}");
        await page.WaitForSelectorAsync("text=Left segment Loyal friends");
    }

    [Fact]
    public async Task Erase_MarketerManagerAdmin_OnlyTheAdminMayAndTypesTheKey()
    {
        int id;
        string key;
        await using (var db = app.Open())
        {
            (id, key) = await db.Customers.OrderByDescending(x => x.Id).Select(x => new ValueTuple<int, string>(x.Id, x.Key)).FirstAsync(Stop);
        }

        foreach (var role in new[] { Roles.Marketer, Roles.Manager })
        {
            using var client = await app.SignInAsync(role);
            Assert.Equal(HttpStatusCode.Forbidden, (await client.GetAsync($"/api/v1/customers/{id}/erase", Stop)).StatusCode);
            Assert.Equal(HttpStatusCode.OK, (await client.GetAsync($"/api/v1/customers/{id}/export", Stop)).StatusCode);
        }

        var page = await browser.SignInAsync(app, Roles.Manager);
        await BrowserFixture.GoAsync(page, $"/twins/{id}?tab=consent");
        await page.WaitForSelectorAsync("text=Export their data");
        Assert.Equal(0, await page.Locator("text=Erase…").CountAsync());
        page = await browser.SignInAsync(app, Roles.Admin);
        await BrowserFixture.GoAsync(page, $"/twins/{id}?tab=consent");
        await page.ClickAsync("text=Erase…");
        var confirm = page.Locator("dialog[open] .btn-danger");
        await page.FillAsync("dialog[open] input", "somebody else");
        Assert.True(await confirm.IsDisabledAsync());
        await page.FillAsync("dialog[open] input", key);
        await confirm.ClickAsync();
        await BrowserFixture.AtAsync(page, "/twins$");
        await using var after = app.Open();
        Assert.False(await after.Customers.AnyAsync(x => x.Id == id, Stop));
    }

    [Fact]
    public async Task Api_WrongInput_NamesTheField()
    {
        using var client = await app.ApiAsync();
        using var wrong = await client.GetAsync("/api/v1/customers?stage=happy&page=0", Stop);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        var errors = JsonDocument.Parse(await wrong.Content.ReadAsStringAsync(Stop)).RootElement.GetProperty("errors");
        Assert.Contains("cooling", errors.GetProperty("stage")[0].GetString(), StringComparison.Ordinal);
        Assert.True(errors.TryGetProperty("page", out _));
        using var missing = await client.GetAsync("/api/v1/customers/nobody", Stop);
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
    }
}
