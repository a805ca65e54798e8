using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>Says why a customer is in a segment or not, condition by condition. Asks the database, so that what it says is what counts.</summary>
public sealed class SegmentExplainer(IDbContextFactory<ConsoleDb> dbs, SegmentService segments, RuleWatches watches, ConsentGate consent, ShopCalendar calendar, TimeProvider time)
{
    /// <returns>Null when there is no such segment or customer.</returns>
    public async Task<SegmentReasons?> WhyAsync(int segmentId, int customerId, CancellationToken cancellationToken)
    {
        if (await segments.GetAsync(segmentId, cancellationToken) is not { } segment || await WhyAsync(segment.Rule, customerId, null, cancellationToken) is not { } why)
        {
            return null;
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var member = await db.SegmentMembers.AnyAsync(x => x.SegmentId == segmentId && x.CustomerId == customerId, cancellationToken);
        return new SegmentReasons(segmentId, segment.Name, member, why.Barred, why.Reasons);
    }

    /// <param name="rule">A rule without problems, saved or not.</param>
    /// <param name="asOf">UTC; null = now.</param>
    /// <returns>Null when there is no such customer, or they were erased.</returns>
    public Task<RuleExplanation?> WhyAsync(SegmentRule rule, int customerId, DateTime? asOf, CancellationToken cancellationToken) =>
        Task.Run(() => ExplainAsync(rule, customerId, asOf, cancellationToken), cancellationToken); // SQLite answers synchronously, and pages call this

    private async Task<RuleExplanation?> ExplainAsync(SegmentRule rule, int customerId, DateTime? asOf, CancellationToken cancellationToken)
    {
        rule = await watches.ResolveAsync(rule, cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var (at, gate, names) = (asOf ?? now, await consent.RulesAsync(cancellationToken), await segments.NamesAsync(cancellationToken));
        var past = at < now ? new PastConsent(await consent.RulesAsync(at, cancellationToken), now) : null;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Customers.AsNoTracking().SingleOrDefaultAsync(x => x.Id == customerId && x.ErasedAt == null, cancellationToken) is not { } customer)
        {
            return null;
        }

        var scope = new RuleScope(db, gate, at, calendar, [customerId], past);
        var known = await scope.Known().AnyAsync(x => x.Id == customerId, cancellationToken);
        var profiled = await db.Customers.Where(x => x.Id == customerId).Where(gate.Allowed(db, Purpose.Profiling, past?.Now ?? at)).AnyAsync(cancellationToken);
        var reasons = new List<RuleReason>();
        var holds = await VisitAsync(rule, "", 0);
        return new RuleExplanation(customerId, customer.Key, customer.DisplayName, at, known && holds, known, !profiled && RuleTree.UsesProfile(rule), reasons);

        async Task<bool> VisitAsync(SegmentRule node, string path, int depth)
        {
            var (place, barred) = (reasons.Count, !profiled && RuleTree.UsesProfile(node));
            if (node is GroupRule group)
            {
                reasons.Add(new RuleReason(path, depth, group.Match switch { GroupMatch.All => "All of:", GroupMatch.Any => "At least one of:", _ => "None of:" }, false, barred));
                var inner = new List<bool>();
                for (var i = 0; i < group.Rules.Count; i++)
                {
                    inner.Add(await VisitAsync(group.Rules[i], RuleTree.Join(path, $"rules[{i}]"), depth + 1));
                }

                var joined = !barred && (group.Match switch { GroupMatch.All => inner.TrueForAll(x => x), GroupMatch.Any => inner.Exists(x => x), _ => !inner.Exists(x => x) });
                reasons[place] = reasons[place] with { Holds = known && joined };
                return joined;
            }

            var (sentence, holds) = (RuleSentence.Who(node, names), false);
            if (barred)
            {
                reasons.Add(new RuleReason(path, depth, sentence, false, Barred: true));
            }
            else
            {
                holds = await db.Customers.Where(x => x.Id == customerId).Where(SegmentQuery.Filter(node, scope)).AnyAsync(cancellationToken);
                var fact = await new ConditionFacts(scope, customer, names).OfAsync(node, cancellationToken);
                reasons.Add(new RuleReason(path, depth, sentence, known && holds, false, fact.Actual, fact.Wanted, fact.Events ?? []));
            }

            if (node is HeldRule { Rule: { } held })
            {
                await VisitAsync(held, RuleTree.Join(path, RuleTree.Held), depth + 1); // why it holds now, or not
            }

            return holds;
        }
    }
}
