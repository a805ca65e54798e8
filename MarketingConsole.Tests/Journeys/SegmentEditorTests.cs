using MarketingConsole.Core.Access;
using MarketingConsole.Tests.Support;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MarketingConsole.Tests.Journeys;

/// <summary>The segment editor in a real browser: a described sentence becomes a rule, whose conditions are dragged and moved by keyboard.</summary>
public sealed class SegmentEditorTests(BrowserFixture browser, ConsoleFactory app) : IClassFixture<BrowserFixture>, IClassFixture<ConsoleFactory>
{
    [Fact]
    public async Task Editor_DescribeUseDragUndo_ShowsTheRuleInWords()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/segments/new");
        await page.FillAsync("#describe-sentence", "women in Germany with red hair who either bought nothing for a month or signed up this week");
        await page.GetByRole(AriaRole.Button, new() { Name = "Propose a rule" }).ClickAsync();
        await Expect(page.Locator(".proposal mark")).ToHaveTextAsync("red hair");
        await Expect(page.Locator(".proposal .reading")).ToHaveTextAsync("Customers whose gender is female, and whose country is DE, and (either who did not buy anything in the last 30 days, or whose sign-up date falls in this week).");
        await Expect(page.Locator("li[data-path='rules[0]']")).ToHaveCountAsync(0); // proposed, not applied
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this rule" }).ClickAsync();
        var sentence = page.Locator("p.sentence");
        await Expect(sentence).ToContainTextAsync("gender is female, and whose country");

        var grip = (await page.Locator("li[data-path='rules[0]'] [data-grip]").BoundingBoxAsync())!;
        var into = (await page.Locator("li[data-path='rules[2].rules[1]']").BoundingBoxAsync())!;
        await page.Mouse.MoveAsync(grip.X + 6, grip.Y + 8);
        await page.Mouse.DownAsync();
        await page.Mouse.MoveAsync(grip.X + 20, grip.Y + 40, new() { Steps = 4 });
        await page.Mouse.MoveAsync(into.X + 60, into.Y + into.Height - 4, new() { Steps = 6 });
        await Expect(page.Locator("[data-drop]")).ToBeVisibleAsync();
        await page.Mouse.UpAsync();
        await Expect(sentence).ToHaveTextAsync("Customers whose country is DE, and (either who did not buy anything in the last 30 days, or whose sign-up date falls in this week, or whose gender is female).");
        await Expect(page.GetByText("Gender moved to place 3 of 3 in group 2, any of.")).ToBeAttachedAsync();

        await page.Keyboard.PressAsync("Alt+Shift+ArrowUp"); // the focus went with it
        await Expect(sentence).ToContainTextAsync("or whose gender is female, or whose sign-up date");
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(sentence).ToContainTextAsync("gender is female, and whose country");
        await page.GetByRole(AriaRole.Button, new() { Name = "Undo" }).ClickAsync();
        await Expect(sentence).ToContainTextAsync("add a first condition");
    }

    [Fact]
    public async Task Editor_SliderDraggedThenUndone_MovesTheRuleAndTheNumber()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/segments/new");
        await page.GetByRole(AriaRole.Button, new() { Name = "Condition", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Search conditions" }).FillAsync("age"); // also within "message"
        await Expect(page.GetByRole(AriaRole.Listbox, new() { Name = "Conditions" }).GetByRole(AriaRole.Option).First).ToHaveTextAsync("Age");
        await page.Keyboard.PressAsync("Enter");
        var sentence = page.Locator("p.sentence");
        await Expect(sentence).ToHaveTextAsync("Customers whose age is at least 18.");
        await Expect(page.GetByLabel("Comparison")).ToBeFocusedAsync();

        var slider = page.GetByRole(AriaRole.Slider, new() { Name = "Age: is at least" });
        await slider.FocusAsync();
        await page.Keyboard.PressAsync("ArrowRight");
        await page.Keyboard.PressAsync("ArrowRight");
        await Expect(sentence).ToHaveTextAsync("Customers whose age is at least 20.");
        await Expect(page.GetByLabel("Age", new() { Exact = true })).ToHaveValueAsync("20");
        await page.Keyboard.PressAsync("Control+z");
        await Expect(sentence).ToHaveTextAsync("Customers whose age is at least 19."); // each let go by itself
        await page.Keyboard.PressAsync("Control+y");
        await Expect(slider).ToHaveValueAsync("20");
    }
}
