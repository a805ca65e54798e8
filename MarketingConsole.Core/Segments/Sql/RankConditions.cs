using System.Linq.Expressions;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins;

namespace MarketingConsole.Core.Segments;

/// <summary>Places in a ranking as a filter on customers. The ranking is of all, even when only some are looked at.</summary>
internal static class RankConditions
{
    public static Expression<Func<Customer, bool>> Compile(RankRule rule, RuleScope scope)
    {
        var (ranked, eligible, descending) = Ranked(rule, scope);
        var ids = (descending ? ranked.OrderByDescending(x => x.Value) : ranked.OrderBy(x => x.Value)).ThenBy(x => x.CustomerId).Select(x => x.CustomerId);
        var first = rule.Percent is { } percent ? Share(ids, eligible, percent) : ids.Take(rule.Count!.Value);
        return c => first.Contains(c.Id);
    }

    /// <summary>The value of each who has one, all who may be profiled, and whether the largest comes first.</summary>
    public static (IQueryable<Measured> Ranked, IQueryable<Customer> Eligible, bool Descending) Ranked(RankRule rule, RuleScope scope)
    {
        var all = scope with { Only = null };
        var eligible = all.Profiled();
        var values = rule.Event is { } happened ? Values(happened, all) : Values(rule.Field!, all);
        return (values.Join(eligible, x => x.CustomerId, c => c.Id, (x, c) => x), eligible, rule.Descending);
    }

    private static IQueryable<Measured> Values(EventRule rule, RuleScope scope) => EventMeasures.Of(rule, scope, EventSpan.Of(rule, scope));

    private static IQueryable<Measured> Values(string name, RuleScope scope)
    {
        if (name.StartsWith(RuleFields.Custom, StringComparison.Ordinal))
        {
            var trait = name[RuleFields.Custom.Length..];
            return scope.Db.CustomerTraits.Where(t => t.Name == trait && t.Number != null).GroupBy(t => t.CustomerId).Select(g => new Measured { CustomerId = g.Key, Value = g.Max(t => t.Number!.Value) });
        }

        return RuleFields.FindRanked(name)?.Read switch
        {
            Expression<Func<Twin, double?>> read => scope.Db.Twins.Where(read.Then(x => x != null)).Select(read.With((Twin t, double? x) => new Measured { CustomerId = t.CustomerId, Value = x!.Value })),
            Expression<Func<Twin, DateTime?>> read => scope.Db.Twins.Where(read.Then(x => x != null)).Select(read.With((Twin t, DateTime? x) => new Measured { CustomerId = t.CustomerId, Value = ConsoleFunctions.Milliseconds(x!.Value) })),
            Expression<Func<Customer, DateTime?>> read => scope.Db.Customers.Where(read.Then(x => x != null)).Select(read.With((Customer c, DateTime? x) => new Measured { CustomerId = c.Id, Value = ConsoleFunctions.Milliseconds(x!.Value) })),
            Expression<Func<Customer, DateOnly?>> read => scope.Db.Customers.Where(read.Then(x => x != null)).Select(read.With((Customer c, DateOnly? x) => new Measured { CustomerId = c.Id, Value = ConsoleFunctions.DayNumber(x!.Value) })),
            Expression<Func<Twin, long?>> read => scope.Db.Twins.Where(read.Then(x => x != null)).Select(read.With((Twin t, long? x) => new Measured { CustomerId = t.CustomerId, Value = x!.Value })),
            _ => throw new InvalidOperationException($"Customers cannot be ranked by {name}."),
        };
    }

    /// <summary>The first of them, as many as <see cref="RankRule.Places"/> says; the database counts the customers in the same statement.</summary>
    private static IQueryable<int> Share(IQueryable<int> ids, IQueryable<Customer> eligible, double percent)
    {
        var count = Expression.Lambda<Func<int, int>>(Expression.Call(typeof(Queryable), nameof(Queryable.Count), [typeof(Customer)], eligible.Expression), Expression.Parameter(typeof(int)));
        var places = count.Then(x => (int)Math.Ceiling((x * percent / 100) - RankRule.Slack)).Body;
        return ids.Provider.CreateQuery<int>(Expression.Call(typeof(Queryable), nameof(Queryable.Take), [typeof(int)], ids.Expression, places));
    }
}
