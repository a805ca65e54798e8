using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Consent;

public sealed class AppendOnlyGuardTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task AppendOnlyRows_ChangedOrRemovedInAnyWay_AreRefused(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c));
        await database.Get<ConsentGate>().RecordAsync([ConsentShop.Entry(1, Purpose.Email, true, database.Time.Now)], Cancel);
        await using (var db = database.Open())
        {
            db.CampaignApprovals.Add(new CampaignApproval { PlanHash = "h", DecidedBy = "m" });
            await db.SaveChangesAsync(Cancel);
        }

        async Task RefusedAsync(Func<ConsoleDb, Task> act)
        {
            await using var db = database.Open();
            var exception = await Assert.ThrowsAnyAsync<Exception>(() => act(db));
            Assert.Contains("append-only", exception.ToString(), StringComparison.Ordinal);
        }

        await RefusedAsync(async db => { (await db.ConsentEntries.SingleAsync(Cancel)).Granted = false; await db.SaveChangesAsync(Cancel); });
        await RefusedAsync(async db => { db.Remove(await db.ConsentEntries.SingleAsync(Cancel)); await db.SaveChangesAsync(Cancel); });
        await RefusedAsync(db => db.ConsentEntries.Where(x => x.CustomerId == 1).ExecuteDeleteAsync(Cancel));
        await RefusedAsync(db => db.CampaignApprovals.ExecuteUpdateAsync(s => s.SetProperty(x => x.Approved, true), Cancel));
        await RefusedAsync(db => db.AuditEntries.ExecuteDeleteAsync(Cancel));
        await RefusedAsync(db => db.Database.ExecuteSqlRawAsync("delete from \"ConsentEntries\"", Cancel));
        await using var fresh = database.Open();
        Assert.True((await fresh.ConsentEntries.SingleAsync(Cancel)).Granted);
        Assert.False((await fresh.CampaignApprovals.SingleAsync(Cancel)).Approved);
    }

    [Theory]
    [InlineData("DELETE FROM [c]\nFROM [ConsentEntries] AS [c]\nWHERE [c].[CustomerId] = 1", true)]
    [InlineData("UPDATE [a]\nSET [a].[Detail] = N''\nFROM [AuditEntries] AS [a]", true)]
    [InlineData("SET NOCOUNT ON;\nUPDATE [ConsentEntries] SET [Granted] = @p0\nOUTPUT 1", true)]
    [InlineData("-- append-only: exempt\n\nDELETE FROM \"ConsentEntries\" AS \"c\"", false)]
    [InlineData("DELETE FROM [s]\nFROM [SegmentMembers] AS [s]\nWHERE EXISTS (SELECT 1 FROM [ConsentEntries] AS [c])", false)]
    [InlineData("SELECT * FROM \"ConsentEntries\"", false)]
    [InlineData("INSERT INTO \"ConsentEntries\" (\"Proof\") VALUES ('x')", false)]
    public void Forbids_StatementsOfEachDatabase_OnlyChangesOfAppendOnlyTables(string sql, bool forbidden) => Assert.Equal(forbidden, AppendOnlyGuard.Forbids(sql));
}
