using System.Diagnostics;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Tests.Dispatch;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Intake;

/// <summary>The clients shops use, unchanged, against the running console.</summary>
public sealed class TrackingClientTests
{
    private static CancellationToken Stop => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("segment", 1)]
    [InlineData("segment", 300)]
    [InlineData("rudder", 1)]
    [InlineData("rudder", 300)]
    public async Task Client_VisitorWhoSignsInAndOrders_IsOneCustomerWithAll(string client, int orders)
    {
        await using var app = new ConsoleFactory();
        var source = await app.Get<SourceService>().CreateAsync("shop", SourceKind.Server, "test", Stop);
        Assert.Equal($"delivered {orders + 7}", await SendAsync(client, app.Address.ToString().TrimEnd('/'), source.Key, orders));
        for (var i = 0; i < 1000 && app.Get<IntakeJournal>().Backlog > 0; i++)
        {
            await Task.Delay(10, Stop);
        }

        await using var db = app.Open();
        var customer = await db.Customers.SingleAsync(x => x.ErasedAt == null, Stop);
        Assert.Equal(("C-1", "ann@shop.test", "Ann", "Example", "Vienna", "AT", new DateOnly(1990, 4, 1)), (customer.Key, customer.EmailKey, customer.FirstName, customer.LastName, customer.City, customer.Country, customer.BirthDate));
        Assert.Equal(("shoeSize", 38.0), await db.CustomerTraits.Where(x => x.CustomerId == customer.Id).Select(x => new ValueTuple<string, double?>(x.Name, x.Number)).SingleAsync(Stop));
        Assert.Equal([(Purpose.Email, true), (Purpose.Sms, false)], (await db.ConsentChoices.Where(x => x.CustomerId == customer.Id).OrderBy(x => x.Purpose).ToListAsync(Stop)).Select(x => (x.Purpose, x.Granted)));
        var events = await db.Events.Where(x => x.CustomerId == customer.Id).GroupBy(x => x.Type).Select(x => new { x.Key, Count = x.Count() }).ToDictionaryAsync(x => x.Key, x => x.Count, Stop);
        Assert.Equal(new Dictionary<EventType, int> { [EventType.View] = 3, [EventType.Custom] = 2, [EventType.Purchase] = orders }, events);
        Assert.Equal(orders * 3080L, await db.Events.SumAsync(x => x.AmountCents, Stop));
        Assert.Equal(orders * 2, await db.EventItems.CountAsync(x => x.CustomerId == customer.Id, Stop));
        Assert.Equal(["CUP-1", "TEA-1"], await db.Products.OrderBy(x => x.Sku).Select(x => x.Sku).ToListAsync(Stop));
        var merged = await db.CustomerMerges.Select(x => db.Customers.First(c => c.Id == x.CustomerId).Key).ToListAsync(Stop);
        Assert.True(merged is ["anon:visitor-1"] || (orders > 1 && merged.Count == 0), "clients send several batches at once: only then may the visitor be known before they are seen");
        Assert.True(await db.CustomerIdentities.AnyAsync(x => x.CustomerId == customer.Id && x.Value == "old-phone", Stop));
    }

    private static async Task<string> SendAsync(string client, string host, string key, int orders)
    {
        var folder = Path.Combine(TestSmtpServer.Root(), "MarketingConsole.Tests", "TrackingClients");
        using var process = Process.Start(new ProcessStartInfo("node", [Path.Combine(folder, "send.js"), client, host, key, $"{orders}"]) { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = folder })!;
        var (output, errors) = (process.StandardOutput.ReadToEndAsync(Stop), process.StandardError.ReadToEndAsync(Stop));
        await process.WaitForExitAsync(Stop);
        var last = (await output).Trim().Split('\n')[^1];
        return last.StartsWith("delivered", StringComparison.Ordinal) ? last : last + await errors;
    }
}
