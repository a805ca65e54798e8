using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Consent;

/// <summary>Whether a customer may be used for a purpose, and why.</summary>
/// <param name="Why">In a sentence.</param>
/// <param name="EndsAt">When a grant ends by retention; null when it does not.</param>
public sealed record ConsentState(Purpose Purpose, bool Allowed, ConsentBasis Basis, int? RetentionDays, ConsentEntry? Last, DateTime? EndsAt, string Why);

public sealed record LedgerLine(ConsentEntry Entry, string CustomerKey, string CustomerName);

/// <param name="Source">One of <see cref="ConsentLedger.Sources"/>.</param>
/// <param name="Proof">What shows that the customer said so: who took the call, number of the form.</param>
/// <param name="At">UTC; when the customer said so.</param>
public sealed record HandEntry(int CustomerId, Purpose Purpose, bool Granted, string Source, string Proof, DateTime At);

/// <summary>Reads the ledger, and appends what a customer said to a person.</summary>
public sealed class ConsentLedger(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, TimeProvider time)
{
    public const int PageSize = 50;

    /// <summary>Ways a customer may have said so to a person.</summary>
    public static IReadOnlyList<string> Sources { get; } = ["Telephone", "In store", "Letter", "E-mail", "Chat"];

    /// <inheritdoc cref="StatesAsync(int, DateTime?, CancellationToken)"/>
    public Task<IReadOnlyList<ConsentState>?> StatesAsync(int customerId, CancellationToken cancellationToken) => StatesAsync(customerId, null, cancellationToken);

    /// <param name="asOf">UTC; what held at this instant by the rules and ledger entries of then; null = now.</param>
    /// <returns>One state a purpose; null when there is no such customer.</returns>
    public async Task<IReadOnlyList<ConsentState>?> StatesAsync(int customerId, DateTime? asOf, CancellationToken cancellationToken)
    {
        var now = asOf ?? time.GetUtcNow().UtcDateTime;
        var rules = asOf is null ? await gate.RulesAsync(cancellationToken) : await gate.RulesAsync(now, cancellationToken);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Customers.Where(x => x.Id == customerId).Select(x => x.Jurisdiction).SingleOrDefaultAsync(cancellationToken) is not { } jurisdiction)
        {
            return null;
        }

