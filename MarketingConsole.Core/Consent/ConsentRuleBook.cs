using MarketingConsole.Core.Access;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Consent;

/// <param name="Version">The version the change was made from; another one in force means somebody else was quicker.</param>
/// <param name="RetentionDays">1 to 3650; null = a grant has no end.</param>
public sealed record RuleChange(Purpose Purpose, string Jurisdiction, ConsentBasis Basis, int? RetentionDays, int Version);

/// <summary>What a change would do to the customers of one jurisdiction.</summary>
/// <param name="Freed">Customers barred now who would be allowed.</param>
/// <param name="Barred">Customers allowed now who would be barred.</param>
public sealed record RulePreview(int Customers, int AllowedNow, int AllowedThen, int Freed, int Barred);

/// <param name="Version">The new version; null when nothing was saved.</param>
/// <param name="Errors">Messages by field: basis, retentionDays, jurisdiction, reason, version.</param>
public sealed record RuleSaved(int? Version, IReadOnlyDictionary<string, string[]> Errors);

/// <summary>How many of a jurisdiction's customers may be used for a purpose.</summary>
public sealed record ConsentCoverage(Purpose Purpose, string Jurisdiction, int Allowed, int Customers)
{
    public double? Share => Customers == 0 ? null : (double)Allowed / Customers;
}

/// <summary>The admin's consent rules: in force, what a change would do, change with a reason, history.</summary>
public sealed class ConsentRuleBook(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, ChangeFeed feed, TimeProvider time)
{
    public const int MaxRetentionDays = 3650;

