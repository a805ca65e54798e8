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
        var lines = rule.Where is { OnProducts: true } where && HasLines(rule) ? OfProducts(db, rule, where, asOf, only) : OfEvents(Matching(db, rule, asOf, only));
        var value = rule.Measure == EventMeasure.Amount ? FieldConditions.Cents(rule.Value) : (long)(rule.Value ?? 0);
        return rule.Op switch
        {
            EventOperator.Performed => Among(lines.Select(x => x.CustomerId)),
            EventOperator.NotPerformed => Among(lines.Select(x => x.CustomerId)).Not(),
            EventOperator.AtLeast => Among(Totals(rule, lines, x => x >= value)),
            EventOperator.AtMost => Among(Totals(rule, lines, x => x > value)).Not(),
            _ when value == 0 => Among(Totals(rule, lines, x => x != 0)).Not(),
            _ => Among(Totals(rule, lines, x => x == value)),
        };
    }

    private static Expression<Func<Customer, bool>> Among(IQueryable<int> ids) => c => ids.Contains(c.Id);

    /// <returns>Customers whose total passes the test; those without any event are not among them.</returns>
    private static IQueryable<int> Totals(EventRule rule, IQueryable<Line> lines, Expression<Func<long, bool>> test)
    {
        if (rule.Measure == EventMeasure.Count)
        {
            var counted = lines.Select(x => new { x.CustomerId, x.EventId });
            return GroupWhere((rule.Where is { OnProducts: true } && HasLines(rule) ? counted.Distinct() : counted).GroupBy(x => x.CustomerId), g => g.LongCount(), test);
        }

        return rule.Measure == EventMeasure.Amount
            ? GroupWhere(lines.GroupBy(x => x.CustomerId), g => g.Sum(x => x.AmountCents), test)
            : GroupWhere(lines.GroupBy(x => x.CustomerId), g => g.Sum(x => (long)x.Quantity), test);
    }

    private static IQueryable<int> GroupWhere<T>(IQueryable<IGrouping<int, T>> groups, Expression<Func<IGrouping<int, T>, long>> total, Expression<Func<long, bool>> test) => groups.Where(total.Then(test)).Select(g => g.Key);

    private static IQueryable<Line> OfEvents(IQueryable<Event> events) => events.Select(x => new Line { CustomerId = x.CustomerId, EventId = x.Id, AmountCents = x.AmountCents, Quantity = x.Quantity });

    /// <summary>The lines of purchases or returns that hold the products. A line knows whether it is a return: not asking the event's type leads the database
    /// from the products to their lines instead of through all purchases there are.</summary>
    private static IQueryable<Line> OfProducts(ConsoleDb db, EventRule rule, EventFilter where, DateTime asOf, IReadOnlyCollection<int>? only)
    {
        var products = Products(db, where);
        var returned = rule.Event == EventType.Return;
        var lines = db.EventItems.Where(x => x.Returned == returned && products.Contains(x.ProductId));
        if (only is not null)
        {
            lines = lines.Where(x => EF.Parameter(only).Contains(x.CustomerId));
        }

        if (Since(rule, asOf) is { } since)
        {
            var day = ShopCalendar.DayOf(DateOnly.FromDateTime(since)) - 1; // a day early: the shop's day may begin later than UTC's
            lines = lines.Where(x => x.Day >= day);
        }

        return from i in lines
               join e in Within(db.Events, rule, asOf) on new { i.CustomerId, i.EventId } equals new { e.CustomerId, EventId = e.Id }
               select new Line { CustomerId = i.CustomerId, EventId = i.EventId, AmountCents = i.AmountCents, Quantity = i.Quantity };
    }

    private static IQueryable<Event> Matching(ConsoleDb db, EventRule rule, DateTime asOf, IReadOnlyCollection<int>? only)
    {
        var type = rule.Event ?? throw new InvalidOperationException("The rule names no event.");
        var events = Within(db.Events.Where(x => x.Type == type), rule, asOf);
        if (only is not null)
        {
            events = events.Where(x => EF.Parameter(only).Contains(x.CustomerId));
        }

        if (type is EventType.EmailOpen or EventType.EmailClick)
        {
            events = events.Where(x => !x.Machine);
        }

        if (rule.Where is { OnProducts: true } where)
        {
            var products = Products(db, where);
            events = events.Where(x => x.ProductId != null && products.Contains(x.ProductId.Value));
        }

        return events;
    }

    /// <summary>The window and every filter that is not on products.</summary>
    private static IQueryable<Event> Within(IQueryable<Event> events, EventRule rule, DateTime asOf)
    {
        events = events.Where(x => x.At <= asOf);
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

        if (rule.Name is { } name)
        {
            events = events.Where(x => x.Name == name);
        }

        if (rule.Where is { } where)
        {
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
        }

        return events;
    }

    private static DateTime? Since(EventRule rule, DateTime asOf) => rule.Days is { } days ? asOf.AddDays(-days) : rule.From?.UtcDateTime;

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
        public long EventId { get; init; }
        public long AmountCents { get; init; }
        public int Quantity { get; init; }
    }
}
