using System.Reflection;
using System.Text.Json.Nodes;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Consent;

public sealed class CustomerEraserTests
{
    private const string Mark = "secret-person@example.com";

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task EraseAsync_RowsInEveryTable_LeavesNothingOfThePersonAndKeepsTheSums(DatabaseProvider provider)
    {
        await using var database = await OpenAsync(provider);
        var erased = new List<CustomerErased>();
        using var subscription = database.Get<ChangeFeed>().Subscribe<CustomerErased>(erased.Add);
        await database.Get<SuppressionList>().AddAsync(Purpose.Email, Mark.ToUpperInvariant(), "Hard bounce", Cancel);
        long revenue;
        await using (var db = database.Open())
        {
            revenue = await db.Dispatches.SumAsync(x => x.RevenueCents, Cancel);
        }

        var plan = await database.Get<CustomerEraser>().PlanAsync(1, Cancel);
        var done = await database.Get<CustomerEraser>().EraseAsync(1, "manager@example.com", Cancel);

        Assert.Equal(plan!.Counts, done!.Counts);
        Assert.All(plan.Counts, x => Assert.True(x.Value == 1, $"{x.Key} was not filled by this test"));
        Assert.StartsWith("erases 1 customer, 1 event, 1 message, 1 consent entry and ", plan.Sentence, StringComparison.Ordinal);
        Assert.Equal(1, Assert.Single(erased).CustomerId);
        await using var after = database.Open();
        foreach (var entity in after.Model.GetEntityTypes())
        {
            foreach (var row in await RowsAsync(after, entity.ClrType))
            {
                Assert.All(entity.GetProperties().Where(x => x.PropertyInfo is not null), property =>
                {
                    var value = property.PropertyInfo!.GetValue(row);
                    Assert.False(property.Name == "CustomerId" && Equals(value, 1), $"{entity.ClrType.Name} still points to the customer");
                    Assert.False(value is string text && text.Contains("secret-person", StringComparison.OrdinalIgnoreCase), $"{entity.ClrType.Name}.{property.Name} still holds the address");
                });
            }
        }

        Assert.Equal(revenue, await after.Dispatches.SumAsync(x => x.RevenueCents, Cancel));
        Assert.Equal(1, await after.Events.CountAsync(Cancel)); // the neighbour's
        Assert.Equal([Mark], (await database.Get<SuppressionList>().FindAsync(Purpose.Email, [Mark, "other@example.com"], Cancel)).Keys);
        Assert.NotNull(await database.Get<CustomerEraser>().ErasedAtAsync("secret-person-1", Cancel));
        Assert.Null(await database.Get<CustomerEraser>().ErasedAtAsync("other-2", Cancel));
        Assert.Null(await database.Get<CustomerEraser>().EraseAsync(1, "manager@example.com", Cancel));

        // An old list is imported again: the address is found by its hash and kept from every audience.
        after.Customers.Add(CustomerNormaliser.Apply(new Customer { Id = 3, Key = "again", Email = "Secret-Person@example.com" }));
        await after.SaveChangesAsync(Cancel);
        Assert.Equal(1, await database.Get<SuppressionList>().SuppressReturnedAsync(Cancel));
        Assert.Equal(0, await database.Get<SuppressionList>().SuppressReturnedAsync(Cancel));
        Assert.True(await after.Suppressions.AnyAsync(x => x.Purpose == Purpose.Email && x.Address == Mark, Cancel));
        Assert.True(await database.Get<SuppressionList>().RemoveAsync(Purpose.Email, Mark, Cancel));
        Assert.Empty(await database.Get<SuppressionList>().FindAsync(Purpose.Email, [Mark], Cancel));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task ExportAsync_RowsInEveryTable_HasThemAllAndNobodyElses(DatabaseProvider provider)
    {
        await using var database = await OpenAsync(provider);
        var export = (await database.Get<CustomerExporter>().ExportAsync(1, Cancel))!;
        var read = JsonNode.Parse(CustomerExporter.ToBytes(export))!.AsObject();
        Assert.Equal(Mark, (string?)read["customer"]!["email"]);
        await using var db = database.Open();
        var tables = db.Model.GetEntityTypes().Where(x => x.FindProperty("CustomerId") is not null).Select(x => x.GetTableName()!).Select(x => char.ToLowerInvariant(x[0]) + x[1..]).ToList();
        Assert.Contains("events", tables);
        Assert.All(tables, x => Assert.Equal(1, (int)Assert.Single(read[x]!.AsArray())!["customerId"]!));
        Assert.Null(await database.Get<CustomerExporter>().ExportAsync(99, Cancel));
    }

    /// <summary>Customers 1 and 2 with one row in every table that has a customer id, whatever tables there are.</summary>
    private static async Task<TestDatabase> OpenAsync(DatabaseProvider provider)
    {
        var database = await TestDatabase.CreateAsync(provider, (s, c) => s.AddConsent(c));
        await using var db = database.Open();
        db.AddRange(CustomerNormaliser.Apply(new Customer { Id = 1, Key = "secret-person-1", Email = Mark }), CustomerNormaliser.Apply(new Customer { Id = 2, Key = "other-2" }));
        db.ImportRejections.Add(new MarketingConsole.Core.Events.ImportRejection { ImportId = 1, Line = 7, Reason = "no date", Text = $"7,{Mark},oops" });
        foreach (var entity in db.Model.GetEntityTypes().Where(x => x.FindProperty("CustomerId") is not null))
        {
            foreach (var id in new[] { 1, 2 })
            {
                var row = Activator.CreateInstance(entity.ClrType)!;
                foreach (var property in entity.GetProperties().Where(x => x.PropertyInfo is not null))
                {
                    object? value = property.Name == "CustomerId" ? id
                        : property.ClrType == typeof(string) ? Text(id, property.GetMaxLength())
                        : property.Name == "RevenueCents" ? 1234L
                        : property.IsPrimaryKey() && property.ClrType == typeof(int) ? 1 : null;
                    if (value is not null && !(property.ValueGenerated == Microsoft.EntityFrameworkCore.Metadata.ValueGenerated.OnAdd && property.Name == "Id"))
                    {
                        property.PropertyInfo!.SetValue(row, value);
                    }
                }

                db.Add(row);
            }
        }

        await db.SaveChangesAsync(Cancel);
        return database;
    }

    private static string Text(int customerId, int? maxLength) => maxLength is < 30 ? "x" : customerId == 1 ? Mark : "other@example.com";

    private static async Task<IReadOnlyList<object>> RowsAsync(ConsoleDb db, Type type) =>
        await (Task<IReadOnlyList<object>>)typeof(CustomerEraserTests).GetMethod(nameof(ReadAsync), BindingFlags.NonPublic | BindingFlags.Static)!.MakeGenericMethod(type).Invoke(null, [db])!;

    private static async Task<IReadOnlyList<object>> ReadAsync<T>(ConsoleDb db) where T : class => await db.Set<T>().AsNoTracking().ToListAsync<object>(Cancel);
}
