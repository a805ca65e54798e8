using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>Finds or makes the customers, products and stores that lines name. What it finds it remembers, up to a limit, so that memory stays flat.</summary>
internal sealed class ImportResolver(IdAllocator ids, int importId, DateTime now)
{
    private const int KeysAQuery = 500, Remembered = 200_000;
    private readonly Dictionary<string, int> _customers = new(StringComparer.Ordinal), _emails = new(StringComparer.Ordinal), _products = new(StringComparer.Ordinal), _stores = new(StringComparer.Ordinal);

    public int? Customer(ImportRow row) =>
        row.Customer is { } key && _customers.TryGetValue(key, out var id) ? id : CustomerNormaliser.EmailKey(row.Email) is { } email && _emails.TryGetValue(email, out id) ? id : null;

    public int? Product(string? sku) => sku is not null && _products.TryGetValue(sku, out var id) ? id : null;

    public int? Store(string? name) => name is not null && _stores.TryGetValue(name, out var id) ? id : null;

    /// <summary>Looks up the customers of the rows; those nobody knows are made and returned, not yet saved.</summary>
    /// <param name="firstAt">When the customer is first heard of in the file.</param>
    public async Task<List<Customer>> CustomersAsync(ConsoleDb db, IReadOnlyList<ImportRow> rows, Func<ImportRow, (DateTime FirstAt, string? Country)> traits, CancellationToken cancellationToken)
    {
        Forget(_customers, _emails);
        foreach (var keys in rows.Select(x => x.Customer).OfType<string>().Where(x => !_customers.ContainsKey(x)).Distinct().Chunk(KeysAQuery))
        {
            foreach (var found in await db.Customers.Where(x => keys.Contains(x.Key)).Select(x => new { x.Key, x.Id }).ToListAsync(cancellationToken))
            {
                _customers[found.Key] = found.Id;
            }
        }

        foreach (var keys in rows.Where(x => Customer(x) is null).Select(x => CustomerNormaliser.EmailKey(x.Email)).OfType<string>().Distinct().Chunk(KeysAQuery))
        {
            foreach (var found in await db.Customers.Where(x => keys.Contains(x.EmailKey)).OrderByDescending(x => x.Id).Select(x => new { x.EmailKey, x.Id }).ToListAsync(cancellationToken))
            {
                _emails[found.EmailKey!] = found.Id; // the oldest of several with the address
            }
        }

        var unknown = rows.Where(x => Customer(x) is null).GroupBy(x => x.Customer ?? CustomerNormaliser.EmailKey(x.Email)!, StringComparer.Ordinal).ToList();
        if (unknown.Count == 0)
        {
            return [];
        }

        var next = await ids.TakeAsync(IdAllocator.Customers, unknown.Count, cancellationToken);
        var made = new List<Customer>();
        foreach (var group in unknown)
        {
            if (Customer(group.First()) is not null)
            {
                continue; // the same person under a second name in this batch
            }

            var (first, email) = (group.First(), group.Select(x => x.Email).FirstOrDefault(x => x is not null));
            var customer = CustomerNormaliser.Apply(new Customer
            {
                Id = next++,
                Key = first.Customer ?? $"I-{next - 1:000000}",
                Email = email,
                Country = CountryNames.Code(group.Select(x => traits(x).Country).FirstOrDefault(x => x is not null)),
                CreatedAt = group.Min(x => traits(x).FirstAt),
                UpdatedAt = now,
                ImportId = importId,
            });
            made.Add(customer);
            _customers[customer.Key] = customer.Id;
            if (customer.EmailKey is { } key)
            {
                _emails.TryAdd(key, customer.Id);
            }
        }

        return made;
    }

    /// <summary>Products by SKU; unknown ones are made and returned, not yet saved.</summary>
    public async Task<List<Product>> ProductsAsync(ConsoleDb db, IReadOnlyList<(string Sku, string? Name, string? Category, string? Brand, long PriceCents)> wanted, CancellationToken cancellationToken)
    {
        Forget(_products);
        foreach (var skus in wanted.Select(x => x.Sku).Where(x => !_products.ContainsKey(x)).Distinct().Chunk(KeysAQuery))
        {
            foreach (var found in await db.Products.Where(x => skus.Contains(x.Sku)).Select(x => new { x.Sku, x.Id }).ToListAsync(cancellationToken))
            {
                _products[found.Sku] = found.Id;
            }
        }

        var unknown = wanted.Where(x => !_products.ContainsKey(x.Sku)).GroupBy(x => x.Sku, StringComparer.Ordinal).ToList();
        var next = unknown.Count == 0 ? 0 : await ids.TakeAsync(IdAllocator.Products, unknown.Count, cancellationToken);
        var made = unknown.Select(x => new Product
        {
            Id = next++,
            Sku = x.Key,
            Name = x.Select(p => p.Name).FirstOrDefault(p => p is not null) ?? x.Key,
            Category = x.Select(p => p.Category).FirstOrDefault(p => p is not null) ?? "",
            Brand = x.Select(p => p.Brand).FirstOrDefault(p => p is not null) ?? "",
            PriceCents = Math.Max(0, x.Max(p => p.PriceCents)),
            ImportId = importId,
        }).ToList();
        made.ForEach(x => _products[x.Sku] = x.Id);
        return made;
    }

    public async Task<List<Store>> StoresAsync(ConsoleDb db, IEnumerable<string?> names, CancellationToken cancellationToken)
    {
        var unknown = names.OfType<string>().Where(x => !_stores.ContainsKey(x)).Distinct().ToList();
        if (unknown.Count == 0)
        {
            return [];
        }

        foreach (var store in await db.Stores.Where(x => unknown.Contains(x.Name)).Select(x => new { x.Name, x.Id }).ToListAsync(cancellationToken))
        {
            _stores[store.Name] = store.Id;
        }

        unknown.RemoveAll(_stores.ContainsKey);
        var next = unknown.Count == 0 ? 0 : await ids.TakeAsync(IdAllocator.Stores, unknown.Count, cancellationToken);
        var made = unknown.ConvertAll(x => new Store { Id = next++, Name = x });
        made.ForEach(x => _stores[x.Name] = x.Id);
        return made;
    }

    private static void Forget(params Dictionary<string, int>[] caches)
    {
        if (caches.Sum(x => x.Count) > Remembered)
        {
            Array.ForEach(caches, x => x.Clear());
        }
    }
}
