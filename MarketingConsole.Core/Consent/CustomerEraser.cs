using System.Globalization;
using System.Security.Cryptography;
using System.Text.Json;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Consent;

/// <summary>A customer was erased: whoever keeps copies outside the database (files, memory) deletes them. Never logged.</summary>
public sealed record CustomerErased(int CustomerId, string Key, string? Email, string? Phone);

/// <summary>Called within the transaction that erases a customer while everything is still there: notes whom the erasure must be told to (GDPR article 19).</summary>
public delegate Task BeforeErasure(ConsoleDb db, int customerId, string key, CancellationToken cancellationToken);

/// <param name="Key">The customer's key, which confirms the erasure.</param>
/// <param name="Counts">Rows by table.</param>
public sealed record ErasurePlan(int CustomerId, string Key, IReadOnlyDictionary<string, int> Counts)
{
    /// <summary>"erases 1 customer, 412 events, 9 messages, …".</summary>
    public string Sentence
    {
        get
        {
            string Part(int n, string one, string many) => $"{n.ToString("N0", CultureInfo.CurrentCulture)} {(n == 1 ? one : many)}";
            var other = Counts.Where(x => x.Key is not ("events" or "dispatches" or "consentEntries")).Sum(x => x.Value);
            return $"erases 1 customer, {Part(Counts.GetValueOrDefault("events"), "event", "events")}, {Part(Counts.GetValueOrDefault("dispatches"), "message", "messages")}, "
                + $"{Part(Counts.GetValueOrDefault("consentEntries"), "consent entry", "consent entries")} and {Part(other, "other record", "other records")}";
        }
    }
}

/// <summary>Erases one person (GDPR article 17). What stays: sums of campaigns (their messages under a random number), a proof that somebody was erased
/// (keyed hash), and the person's addresses as keyed hashes on the suppression list. See docs/decisions/erasure.md.</summary>
public sealed class CustomerEraser(IDbContextFactory<ConsoleDb> dbs, SuppressionList suppressions, IEnumerable<BeforeErasure> before, ChangeFeed feed, TimeProvider time)
{
    private const string Reason = "Erased at the person's request";

    /// <returns>What would be erased; null when there is no such customer.</returns>
    public async Task<ErasurePlan?> PlanAsync(int customerId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var key = await db.Customers.Where(x => x.Id == customerId).Select(x => x.Key).SingleOrDefaultAsync(cancellationToken);
        if (key is null)
        {
            return null;
        }

        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var table in CustomerTable.Of(db.Model))
        {
            counts[table.Name] = await table.CountAsync(db, customerId, cancellationToken);
        }

        return new ErasurePlan(customerId, key, counts);
    }

    /// <param name="actor">Who erases, for the proof and the audit log.</param>
    /// <returns>What was erased; null when there is no such customer (any more).</returns>
    public async Task<ErasurePlan?> EraseAsync(int customerId, string actor, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Customers.AsNoTracking().SingleOrDefaultAsync(x => x.Id == customerId, cancellationToken) is not { } customer)
        {
            return null;
        }

        var identities = await db.CustomerIdentities.AsNoTracking().Where(x => x.CustomerId == customerId).ToListAsync(cancellationToken);
        var keyHash = await suppressions.HashAsync(customer.Key, cancellationToken);
        var addresses = await AddressesAsync(customer.EmailKey, customer.Phone, identities, cancellationToken);
        var pseudonym = -RandomNumberGenerator.GetInt32(1, int.MaxValue);
        var now = time.GetUtcNow().UtcDateTime;

        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        foreach (var note in before)
        {
            await note(db, customerId, customer.Key, cancellationToken);
        }

        var counts = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var table in CustomerTable.Of(db.Model))
        {
            counts[table.Name] = await table.EraseAsync(db, customerId, pseudonym, cancellationToken);
        }

        if (await db.Customers.Where(x => x.Id == customerId).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            return null; // another erasure was quicker: the transaction rolls back
        }

        await RejectedLinesAsync(db, customer.Email, cancellationToken);
        await SuppressAsync(db, addresses, now, cancellationToken);
        var erasure = new Erasure { KeyHash = keyHash, CountsJson = JsonSerializer.Serialize(counts), ErasedBy = actor, At = now };
        db.Erasures.Add(erasure);
        await db.SaveChangesAsync(cancellationToken);
        db.AuditEntries.Add(new AuditEntry { At = now, Actor = actor, Action = "customer.erase", Subject = $"erasure {erasure.Id}", Detail = string.Join(", ", counts.Where(x => x.Value > 0).Select(x => $"{x.Key} {x.Value}")) });
        await db.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);

        feed.Publish(new CustomerErased(customerId, customer.Key, customer.Email, customer.Phone));
        feed.Publish(new ConsentChanged([customerId]));
        return new ErasurePlan(customerId, customer.Key, counts);
    }

    /// <summary>Whether a customer with this key was ever erased: the answer to the person's later question.</summary>
    public async Task<DateTime?> ErasedAtAsync(string customerKey, CancellationToken cancellationToken)
    {
        var hash = await suppressions.HashAsync(customerKey, cancellationToken);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Erasures.Where(x => x.KeyHash == hash).OrderByDescending(x => x.At).Select(x => (DateTime?)x.At).FirstOrDefaultAsync(cancellationToken);
    }

    private async Task<List<(Purpose Purpose, string Plain, string Hash)>> AddressesAsync(string? email, string? phone, IEnumerable<Customers.CustomerIdentity> identities, CancellationToken cancellationToken)
    {
        IEnumerable<(string Kind, string Address)> own = [("EMAIL", SuppressionList.Normal(email ?? "")), ("PHONE", SuppressionList.Normal(phone ?? ""))];
        var known = identities.Select(x => (Kind: x.Kind.ToUpperInvariant(), Address: SuppressionList.Normal(x.Value)))
            .Concat(own).Where(x => x.Address.Length > 0).Distinct();
        var addresses = new List<(Purpose, string, string)>();
        foreach (var (kind, address) in known.Where(x => x.Kind is "EMAIL" or "PHONE"))
        {
            addresses.Add((kind == "EMAIL" ? Purpose.Email : Purpose.Sms, address, await suppressions.HashAsync(address, cancellationToken)));
        }

        return addresses;
    }

    private static async Task SuppressAsync(ConsoleDb db, List<(Purpose Purpose, string Plain, string Hash)> addresses, DateTime now, CancellationToken cancellationToken)
    {
        foreach (var (purpose, plain, hash) in addresses)
        {
            await db.Suppressions.Where(x => x.Address == plain).ExecuteDeleteAsync(cancellationToken);
            if (!await db.Suppressions.AnyAsync(x => x.Purpose == purpose && x.Address == hash, cancellationToken))
            {
                db.Suppressions.Add(new Suppression { Purpose = purpose, Address = hash, Reason = Reason, At = now });
            }
        }
    }

    // Lines an import could not read are kept as text, without a customer id.
    private static Task<int> RejectedLinesAsync(ConsoleDb db, string? email, CancellationToken cancellationToken) => email is null
        ? Task.FromResult(0)
        : db.ImportRejections.Where(x => x.Text.Contains(email)).ExecuteUpdateAsync(s => s.SetProperty(x => x.Text, "(erased)"), cancellationToken);
}
