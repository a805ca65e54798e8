using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Consent;

/// <summary>What the rules and the ledger allowed at an instant in the past.</summary>
public sealed class PastConsentTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task AllowedThen_RandomLedgerAndInstants_EqualsTheDecisionInMemory(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c));
        var random = new Random(3);
        var customers = await ConsentShop.FillAsync(database, 200, random, Cancel);
        await using var db = database.Open();
        db.ConsentRules.AddRange(ConsentRuleSet.Defaults(database.Time.Now.AddDays(-600)));
        await db.SaveChangesAsync(Cancel);
        var ledger = await db.ConsentEntries.AsNoTracking().ToListAsync(Cancel);
        var changed = 0;
        foreach (var days in new[] { 0, 40, 300, 700, 1100 })
        {
            var then = database.Time.Now.AddDays(-days);
            var rules = await database.Get<ConsentGate>().RulesAsync(then, Cancel);
            foreach (var purpose in Enum.GetValues<Purpose>())
            {
                var last = ledger.Where(x => x.Purpose == purpose && x.At <= then).GroupBy(x => x.CustomerId).ToDictionary(x => x.Key, x => x.OrderByDescending(e => e.At).ThenBy(e => e.Granted).First());
                var expected = customers.Where(x => rules.IsAllowed(purpose, x.Jurisdiction, last.TryGetValue(x.Id, out var e) ? new ConsentChoice { Granted = e.Granted, At = e.At } : null, then)).Select(x => x.Id).ToList();
                Assert.Equal(expected, await db.Customers.Where(rules.AllowedThen(db, purpose, then)).OrderBy(x => x.Id).Select(x => x.Id).ToListAsync(Cancel));
                changed += days > 0 && !expected.SequenceEqual(await db.Customers.Where(rules.Allowed(db, purpose, database.Time.Now)).OrderBy(x => x.Id).Select(x => x.Id).ToListAsync(Cancel)) ? 1 : 0;
            }
        }

        Assert.True(changed > 15, "The past hardly differed from now.");
    }

    [Fact]
    public async Task States_AndPreview_PastInstant_FollowLedgerAndRulesOfThen()
    {
        await using var database = await TestDatabase.CreateAsync(DatabaseProvider.Sqlite, (s, c) => s.AddSingleton<AuditLog>().AddConsent(c).AddCustomers(c).AddEvents(c).AddSegments(c));
        var now = database.Time.Now;
        await using (var db = database.Open())
        {
            db.ConsentRules.AddRange(ConsentRuleSet.Defaults(now.AddDays(-500)));
            db.Customers.AddRange(new[] { 1, 2 }.Select(x => CustomerNormaliser.Apply(new Customer { Id = x, Key = $"K{x}", Country = "AT", CreatedAt = now.AddDays(-400) })));
            await db.SaveChangesAsync(Cancel);
        }

        await database.Get<ConsentGate>().RecordAsync([ConsentShop.Entry(1, Purpose.Email, true, now.AddDays(-300)), ConsentShop.Entry(1, Purpose.Email, false, now.AddDays(-100)), ConsentShop.Entry(2, Purpose.Email, true, now.AddDays(-50))], Cancel);
        Assert.NotNull((await database.Get<ConsentRuleBook>().SaveAsync(new RuleChange(Purpose.Email, Jurisdictions.Eu, ConsentBasis.Never, null, 1), "Stop all mail", "test", Cancel)).Version);

        async Task<bool> AllowsAsync(int customer, int daysAgo) => (await database.Get<ConsentLedger>().StatesAsync(customer, daysAgo == 0 ? null : now.AddDays(-daysAgo), Cancel))!.Single(x => x.Purpose == Purpose.Email).Allowed;
        Assert.Equal((false, true, false, false), (await AllowsAsync(1, 350), await AllowsAsync(1, 200), await AllowsAsync(1, 60), await AllowsAsync(1, 0)));
        Assert.Equal((false, true, false), (await AllowsAsync(2, 60), await AllowsAsync(2, 10), await AllowsAsync(2, 0)));

        var rule = new PermissionRule { Purpose = Purpose.Email };
        async Task<IEnumerable<int>> WhoAsync(int daysAgo) => (await database.Get<SegmentPreviewer>().PreviewAsync(rule, daysAgo == 0 ? null : now.AddDays(-daysAgo), Cancel)).Sample.Select(x => x.Id).Order();
        Assert.Empty(database.Get<SegmentPreviewer>().CheckInstant(rule, now.AddDays(-10)));
        Assert.Equal([1], await WhoAsync(200));
        Assert.Empty(await WhoAsync(60));
        Assert.Equal([2], await WhoAsync(10));
        Assert.Empty(await WhoAsync(0));
    }
}