        var choices = await db.ConsentChoices.AsNoTracking().Where(x => x.CustomerId == customerId).ToDictionaryAsync(x => x.Purpose, cancellationToken);
        var entries = await db.ConsentEntries.AsNoTracking().Where(x => x.CustomerId == customerId && (asOf == null || x.At <= now)).ToListAsync(cancellationToken);
        return
        [
            .. Enum.GetValues<Purpose>().Select(purpose =>
            {
                var last = entries.Where(x => x.Purpose == purpose).OrderByDescending(x => x.At).ThenBy(x => x.Granted).ThenByDescending(x => x.Id).FirstOrDefault();
                var choice = asOf is null ? choices.GetValueOrDefault(purpose) : last is null ? null : new ConsentChoice { CustomerId = customerId, Purpose = purpose, Granted = last.Granted, At = last.At };
                var (basis, retention) = rules.For(purpose, jurisdiction);
                var allowed = rules.IsAllowed(purpose, jurisdiction, choice, now);
                var ends = basis == ConsentBasis.OptIn && choice is { Granted: true } && retention is { } days ? choice.At.AddDays(days) : (DateTime?)null;
                return new ConsentState(purpose, allowed, basis, retention, last, ends, Why(basis, jurisdiction, choice, allowed, retention));
            }),
        ];
    }

    /// <summary>All entries of a customer, newest first.</summary>
    public async Task<IReadOnlyList<ConsentEntry>> HistoryAsync(int customerId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.ConsentEntries.AsNoTracking().Where(x => x.CustomerId == customerId).OrderByDescending(x => x.At).ThenByDescending(x => x.Id).ToListAsync(cancellationToken);
    }

    /// <param name="text">Part of a customer's key, name or e-mail; empty = everybody's newest entries.</param>
    /// <param name="page">From 0.</param>
    /// <returns>Up to <see cref="PageSize"/> entries, last recorded first, and whether more follow.</returns>
    public async Task<(IReadOnlyList<LedgerLine> Lines, bool More)> SearchAsync(string? text, Purpose? purpose, bool? granted, int page, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var entries = db.ConsentEntries.AsNoTracking();
        if (purpose is { } only)
        {
            entries = entries.Where(x => x.Purpose == only);
        }

        if (granted is { } said)
        {
            entries = entries.Where(x => x.Granted == said);
        }

        if (CustomerText.Fold(text?.Trim() ?? "") is { Length: > 0 } folded)
        {
            entries = entries.Where(x => db.Customers.Any(c => c.Id == x.CustomerId && c.SearchText.Contains(folded)));
        }

        var rows = await entries.OrderByDescending(x => x.Id).Skip(page * PageSize).Take(PageSize + 1).ToListAsync(cancellationToken);
        var ids = rows.Select(x => x.CustomerId).Distinct().ToList();
        var names = await db.Customers.AsNoTracking().Where(x => ids.Contains(x.Id)).Select(x => new Customer { Id = x.Id, Key = x.Key, FirstName = x.FirstName, LastName = x.LastName }).ToDictionaryAsync(x => x.Id, cancellationToken);
        return ([.. rows.Take(PageSize).Select(x => new LedgerLine(x, names.GetValueOrDefault(x.CustomerId)?.Key ?? "", names.GetValueOrDefault(x.CustomerId)?.DisplayName ?? ""))], rows.Count > PageSize);
    }

    /// <summary>Appends what a customer said to a person.</summary>
    /// <returns>Messages by field; empty when the entry was recorded.</returns>
    public async Task<IReadOnlyDictionary<string, string[]>> RecordAsync(HandEntry entry, string actor, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var errors = new Dictionary<string, string[]>();
        if (!Sources.Contains(entry.Source))
        {
            errors["source"] = [$"Choose how the customer said so: {string.Join(", ", Sources)}."];
        }

        if (entry.Proof.Trim().Length is < 5 or > 1000)
        {
            errors["proof"] = ["Describe the proof in 5 to 1000 characters, e.g. who took the call, or the number of the signed form."];
        }

        if (!Enum.IsDefined(entry.Purpose))
        {
            errors["purpose"] = ["Choose a purpose."];
        }

        if (entry.At > now.AddMinutes(1))
        {
            errors["at"] = ["The customer cannot have said so in the future."];
        }
        else if (entry.At < now.AddYears(-10))
        {
            errors["at"] = ["More than ten years ago: check the date."];
        }

        await using (var db = await dbs.CreateDbContextAsync(cancellationToken))
        {
            if (!await db.Customers.AnyAsync(x => x.Id == entry.CustomerId, cancellationToken))
            {
                errors["customerId"] = ["There is no such customer."];
            }
        }

        if (errors.Count == 0)
        {
            await gate.RecordAsync([new ConsentEntry
            {
                CustomerId = entry.CustomerId,
                Purpose = entry.Purpose,
                Granted = entry.Granted,
                At = entry.At,
                Source = entry.Source,
                Proof = entry.Proof.Trim(),
                RecordedBy = actor,
                RecordedAt = now,
            }], cancellationToken);
        }

        return errors;
    }

    private static string Why(ConsentBasis basis, string jurisdiction, ConsentChoice? choice, bool allowed, int? retention) => (basis, choice) switch
    {
        (ConsentBasis.Never, _) => $"Never allowed in {jurisdiction}, whatever the customer says.",
        (_, { Granted: false }) => "The customer refused.",
        (ConsentBasis.OptIn, null) => $"{jurisdiction} needs a yes, and none is recorded.",
        (ConsentBasis.OptIn, _) => allowed ? "The customer agreed." : $"The customer agreed more than {retention} days ago: the consent has ended.",
        (_, null) => $"{jurisdiction} allows it until the customer refuses.",
        _ => "The customer agreed.",
    };
}