    /// <summary>All versions, newest first.</summary>
    public async Task<IReadOnlyList<ConsentRule>> HistoryAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.ConsentRules.AsNoTracking().OrderByDescending(x => x.ChangedAt).ThenByDescending(x => x.Id).ToListAsync(cancellationToken);
    }

    public async Task<RulePreview> PreviewAsync(RuleChange change, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var rules = await gate.RulesAsync(cancellationToken);
        var changed = new ConsentRuleSet([.. rules.Rules.Where(x => x.Purpose != change.Purpose || x.Jurisdiction != change.Jurisdiction), Row(change, now, "", "")]);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var people = db.Customers.Where(x => x.Jurisdiction == change.Jurisdiction && x.ErasedAt == null);
        var (before, after) = (rules.Allowed(db, change.Purpose, now), changed.Allowed(db, change.Purpose, now));
        var (total, allowedNow) = (await people.CountAsync(cancellationToken), await people.CountAsync(before, cancellationToken));
        var allowedThen = await people.CountAsync(after, cancellationToken);
        var both = await people.Where(before).CountAsync(after, cancellationToken);
        return new RulePreview(total, allowedNow, allowedThen, allowedThen - both, allowedNow - both);
    }

    /// <summary>Makes <paramref name="change"/> the next version of its rule, with an audit entry in the same transaction.</summary>
    public async Task<RuleSaved> SaveAsync(RuleChange change, string reason, string actor, CancellationToken cancellationToken)
    {
        var errors = Check(change, reason);
        if (errors.Count > 0)
        {
            return new RuleSaved(null, errors);
        }

        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var current = await db.ConsentRules.AsNoTracking().Where(x => x.Purpose == change.Purpose && x.Jurisdiction == change.Jurisdiction)
            .OrderByDescending(x => x.Version).FirstOrDefaultAsync(cancellationToken);
        if ((current?.Version ?? 0) != change.Version)
        {
            return Conflict();
        }

        if (current is not null && current.Basis == change.Basis && current.RetentionDays == change.RetentionDays)
        {
            return new RuleSaved(null, Error("basis", "This is the rule in force already."));
        }

        db.ConsentRules.Add(Row(change, now, actor, reason.Trim()));
        db.AuditEntries.Add(new AuditEntry
        {
            At = now,
            Actor = actor,
            Action = "consent-rule.change",
            Subject = $"{change.Purpose} in {change.Jurisdiction}, version {change.Version + 1}",
            Detail = $"{Say(current?.Basis, current?.RetentionDays)} → {Say(change.Basis, change.RetentionDays)}: {reason.Trim()}",
        });
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            return Conflict(); // the unique index on the version let the quicker one in
        }

        feed.Publish(new ConsentChanged(null));
        return new RuleSaved(change.Version + 1, new Dictionary<string, string[]>());
    }

    /// <summary>Makes an earlier version hold again, as a new version.</summary>
    public async Task<RuleSaved> RestoreAsync(int ruleId, string actor, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.ConsentRules.AsNoTracking().SingleOrDefaultAsync(x => x.Id == ruleId, cancellationToken) is not { } old)
        {
            return new RuleSaved(null, Error("version", "There is no such version."));
        }

        var newest = await db.ConsentRules.Where(x => x.Purpose == old.Purpose && x.Jurisdiction == old.Jurisdiction).MaxAsync(x => x.Version, cancellationToken);
        return await SaveAsync(new RuleChange(old.Purpose, old.Jurisdiction, old.Basis, old.RetentionDays, newest), $"Back to version {old.Version}", actor, cancellationToken);
    }

    /// <summary>Every purpose in every jurisdiction that has customers, and "all" over them.</summary>
    public async Task<IReadOnlyList<ConsentCoverage>> CoverageAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var rules = await gate.RulesAsync(cancellationToken);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var people = db.Customers.Where(x => x.ErasedAt == null);
        var totals = await people.GroupBy(x => x.Jurisdiction).Select(x => new { x.Key, Count = x.Count() }).ToDictionaryAsync(x => x.Key, x => x.Count, cancellationToken);
        var coverage = new List<ConsentCoverage>();
        foreach (var purpose in Enum.GetValues<Purpose>())
        {
            var allowed = await people.Where(rules.Allowed(db, purpose, now)).GroupBy(x => x.Jurisdiction).Select(x => new { x.Key, Count = x.Count() }).ToDictionaryAsync(x => x.Key, x => x.Count, cancellationToken);
            coverage.AddRange(Jurisdictions.All.Select(x => new ConsentCoverage(purpose, x, allowed.GetValueOrDefault(x), totals.GetValueOrDefault(x))));
            coverage.Add(new ConsentCoverage(purpose, "all", allowed.Values.Sum(), totals.Values.Sum()));
        }

        return coverage;
    }

    /// <summary>A rule in words: "opt-in, 1095 days".</summary>
    public static string Say(ConsentBasis? basis, int? retentionDays) => basis switch
    {
        ConsentBasis.OptIn => retentionDays is { } days ? $"opt-in, {days} days" : "opt-in, no end",
        ConsentBasis.OptOut => "opt-out",
        ConsentBasis.Never => "never",
        _ => "no rule (opt-in)",
    };

    private static Dictionary<string, string[]> Check(RuleChange change, string reason)
    {
        var errors = new Dictionary<string, string[]>();
        if (!Enum.IsDefined(change.Purpose) || !Enum.IsDefined(change.Basis))
        {
            errors["basis"] = ["Choose opt-in, opt-out or never."];
        }

        if (!Jurisdictions.All.Contains(change.Jurisdiction))
        {
            errors["jurisdiction"] = [$"Jurisdiction must be one of {string.Join(", ", Jurisdictions.All)}."];
        }

        if (change.RetentionDays is < 1 or > MaxRetentionDays)
        {
            errors["retentionDays"] = [$"Retention must be 1 to {MaxRetentionDays} days, or empty for no end."];
        }
        else if (change is { RetentionDays: not null, Basis: not ConsentBasis.OptIn })
        {
            errors["retentionDays"] = ["Retention limits a given consent: it has a meaning with opt-in only."];
        }

        if (string.IsNullOrWhiteSpace(reason) || reason.Trim().Length > 400)
        {
            errors["reason"] = ["Say why, in 1 to 400 characters: the reason is kept with the version."];
        }

        return errors;
    }

    private static ConsentRule Row(RuleChange change, DateTime now, string actor, string reason) => new()
    {
        Purpose = change.Purpose,
        Jurisdiction = change.Jurisdiction,
        Basis = change.Basis,
        RetentionDays = change.RetentionDays,
        Version = change.Version + 1,
        ChangedAt = now,
        ChangedBy = actor,
        Reason = reason,
    };

    private static RuleSaved Conflict() => new(null, Error("version", "Somebody changed this rule meanwhile. Look at it again before you save."));

    private static Dictionary<string, string[]> Error(string field, string message) => new() { [field] = [message] };
}
