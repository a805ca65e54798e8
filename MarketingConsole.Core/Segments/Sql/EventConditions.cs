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
        var interval = Interval.Of(rule, scope.AsOf);

        // Of nothing, counts and sums are 0: those who have nothing are found by leaving the others out.
        return rule.Measure is EventMeasure.Count or EventMeasure.Sum or EventMeasure.Distinct && interval.Holds(0)
            ? Among(measured.Where(interval.Test().Not()).Select(x => x.CustomerId)).Not()
            : Among(measured.Where(interval.Test()).Select(x => x.CustomerId));
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

    /// <summary>The values a comparison admits, in the unit of <see cref="Measured.Value"/>.</summary>
    private sealed record Interval(double Low, bool AboveLow, double High, bool BelowHigh)
    {
        private static readonly double Day = TimeSpan.FromDays(1).TotalMilliseconds;

        public static Interval Of(EventRule rule, DateTime asOf)
        {
            var (value, to) = (rule.Value ?? 0, rule.To ?? 0);
            if (rule.IsMoney)
            {
                (value, to) = (FieldConditions.Cents(value), FieldConditions.Cents(to));
            }

            var interval = rule.Op switch
            {
                EventOperator.AtLeast => new Interval(value, false, double.PositiveInfinity, false),
                EventOperator.Above => new Interval(value, true, double.PositiveInfinity, false),
                EventOperator.AtMost => new Interval(double.NegativeInfinity, false, value, false),
                EventOperator.Below => new Interval(double.NegativeInfinity, false, value, true),
                EventOperator.Between => new Interval(value, false, to, false),
                _ => new Interval(value, false, value, false),
            };
            return rule.Measure is EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast ? interval.Ago((asOf - DateTime.UnixEpoch).TotalMilliseconds) : interval;
        }

        public bool Holds(double x) => (AboveLow ? x > Low : x >= Low) && (BelowHigh ? x < High : x <= High);

        public Expression<Func<Measured, bool>> Test()
        {
            var (low, high, parts) = (Low, High, new List<Expression<Func<Measured, bool>>>());
            if (double.IsFinite(low))
            {
                parts.Add(AboveLow ? x => x.Value > low : x => x.Value >= low);
            }

            if (double.IsFinite(high))
            {
                parts.Add(BelowHigh ? x => x.Value < high : x => x.Value <= high);
            }

            return Predicates.All(parts);
        }

        /// <summary>Whole days before <paramref name="now"/> as instants: n days ago is from n days before, inclusive, back to n + 1 days before, exclusive.</summary>
        private Interval Ago(double now) => new(now - ((High + (BelowHigh ? 0 : 1)) * Day), true, now - ((Low + (AboveLow ? 1 : 0)) * Day), false);
    }
}
