using MarketingConsole.Core.Access;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
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

    [Fact]
    public async Task Editor_ConditionWithoutAValue_ShowsWhatThereIsToChooseBeforeItComplains()
    {
        await using (var db = app.Open())
        {
            db.Customers.AddRange(new[] { "DE", "DE", "AT" }.Select((country, n) => CustomerNormaliser.Apply(new Customer { Id = 9001 + n, Key = $"choose-{n}", Country = country, CreatedAt = DateTime.UnixEpoch })));
            await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        app.Get<ChangeFeed>().Publish(new CustomersChanged([9001, 9002, 9003]));
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/segments/new");
        await PickAsync(page, "country");
        await Expect(page.Locator(".distribution li", new() { HasText = "DE" })).ToContainTextAsync("2");
        await Expect(page.GetByText("Not counted yet. Country: choose at least one value.")).ToBeVisibleAsync();
        await Expect(page.Locator("li[data-path='rules[0]'] .message")).ToHaveCountAsync(0);
        await page.FillAsync("#name", "Nobody yet");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save", Exact = true }).ClickAsync();
        await Expect(page.Locator("li[data-path='rules[0]'] .message")).ToHaveTextAsync("Choose at least one value.");
        await page.GetByLabel("Add to Country").SelectOptionAsync("DE");
        await Expect(page.GetByTestId("count")).ToHaveTextAsync("2");
        await Expect(page.Locator("li[data-path='rules[0]'] .message")).ToHaveCountAsync(0);
    }

    [Fact]
    public async Task Editor_FieldsTypedOneAfterTheOther_KeepAllAndDaysAreTheShops()
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/segments/new");
        await PickAsync(page, "random");
        var sentence = page.Locator("p.sentence");
        await page.GetByLabel("From, per cent").FillAsync("10");
        await page.GetByLabel("To, per cent").FillAsync("50");
        await page.GetByLabel("Name of the draw").FillAsync("spring");
        await Expect(sentence).ToHaveTextAsync("Customers who are drawn at random from 10 to 50 % of the draw “spring”.");
        await PickAsync(page, "bought");
        await page.GetByLabel("When", new() { Exact = true }).SelectOptionAsync("between");
        await page.GetByLabel("From", new() { Exact = true }).FillAsync("2026-03-01");
        await page.GetByLabel("To, inclusive").FillAsync("2026-03-31");
        await Expect(sentence).ToHaveTextAsync("Customers who are drawn at random from 10 to 50 % of the draw “spring”, and who bought something between 1 March 2026 and 31 March 2026.");
        await Expect(page.GetByLabel("From", new() { Exact = true })).ToHaveValueAsync("2026-03-01");
        await Expect(page.GetByLabel("To, inclusive")).ToHaveValueAsync("2026-03-31");
    }

    private static async Task PickAsync(IPage page, string text)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Condition", Exact = true }).ClickAsync();
        await page.GetByRole(AriaRole.Combobox, new() { Name = "Search conditions" }).FillAsync(text);
        await Expect(page.GetByRole(AriaRole.Listbox, new() { Name = "Conditions" }).GetByRole(AriaRole.Option).First).ToContainTextAsync(text, new() { IgnoreCase = true });
        await page.Keyboard.PressAsync("Enter");
    }
}
