using MarketingConsole.Core.Access;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Components;

/// <summary>The frame in a real browser: keyboard, themes, narrow windows, accessibility.</summary>
public sealed class ShellTests(ConsoleFactory app, BrowserFixture browser) : IClassFixture<ConsoleFactory>, IClassFixture<BrowserFixture>
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1440, false)]
    [InlineData(1440, true)]
    [InlineData(390, false)]
    [InlineData(390, true)]
    public async Task ShellPages_AreAccessible_AndFit(int width, bool dark)
    {
        await app.Get<ApiKeyService>().CreateAsync("web shop", ["events:write"], "test", Stop);
        var page = await browser.SignInAsync(app, Roles.Admin, width, dark);
        foreach (var address in new[] { "/", "/accounts", "/accounts/api-keys", "/audit", "/nothing-here", "/account" })
        {
            await page.GotoAsync(address);
            await page.WaitForSelectorAsync("main h1, main h2");
            if (address != "/account")
            {
                await page.WaitForSelectorAsync("[data-interactive=true], .gate");
            }

            await BrowserFixture.AssertAccessibleAsync(page);
            await BrowserFixture.AssertFitsAsync(page);
        }
    }

    [Fact]
    public async Task GatePages_AreAccessible()
    {
        await app.UserAsync(Roles.Admin);
        var page = await browser.OpenAsync(app);
        foreach (var address in new[] { "/sign-in", "/reset-password?account=1&token=x" })
        {
            await page.GotoAsync(address);
            await BrowserFixture.AssertAccessibleAsync(page);
        }
    }

    [Fact]
    public async Task CtrlK_FindsAPage_ByKeyboardAlone()
    {
        var page = await browser.SignInAsync(app, Roles.Admin);
        await page.Keyboard.PressAsync("Control+k");
        await page.WaitForSelectorAsync("dialog.palette[open]");
        await BrowserFixture.AssertAccessibleAsync(page);
        await page.Keyboard.TypeAsync("audit");
        await page.WaitForSelectorAsync(".palette-item[aria-selected=true]:has-text('Audit')");
        await page.Keyboard.PressAsync("Enter");
        await BrowserFixture.AtAsync(page, "/audit$");
    }

    [Fact]
    public async Task QuestionMark_ListsTheShortcuts_AndEscapeClosesThem()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await page.Keyboard.PressAsync("?");
        await page.WaitForSelectorAsync("dialog[open]:has-text('Keyboard shortcuts')");
        await page.Keyboard.PressAsync("Escape");
        await page.WaitForSelectorAsync("dialog[open]", new() { State = Microsoft.Playwright.WaitForSelectorState.Detached });
    }

    [Fact]
    public async Task ThemeSwitch_StaysAfterReload()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await page.ClickAsync("[data-toggle-theme]");
        Assert.Equal("dark", await page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
        await page.ReloadAsync();
        Assert.Equal("dark", await page.EvaluateAsync<string>("document.documentElement.dataset.theme"));
    }

    [Fact]
    public async Task NarrowWindow_OpensTheRailAsDrawer()
    {
        var page = await browser.SignInAsync(app, Roles.Admin, width: 390);
        Assert.False(await page.IsVisibleAsync("nav.rail"));
        await page.ClickAsync("button[aria-label=Menu]");
        await page.ClickAsync("nav.rail >> text=Audit");
        await BrowserFixture.AtAsync(page, "/audit$");
        await page.WaitForSelectorAsync("nav.rail", new() { State = Microsoft.Playwright.WaitForSelectorState.Hidden });
    }

    [Fact]
    public async Task AccountMenu_SignsOut()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await page.ClickAsync("button[aria-label=Account]");
        await page.ClickAsync("text=Sign out");
        await BrowserFixture.AtAsync(page, "/sign-in$");
        await page.GotoAsync("/");
        Assert.Contains("/sign-in", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Rail_ShowsOnlyRoomsTheRoleMayEnter()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        Assert.Equal(0, await page.Locator("nav.rail >> text=Accounts").CountAsync());
        await page.GotoAsync("/accounts");
        Assert.Contains("/not-allowed", page.Url, StringComparison.Ordinal);
    }

    [Fact]
    public async Task NewAccount_ShowsTheLinkThatSetsThePassword()
    {
        var page = await browser.SignInAsync(app, Roles.Admin);
        await BrowserFixture.GoAsync(page, "/accounts");
        await page.Keyboard.PressAsync("n");
        await page.FillAsync("#email", "not an address");
        await page.EvaluateAsync("document.querySelector('#email').type = 'text'"); // past the browser's own check, to the server's
        await page.ClickAsync("text=Create account");
        await page.WaitForSelectorAsync("[role=alert]:has-text('e-mail address')");
        Assert.Equal("not an address", await page.InputValueAsync("#email"));
        await page.FillAsync("#email", "mia@test.example");
        await page.ClickAsync("text=Create account");
        var link = await page.InputValueAsync("input[aria-label='Address to set the password']");
        Assert.Contains("/reset-password?account=", link, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ChartModule_DrawsEveryKind_UnderTheStrictPolicy_InTheThemesColours()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        var complaints = new List<string>();
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                complaints.Add(message.Text);
            }
        };
        var drawn = await page.EvaluateAsync<string[]>("""
            async () => {
                const module = await import('/Ui/PlotlyChart.razor.js');
                const kinds = {
                    bar: { type: 'bar', x: ['a', 'b'], y: [1, 2], marker: { color: 'var(--chart-2)' } },
                    scatter: { type: 'scatter', x: [1, 2], y: [3, 4] },
                    heatmap: { type: 'heatmap', z: [[1, 2], [3, 4]] },
                    pie: { type: 'pie', labels: ['a', 'b'], values: [1, 2] },
                    sankey: { type: 'sankey', node: { label: ['a', 'b'] }, link: { source: [0], target: [1], value: [3] } },
                };
                const out = [];
                for (const [kind, trace] of Object.entries(kinds)) {
                    const element = document.querySelector('main').appendChild(document.createElement('div'));
                    element.style.height = '200px';
                    await module.draw(element, 'lib/plotly.js', [trace], {}, '.,', null);
                    out.push(kind + ' ' + (element.querySelector('.main-svg') !== null));
                    if (kind === 'bar') out.push(getComputedStyle(element.querySelector('.point path')).fill);
                    module.dispose(element);
                }
                return out;
            }
            """);
        Assert.Equal(["bar true", "rgb(230, 159, 0)", "scatter true", "heatmap true", "pie true", "sankey true"], drawn);
        Assert.Empty(complaints);
    }
}
