using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Consent;

public sealed class ConsentGateTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Allowed_RandomRulesAndLedger_EqualsTheDecisionInMemory(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c));
        var random = new Random(7);
        var now = database.Time.Now;
        var customers = await ConsentShop.FillAsync(database, 300, random, Cancel);
        await using var db = database.Open();
        var choices = (await db.ConsentChoices.AsNoTracking().ToListAsync(Cancel)).ToDictionary(x => (x.CustomerId, x.Purpose));
        for (var round = 0; round < 8; round++)
        {
            var rules = new ConsentRuleSet([.. ConsentRuleSet.Defaults(now).Where(_ => random.Next(10) > 0).Select(x => new ConsentRule
            {
                Purpose = x.Purpose, Jurisdiction = x.Jurisdiction, ChangedBy = "t", Basis = (ConsentBasis)random.Next(1, 4), RetentionDays = random.Next(2) == 0 ? null : random.Next(1, 900),
            })]);
            foreach (var purpose in Enum.GetValues<Purpose>())
            {
                var expected = customers.Where(x => rules.IsAllowed(purpose, x.Jurisdiction, choices.GetValueOrDefault((x.Id, purpose)), now)).Select(x => x.Id);
                Assert.Equal(expected, await db.Customers.Where(rules.Allowed(db, purpose, now)).OrderBy(x => x.Id).Select(x => x.Id).ToListAsync(Cancel));
            }
        }
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task RecordAsync_EntriesInAnyOrder_ChoiceIsTheNewestAndARefusalWinsATie(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c));
        var random = new Random(11);
        var entries = Enumerable.Range(0, 2000).Select(_ => ConsentShop.Entry(random.Next(1, 60), (Purpose)random.Next(1, 7), random.Next(2) == 0, database.Time.Now.AddDays(-random.Next(12)))).ToList();
        var gate = database.Get<ConsentGate>();
        await Task.WhenAll(entries.Chunk(400).Select(x => gate.RecordAsync(x, Cancel))); // five writers at once

        await using var db = database.Open();
        var expected = entries.GroupBy(x => (x.CustomerId, x.Purpose)).Select(g => g.OrderByDescending(x => x.At).ThenBy(x => x.Granted).First())
            .Select(x => (x.CustomerId, x.Purpose, x.Granted, x.At)).Order();
        Assert.Equal(expected, (await db.ConsentChoices.AsNoTracking().ToListAsync(Cancel)).Select(x => (x.CustomerId, x.Purpose, x.Granted, x.At)).Order());
        Assert.Equal(2000, await db.ConsentEntries.CountAsync(Cancel));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Allowed_GrantOlderThanItsRetention_EndsByTimeAlone(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c));
        await using var db = database.Open();
        db.Customers.Add(new Customer { Id = 1, Key = "1", Country = "AT", Jurisdiction = Jurisdictions.Eu });
        db.ConsentRules.Add(new ConsentRule { Purpose = Purpose.Email, Jurisdiction = Jurisdictions.Eu, Basis = ConsentBasis.OptIn, RetentionDays = 30, Version = 1, ChangedBy = "t" });
        await db.SaveChangesAsync(Cancel);
        await database.Get<ConsentGate>().RecordAsync([ConsentShop.Entry(1, Purpose.Email, true, database.Time.Now)], Cancel);

        async Task<(bool Sql, bool Page)> AllowedAsync()
        {
            var rules = await database.Get<ConsentGate>().RulesAsync(Cancel);
            var states = await database.Get<ConsentLedger>().StatesAsync(1, Cancel);
            return (await db.Customers.AnyAsync(rules.Allowed(db, Purpose.Email, database.Time.Now), Cancel), states!.Single(x => x.Purpose == Purpose.Email).Allowed);
        }

        database.Time.Advance(TimeSpan.FromDays(30));
        Assert.Equal((true, true), await AllowedAsync());
        database.Time.Advance(TimeSpan.FromMilliseconds(1));
        Assert.Equal((false, false), await AllowedAsync());
        await database.Get<ConsentGate>().RecordAsync([ConsentShop.Entry(1, Purpose.Email, true, database.Time.Now)], Cancel);
        Assert.Equal((true, true), await AllowedAsync());
    }
}
