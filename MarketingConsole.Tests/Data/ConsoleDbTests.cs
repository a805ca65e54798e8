using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Data;

/// <summary>The data layer on every database that runs here.</summary>
public sealed class ConsoleDbTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task BulkInsert_EveryKindOfColumn_ReadsBackEqual(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var at = new DateTime(2024, 2, 29, 23, 59, 59, 987, DateTimeKind.Utc);
        var written = new Customer
        {
            Id = 7,
            Key = "C-7",
            Email = "Ä@Example.com",
            EmailKey = "ä@example.com",
            BirthDate = new DateOnly(2000, 2, 29),
            CreatedAt = at,
            UpdatedAt = at,
            FirstName = "O'Brien \"x\" \\ ; \n",
        };
        var order = new Event { CustomerId = 7, Id = long.MaxValue, Type = EventType.Purchase, At = at, Day = 19_782, HourOfWeek = 167, Channel = Channel.Store, AmountCents = -1, Machine = true };
        await using (var db = database.Open())
        {
            Assert.Equal(1, await db.BulkInsertAsync([written], Cancel));
            Assert.Equal(1, await db.BulkInsertAsync([order], Cancel));
        }

        await using var fresh = database.Open();
        Assert.Equivalent(written, await fresh.Customers.SingleAsync(Cancel), strict: true);
        Assert.Equivalent(order, await fresh.Events.SingleAsync(Cancel), strict: true);
        Assert.Equal(DateTimeKind.Utc, (await fresh.Events.SingleAsync(Cancel)).At.Kind);
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Text_SortedAndCompared_GoesByCodePoint(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        string[] keys = ["a", "B", "A", "b", "ä", "Z", "z", "é", "_", "1"];
        await using var db = database.Open();
        await db.BulkInsertAsync(keys.Select((key, i) => new Customer { Id = i + 1, Key = key }).ToList(), Cancel);
        Assert.Equal(keys.Order(StringComparer.Ordinal), await db.Customers.OrderBy(x => x.Key).Select(x => x.Key).ToListAsync(Cancel));
        Assert.Equal(1, await db.Customers.CountAsync(x => x.Key == "a", Cancel));
        Assert.Equal(["b", "z", "ä", "é"], await db.Customers.Where(x => x.Key.CompareTo("a") > 0).OrderBy(x => x.Key).Select(x => x.Key).ToListAsync(Cancel));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task Instants_ComparedAndOrdered_KeepTheirMillisecond(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var start = new DateTime(1969, 12, 31, 23, 59, 59, 999, DateTimeKind.Utc);
        await using var db = database.Open();
        await db.BulkInsertAsync(Enumerable.Range(0, 5).Select(i => new Customer { Id = i + 1, Key = $"{i}", CreatedAt = start.AddMilliseconds(4 - i) }).ToList(), Cancel);
        var cut = start.AddMilliseconds(2);
        Assert.Equal([5, 4], await db.Customers.Where(x => x.CreatedAt < cut).OrderBy(x => x.CreatedAt).Select(x => x.Id).ToListAsync(Cancel));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task IdAllocator_ManyAtOnce_NeverGivesAnIdTwice(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var ids = database.Get<IdAllocator>();
        var blocks = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => ids.TakeAsync("thing", 10, Cancel), Cancel)));
        Assert.Equal(Enumerable.Range(0, 16).Select(i => (i * 10) + 1), blocks.Order());
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task DatabaseStarter_TwoAtOnce_BothEndOnTheCurrentSchema(DatabaseProvider provider)
    {
        await using var database = await TestDatabase.CreateAsync(provider);
        var starter = database.Get<DatabaseStarter>();
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => starter.StartAsync(Cancel), Cancel)));
        await using var db = database.Open();
        Assert.Empty(await db.Database.GetPendingMigrationsAsync(Cancel));
    }
}
