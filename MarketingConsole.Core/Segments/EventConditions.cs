using System.Linq.Expressions;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>Event behaviour as a filter on customers: one grouped subquery, so that the database reads the window once instead of once a customer.</summary>
internal static class EventConditions
{
    /// <param name="only">Customers to look at; null = all.</param>
    public static Expression<Func<Customer, bool>> Compile(ConsoleDb db, EventRule rule, DateTime asOf, IReadOnlyCollection<int>? only)
    {
        var events = Matching(db, rule, asOf, only);
        var value = rule.Measure == EventMeasure.Amount ? FieldConditions.Cents(rule.Value) : (long)(rule.Value ?? 0);
        return rule.Op switch
        {
            EventOperator.Performed => Among(events.Select(x => x.CustomerId)),
            EventOperator.NotPerformed => Among(events.Select(x => x.CustomerId)).Not(),
            EventOperator.AtLeast => Among(Totals(db, rule, events, x => x >= value)),
            EventOperator.AtMost => Among(Totals(db, rule, events, x => x > value)).Not(),
            _ when value == 0 => Among(Totals(db, rule, events, x => x != 0)).Not(),
            _ => Among(Totals(db, rule, events, x => x == value)),
        };
    }

    private static Expression<Func<Customer, bool>> Among(IQueryable<int> ids) => c => ids.Contains(c.Id);

    /// <returns>Customers whose total passes the test; those without any event are not among them.</returns>
    private static IQueryable<int> Totals(ConsoleDb db, EventRule rule, IQueryable<Event> events, Expression<Func<long, bool>> test)
    {
        if (rule.Measure == EventMeasure.Count)
        {
            Expression<Func<IGrouping<int, Event>, long>> count = g => g.LongCount();
            return events.GroupBy(x => x.CustomerId).Where(count.Then(test)).Select(g => g.Key);
        }

        var amount = rule.Measure == EventMeasure.Amount;
        if (rule.Where is { OnProducts: true } where && HasLines(rule))
        {
            var products = Products(db, where);
            var lines = from e in events
                        join i in db.EventItems on new { e.CustomerId, e.Id } equals new { i.CustomerId, Id = i.EventId }
                        where products.Contains(i.ProductId)
                        select new Line { CustomerId = e.CustomerId, Value = amount ? i.AmountCents : i.Quantity };
            return Sum(lines, test);
        }

        return Sum(events.Select(x => new Line { CustomerId = x.CustomerId, Value = amount ? x.AmountCents : x.Quantity }), test);
    }

    private static IQueryable<int> Sum(IQueryable<Line> lines, Expression<Func<long, bool>> test)
    {
        Expression<Func<IGrouping<int, long>, long>> sum = g => g.Sum(x => x);
        return lines.GroupBy(x => x.CustomerId, x => x.Value).Where(sum.Then(test)).Select(g => g.Key);
    }

    private static IQueryable<Event> Matching(ConsoleDb db, EventRule rule, DateTime asOf, IReadOnlyCollection<int>? only)
    {
        var type = rule.Event ?? throw new InvalidOperationException("The rule names no event.");
        var events = db.Events.Where(x => x.Type == type && x.At <= asOf);
        if (only is not null)
        {
            events = events.Where(x => EF.Parameter(only).Contains(x.CustomerId));
        }

        if (type is EventType.EmailOpen or EventType.EmailClick)
        {
            events = events.Where(x => !x.Machine);
        }

        if (rule.Name is { } name)
        {
            events = events.Where(x => x.Name == name);
        }

        if (rule.Days is { } days)
        {
            var since = asOf.AddDays(-days);
            events = events.Where(x => x.At > since);
        }

        if (rule.From?.UtcDateTime is { } from)
        {
            events = events.Where(x => x.At >= from);
        }

        if (rule.Until?.UtcDateTime is { } until)
        {
            events = events.Where(x => x.At < until);
        }

        return rule.Where is { } where ? Filter(db, rule, where, events) : events;
    }

    private static IQueryable<Event> Filter(ConsoleDb db, EventRule rule, EventFilter where, IQueryable<Event> events)
    {
        if (where.OnProducts)
        {
            var products = Products(db, where);
            // "+ 0" keeps SQLite from walking all sales of the products for each event: the lines of one event are few.
            events = HasLines(rule)
                ? events.Where(x => db.EventItems.Any(i => i.CustomerId == x.CustomerId && i.EventId == x.Id && products.Contains(i.ProductId + 0)))
                : events.Where(x => x.ProductId != null && products.Contains(x.ProductId.Value));
        }

        if (where.Channels is { } channels)
        {
            events = events.Where(x => channels.Contains(x.Channel));
        }

        if (where.Stores is { } stores)
        {
            events = events.Where(x => x.StoreId != null && stores.Contains(x.StoreId.Value));
        }

        if (where.Campaigns is { } campaigns)
        {
            events = events.Where(x => x.CampaignId != null && campaigns.Contains(x.CampaignId.Value));
        }

        if (where.AmountAtLeast is { } low)
        {
            var cents = FieldConditions.Cents(low);
            events = events.Where(x => x.AmountCents >= cents);
        }

        if (where.AmountAtMost is { } high)
        {
            var cents = FieldConditions.Cents(high);
            events = events.Where(x => x.AmountCents <= cents);
        }

        return events;
    }

    private static IQueryable<int> Products(ConsoleDb db, EventFilter where)
    {
        var (categories, brands, skus) = (where.Categories, where.Brands, where.Skus);
        var products = db.Products.AsQueryable();
        products = categories is null ? products : products.Where(x => categories.Contains(x.Category));
        products = brands is null ? products : products.Where(x => brands.Contains(x.Brand));
        products = skus is null ? products : products.Where(x => skus.Contains(x.Sku));
        return products.Select(x => x.Id);
    }

    private static bool HasLines(EventRule rule) => rule.Event is EventType.Purchase or EventType.Return;

    private sealed class Line
    {
        public int CustomerId { get; init; }
        public long Value { get; init; }
    }
}
