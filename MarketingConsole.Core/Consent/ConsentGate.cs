using System.Data.Common;
using System.Linq.Expressions;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Consent;

/// <summary>Consents of these customers, or the rules, changed; null = anybody's may have.</summary>
public sealed record ConsentChanged(IReadOnlyList<int>? CustomerIds);

/// <summary>The gate every use of personal data passes: what the rules and the ledger allow.</summary>
public sealed class ConsentGate(IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed)
{
    /// <summary>The rules in force now.</summary>
    public async Task<ConsentRuleSet> RulesAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var rows = await db.ConsentRules.AsNoTracking().ToListAsync(cancellationToken);
        return new ConsentRuleSet([.. rows.GroupBy(x => (x.Purpose, x.Jurisdiction)).Select(x => x.MaxBy(r => r.Version)!)]);
    }

    /// <summary>The rules that were in force at an instant; before its first version a rule counts as it was written then.</summary>
    public async Task<ConsentRuleSet> RulesAsync(DateTime asOf, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var rows = await db.ConsentRules.AsNoTracking().ToListAsync(cancellationToken);
        return new ConsentRuleSet([.. rows.GroupBy(x => (x.Purpose, x.Jurisdiction)).Select(x => x.Where(r => r.ChangedAt <= asOf).MaxBy(r => r.Version) ?? x.MinBy(r => r.Version)!)]);
    }

    /// <summary>Appends to the ledger and, where an entry is the newest of its customer and purpose, moves the current choice. At the same instant a refusal wins.</summary>
    public async Task RecordAsync(IReadOnlyList<ConsentEntry> entries, CancellationToken cancellationToken)
    {
        if (entries.Count == 0)
        {
            return;
        }

        foreach (var chunk in entries.Chunk(5000))
        {
            for (var attempt = 0; ; attempt++)
            {
                try
                {
                    await AppendAsync(chunk, cancellationToken);
                    break;
                }
                catch (Exception exception) when (attempt < 5 && (exception is DbException || exception.InnerException is DbException))
                {
                    await Task.Yield(); // another writer made one of these choices between our look and our insert, or a deadlock; nothing was written: look again
                }
            }
        }

        feed.Publish(new ConsentChanged(entries.Count > 10_000 ? null : [.. entries.Select(x => x.CustomerId).Distinct()]));
    }

    private async Task AppendAsync(ConsentEntry[] entries, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        await db.BulkInsertAsync(entries, cancellationToken);
        var newest = entries.GroupBy(x => (x.CustomerId, x.Purpose)).Select(g => g.OrderByDescending(x => x.At).ThenBy(x => x.Granted).First())
            .OrderBy(x => x.CustomerId).ThenBy(x => x.Purpose).ToList(); // all writers lock rows in one order
        var current = new Dictionary<(int, Purpose), ConsentChoice>();
        foreach (var ids in newest.Select(x => x.CustomerId).Distinct().Chunk(500))
        {
            await foreach (var choice in db.ConsentChoices.AsNoTracking().Where(x => ids.Contains(x.CustomerId)).AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                current[(choice.CustomerId, choice.Purpose)] = choice;
            }
        }

        var added = new List<ConsentChoice>();
        foreach (var entry in newest)
        {
            if (!current.TryGetValue((entry.CustomerId, entry.Purpose), out var choice))
            {
                added.Add(new ConsentChoice { CustomerId = entry.CustomerId, Purpose = entry.Purpose, Granted = entry.Granted, At = entry.At });
            }
            else if (entry.At > choice.At || (entry.At == choice.At && !entry.Granted))
            {
                // The condition is asked again inside the statement: a writer that was quicker and newer must not be overwritten.
                await db.ConsentChoices.Where(x => x.CustomerId == entry.CustomerId && x.Purpose == entry.Purpose && (x.At < entry.At || (x.At == entry.At && !entry.Granted)))
                    .ExecuteUpdateAsync(s => s.SetProperty(x => x.Granted, entry.Granted).SetProperty(x => x.At, entry.At), cancellationToken);
            }
        }

        await db.BulkInsertAsync(added, cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}

/// <summary>The consent rules in force: one per purpose and jurisdiction. A pair without a rule is <see cref="ConsentBasis.OptIn"/>.</summary>
public sealed class ConsentRuleSet(IReadOnlyList<ConsentRule> rules)
{
    public IReadOnlyList<ConsentRule> Rules => rules;

    public (ConsentBasis Basis, int? RetentionDays) For(Purpose purpose, string jurisdiction) =>
        rules.FirstOrDefault(x => x.Purpose == purpose && x.Jurisdiction == jurisdiction) is { } rule ? (rule.Basis, rule.RetentionDays) : (ConsentBasis.OptIn, null);

    /// <summary>A filter on customers who may be used for <paramref name="purpose"/>; runs as SQL.</summary>
    /// <param name="asOf">UTC; a grant older than the rule's retention at this instant no longer counts.</param>
    public Expression<Func<Customer, bool>> Allowed(ConsoleDb db, Purpose purpose, DateTime asOf) => Filter(
        purpose, asOf,
        oldest => c => db.ConsentChoices.Any(x => x.CustomerId == c.Id && x.Purpose == purpose && x.Granted && x.At >= oldest),
        c => db.ConsentChoices.Any(x => x.CustomerId == c.Id && x.Purpose == purpose && !x.Granted));

    /// <summary>As <see cref="Allowed"/>, from what the ledger held at an instant in the past; later entries do not exist.</summary>
    public Expression<Func<Customer, bool>> AllowedThen(ConsoleDb db, Purpose purpose, DateTime asOf)
    {
        var said = db.ConsentEntries.Where(x => x.Purpose == purpose && x.At <= asOf);
        var last = said.Where(x => !said.Any(y => y.CustomerId == x.CustomerId && (y.At > x.At || (y.At == x.At && x.Granted && !y.Granted))));
        return Filter(purpose, asOf, oldest => c => last.Any(x => x.CustomerId == c.Id && x.Granted && x.At >= oldest), c => last.Any(x => x.CustomerId == c.Id && !x.Granted));
    }

    private Expression<Func<Customer, bool>> Filter(Purpose purpose, DateTime asOf, Func<DateTime, Expression<Func<Customer, bool>>> granted, Expression<Func<Customer, bool>> refused)
    {
        var any = Expression.Parameter(typeof(Customer), "c");
        Expression body = Expression.Constant(false);
        foreach (var group in Jurisdictions.All.Select(x => (Jurisdiction: x, Rule: For(purpose, x))).GroupBy(x => x.Rule, x => x.Jurisdiction))
        {
            var places = group.ToArray();
            var (basis, retention) = group.Key;
            if (basis == ConsentBasis.Never)
            {
                continue;
            }

            Expression<Func<Customer, bool>> here = c => places.Contains(c.Jurisdiction);
            var said = basis == ConsentBasis.OptIn ? granted(retention is { } days ? asOf.AddDays(-days) : DateTime.UnixEpoch) : refused;
            var answer = new Replace(said.Parameters[0], any).Visit(said.Body)!;
            var clause = Expression.AndAlso(new Replace(here.Parameters[0], any).Visit(here.Body)!, basis == ConsentBasis.OptIn ? answer : Expression.Not(answer));
            body = body is ConstantExpression ? clause : Expression.OrElse(body, clause);
        }

        return Expression.Lambda<Func<Customer, bool>>(body, any);
    }

    /// <summary>The same decision for one customer in memory.</summary>
    /// <param name="choice">The customer's newest choice for the purpose; null when there is none.</param>
    public bool IsAllowed(Purpose purpose, string jurisdiction, ConsentChoice? choice, DateTime asOf)
    {
        var (basis, retention) = For(purpose, jurisdiction);
        return basis switch
        {
            ConsentBasis.OptIn => choice is { Granted: true } && (retention is not { } days || choice.At >= asOf.AddDays(-days)),
            ConsentBasis.OptOut => choice is not { Granted: false },
            _ => false,
        };
    }

    /// <summary>What holds until an admin decides otherwise: opt-in where the GDPR or a law like it applies, opt-out for e-mail and profiling
    /// under US law (CAN-SPAM, state privacy acts), in-store recognition and ad sharing opt-in everywhere.</summary>
    public static IReadOnlyList<ConsentRule> Defaults(DateTime now) =>
    [
        .. from purpose in Enum.GetValues<Purpose>()
           from jurisdiction in Jurisdictions.All
           let optOut = jurisdiction == Jurisdictions.UnitedStates && (purpose is Purpose.Email or Purpose.Profiling)
           select new ConsentRule
           {
               Purpose = purpose,
               Jurisdiction = jurisdiction,
               Basis = optOut ? ConsentBasis.OptOut : ConsentBasis.OptIn,
               RetentionDays = optOut ? null : 1095,
               Version = 1,
               ChangedAt = now,
               ChangedBy = "default",
           },
    ];

    private sealed class Replace(Expression from, Expression to) : ExpressionVisitor
    {
        public override Expression? Visit(Expression? node) => node == from ? to : base.Visit(node);
    }
}
