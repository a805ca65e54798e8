using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Jobs;
using MarketingConsole.Core.Twins;
using MarketingConsole.Tests.Benchmarks;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Twins;

public sealed class TwinRefresherTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    internal static void Features(IServiceCollection services, IConfiguration configuration) =>
        services.AddJobs(configuration, Path.GetTempPath()).AddConsent(configuration).AddCustomers(configuration).AddEvents(configuration).AddTwins(configuration).AddSingleton<AuditLog>();

    internal static async Task<TestDatabase> ShopAsync(DatabaseProvider provider, int customers, int eventsEach = 20)
    {
        var data = await TestDatabase.CreateAsync(provider, Features);
        await using var db = data.Open();
        db.ConsentRules.AddRange(ConsentRuleSet.Defaults(data.Time.Now));
        await db.SaveChangesAsync(Token);
        await new GeneratedShop(db, data.Get<ShopCalendar>(), data.Time.Now, seed: 7).WriteAsync(customers, eventsEach, Token);
        return data;
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task RefreshAll_GeneratedShop_AgreesWithPlainQueries(DatabaseProvider provider)
    {
        await using var data = await ShopAsync(provider, 300);
        await data.Get<TwinRefresher>().RefreshAllAsync(null, Token);

        await using var db = data.Open();
        var now = data.Time.Now;
        var events = await db.Events.AsNoTracking().ToListAsync(Token);
        var rules = await data.Get<ConsentGate>().RulesAsync(Token);
        var profiled = (await db.Customers.Where(rules.Allowed(db, Purpose.Profiling, now)).Select(x => x.Id).ToListAsync(Token)).ToHashSet();
        var items = await db.EventItems.Join(db.Products, x => x.ProductId, x => x.Id, (i, p) => new { i.CustomerId, p.Category, i.AmountCents }).ToListAsync(Token);
        foreach (var twin in await db.Twins.AsNoTracking().ToListAsync(Token))
        {
            var own = events.Where(x => x.CustomerId == twin.CustomerId && x.At <= now).OrderBy(x => x.At).ToList();
            var orders = own.Where(x => x.Type == EventType.Purchase).ToList();
            var returns = own.Where(x => x.Type == EventType.Return).ToList();
            Assert.Equal(orders.Count, twin.Orders);
            Assert.Equal(returns.Count, twin.Returns);
            Assert.Equal(orders.Sum(x => x.AmountCents) - returns.Sum(x => x.AmountCents), twin.RevenueCents);
            Assert.Equal(orders.Where(x => x.At > now.AddDays(-365)).Sum(x => x.AmountCents) - returns.Where(x => x.At > now.AddDays(-365)).Sum(x => x.AmountCents), twin.Revenue365Cents);
            Assert.Equal(orders.Count == 0 ? null : orders[^1].At, twin.LastOrderAt);
            Assert.Equal(own.LastOrDefault(x => x.Type is not EventType.EmailSent)?.At, twin.LastSeenAt);
            Assert.Equal(own.Count(x => x.Type == EventType.EmailOpen), twin.EmailsOpened);
            var days = orders.Select(x => x.Day).Distinct().ToList();
            var gaps = days.Zip(days.Skip(1), (a, b) => (double)(b - a)).Order().ToList();
            Assert.Equal(days.Count < 3 || !profiled.Contains(twin.CustomerId) ? null : (gaps[(gaps.Count - 1) / 2] + gaps[gaps.Count / 2]) / 2, twin.MedianGapDays);
            var top = items.Where(x => x.CustomerId == twin.CustomerId).GroupBy(x => x.Category, x => x.AmountCents).OrderByDescending(x => x.Sum()).ThenBy(x => x.Key, StringComparer.Ordinal).FirstOrDefault()?.Key;
            Assert.Equal(profiled.Contains(twin.CustomerId) ? top : null, twin.TopCategory);
            var bought = items.Where(x => x.CustomerId == twin.CustomerId).ToList();
            Assert.Equal(twin.TopCategory is null ? null : (double)bought.Where(x => x.Category == top).Sum(x => x.AmountCents) / bought.Sum(x => x.AmountCents), twin.TopCategoryShare);
            Assert.Equal(twin.TopBrand is null, twin.TopBrandShare is null);
        }

        Assert.Equal(300, await db.Twins.CountAsync(Token));
        Assert.NotEqual(300, profiled.Count);
    }
}
