using System.Linq.Expressions;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>What a question about a past instant needs to know of consent.</summary>
/// <param name="Rules">The consent rules of then.</param>
/// <param name="Now">UTC; when the question is asked: profiling must be allowed now.</param>
public sealed record PastConsent(ConsentRuleSet Rules, DateTime Now);

/// <summary>Evaluates a rule as one SQL statement.</summary>
public static class SegmentQuery
{
    /// <summary>Ids of the customers a valid rule admits. Customers erased, or not yet known at <paramref name="asOf"/>, are never members.</summary>
    /// <param name="consent">The consent rules in force.</param>
    /// <param name="asOf">UTC; later events do not exist. Twin features, scores and other segments are known for now only.</param>
    /// <param name="only">Customers to look at; null = all.</param>
    /// <param name="past">Given when <paramref name="asOf"/> lies in the past.</param>
    public static IQueryable<int> Members(ConsoleDb db, SegmentRule rule, ConsentRuleSet consent, DateTime asOf, IReadOnlyCollection<int>? only = null, PastConsent? past = null)
    {
        var customers = db.Customers.Where(c => c.ErasedAt == null && (c.CreatedAt <= asOf || db.Events.Any(e => e.CustomerId == c.Id && e.At <= asOf)));
        if (only is not null)
        {
            customers = customers.Where(c => EF.Parameter(only).Contains(c.Id));
        }

        if (RuleTree.UsesProfile(rule))
        {
            customers = customers.Where(consent.Allowed(db, Purpose.Profiling, past?.Now ?? asOf)); // the use is made now, whatever instant is asked about
        }

        return customers.Where(Filter(db, rule, consent, asOf, only, past)).Select(c => c.Id);
    }

    /// <summary>The rule alone as a filter, without the gate on profiling.</summary>
    internal static Expression<Func<Customer, bool>> Filter(ConsoleDb db, SegmentRule rule, ConsentRuleSet consent, DateTime asOf, IReadOnlyCollection<int>? only, PastConsent? past = null) => rule switch
    {
        GroupRule { Match: GroupMatch.All } group => Predicates.All(group.Rules.Select(x => Filter(db, x, consent, asOf, only, past))),
        GroupRule { Match: GroupMatch.Any } group => Predicates.Any(group.Rules.Select(x => Filter(db, x, consent, asOf, only, past))),
        GroupRule group => Predicates.Any(group.Rules.Select(x => Filter(db, x, consent, asOf, only, past))).Not(),
        TraitRule trait => Trait(db, trait, asOf),
        TwinRule twin => Feature(db, twin, asOf),
        EventRule happened => EventConditions.Compile(db, happened, asOf, only),
        PermissionRule { Purpose: { } purpose } permission => Permission(past is null ? consent.Allowed(db, purpose, asOf) : past.Rules.AllowedThen(db, purpose, asOf), permission.Allowed),
        MemberRule member => Membership(db, member),
        LookalikeRule { Segment: { } segment } alike => Likeness(db, segment, alike.AtLeast / 100),
        _ => throw new InvalidOperationException($"A rule of type {rule.GetType().Name} is not complete."),
    };

    private static Expression<Func<Customer, bool>> Trait(ConsoleDb db, TraitRule rule, DateTime asOf)
    {
        var field = RuleFields.Find(rule) ?? throw new InvalidOperationException($"There is no trait {rule.Field}.");
        if (!rule.Field.StartsWith(RuleFields.Custom, StringComparison.Ordinal))
        {
            return FieldConditions.Compile<Customer>(rule, field, asOf);
        }

        var name = rule.Field[RuleFields.Custom.Length..];
        var known = db.CustomerTraits.Where(t => t.Name == name);
        if (rule.Op == RuleOperator.Missing)
        {
            var present = known.Where(FieldConditions.Custom(rule with { Op = RuleOperator.Exists })).Select(t => t.CustomerId);
            return c => !present.Contains(c.Id);
        }

        var ids = known.Where(FieldConditions.Custom(rule)).Select(t => t.CustomerId);
        return c => ids.Contains(c.Id);
    }

    private static Expression<Func<Customer, bool>> Feature(ConsoleDb db, TwinRule rule, DateTime asOf)
    {
        var field = RuleFields.Find(rule) ?? throw new InvalidOperationException($"There is no twin feature {rule.Field}.");
        if (rule.Op == RuleOperator.Missing)
        {
            // A customer without a twin lacks every feature.
            var present = db.Twins.Where(FieldConditions.Compile<Twin>(rule with { Op = RuleOperator.Exists }, field, asOf)).Select(t => t.CustomerId);
            return c => !present.Contains(c.Id);
        }

        var ids = db.Twins.Where(FieldConditions.Compile<Twin>(rule, field, asOf)).Select(t => t.CustomerId);
        return c => ids.Contains(c.Id);
    }

    private static Expression<Func<Customer, bool>> Permission(Expression<Func<Customer, bool>> allowed, bool wanted) => wanted ? allowed : allowed.Not();

    private static Expression<Func<Customer, bool>> Membership(ConsoleDb db, MemberRule rule)
    {
        var segment = rule.Segment;
        var members = db.SegmentMembers.Where(m => m.SegmentId == segment).Select(m => m.CustomerId);
        return rule.Member ? c => members.Contains(c.Id) : c => !members.Contains(c.Id);
    }

    private static Expression<Func<Customer, bool>> Likeness(ConsoleDb db, int segment, double least)
    {
        var alike = db.TwinSimilarities.Where(x => x.SegmentId == segment && x.Similarity >= least).Select(x => x.CustomerId);
        return c => alike.Contains(c.Id);
    }
}
