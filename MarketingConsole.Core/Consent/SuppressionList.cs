using System.Security.Cryptography;
using System.Text;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Consent;

/// <summary>Addresses that must not be written to. An erased person's address stays on the list as a keyed hash (HMAC-SHA256), so that
/// a re-imported old list cannot reach them although nothing readable about them is left.</summary>
public sealed class SuppressionList(IDbContextFactory<ConsoleDb> dbs, IOptions<ConsentOptions> options, TimeProvider time)
{
    private const string KeyName = "hash-key", HashPrefix = "hmac:";
    private const int AddressesAQuery = 400;
    private byte[]? _key;

    /// <param name="addresses">E-mail addresses or telephone numbers as stored with the customer.</param>
    /// <returns>Those that are suppressed for <paramref name="purpose"/>, in the form they were given, with the reason.</returns>
    public async Task<IReadOnlyDictionary<string, string>> FindAsync(Purpose purpose, IReadOnlyCollection<string> addresses, CancellationToken cancellationToken)
    {
        var key = await KeyAsync(cancellationToken);
        var found = new Dictionary<string, string>(StringComparer.Ordinal);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        foreach (var chunk in addresses.Distinct(StringComparer.Ordinal).Chunk(AddressesAQuery))
        {
            var stored = chunk.SelectMany(x => new[] { (Stored: Normal(x), Given: x), (Stored: Hash(key, Normal(x)), Given: x) }).ToLookup(x => x.Stored, x => x.Given, StringComparer.Ordinal);
            var wanted = stored.Select(x => x.Key).ToList();
            foreach (var row in await db.Suppressions.AsNoTracking().Where(x => x.Purpose == purpose && wanted.Contains(x.Address)).Select(x => new { x.Address, x.Reason }).ToListAsync(cancellationToken))
            {
                foreach (var given in stored[row.Address])
                {
                    found[given] = row.Reason;
                }
            }
        }

        return found;
    }

    /// <summary>Suppresses an address; the first reason stays.</summary>
    public async Task AddAsync(Purpose purpose, string address, string reason, CancellationToken cancellationToken)
    {
        if ((await FindAsync(purpose, [address], cancellationToken)).Count > 0)
        {
            return;
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        db.Suppressions.Add(new Suppression { Purpose = purpose, Address = Normal(address), Reason = reason, At = time.GetUtcNow().UtcDateTime });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
        {
            db.ChangeTracker.Clear();
            if ((await FindAsync(purpose, [address], cancellationToken)).Count == 0)
            {
                throw; // not because another writer suppressed it first
            }
        }
    }

    /// <summary>Takes an address off the list, erased or not: the person asked to hear from the shop again.</summary>
    /// <returns>False when it was not on the list.</returns>
    public async Task<bool> RemoveAsync(Purpose purpose, string address, CancellationToken cancellationToken)
    {
        var (plain, hash) = (Normal(address), Hash(await KeyAsync(cancellationToken), Normal(address)));
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Suppressions.Where(x => x.Purpose == purpose && (x.Address == plain || x.Address == hash)).ExecuteDeleteAsync(cancellationToken) > 0;
    }

    /// <summary>Puts the addresses of erased people who came back through an import on the list in the clear again, so that a query can leave them out.
    /// Call it before an audience is drawn; it costs nothing while nobody was erased.</summary>
    /// <returns>How many were found.</returns>
    public async Task<int> SuppressReturnedAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var erased = await db.Suppressions.AsNoTracking().Where(x => x.Address.StartsWith(HashPrefix)).ToDictionaryAsync(x => (x.Purpose, x.Address), x => x.Reason, cancellationToken);
        if (erased.Count == 0)
        {
            return 0;
        }

        var key = await KeyAsync(cancellationToken);
        var back = new Dictionary<(Purpose Purpose, string Address), string>();
        await foreach (var customer in db.Customers.Select(x => new { x.Email, x.Phone }).AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            foreach (var (purpose, address) in new[] { (Purpose.Email, customer.Email), (Purpose.Sms, customer.Phone) })
            {
                if (address is not null && erased.TryGetValue((purpose, Hash(key, Normal(address))), out var reason))
                {
                    back[(purpose, Normal(address))] = reason;
                }
            }
        }

        var found = 0;
        foreach (var ((purpose, address), reason) in back)
        {
            if (!await db.Suppressions.AnyAsync(x => x.Purpose == purpose && x.Address == address, cancellationToken))
            {
                db.Suppressions.Add(new Suppression { Purpose = purpose, Address = address, Reason = reason, At = time.GetUtcNow().UtcDateTime });
                found++;
            }
        }

        await db.SaveChangesAsync(cancellationToken);
        return found;
    }

    /// <summary>The form in which a value outlives an erasure.</summary>
    internal async Task<string> HashAsync(string value, CancellationToken cancellationToken) => Hash(await KeyAsync(cancellationToken), Normal(value));

    internal static string Normal(string address) => address.Trim().ToLowerInvariant();

    private static string Hash(byte[] key, string value) => HashPrefix + Convert.ToHexStringLower(HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(value)));

    private async Task<byte[]> KeyAsync(CancellationToken cancellationToken)
    {
        if ((_key ??= options.Value.HashKey is { } configured ? Convert.FromBase64String(configured) : null) is { } known)
        {
            return known;
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (!await db.ConsentSecrets.AnyAsync(x => x.Name == KeyName, cancellationToken))
        {
            db.ConsentSecrets.Add(new ConsentSecret { Name = KeyName, Value = Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)) });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException)
            {
                db.ChangeTracker.Clear(); // another node made the key first
            }
        }

        return _key = Convert.FromBase64String(await db.ConsentSecrets.Where(x => x.Name == KeyName).Select(x => x.Value).SingleAsync(cancellationToken));
    }
}
