using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Consent;

public sealed class ConsentRuleBookTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task PreviewAsync_RandomChanges_TellsExactlyWhoIsFreedAndBarred(DatabaseProvider provider)
    {
        await using var database = await OpenAsync(provider);
        var random = new Random(3);
        await ConsentShop.FillAsync(database, 400, random, Cancel);
        var book = database.Get<ConsentRuleBook>();
        for (var round = 0; round < 25; round++)
        {
            var (purpose, jurisdiction) = ((Purpose)random.Next(1, 7), Jurisdictions.All[random.Next(Jurisdictions.All.Count)]);
            var basis = (ConsentBasis)random.Next(1, 4);
            var version = (await book.HistoryAsync(Cancel)).Where(x => x.Purpose == purpose && x.Jurisdiction == jurisdiction).Max(x => x.Version);
            var change = new RuleChange(purpose, jurisdiction, basis, basis == ConsentBasis.OptIn && random.Next(2) == 0 ? random.Next(1, 900) : null, version);

            var before = await AllowedAsync(database, purpose);
            var preview = await book.PreviewAsync(change, Cancel);
            var saved = await book.SaveAsync(change, "round", "admin@example.com", Cancel);
            if (saved.Version is null)
            {
                Assert.Contains("basis", saved.Errors.Keys); // the rule in force already
                Assert.Equal((0, 0), (preview.Freed, preview.Barred));
                continue;
            }

            var after = await AllowedAsync(database, purpose);
            Assert.Equal((after.Except(before).Count(), before.Except(after).Count()), (preview.Freed, preview.Barred));
        }

        var coverage = await book.CoverageAsync(Cancel);
        foreach (var purpose in Enum.GetValues<Purpose>())
        {
            Assert.Equal((await AllowedAsync(database, purpose)).Count, coverage.Single(x => x.Purpose == purpose && x.Jurisdiction == "all").Allowed);
            Assert.Equal(400, coverage.Where(x => x.Purpose == purpose && x.Jurisdiction != "all").Sum(x => x.Customers));
        }
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task SaveAsync_FromAnOldVersion_IsRefusedAndWritesNothing(DatabaseProvider provider)
    {
        await using var database = await OpenAsync(provider);
        var book = database.Get<ConsentRuleBook>();
        var change = new RuleChange(Purpose.Sms, Jurisdictions.Eu, ConsentBasis.Never, null, 1);
        Assert.Equal(2, (await book.SaveAsync(change, "lawyer said so", "a", Cancel)).Version);
        var second = await book.SaveAsync(change with { Basis = ConsentBasis.OptOut }, "other opinion", "b", Cancel);
        Assert.Null(second.Version);
        Assert.Contains("version", second.Errors.Keys);

        await using var db = database.Open();
        var audit = await db.AuditEntries.SingleAsync(Cancel);
        Assert.Equal(("a", "consent-rule.change", "opt-in, 1095 days → never: lawyer said so"), (audit.Actor, audit.Action, audit.Detail));
    }

    [Fact]
    public async Task RestoreAsync_EarlierVersion_HoldsAgainAsANewVersion()
    {
        await using var database = await OpenAsync(DatabaseProvider.Sqlite);
        var book = database.Get<ConsentRuleBook>();
        await book.SaveAsync(new RuleChange(Purpose.Push, Jurisdictions.Canada, ConsentBasis.Never, null, 1), "try", "a", Cancel);
        var first = (await book.HistoryAsync(Cancel)).Single(x => x is { Purpose: Purpose.Push, Jurisdiction: Jurisdictions.Canada, Version: 1 });
        Assert.Equal(3, (await book.RestoreAsync(first.Id, "b", Cancel)).Version);
        var rules = await database.Get<ConsentGate>().RulesAsync(Cancel);
        Assert.Equal((ConsentBasis.OptIn, (int?)1095), rules.For(Purpose.Push, Jurisdictions.Canada));
        Assert.Equal(3, (await book.HistoryAsync(Cancel)).Count(x => x is { Purpose: Purpose.Push, Jurisdiction: Jurisdictions.Canada }));
    }

    [Theory]
    [InlineData(ConsentBasis.OptIn, 0, "because", "retentionDays")]
    [InlineData(ConsentBasis.OptIn, 3651, "because", "retentionDays")]
    [InlineData(ConsentBasis.Never, 10, "because", "retentionDays")]
    [InlineData((ConsentBasis)9, null, "because", "basis")]
    [InlineData(ConsentBasis.Never, null, " ", "reason")]
    public async Task SaveAsync_BadInput_NamesTheField(ConsentBasis basis, int? retention, string reason, string field)
    {
        await using var database = await OpenAsync(DatabaseProvider.Sqlite);
        var saved = await database.Get<ConsentRuleBook>().SaveAsync(new RuleChange(Purpose.Email, Jurisdictions.Eu, basis, retention, 1), reason, "a", Cancel);
        Assert.Null(saved.Version);
        Assert.Equal([field], saved.Errors.Keys);
    }

    internal static async Task<TestDatabase> OpenAsync(DatabaseProvider provider)
    {
        var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c));
        await using var db = database.Open();
        db.ConsentRules.AddRange(ConsentRuleSet.Defaults(database.Time.Now));
        await db.SaveChangesAsync(Cancel);
        return database;
    }

    private static async Task<HashSet<int>> AllowedAsync(TestDatabase database, Purpose purpose)
    {
        var rules = await database.Get<ConsentGate>().RulesAsync(Cancel);
        await using var db = database.Open();
        return [.. await db.Customers.Where(rules.Allowed(db, purpose, database.Time.Now)).Select(x => x.Id).ToListAsync(Cancel)];
    }
}
