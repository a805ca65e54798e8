using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Consent;

/// <summary>Random customers of all jurisdictions with a random ledger.</summary>
internal static class ConsentShop
{
    private static readonly string?[] Countries = ["AT", "DE", "GB", "CH", "US", "CA", "JP", null];

    public static ConsentEntry Entry(int customerId, Purpose purpose, bool granted, DateTime at) =>
        new() { CustomerId = customerId, Purpose = purpose, Granted = granted, At = at, RecordedAt = at, Source = "test", RecordedBy = "test" };

    public static async Task<IReadOnlyList<Customer>> FillAsync(TestDatabase database, int count, Random random, CancellationToken cancellationToken)
    {
        var customers = Enumerable.Range(1, count).Select(id => CustomerNormaliser.Apply(new Customer
        {
            Id = id,
            Key = $"K{id:000}",
            Email = $"person{id}@example.com",
            FirstName = "Ada",
            LastName = $"Nr{id}",
            Country = Countries[random.Next(Countries.Length)],
        })).ToList();
        await using (var db = database.Open())
        {
            await db.BulkInsertAsync(customers, cancellationToken);
        }

        await database.Get<ConsentGate>().RecordAsync([.. Enumerable.Range(0, count * 5).Select(_ =>
            Entry(random.Next(1, count + 1), (Purpose)random.Next(1, 7), random.Next(3) > 0, database.Time.Now.AddDays(-random.Next(1000))))], cancellationToken);
        return customers;
    }
}
