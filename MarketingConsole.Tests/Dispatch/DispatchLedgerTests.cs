using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MarketingConsole.Tests.Dispatch;

public sealed class DispatchLedgerTests
{
    [Theory]
    [MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task RecordAsync_AddressDoesNotExist_FailedAndSuppressedTogether(DatabaseProvider provider)
    {
        await using var database = await FillAsync(provider);
        await using (var ledger = Ledger(database))
        {
            await Task.WhenAll(Enumerable.Range(1, 3).Select(i => ledger.RecordAsync(i, DispatchStatus.Failed, "550 5.1.1 No such user", i == 3 ? "C2@shop.test" : $"C{i}@shop.test")));
        }

        await using var db = database.Open();
        Assert.Equal(3, await db.Dispatches.CountAsync(x => x.Status == DispatchStatus.Failed, TestContext.Current.CancellationToken));
        Assert.Equal([("c1@shop.test", "bounced: 550"), ("c2@shop.test", "bounced: 550")],
            (await db.Suppressions.AsNoTracking().OrderBy(x => x.Address).ToListAsync(TestContext.Current.CancellationToken)).Select(x => (x.Address, x.Reason)));
        Assert.Equal([1, 2, 3], await db.Events.Where(x => x.Type == EventType.EmailBounce).OrderBy(x => x.CustomerId).Select(x => x.CustomerId).ToListAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task RecordAsync_SuppressionCannotBeStored_MessageStaysPlanned()
    {
        var ct = TestContext.Current.CancellationToken;
        await using var database = await FillAsync(DatabaseProvider.Sqlite);
        await using var db = database.Open();
        await db.Database.ExecuteSqlRawAsync("CREATE TRIGGER no_suppression BEFORE INSERT ON Suppressions BEGIN SELECT RAISE(ABORT, 'no'); END", ct);
        var ledger = Ledger(database);
        await Assert.ThrowsAsync<DbUpdateException>(() => ledger.RecordAsync(1, DispatchStatus.Failed, "550 5.1.1 No such user", "c1@shop.test"));
        await Assert.ThrowsAsync<DbUpdateException>(async () => await ledger.DisposeAsync());
        Assert.All(await db.Dispatches.AsNoTracking().ToListAsync(ct), x => Assert.Equal((DispatchStatus.Planned, 0), (x.Status, x.Attempts)));
    }

    private static DispatchLedger Ledger(TestDatabase database) =>
        new(database.Get<IDbContextFactory<ConsoleDb>>(), ActivatorUtilities.CreateInstance<BounceRecorder>(database.Services), database.Time, 1, 1);

    private static async Task<TestDatabase> FillAsync(DatabaseProvider provider)
    {
        var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddCustomers(c).AddEvents(c));
        var now = database.Time.GetUtcNow().UtcDateTime;
        await using var db = database.Open();
        for (var i = 1; i <= 3; i++)
        {
            db.Customers.Add(CustomerNormaliser.Apply(new Customer { Id = i, Key = $"C{i}", CreatedAt = now, UpdatedAt = now }));
            db.Dispatches.Add(new DispatchRecord { CampaignId = 1, Occurrence = 1, CustomerId = i, Channel = Channel.Email, CreatedAt = now });
        }

        await db.SaveChangesAsync(TestContext.Current.CancellationToken);
        return database;
    }
}
