using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <param name="Depth">0 = the rule itself, 1 = its conditions, and so on.</param>
/// <param name="Sentence">The condition in words; for a group how it joins what follows.</param>
public sealed record RuleReason(string Path, int Depth, string Sentence, bool Holds);

/// <param name="Barred">True when the rule uses behaviour or scores and the customer does not allow profiling.</param>
public sealed record SegmentReasons(int SegmentId, string Name, bool Member, bool Barred, IReadOnlyList<RuleReason> Reasons);

/// <summary>Says why a customer is in a segment or not, condition by condition.</summary>
public sealed class SegmentExplainer(IDbContextFactory<ConsoleDb> dbs, SegmentService segments, ConsentGate consent, ShopCalendar calendar, TimeProvider time)
{
    /// <returns>Null when there is no such segment or customer.</returns>
    public async Task<SegmentReasons?> WhyAsync(int segmentId, int customerId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var customer = db.Customers.Where(x => x.Id == customerId);
        if (await segments.GetAsync(segmentId, cancellationToken) is not { } segment || !await customer.AnyAsync(cancellationToken))
        {
            return null;
        }

        var (gate, names, now) = (await consent.RulesAsync(cancellationToken), await segments.NamesAsync(cancellationToken), time.GetUtcNow().UtcDateTime);
        var scope = new RuleScope(db, gate, now, calendar, [customerId]);
        var reasons = new List<RuleReason>();
        foreach (var (path, rule) in RuleTree.Nodes(segment.Rule))
        {
            var holds = await customer.Where(SegmentQuery.Filter(rule, scope)).AnyAsync(cancellationToken);
            var sentence = rule is GroupRule group ? group.Match switch { GroupMatch.All => "All of:", GroupMatch.Any => "At least one of:", _ => "None of:" } : RuleSentence.Who(rule, names);
            reasons.Add(new RuleReason(path, path.Split("rules[").Length - 1, sentence, holds));
        }

        var barred = RuleTree.UsesProfile(segment.Rule) && !await customer.Where(gate.Allowed(db, Purpose.Profiling, now)).AnyAsync(cancellationToken);
        var member = await db.SegmentMembers.AnyAsync(x => x.SegmentId == segmentId && x.CustomerId == customerId, cancellationToken);
        return new SegmentReasons(segmentId, segment.Name, member, barred, reasons);
    }
}
