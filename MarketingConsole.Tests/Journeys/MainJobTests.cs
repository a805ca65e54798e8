using System.Globalization;
using System.Text.RegularExpressions;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Dispatch.Mail;
using MarketingConsole.Core.Dispatch.Tracking;
using MarketingConsole.Core.Events;
using MarketingConsole.Tests.Dispatch;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace MarketingConsole.Tests.Journeys;

/// <summary>The console's main job in a real browser, from an empty shop to the measured result: a marketer imports, explores, segments and plans; a manager
/// approves and reads the result; customers answer; an admin changes what is allowed. A real mail server takes the messages.</summary>
public sealed partial class MainJobTests(BrowserFixture browser) : IClassFixture<BrowserFixture>
{
    private const int People = 120, Refusing = 24;
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Fact]
    public async Task MainJob_FromImportToResult_WorksForEachRole()
    {
        await using var mail = await TestSmtpServer.StartAsync(keepMessages: true);
        await using var app = new MailingShop(mail.Port);

        var marketer = await browser.SignInAsync(app, Roles.Marketer);
        await ImportAsync(marketer, "customers.csv", CustomersCsv(), rejected: 1);
        await ImportAsync(marketer, "orders.csv", OrdersCsv(), rejected: 1);
        await ExploreAsync(marketer);
        await SegmentAsync(marketer);
        await OfferAsync(marketer);
        var campaign = await PlanAsync(marketer);
        await Expect(marketer.GetByText("waits for approval", new() { Exact = true })).ToBeVisibleAsync();
        await Expect(marketer.GetByRole(AriaRole.Button, new() { NameRegex = Approve() })).ToHaveCountAsync(0); // nobody approves their own
        Assert.Empty(mail.Accepted());

        var manager = await browser.SignInAsync(app, Roles.Manager);
        await manager.GetByRole(AriaRole.Link, new() { Name = "Review" }).First.ClickAsync();
        await manager.GetByRole(AriaRole.Button, new() { NameRegex = Approve() }).ClickAsync();
        await Expect(manager.GetByText("finished", new() { Exact = true }).First).ToBeVisibleAsync(new() { Timeout = 60_000 });
        var rows = await DispatchesAsync(app, campaign);
        Assert.Equal(People, rows.Count);
        Assert.Equal(Refusing, rows.Count(x => x is { Status: DispatchStatus.Skipped, Reason: SkipReason.NoConsent }));
        var sent = rows.Count(x => x.Status == DispatchStatus.Sent);
        Assert.Equal(People - Refusing, sent + rows.Count(x => x.Status == DispatchStatus.HeldOut));
        Assert.Equal(sent, mail.Accepted().Select(x => x.To).Distinct().Count());
        await BrowserFixture.GoAsync(manager, "/jobs");
        await Expect(manager.GetByRole(AriaRole.Link, new() { Name = "Send “Tea week”" })).ToBeVisibleAsync();

        var buyer = await AnswerAsync(app, mail);
        await BuyAsync(app, buyer);
        await BrowserFixture.GoAsync(manager, $"/campaigns/{campaign}?tab=results");
        await Expect(Figure(manager, "Sent")).ToHaveTextAsync(sent.ToString(CultureInfo.InvariantCulture));
        await Expect(Figure(manager, "Clicked")).ToHaveTextAsync("1");
        await Expect(Figure(manager, "Bought")).ToHaveTextAsync("1");
        await Expect(Figure(manager, "Revenue")).ToHaveTextAsync("€80");
        await BrowserFixture.GoAsync(manager, "/insights");
        await Expect(manager.GetByText("Tea week").First).ToBeVisibleAsync();
        await manager.GotoAsync("/consent");
        await Expect(manager.GetByText("Your role does not allow this page")).ToBeVisibleAsync();

        var admin = await browser.SignInAsync(app, Roles.Admin);
        await ForbidAsync(admin);
        await BrowserFixture.GoAsync(admin, "/audit");
        await Expect(admin.Locator("tbody")).ToContainTextAsync("campaign.approve");
        await Expect(admin.Locator("tbody")).ToContainTextAsync("consent");
        await BrowserFixture.GoAsync(marketer, $"/campaigns/{campaign}");
        await Expect(marketer.GetByText("0 can be written to on this channel")).ToBeVisibleAsync(); // the new rule bars every German customer
    }

    private static async Task ImportAsync(IPage page, string name, string csv, int rejected)
    {
        await BrowserFixture.GoAsync(page, "/imports");
        await page.SetInputFilesAsync("input[type=file]", new FilePayload { Name = name, MimeType = "text/csv", Buffer = System.Text.Encoding.UTF8.GetBytes(csv) });
        await Assertions.Expect(page).ToHaveURLAsync(ImportAddress());
        await Expect(page.GetByText("The first rejected lines")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { NameRegex = StartImport() }).ClickAsync();
        await Expect(page.GetByText("finished", new() { Exact = true })).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(page.GetByRole(AriaRole.Row, new() { Name = "Rejected" }).GetByRole(AriaRole.Cell).Nth(1)).ToHaveTextAsync(rejected.ToString(CultureInfo.InvariantCulture));
    }

    private static async Task ExploreAsync(IPage page)
    {
        await BrowserFixture.GoAsync(page, "/twins");
        await page.FillAsync("main input[type=search]", "zoe k7@"); // written Zoë in the file
        await Expect(page.Locator("tbody tr")).ToHaveCountAsync(1, new() { Timeout = 30_000 });
        await page.ClickAsync("tbody a");
        await Expect(page.GetByRole(AriaRole.Heading, new() { Level = 1 })).ToContainTextAsync("Zoë Muster7");
        await Expect(page.GetByText("Most often on")).ToBeVisibleAsync();
        await Expect(page.GetByText("Likes ")).ToBeVisibleAsync();
    }

    private static async Task SegmentAsync(IPage page)
    {
        await BrowserFixture.GoAsync(page, "/segments/new");
        await page.FillAsync("#name", "German tea buyers");
        await AddConditionAsync(page, "Country");
        await page.SelectOptionAsync("[aria-label='Add to Country']", "DE");
        await AddConditionAsync(page, "Bought");
        await Expect(page.GetByText("Customers whose country is DE, and who bought something in the last 90 days.")).ToBeVisibleAsync();
        await Expect(page.GetByText("10 of them")).ToBeVisibleAsync();
        await Expect(page.GetByRole(AriaRole.Heading, new() { Name = "How often they bought something in the last 90 days" })).ToBeVisibleAsync();
        await Expect(page.GetByText("This condition decides")).ToContainTextAsync("are in");
        await page.GetByRole(AriaRole.Button, new() { NameRegex = new("^Why is ") }).First.ClickAsync();
        await Expect(page.GetByTestId("why")).ToContainTextAsync("wanted: at least once");
        await page.GetByRole(AriaRole.Button, new() { Name = "Over time" }).ClickAsync();
        await Expect(page.GetByText("Size, last 26 weeks")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Overlap" }).ClickAsync();
        await Expect(page.GetByText("There is no other segment to compare with yet.")).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Save" }).ClickAsync();
        await Expect(page.GetByText($"Saved: {People} customers in “German tea buyers”.")).ToBeVisibleAsync();
    }

    private static async Task AddConditionAsync(IPage page, string name)
    {
        await page.GetByRole(AriaRole.Button, new() { Name = "Condition", Exact = true }).ClickAsync();
        await page.FillAsync("[aria-label='Search conditions']", name);
        await page.GetByRole(AriaRole.Option, new() { Name = name, Exact = true }).ClickAsync();
    }

    private static async Task OfferAsync(IPage page)
    {
        await BrowserFixture.GoAsync(page, "/offers/new");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save offer" }).ClickAsync();
        await Expect(page.GetByText("your attention")).ToBeVisibleAsync();
        await page.FillAsync("#name", "Tea week 15");
        await page.FillAsync("#value", "15");
        await page.FillAsync("#code", "TEA15");
        await page.FillAsync("#validFrom", Day(-1));
        await page.FillAsync("#validTo", Day(20));
        await page.FillAsync("#linkUrl", "https://shop.example.com/tea");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save offer" }).ClickAsync();
        await BrowserFixture.AtAsync(page, "/offers$");
    }

    private static async Task<int> PlanAsync(IPage page)
    {
        await BrowserFixture.GoAsync(page, "/campaigns/new");
        await page.FillAsync("#campaign-name", "Tea week");
        await page.SelectOptionAsync("#include", new SelectOptionValue { Index = 1 });
        await Expect(page.GetByText($"{People - Refusing} can be written to on this channel, of {People} members now.")).ToBeVisibleAsync();
        await page.GetByLabel("Tea week 15").CheckAsync();
        await page.FillAsync("#goal", "Bring tea lovers back into the shop");
        await page.GetByRole(AriaRole.Button, new() { Name = "Write three versions" }).ClickAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Use this" }).First.ClickAsync();
        await Expect(page.GetByText("All checks pass.")).ToBeVisibleAsync();
        await Expect(page.FrameLocator("aside iframe").GetByText("TEA15").First).ToBeVisibleAsync();
        await page.GetByRole(AriaRole.Button, new() { Name = "Ask for approval" }).ClickAsync();
        await Assertions.Expect(page).ToHaveURLAsync(CampaignAddress());
        return int.Parse(new Uri(page.Url).Segments[^1], CultureInfo.InvariantCulture);
    }

    /// <summary>One customer clicks, another unsubscribes as a mail program does it (RFC 8058).</summary>
    /// <returns>The address of the one who clicked.</returns>
    private static async Task<string> AnswerAsync(MailingShop app, TestSmtpServer mail)
    {
        var messages = mail.Messages().Select(EmlReader.Parse).ToList();
        using var client = app.Anonymous();
        client.DefaultRequestHeaders.UserAgent.ParseAdd("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"); // without one it counts as a machine
        await Task.Delay(MachineResponse.TooSoon, Stop);
        var link = ClickLink().Match(messages[0].Text).Value;
        using (var clicked = await client.GetAsync(new Uri(link).PathAndQuery, Stop))
        {
            Assert.Equal("https://shop.example.com/tea", clicked.Headers.Location?.ToString());
        }

        var unsubscribe = new Uri(messages[1].Headers.Single(x => x.Name == "List-Unsubscribe").Value.Trim('<', '>'));
        using (await client.GetAsync(unsubscribe.PathAndQuery, Stop))
        {
            await using var untouched = app.Open();
            Assert.False(await untouched.Events.AnyAsync(x => x.Type == EventType.Unsubscribe, Stop)); // looking changes nothing
        }

        using var form = new FormUrlEncodedContent([new("List-Unsubscribe", "One-Click")]);
        using var left = await client.PostAsync(unsubscribe.PathAndQuery, form, Stop);
        Assert.Equal(System.Net.HttpStatusCode.OK, left.StatusCode);
        await using var db = app.Open();
        Assert.True(await db.Events.AnyAsync(x => x.Type == EventType.Unsubscribe, Stop));
        return Address().Match(messages[0].To).Value;
    }

    private static async Task BuyAsync(MailingShop app, string email)
    {
        await using (var db = app.Open())
        {
            var id = await db.Customers.Where(x => x.Email == email).Select(x => x.Id).SingleAsync(Stop);
            await app.Get<EventWriter>().WriteAsync([new Event { CustomerId = id, Id = MessageIds.Hash("order after the mail"), Type = EventType.Purchase, At = DateTime.UtcNow, AmountCents = 8000, Quantity = 1, Channel = Core.Events.Channel.Web }], [], Stop);
        }

        for (var tries = 0; tries < 100; tries++)
        {
            await using var db = app.Open();
            if (await db.Dispatches.AnyAsync(x => x.RevenueCents == 8000, Stop))
            {
                return;
            }

            await Task.Delay(100, Stop);
        }

        Assert.Fail("The purchase was not credited to the campaign within 10 s.");
    }

    private static async Task ForbidAsync(IPage page)
    {
        await BrowserFixture.GoAsync(page, "/consent?cell=Email-EU");
        await page.GetByRole(AriaRole.Radio, new() { NameRegex = Never() }).CheckAsync();
        await Expect(page.GetByText("would be barred")).ToBeVisibleAsync();
        await page.FillAsync("#rule-reason", "the regulator's decision");
        await page.GetByRole(AriaRole.Button, new() { Name = "Save the rule" }).ClickAsync();
        await BrowserFixture.AtAsync(page, "/consent$");
    }

    private static ILocator Figure(IPage page, string label) => page.Locator(".stat", new() { Has = page.GetByText(label, new() { Exact = true }) }).Locator(".stat-value");

    private static async Task<List<DispatchRecord>> DispatchesAsync(MailingShop app, int campaign)
    {
        await using var db = app.Open();
        return await db.Dispatches.AsNoTracking().Where(x => x.CampaignId == campaign).ToListAsync(Stop);
    }

    private static string Day(int fromToday) => DateTime.UtcNow.AddDays(fromToday).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static string CustomersCsv() => "Customer ID;First Name;Last Name;E-mail;Country;Newsletter;Profiling consent;Consent date\n"
        + string.Concat(Enumerable.Range(1, People).Select(i => $"K{i:000};{(i % 2 == 0 ? "Paul" : "Zoë")};Muster{i};k{i}@example.org;DE;{(i % (People / Refusing) == 0 ? "no" : "yes")};yes;{Day(-100)}\n"))
        + $"K900;No;Address;not-an-address;DE;yes;yes;{Day(-100)}\n";

    private static string OrdersCsv() => "Order,Date,Customer ID,SKU,Product name,Category,Quantity,Price\n"
        + string.Concat(Enumerable.Range(1, People).SelectMany(i => Enumerable.Range(0, 6).Select(n => $"O{i}-{n},{Day(-12 - (n * 25) - (i % 10))} 1{i % 10}:30,K{i:000},P{(i + n) % 9},Product {(i + n) % 9},{(n % 3 == 0 ? "Coffee" : "Tea")},2,{4 + (i % 5)}.90\n")))
        + "O-last,not a date,K001,P1,Product 1,Tea,1,1.90\n";

    [GeneratedRegex("^Approve version")]
    private static partial Regex Approve();

    [GeneratedRegex(@"^Import [\d,]+ lines$")]
    private static partial Regex StartImport();

    [GeneratedRegex("^Never")]
    private static partial Regex Never();

    [GeneratedRegex(@"/imports/\d+$")]
    private static partial Regex ImportAddress();

    [GeneratedRegex(@"/campaigns/\d+$")]
    private static partial Regex CampaignAddress();

    [GeneratedRegex(@"http://\S+/t/c/\S+")]
    private static partial Regex ClickLink();

    [GeneratedRegex(@"[\w.]+@[\w.]+")]
    private static partial Regex Address();

    private sealed class MailingShop(int port) : ConsoleFactory
    {
        protected override IReadOnlyDictionary<string, string> Settings { get; } = new Dictionary<string, string>
        {
            ["Smtp:Host"] = "127.0.0.1",
            ["Smtp:Port"] = port.ToString(CultureInfo.InvariantCulture),
            ["Smtp:Security"] = "None",
            ["Smtp:From"] = "news@shop.test",
        };
    }
}
