using System.Text.Json;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>The fields of a customer that an import may change. A change stores them before and after, so that an undo takes back exactly what it did.</summary>
internal sealed record CustomerState(string? Email, string? Phone, string? FirstName, string? LastName, string? Country, string? City, double? Latitude, double? Longitude, DateOnly? BirthDate, string? Gender, string? Tier, string? Language, SortedDictionary<string, string> Traits)
{
    public static CustomerState Of(Customer x, IEnumerable<CustomerTrait> traits) =>
        new(x.Email, x.Phone, x.FirstName, x.LastName, x.Country, x.City, x.Latitude, x.Longitude, x.BirthDate, x.Gender, x.Tier, x.Language,
            new SortedDictionary<string, string>(traits.GroupBy(t => t.Name).ToDictionary(t => t.Key, CustomerTrait.Text), StringComparer.Ordinal));
}

internal sealed record CustomerChange(CustomerState Before, CustomerState After)
{
    public string ToJson() => JsonSerializer.Serialize(this);

    public static CustomerChange FromJson(string json) => JsonSerializer.Deserialize<CustomerChange>(json)!;
}

/// <summary>Writes a batch of customer lines: new customers, and changed traits of known ones. An empty cell changes nothing.</summary>
internal sealed class CustomerIntake(ImportResolver resolver, int importId, DateTime now)
{
    /// <param name="made">Customers the resolver made for this batch, already in the context.</param>
    public async Task<List<int>> WriteAsync(ConsoleDb db, IReadOnlyList<CustomerRow> rows, IReadOnlyList<Customer> made, ImportCounts counts, CancellationToken cancellationToken)
    {
        var isNew = made.Select(x => x.Id).ToHashSet();
        var byId = made.ToDictionary(x => x.Id);
        var traits = new Dictionary<int, List<CustomerTrait>>();
        var changed = new Dictionary<int, ImportChange>();
        foreach (var ids in rows.Select(x => resolver.Customer(x)!.Value).Where(x => !isNew.Contains(x)).Distinct().Chunk(500))
        {
            foreach (var customer in await db.Customers.Where(x => ids.Contains(x.Id)).ToListAsync(cancellationToken))
            {
                byId[customer.Id] = customer;
            }

            foreach (var trait in await db.CustomerTraits.Where(x => ids.Contains(x.CustomerId)).ToListAsync(cancellationToken))
            {
                (traits.TryGetValue(trait.CustomerId, out var list) ? list : traits[trait.CustomerId] = []).Add(trait);
            }

            foreach (var change in await db.ImportChanges.Where(x => x.ImportId == importId && ids.Contains(x.CustomerId)).ToListAsync(cancellationToken))
            {
                changed[change.CustomerId] = change;
            }
        }

        var touched = new HashSet<int>();
        foreach (var row in rows)
        {
            var customer = byId[resolver.Customer(row)!.Value];
            var own = traits.TryGetValue(customer.Id, out var found) ? found : traits[customer.Id] = [];
            var before = CustomerState.Of(customer, own);
            Apply(row, customer);
            foreach (var (name, value) in row.Traits)
            {
                Replace(db, own, name, [.. CustomerTrait.Of(customer.Id, name, value)]);
            }

            var after = CustomerState.Of(customer, own);
            var differs = JsonSerializer.Serialize(before) != JsonSerializer.Serialize(after);
            counts.Add(differs || (isNew.Contains(customer.Id) && !touched.Contains(customer.Id)) ? LineOutcome.Imported : LineOutcome.Unchanged);
            touched.Add(customer.Id);
            if (!differs)
            {
                continue;
            }

            customer.UpdatedAt = now;
            if (isNew.Contains(customer.Id) || customer.ImportId == importId)
            {
                continue; // an undo deletes it
            }

            if (changed.TryGetValue(customer.Id, out var change))
            {
                change.BeforeJson = (CustomerChange.FromJson(change.BeforeJson) with { After = after }).ToJson();
            }
            else
            {
                db.ImportChanges.Add(changed[customer.Id] = new ImportChange { ImportId = importId, CustomerId = customer.Id, BeforeJson = new CustomerChange(before, after).ToJson() });
                counts.CustomersChanged++;
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        return [.. touched];
    }

    /// <summary>Makes <paramref name="values"/> the only ones of a name.</summary>
    internal static void Replace(ConsoleDb db, List<CustomerTrait> own, string name, IReadOnlyList<CustomerTrait> values)
    {
        var (gone, made) = (own.Where(x => x.Name == name && values.All(v => v.Value != x.Value)).ToList(), values.Where(v => own.All(x => x.Name != name || x.Value != v.Value)).ToList());
        db.CustomerTraits.RemoveRange(gone);
        db.CustomerTraits.AddRange(made);
        own.RemoveAll(gone.Contains);
        own.AddRange(made);
    }

    private static void Apply(CustomerRow row, Customer x)
    {
        x.Email = row.Email ?? x.Email;
        x.Phone = row.Phone ?? x.Phone;
        x.FirstName = row.FirstName ?? x.FirstName;
        x.LastName = row.LastName ?? x.LastName;
        x.Country = row.Country ?? x.Country;
        x.City = row.City ?? x.City;
        x.Latitude = row.Latitude ?? x.Latitude;
        x.Longitude = row.Longitude ?? x.Longitude;
        x.BirthDate = row.BirthDate ?? x.BirthDate;
        x.Gender = row.Gender ?? x.Gender;
        x.Tier = row.Tier ?? x.Tier;
        x.Language = row.Language ?? x.Language;
        CustomerNormaliser.Apply(x);
    }
}
