using System.Text.Json;
using System.Text.RegularExpressions;
using Microsoft.Playwright;

namespace MarketingConsole.Tests.Support;

/// <summary>One Chromium for a test class. Without a browser the tests are skipped; in CI they fail.</summary>
public sealed class BrowserFixture : IAsyncLifetime
{
    private const string Chromium = "/usr/bin/chromium";
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async ValueTask InitializeAsync()
    {
        if (File.Exists(Chromium))
        {
            Assertions.SetDefaultExpectTimeout(30_000);
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new() { ExecutablePath = Chromium, Args = ["--no-sandbox"] });
        }
    }

    /// <summary>A page of its own browser profile, not signed in.</summary>
    /// <param name="width">Pixels: 1440 desktop, 390 phone.</param>
    public async Task<IPage> OpenAsync(ConsoleFactory app, int width = 1440, bool dark = false)
    {
        if (_browser is null)
        {
            Assert.False(Environment.GetEnvironmentVariable("CI") == "true", $"{Chromium} is missing, and CI must run the browser tests.");
            Assert.Skip($"no browser: {Chromium} is missing (MarketingConsole.Tests/run installs it)");
        }

        var context = await _browser!.NewContextAsync(new()
        {
            BaseURL = app.Address.ToString(),
            ViewportSize = new() { Width = width, Height = 900 },
            ColorScheme = dark ? ColorScheme.Dark : ColorScheme.Light,
            ReducedMotion = ReducedMotion.Reduce,
            Locale = "en-GB",
            BypassCSP = false,
        });
        context.SetDefaultTimeout(30_000);
        return await context.NewPageAsync();
    }

    /// <summary>A page signed in through the form as the test user of a role.</summary>
    public async Task<IPage> SignInAsync(ConsoleFactory app, string role, int width = 1440, bool dark = false)
    {
        var page = await OpenAsync(app, width, dark);
        var user = await app.UserAsync(role);
        await page.GotoAsync("/sign-in");
        await page.FillAsync("#email", user);
        await page.FillAsync("#password", ConsoleFactory.Password);
        await page.ClickAsync("button[type=submit]");
        await InteractiveAsync(page);
        return page;
    }

    /// <summary>Goes to an address and waits until the circuit is connected: earlier clicks would be lost.</summary>
    public static async Task GoAsync(IPage page, string address)
    {
        await page.GotoAsync(address);
        await InteractiveAsync(page);
    }

    /// <summary>Waits until the page's address matches. It looks again and again: WaitForURLAsync can miss a navigation that happens while it starts to listen.</summary>
    public static Task AtAsync(IPage page, string pattern) => Assertions.Expect(page).ToHaveURLAsync(new Regex(pattern));

    public static Task InteractiveAsync(IPage page) => page.WaitForSelectorAsync("[data-interactive=true]");

    /// <summary>Fails with each rule broken and where (axe-core, WCAG 2.2 A and AA).</summary>
    public static async Task AssertAccessibleAsync(IPage page)
    {
        await page.EvaluateAsync(await File.ReadAllTextAsync(AxePath())); // evaluated by the browser's tools, so the page's own policy stays strict
        var violations = await page.EvaluateAsync<JsonElement>("""
            async () => (await axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'] }))
                .violations.map(v => `${v.id} (${v.impact}): ${v.help}\n` + v.nodes.slice(0, 5).map(n => '  ' + n.html.slice(0, 200) + '\n  ' + n.failureSummary).join('\n'))
            """);
        Assert.True(violations.GetArrayLength() == 0, $"{page.Url}\n" + string.Join('\n', violations.EnumerateArray().Select(x => x.GetString())));
    }

    /// <summary>Fails when the page scrolls sideways.</summary>
    public static async Task AssertFitsAsync(IPage page)
    {
        var over = await page.EvaluateAsync<int>("() => document.documentElement.scrollWidth - document.documentElement.clientWidth");
        Assert.True(over <= 0, $"{page.Url} is {over} px wider than the window.");
    }

    public async ValueTask DisposeAsync()
    {
        if (_browser is not null)
        {
            await _browser.DisposeAsync();
        }

        _playwright?.Dispose();
    }

    private static string AxePath()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (folder is not null && !File.Exists(Path.Combine(folder.FullName, "MarketingConsole.sln")))
        {
            folder = folder.Parent;
        }

        return Path.Combine(folder?.FullName ?? throw new InvalidOperationException("Not inside the repository."), "wwwroot-assets", "node_modules", "axe-core", "axe.min.js");
    }
}
