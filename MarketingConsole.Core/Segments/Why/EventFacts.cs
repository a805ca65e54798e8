using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>What a customer did, as a condition on events sees it.</summary>
internal sealed class EventFacts(RuleScope scope, RuleNames names)
{
    private const int MostEvents = 5;

    public async Task<ConditionFact> OfAsync(EventRule rule, CancellationToken cancellationToken)
    {
        if (rule.Op is EventOperator.Regularly or EventOperator.Stopped or EventOperator.Restarted)
        {
            return await InPeriodsAsync(rule, cancellationToken);
        }

        var span = EventSpan.Of(rule, scope);
        var value = await ValueAsync(rule, span, cancellationToken);
        var events = await EventsAsync(rule, cancellationToken);
        var actual = value is { } known ? Value(rule, known, scope, names)
            : rule.Measure is EventMeasure.Sum or EventMeasure.Distinct && events.Count > 0 ? Value(rule, 0, scope, names)
            : events.Count > 0 ? "none of these events has the value"
            : await LastAsync(rule, cancellationToken) is { } last ? $"not in this time; the last was on {ConditionFacts.When(scope, last)}" : "never";
        return new(actual, Wanted(rule), events);
    }

    /// <param name="value">As <see cref="Measured.Value"/>.</param>
    public static string Value(EventRule rule, double value, RuleScope scope, RuleNames names) => rule.Measure switch
    {
        EventMeasure.Count => Times(value),
        EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast => $"{RuleSentence.Days(Math.Floor(((scope.AsOf - DateTime.UnixEpoch).TotalMilliseconds - value) / TimeSpan.FromDays(1).TotalMilliseconds))} ago",
        EventMeasure.Distinct => $"{RuleSentence.Count(value)} different",
        _ when rule.IsMoney => RuleSentence.Money(Math.Round(value) / 100, names),
        _ => RuleSentence.Count(value),
    };

    /// <summary>The events that count; those that decide first, at most five.</summary>
    public async Task<IReadOnlyList<DecidingEvent>> EventsAsync(EventRule rule, CancellationToken cancellationToken) => await ReadAsync(EventSource.Of(rule, scope, EventSpan.Of(rule, scope)), rule, cancellationToken);

    public async Task<IReadOnlyList<DecidingEvent>> TellAsync(IReadOnlyList<Event> events, CancellationToken cancellationToken)
    {
        var ids = events.Select(x => x.Id).ToList();
        var customer = scope.Only!.Single();
        var lines = await (from i in scope.Db.EventItems where i.CustomerId == customer && ids.Contains(i.EventId) join p in scope.Db.Products on i.ProductId equals p.Id orderby i.Line select new { i.EventId, p.Name }).ToListAsync(cancellationToken);
        var products = events.Select(x => x.ProductId).OfType<int>().Distinct().ToList();
        var named = await scope.Db.Products.Where(x => products.Contains(x.Id)).ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken);
        return [.. events.Select(x => new DecidingEvent(x.At, x.Type, x.Name, x.Channel, x.StoreId is { } store ? RuleSentence.Name(names.Stores, store) : null, x.AmountCents == 0 ? null : x.AmountCents,
            [.. lines.Where(l => l.EventId == x.Id).Select(l => l.Name).Concat(x.ProductId is { } product && named.TryGetValue(product, out var name) ? [name] : []).Distinct()]))];
    }

    private async Task<IReadOnlyList<DecidingEvent>> ReadAsync(IQueryable<Event> events, EventRule rule, CancellationToken cancellationToken)
    {
        var amounts = rule.IsMoney && rule.Measure is EventMeasure.Minimum or EventMeasure.Maximum;
        var ordered = rule.Measure switch
        {
            EventMeasure.Minimum when amounts => events.OrderBy(x => x.AmountCents).ThenByDescending(x => x.At),
            EventMeasure.Maximum when amounts => events.OrderByDescending(x => x.AmountCents).ThenByDescending(x => x.At),
            EventMeasure.DaysSinceFirst => events.OrderBy(x => x.At),
            _ => events.OrderByDescending(x => x.At),
        };
        return await TellAsync(await ordered.ThenBy(x => x.Id).Take(MostEvents).AsNoTracking().ToListAsync(cancellationToken), cancellationToken);
    }

    private async Task<double?> ValueAsync(EventRule rule, EventSpan span, CancellationToken cancellationToken) => (await EventMeasures.Of(rule, scope, span).SingleOrDefaultAsync(cancellationToken))?.Value;

    private async Task<DateTime?> LastAsync(EventRule rule, CancellationToken cancellationToken) =>
        await EventSource.Of(rule with { Since = null }, scope, default).MaxAsync(x => (DateTime?)x.At, cancellationToken);

    private async Task<ConditionFact> InPeriodsAsync(EventRule rule, CancellationToken cancellationToken)
    {
        var (days, periods) = (rule.Days!.Value, rule.Periods!.Value);
        var (last, first) = (scope.AsOf.AddDays(-days), scope.AsOf.AddDays(-(double)days * (periods + 1)));
        async Task<double> Count(EventSpan span) => await ValueAsync(rule with { Measure = EventMeasure.Count, Of = null }, span, cancellationToken) ?? 0;
        if (rule.Op == EventOperator.Regularly)
        {
            var all = EventSource.Of(rule, scope, new EventSpan(After: scope.AsOf.AddDays(-(double)days * periods)));
            var hit = (await all.Select(x => x.At).ToListAsync(cancellationToken)).Select(x => (long)((scope.AsOf - x).TotalMilliseconds / TimeSpan.FromDays(days).TotalMilliseconds)).Distinct().Count();
            return new($"in {RuleSentence.Count(hit)} of the {RuleSentence.Count(periods)} periods", $"in at least {RuleSentence.Count(rule.Value)}", await ReadAsync(all, rule, cancellationToken));
        }

        var (lately, before) = (await Count(new EventSpan(After: last)), await Count(new EventSpan(After: first, UpTo: last)));
        if (rule.Op == EventOperator.Stopped)
        {
            return new($"{Times(before)} in the {RuleSentence.Days((double)days * periods)} before, {Times(lately)} in the last {RuleSentence.Days(days)}", $"at least {Times(rule.Value ?? 0)}, then never", await ReadAsync(EventSource.Of(rule, scope, new EventSpan(After: first)), rule, cancellationToken));
        }

        var earlier = await Count(new EventSpan(UpTo: first));
        return new($"{Times(lately)} in the last {RuleSentence.Days(days)}, {Times(before)} in the {RuleSentence.Days((double)days * periods)} before, {Times(earlier)} earlier", null, await ReadAsync(EventSource.Of(rule, scope, default), rule, cancellationToken));
    }

    private string? Wanted(EventRule rule)
    {
        string Amount(double? x) => rule.IsMoney ? RuleSentence.Money(x, names) : RuleSentence.Count(x);
        var unit = rule.Measure switch { EventMeasure.Count => " " + RuleSentence.Plural("time", rule.To ?? rule.Value), EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast => $" {RuleSentence.Plural("day", rule.To ?? rule.Value)} ago", EventMeasure.Distinct => " different", _ => "" };
        return rule.Op switch
        {
            EventOperator.Performed => "at least once",
            EventOperator.NotPerformed => "never",
            EventOperator.Between => $"between {Amount(rule.Value)} and {Amount(rule.To)}{unit}",
            _ => $"{RuleWords.Operator(rule.Op)} {Amount(rule.Value)}{unit}",
        };
    }

    private static string Times(double count) => count switch { 0 => "never", 1 => "once", _ => $"{RuleSentence.Count(count)} times" };
}
