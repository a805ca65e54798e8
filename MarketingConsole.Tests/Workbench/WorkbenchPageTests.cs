using System.Globalization;
using System.Text;
using MarketingConsole.Core.Access;
using MarketingConsole.Tests.Support;
using Microsoft.Playwright;

namespace MarketingConsole.Tests.Workbench;

/// <summary>A marketer asks questions of files of their own, in a real browser.</summary>
public sealed class WorkbenchPageTests(WorkbenchApp app, BrowserFixture browser) : IClassFixture<WorkbenchApp>, IClassFixture<BrowserFixture>
{
    [Theory]
    [InlineData(1440, false)]
    [InlineData(390, true)]
    public async Task Classify_FromUploadToDownload_AnswersAndLeavesNothing(int width, bool dark)
    {
        var page = await browser.SignInAsync(app, Roles.Marketer, width, dark);
        await BrowserFixture.GoAsync(page, "/models");
        await page.ClickAsync("text=Try a question on your own file");
        await page.ClickAsync("h3 >> text=Classify");
        await SendAsync(page, "#train", "shop.csv", WorkbenchTests.Customers(400, 1));
        await Assertions.Expect(page.Locator("tr", new() { HasText = "customer_id" })).ToContainTextAsync("id");

        await page.ClickAsync("text=Run");
        await Assertions.Expect(page.Locator(".field-error")).ToContainTextAsync("label is needed");
        await page.SelectOptionAsync("#option-label", "visits");
        await page.ClickAsync("text=Run");
        await Assertions.Expect(page.Locator(".callout.danger")).ToContainTextAsync("visits has 20 values");
        await page.SelectOptionAsync("#option-label", "churned");
        await page.FillAsync("#option-test", "9");
        await page.ClickAsync("text=Run");
        await Assertions.Expect(page.Locator("#option-test-error")).ToContainTextAsync("test must be a number from 0.05 to 0.5");
        Assert.Equal("churned", await page.InputValueAsync("#option-label"));
        await page.FillAsync("#option-test", "0.25");
        await SendAsync(page, "#score", "new.csv", WorkbenchTests.Customers(150, 2));
        await Assertions.Expect(page.Locator("text=150 rows")).ToBeVisibleAsync();
        await page.ClickAsync("text=Run");

        await Assertions.Expect(page.Locator("#answer")).ToBeVisibleAsync();
        await Assertions.Expect(page.Locator("tr", new() { HasText = "AUC" })).ToContainTextAsync("0.9");
        await Assertions.Expect(page.Locator(".rows tbody tr")).ToHaveCountAsync(100);
        await Assertions.Expect(page.Locator("code")).ToHaveTextAsync("dotnet run --project MarketingConsole -- learn classify --train shop.csv --label churned --test 0.25 --score new.csv --out classify.csv");
        await BrowserFixture.AssertAccessibleAsync(page);
        await BrowserFixture.AssertFitsAsync(page);
        var csv = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("text=150 rows as CSV"));
        Assert.Equal(151, (await File.ReadAllLinesAsync(await csv.PathAsync(), TestContext.Current.CancellationToken)).Length);
        var json = await page.RunAndWaitForDownloadAsync(() => page.ClickAsync("text=Figures as JSON"));
        Assert.Contains("\"AUC\": 0.9", await File.ReadAllTextAsync(await json.PathAsync(), TestContext.Current.CancellationToken), StringComparison.Ordinal);

