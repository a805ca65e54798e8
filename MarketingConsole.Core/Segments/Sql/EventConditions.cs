using System.Linq.Expressions;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Segments;

/// <summary>Event behaviour as a filter on customers: grouped subqueries, so that the database reads the window once instead of once a customer.</summary>
internal static class EventConditions
{
    public static Expression<Func<Customer, bool>> Compile(EventRule rule, RuleScope scope) => rule.Op switch
    {
        EventOperator.Performed => Among(Ids(rule, scope, EventSpan.Of(rule, scope))),
        EventOperator.NotPerformed => Among(Ids(rule, scope, EventSpan.Of(rule, scope))).Not(),
        EventOperator.Regularly => Regularly(rule, scope),
        EventOperator.Stopped => Stopped(rule, scope),
        EventOperator.Restarted => Restarted(rule, scope),
        _ => Compared(rule, scope),
    };

    public static Expression<Func<Customer, bool>> Compile(SequenceRule rule, RuleScope scope)
    {
        var (firsts, thens) = (EventSource.Of(rule.First, scope), EventSource.Of(rule.Then, scope));
        if (rule.Days is { } days)
        {
            var since = scope.AsOf.AddDays(-days);
            firsts = firsts.Where(x => x.At > since);
        }

        var most = (long)(rule.WithinMinutes is { } minutes ? TimeSpan.FromMinutes(minutes) : TimeSpan.FromDays(rule.WithinDays ?? 0)).TotalMilliseconds;
        if (rule.Without is not { } without)
        {
            return Among(firsts.Where(f => thens.Any(t => t.CustomerId == f.CustomerId && t.At > f.At && ConsoleFunctions.Milliseconds(t.At) - ConsoleFunctions.Milliseconds(f.At) <= most)).Select(x => x.CustomerId));
        }

        var between = EventSource.Of(without, scope);
        return Among(firsts.Where(f => thens.Any(t => t.CustomerId == f.CustomerId && t.At > f.At && ConsoleFunctions.Milliseconds(t.At) - ConsoleFunctions.Milliseconds(f.At) <= most
            && !between.Any(w => w.CustomerId == f.CustomerId && w.At > f.At && w.At < t.At))).Select(x => x.CustomerId));
    }

    private static Expression<Func<Customer, bool>> Compared(EventRule rule, RuleScope scope)
    {
        var measured = EventMeasures.Of(rule, scope, EventSpan.Of(rule, scope));
        var interval = MeasureInterval.Of(rule, scope.AsOf);

        // Of nothing, counts and sums are 0: those who have nothing are found by leaving the others out.
        return rule.Measure is EventMeasure.Count or EventMeasure.Sum or EventMeasure.Distinct && interval.Holds(0)
            ? Among(measured.Where(Test(interval).Not()).Select(x => x.CustomerId)).Not()
            : Among(measured.Where(Test(interval)).Select(x => x.CustomerId));
    }

    private static Expression<Func<Customer, bool>> Regularly(EventRule rule, RuleScope scope)
    {
        var (days, periods) = (rule.Days!.Value, rule.Periods!.Value);
        var lines = EventSource.Lines(rule, scope, new EventSpan(After: scope.AsOf.AddDays(-(double)days * periods)));
        var (now, period, value) = ((long)(scope.AsOf - DateTime.UnixEpoch).TotalMilliseconds, (long)TimeSpan.FromDays(days).TotalMilliseconds, (int)rule.Value!.Value);
        return Among(lines.Select(x => new { x.CustomerId, Period = (now - ConsoleFunctions.Milliseconds(x.At)) / period }).Distinct().GroupBy(x => x.CustomerId).Where(g => g.Count() >= value).Select(g => g.Key));
    }

    private static Expression<Func<Customer, bool>> Stopped(EventRule rule, RuleScope scope)
    {
        var (lately, before, _) = Periods(rule, scope);
        var least = rule.Value!.Value;
        var often = EventMeasures.Of(rule, scope, before).Where(x => x.Value >= least).Select(x => x.CustomerId);
        return Predicates.All([Among(often), Among(Ids(rule, scope, lately)).Not()]);
    }

    private static Expression<Func<Customer, bool>> Restarted(EventRule rule, RuleScope scope)
    {
        var (lately, before, earlier) = Periods(rule, scope);
        return Predicates.All([Among(Ids(rule, scope, lately)), Among(Ids(rule, scope, before)).Not(), Among(Ids(rule, scope, earlier))]);
    }

    /// <summary>The last period, those before it, and all time before those.</summary>
    private static (EventSpan Lately, EventSpan Before, EventSpan Earlier) Periods(EventRule rule, RuleScope scope)
    {
        var (last, first) = (scope.AsOf.AddDays(-rule.Days!.Value), scope.AsOf.AddDays(-(double)rule.Days.Value * (rule.Periods!.Value + 1)));
        return (new EventSpan(After: last), new EventSpan(After: first, UpTo: last), new EventSpan(UpTo: first));
    }

    private static IQueryable<int> Ids(EventRule rule, RuleScope scope, EventSpan span) => EventSource.Lines(rule, scope, span).Select(x => x.CustomerId);

    private static Expression<Func<Customer, bool>> Among(IQueryable<int> ids) => c => ids.Contains(c.Id);

    private static Expression<Func<Measured, bool>> Test(MeasureInterval interval)
    {
        var (low, high, parts) = (interval.Low, interval.High, new List<Expression<Func<Measured, bool>>>());
        if (double.IsFinite(low))
        {
            parts.Add(interval.AboveLow ? x => x.Value > low : x => x.Value >= low);
        }

        if (double.IsFinite(high))
        {
            parts.Add(interval.BelowHigh ? x => x.Value < high : x => x.Value <= high);
        }

        return Predicates.All(parts);
    }
}
