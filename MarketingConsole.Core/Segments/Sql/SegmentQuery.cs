using System.Linq.Expressions;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;

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
    /// <param name="calendar">The shop's.</param>
    /// <param name="only">Customers to look at; null = all.</param>
    /// <param name="past">Given when <paramref name="asOf"/> lies in the past.</param>
    public static IQueryable<int> Members(ConsoleDb db, SegmentRule rule, ConsentRuleSet consent, DateTime asOf, ShopCalendar calendar, IReadOnlyCollection<int>? only = null, PastConsent? past = null)
    {
        var scope = new RuleScope(db, consent, asOf, calendar, only, past);
        return scope.Candidates(rule).Where(Filter(rule, scope)).Select(c => c.Id);
    }

    /// <summary>The rule alone as a filter, without the gate on profiling.</summary>
    internal static Expression<Func<Customer, bool>> Filter(SegmentRule rule, RuleScope scope) => rule switch
    {
        GroupRule { Match: GroupMatch.All } group => Predicates.All(group.Rules.Select(x => Filter(x, scope))),
        GroupRule { Match: GroupMatch.Any } group => Predicates.Any(group.Rules.Select(x => Filter(x, scope))),
        GroupRule group => Predicates.Any(group.Rules.Select(x => Filter(x, scope))).Not(),
        TraitRule trait => Trait(trait, scope),
        TwinRule twin => Feature(twin, scope),
        EventRule happened => EventConditions.Compile(happened, scope),
        SequenceRule sequence => EventConditions.Compile(sequence, scope),
        PermissionRule { Purpose: { } purpose } permission => Permission(scope.Past is { } past ? past.Rules.AllowedThen(scope.Db, purpose, scope.AsOf) : scope.Consent.Allowed(scope.Db, purpose, scope.AsOf), permission.Allowed),
        MemberRule member => Membership(member, scope),
        HeldRule held => Members(scope.Db, held.Watch, scope.AsOf - held.Time),
        LookalikeRule { Segment: { } segment } alike => Likeness(scope.Db, segment, alike.AtLeast / 100),
        RankRule rank => RankConditions.Compile(rank, scope),
        BucketRule bucket => PlaceConditions.Compile(bucket),
        NearRule near => PlaceConditions.Compile(near, scope.Db),
        _ => throw new InvalidOperationException($"A rule of type {rule.GetType().Name} is not complete."),
    };

    private static Expression<Func<Customer, bool>> Trait(TraitRule rule, RuleScope scope)
    {
        var field = RuleFields.Find(rule) ?? throw new InvalidOperationException($"There is no trait {rule.Field}.");
        if (!field.Many)
        {
            return new FieldConditions(scope).Compile<Customer>(rule, field);
        }

        var name = rule.Field[RuleFields.Custom.Length..];
        var own = scope.Db.CustomerTraits.Where(t => t.Name == name);
        switch (rule.Op)
        {
            case RuleOperator.Missing:
                return Among(own, rule with { Op = RuleOperator.Exists }, field).Not();
            case RuleOperator.IsNot or RuleOperator.NotIn:
                // Of several values none may be the one, while each row says only of itself that it is not.
                var known = field.KindFor(rule) == FieldKind.Number ? own.Where(t => t.Number != null).Select(t => t.CustomerId) : own.Select(t => t.CustomerId);
                return Predicates.All([c => known.Contains(c.Id), Among(own, rule with { Op = rule.Op == RuleOperator.IsNot ? RuleOperator.Is : RuleOperator.In }, field).Not()]);
            case RuleOperator.HasAll:
                var values = rule.Values!.Distinct().ToList();
                var all = own.Where(t => values.Contains(t.Value)).GroupBy(t => t.CustomerId).Where(g => g.Count() == values.Count).Select(g => g.Key);
                return c => all.Contains(c.Id);
            default:
                return Among(own, rule, field);
        }
    }

    private static Expression<Func<Customer, bool>> Among(IQueryable<CustomerTrait> own, TraitRule rule, RuleField field)
    {
        var ids = own.Where(FieldConditions.Custom(rule, field.KindFor(rule))).Select(t => t.CustomerId);
        return c => ids.Contains(c.Id);
    }

    private static Expression<Func<Customer, bool>> Feature(TwinRule rule, RuleScope scope)
    {
        var field = RuleFields.Find(rule) ?? throw new InvalidOperationException($"There is no twin feature {rule.Field}.");
        var conditions = new FieldConditions(scope);
        if (rule.Op == RuleOperator.Missing)
        {
            // A customer without a twin lacks every feature.
            var present = scope.Db.Twins.Where(conditions.Compile<Twin>(rule with { Op = RuleOperator.Exists }, field)).Select(t => t.CustomerId);
            return c => !present.Contains(c.Id);
        }

        var ids = scope.Db.Twins.Where(conditions.Compile<Twin>(rule, field)).Select(t => t.CustomerId);
        return c => ids.Contains(c.Id);
    }

    private static Expression<Func<Customer, bool>> Permission(Expression<Func<Customer, bool>> allowed, bool wanted) => wanted ? allowed : allowed.Not();

    private static Expression<Func<Customer, bool>> Membership(MemberRule rule, RuleScope scope)
    {
        var members = Members(scope.Db, rule.Segment, rule.Days is { } days ? scope.AsOf.AddDays(-days) : null);
        return rule.Member ? members : members.Not();
    }

    /// <param name="since">Entered then or before; null = whenever.</param>
    private static Expression<Func<Customer, bool>> Members(ConsoleDb db, int? segment, DateTime? since)
    {
        var members = db.SegmentMembers.Where(m => m.SegmentId == segment);
        var ids = (since is { } at ? members.Where(m => m.EnteredAt <= at) : members).Select(m => m.CustomerId);
        return c => ids.Contains(c.Id);
    }

    private static Expression<Func<Customer, bool>> Likeness(ConsoleDb db, int segment, double least)
    {
        var alike = db.TwinSimilarities.Where(x => x.SegmentId == segment && x.Similarity >= least).Select(x => x.CustomerId);
        return c => alike.Contains(c.Id);
    }
}