        await LeaveAsync(page);
    }

    [Fact]
    public async Task Purchases_OfTransactions_NamesWhoIsDue()
    {
        var page = await OpenAsync("purchases", "orders.csv", Orders(150));
        await page.SelectOptionAsync("#option-model", "bg");
        await page.ClickAsync("text=Run");
        await Assertions.Expect(page.Locator("tr", new() { HasText = "customers" }).First).ToContainTextAsync("150");
        await Assertions.Expect(page.Locator(".rows th").Nth(4)).ToHaveTextAsync("p_alive");
        await page.SelectOptionAsync("#option-model", "");
        await Assertions.Expect(page.Locator("#answer-section")).ToHaveClassAsync("card stack stale"); // the question is another one now
        await LeaveAsync(page);
    }

    [Fact]
    public async Task Run_Cancelled_StopsAndKeepsEverything()
    {
        var page = await OpenAsync("classify", "large.csv", Large(20_000, 25));
        await page.SelectOptionAsync("#option-label", "y");
        await page.ClickAsync("text=Run");
        await page.ClickAsync("button:text-is('Cancel')");
        await Assertions.Expect(page.Locator("text=Cancelled.")).ToBeVisibleAsync();
        Assert.Equal("y", await page.InputValueAsync("#option-label"));
        Assert.Equal(0, await page.Locator("#answer").CountAsync());
        await page.ClickAsync("text=Run");
        await Assertions.Expect(page.Locator("[role=status]", new() { HasText = "Learning" })).ToBeVisibleAsync();
        await LeaveAsync(page);
    }

    [Fact]
    public async Task Upload_NoTable_SaysWhyAndTakesAnother()
    {
        var page = await OpenAsync("cluster");
        await SendAsync(page, "#train", "picture.csv", "PK\u0003\u0004\0\0");
        await Assertions.Expect(page.Locator(".field-error")).ToContainTextAsync("not a text file");
        await SendAsync(page, "#train", "large.csv", new string('1', 6_000_000));
        await Assertions.Expect(page.Locator(".field-error")).ToContainTextAsync("larger than 5 MB");
        await SendAsync(page, "#train", "good.csv", WorkbenchTests.Customers(60, 3));
        await Assertions.Expect(page.Locator("text=60 rows")).ToBeVisibleAsync();
        await page.ClickAsync("text=Remove");
        await Assertions.Expect(page.Locator("#options")).ToHaveCountAsync(0);
        await LeaveAsync(page);
    }

    private async Task<IPage> OpenAsync(string task, string? name = null, string text = "")
    {
        var page = await browser.SignInAsync(app, Roles.Marketer);
        await BrowserFixture.GoAsync(page, "/models/workbench?task=" + task);
        if (name is not null)
        {
            await SendAsync(page, "#train", name, text);
            await page.WaitForSelectorAsync("#options");
        }

        return page;
    }

    /// <summary>Leaving deletes what was sent, whether something runs or not.</summary>
    private async Task LeaveAsync(IPage page)
    {
        Assert.Single(Directory.GetFileSystemEntries(app.Folder));
        await page.ClickAsync("nav.trail >> text=Models");
        for (var i = 0; i < 500 && Directory.GetFileSystemEntries(app.Folder).Length > 0; i++)
        {
            await Task.Delay(40, TestContext.Current.CancellationToken);
        }

        Assert.Empty(Directory.GetFileSystemEntries(app.Folder));
    }

    private static async Task SendAsync(IPage page, string input, string name, string text)
    {
        await page.WaitForFunctionAsync("x => document.querySelector(x)?._blazorInputFileNextFileId !== undefined", input); // listens for files
        await page.SetInputFilesAsync(input, new FilePayload { Name = name, MimeType = "text/csv", Buffer = Encoding.UTF8.GetBytes(text) });
    }

    /// <summary>Customers who buy now and then over two years, some of whom stop.</summary>
    private static string Orders(int customers)
    {
        var (random, text) = (new Random(1), new StringBuilder("customer,date,amount\n"));
        for (var i = 0; i < customers; i++)
        {
            var (pace, last) = (10 + random.Next(60), 200 + random.Next(530));
            for (var day = random.Next(150); day < last; day += 1 + random.Next(2 * pace))
            {
                text.Append(CultureInfo.InvariantCulture, $"K{i},{new DateOnly(2024, 1, 1).AddDays(day):yyyy-MM-dd},{10 + random.Next(90)}\n");
            }
        }

        return text.ToString();
    }

    private static string Large(int rows, int columns)
    {
        var (random, text) = (new Random(1), new StringBuilder(string.Concat(Enumerable.Range(0, columns).Select(x => $"x{x},")) + "y\n"));
        for (var i = 0; i < rows; i++)
        {
            var sum = 0;
            for (var j = 0; j < columns; j++)
            {
                var value = random.Next(1000);
                sum += value;
                text.Append(CultureInfo.InvariantCulture, $"{value},");
            }

            text.Append(sum + random.Next(4000) > (columns * 500) + 2000 ? "1\n" : "0\n");
        }

        return text.ToString();
    }
}
