using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <summary>A customer's value of a measure: a count, cents, pieces, a property's unit, milliseconds since 1970 of an instant or the first or last event, or a day's number.</summary>
internal sealed class Measured
{
    public int CustomerId { get; init; }
    public double Value { get; init; }
}

/// <summary>What a condition measures of the events, one row a customer who has any.</summary>
internal static class EventMeasures
{
    public static IQueryable<Measured> Of(EventRule rule, RuleScope scope, EventSpan span)
    {
        if (rule.Measure == EventMeasure.Distinct)
        {
            return Distinct(rule, scope, span);
        }

        if (rule.IsOfNumbers)
        {
            return rule.Property is { } property ? Together(rule.Measure, Numbers(EventSource.Of(rule, scope, span), property)) : Amounts(rule, EventSource.Lines(rule, scope, span));
        }

        var lines = EventSource.Lines(rule, scope, span);
        return rule.Measure switch
        {
            EventMeasure.DaysSinceFirst => lines.GroupBy(x => x.CustomerId).Select(g => new Measured { CustomerId = g.Key, Value = ConsoleFunctions.Milliseconds(g.Min(x => x.At)) }),
            EventMeasure.DaysSinceLast => lines.GroupBy(x => x.CustomerId).Select(g => new Measured { CustomerId = g.Key, Value = ConsoleFunctions.Milliseconds(g.Max(x => x.At)) }),
            _ when EventSource.AreItems(rule) => lines.Select(x => new { x.CustomerId, x.EventId }).Distinct().GroupBy(x => x.CustomerId).Select(g => new Measured { CustomerId = g.Key, Value = g.LongCount() }),
            _ => lines.GroupBy(x => x.CustomerId).Select(g => new Measured { CustomerId = g.Key, Value = g.LongCount() }),
        };
    }

    private static IQueryable<Measured> Amounts(EventRule rule, IQueryable<EventLine> lines)
    {
        var pieces = rule.Of == "quantity";
        if (rule.Measure == EventMeasure.Sum)
        {
            return pieces ? lines.GroupBy(x => x.CustomerId).Select(g => new Measured { CustomerId = g.Key, Value = g.Sum(x => (long)x.Quantity) })
                : lines.GroupBy(x => x.CustomerId).Select(g => new Measured { CustomerId = g.Key, Value = g.Sum(x => x.AmountCents) });
        }

        if (!EventSource.AreItems(rule))
        {
            return Together(rule.Measure, pieces ? lines.Select(x => new Measured { CustomerId = x.CustomerId, Value = x.Quantity }) : lines.Select(x => new Measured { CustomerId = x.CustomerId, Value = x.AmountCents }));
        }

        // An event's amount is that of its matching lines together.
        var events = lines.GroupBy(x => new { x.CustomerId, x.EventId });
        return Together(rule.Measure, pieces ? events.Select(g => new Measured { CustomerId = g.Key.CustomerId, Value = g.Sum(x => (long)x.Quantity) })
            : events.Select(g => new Measured { CustomerId = g.Key.CustomerId, Value = g.Sum(x => x.AmountCents) }));
    }

    private static IQueryable<Measured> Together(EventMeasure measure, IQueryable<Measured> numbers)
    {
        var customers = numbers.GroupBy(x => x.CustomerId);
        return measure switch
        {
            EventMeasure.Sum => customers.Select(g => new Measured { CustomerId = g.Key, Value = g.Sum(x => x.Value) }),
            EventMeasure.Average => customers.Select(g => new Measured { CustomerId = g.Key, Value = g.Average(x => x.Value) }),
            EventMeasure.Minimum => customers.Select(g => new Measured { CustomerId = g.Key, Value = g.Min(x => x.Value) }),
            _ => customers.Select(g => new Measured { CustomerId = g.Key, Value = g.Max(x => x.Value) }),
        };
    }

    private static IQueryable<Measured> Numbers(IQueryable<Event> events, string property)
    {
        var read = FieldConditions.NumberOf(property);
        return events.Where(read.Then(x => x != null)).Select(read.With((Event e, double? x) => new Measured { CustomerId = e.CustomerId, Value = x!.Value }));
    }

    private static IQueryable<Measured> Distinct(EventRule rule, RuleScope scope, EventSpan span)
    {
        if (rule.Property is { } property)
        {
            var read = FieldConditions.TextOf(property);
            return Count(EventSource.Of(rule, scope, span).Where(read.Then(x => x != null)).Select(read.With((Event e, string? x) => new Pair<string?> { CustomerId = e.CustomerId, Key = x })));
        }

        var (lines, products) = (EventSource.Lines(rule, scope, span), scope.Db.Products);
        return rule.Of switch
        {
            "product" => Count(lines.Where(x => x.ProductId != null).Select(x => new Pair<int?> { CustomerId = x.CustomerId, Key = x.ProductId })),
            "category" => Count(lines.Join(products, x => x.ProductId, p => p.Id, (x, p) => new Pair<string> { CustomerId = x.CustomerId, Key = p.Category }).Where(x => x.Key != "")),
            "brand" => Count(lines.Join(products, x => x.ProductId, p => p.Id, (x, p) => new Pair<string> { CustomerId = x.CustomerId, Key = p.Brand }).Where(x => x.Key != "")),
            "store" => Count(lines.Where(x => x.StoreId != null).Select(x => new Pair<int?> { CustomerId = x.CustomerId, Key = x.StoreId })),
            "channel" => Count(lines.Select(x => new Pair<Channel> { CustomerId = x.CustomerId, Key = x.Channel })),
            "campaign" => Count(lines.Where(x => x.CampaignId != null).Select(x => new Pair<int?> { CustomerId = x.CustomerId, Key = x.CampaignId })),
            "day" => Count(lines.Select(x => new Pair<int> { CustomerId = x.CustomerId, Key = x.Day })),
            _ => throw new InvalidOperationException($"{rule.Of} cannot be told apart."),
        };
    }

    private static IQueryable<Measured> Count<TKey>(IQueryable<Pair<TKey>> pairs) => pairs.Distinct().GroupBy(x => x.CustomerId).Select(g => new Measured { CustomerId = g.Key, Value = g.LongCount() });

    private sealed class Pair<TKey>
    {
        public int CustomerId { get; init; }
        public required TKey Key { get; init; }
    }
}
