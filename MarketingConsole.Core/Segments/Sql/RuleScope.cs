using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>What every condition of one question shares.</summary>
/// <param name="AsOf">UTC.</param>
/// <param name="Only">Customers to look at; null = all.</param>
/// <param name="Past">Given when <paramref name="AsOf"/> lies in the past.</param>
internal sealed record RuleScope(ConsoleDb Db, ConsentRuleSet Consent, DateTime AsOf, ShopCalendar Calendar, IReadOnlyCollection<int>? Only = null, PastConsent? Past = null)
{
    /// <summary>Customers who exist at the instant.</summary>
    public IQueryable<Customer> Known()
    {
        var (db, asOf) = (Db, AsOf);
        return db.Customers.Where(c => c.ErasedAt == null && (c.CreatedAt <= asOf || db.Events.Any(e => e.CustomerId == c.Id && e.At <= asOf)));
    }

    /// <summary>Customers who exist and may be profiled: the use is made now, whatever instant is asked about.</summary>
    public IQueryable<Customer> Profiled() => Known().Where(Consent.Allowed(Db, Purpose.Profiling, Past?.Now ?? AsOf));

    /// <summary>Profiled or known customers as the rule needs, cut down to <see cref="Only"/>.</summary>
    public IQueryable<Customer> Candidates(SegmentRule rule)
    {
        var customers = RuleTree.UsesProfile(rule) ? Profiled() : Known();
        return Only is { } only ? customers.Where(c => EF.Parameter(only).Contains(c.Id)) : customers;
    }
}
