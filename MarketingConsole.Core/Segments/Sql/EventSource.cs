using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>A stretch of time, UTC.</summary>
/// <param name="After">Exclusive.</param>
/// <param name="From">Inclusive.</param>
/// <param name="Until">Exclusive.</param>
/// <param name="UpTo">Inclusive.</param>
internal readonly record struct EventSpan(DateTime? After = null, DateTime? From = null, DateTime? Until = null, DateTime? UpTo = null)
{
    /// <summary>The window of a rule.</summary>
    public static EventSpan Of(EventRule rule, RuleScope scope)
    {
        if (rule.Window is { } window)
        {
            var (from, until) = CalendarDays.Of(window, scope.AsOf, scope.Calendar).Instants(scope.Calendar);
            return new EventSpan(From: from, Until: until);
        }

        return rule switch
        {
            { Days: { } days } => new EventSpan(After: scope.AsOf.AddDays(-days)),
            { Minutes: { } minutes } => new EventSpan(After: scope.AsOf.AddMinutes(-minutes)),
            _ => new EventSpan(From: rule.From?.UtcDateTime, Until: rule.Until?.UtcDateTime),
        };
    }
}

/// <summary>One event, or one line of a purchase or return, as the measures read it.</summary>
internal sealed class EventLine
{
    public int CustomerId { get; init; }
    public long EventId { get; init; }
    public DateTime At { get; init; }
    public int Day { get; init; }
    public Channel Channel { get; init; }
    public int? StoreId { get; init; }
    public int? CampaignId { get; init; }
    public int? ProductId { get; init; }
    public long AmountCents { get; init; }
    public int Quantity { get; init; }
}

/// <summary>The events a condition looks at.</summary>
internal static class EventSource
{
    /// <summary>True when <see cref="Lines"/> gives lines of purchases or returns, of which one event may have several.</summary>
    public static bool AreItems(EventRule rule) => HasItems(rule.Event) && (rule.Where is { OnProducts: true } || rule is { Measure: EventMeasure.Distinct, Of: "product" or "category" or "brand" });

    public static IQueryable<EventLine> Lines(EventRule rule, RuleScope scope, EventSpan span) => AreItems(rule)
        ? Items(rule, scope, span)
        : Of(rule, scope, span).Select(x => new EventLine { CustomerId = x.CustomerId, EventId = x.Id, At = x.At, Day = x.Day, Channel = x.Channel, StoreId = x.StoreId, CampaignId = x.CampaignId, ProductId = x.ProductId, AmountCents = x.AmountCents, Quantity = x.Quantity });

    public static IQueryable<Event> Of(EventRule rule, RuleScope scope, EventSpan span) => Since(Within(Of(new EventPattern { Event = rule.Event, Name = rule.Name, Where = rule.Where }, scope), span), rule, scope);

    /// <summary>All events of a kind up to the instant of evaluation.</summary>
    public static IQueryable<Event> Of(EventPattern pattern, RuleScope scope)
    {
        var type = pattern.Event ?? throw new InvalidOperationException("The rule names no event.");
        var db = scope.Db;
        var events = Passing(db.Events.Where(x => x.Type == type), pattern.Name, pattern.Where, scope);
        if (scope.Only is { } only)
        {
            events = events.Where(x => EF.Parameter(only).Contains(x.CustomerId));
        }

        if (type is EventType.EmailOpen or EventType.EmailClick)
        {
            events = events.Where(x => !x.Machine);
        }

        if (pattern.Where is { OnProducts: true } where)
        {
            var products = Products(db, where);
            events = HasItems(type)
                ? events.Where(x => db.EventItems.Any(i => i.CustomerId == x.CustomerId && i.EventId == x.Id && products.Contains(i.ProductId)))
                : events.Where(x => x.ProductId != null && products.Contains(x.ProductId.Value));
        }

        return events;
    }

    /// <summary>The lines of purchases or returns that hold the products. A line knows whether it is a return: not asking the event's type leads the database
    /// from the products to their lines instead of through all purchases there are.</summary>
    private static IQueryable<EventLine> Items(EventRule rule, RuleScope scope, EventSpan span)
    {
        var db = scope.Db;
        var returned = rule.Event == EventType.Return;
        var items = db.EventItems.Where(x => x.Returned == returned);
        if (rule.Where is { OnProducts: true } where)
        {
            var products = Products(db, where);
            items = items.Where(x => products.Contains(x.ProductId));
        }

        if (scope.Only is { } only)
        {
            items = items.Where(x => EF.Parameter(only).Contains(x.CustomerId));
        }

        if ((span.After ?? span.From) is { } start)
        {
            var day = ShopCalendar.DayOf(DateOnly.FromDateTime(start)) - 1; // a day early: the shop's day may begin later than UTC's
            items = items.Where(x => x.Day >= day);
        }

        return from i in items
               join e in Since(Within(Passing(db.Events, rule.Name, rule.Where, scope), span), rule, scope) on new { i.CustomerId, i.EventId } equals new { e.CustomerId, EventId = e.Id }
               select new EventLine { CustomerId = i.CustomerId, EventId = i.EventId, At = e.At, Day = e.Day, Channel = e.Channel, StoreId = e.StoreId, CampaignId = e.CampaignId, ProductId = i.ProductId, AmountCents = i.AmountCents, Quantity = i.Quantity };
    }

    private static IQueryable<Event> Within(IQueryable<Event> events, EventSpan span)
    {
        if (span.After is { } after)
        {
            events = events.Where(x => x.At > after);
        }

        if (span.From is { } from)
        {
            events = events.Where(x => x.At >= from);
        }

        if (span.Until is { } until)
        {
            events = events.Where(x => x.At < until);
        }

        return span.UpTo is { } upTo ? events.Where(x => x.At <= upTo) : events;
    }

    private static IQueryable<Event> Since(IQueryable<Event> events, EventRule rule, RuleScope scope)
    {
        if (rule.Since is not { } since)
        {
            return events;
        }

        var marks = Of(since, scope);
        return events.Where(x => !marks.Any(m => m.CustomerId == x.CustomerId && m.At >= x.At));
    }

    /// <summary>Up to the instant of evaluation, and every filter that is not on products.</summary>
    private static IQueryable<Event> Passing(IQueryable<Event> events, string? name, EventFilter? where, RuleScope scope)
    {
        var asOf = scope.AsOf;
        events = events.Where(x => x.At <= asOf);
        if (name is not null)
        {
            events = events.Where(x => x.Name == name);
        }

        if (where?.Channels is { } channels)
        {
            events = events.Where(x => channels.Contains(x.Channel));
        }

        if (where?.Stores is { } stores)
        {
            events = events.Where(x => x.StoreId != null && stores.Contains(x.StoreId.Value));
        }

        if (where?.Campaigns is { } campaigns)
        {
            events = events.Where(x => x.CampaignId != null && campaigns.Contains(x.CampaignId.Value));
        }

        if (where?.AmountAtLeast is { } low)
        {
            var cents = FieldConditions.Cents(low);
            events = events.Where(x => x.AmountCents >= cents);
        }

        if (where?.AmountAtMost is { } high)
        {
            var cents = FieldConditions.Cents(high);
            events = events.Where(x => x.AmountCents <= cents);
        }

        return (where?.Properties ?? []).Aggregate(events, (all, x) => all.Where(FieldConditions.Property(x)));
    }

    private static IQueryable<int> Products(ConsoleDb db, EventFilter where)
    {
        var (categories, brands, skus) = (where.Categories, where.Brands, where.Skus);
        var products = db.Products.AsQueryable();
        products = categories is null ? products : products.Where(x => categories.Contains(x.Category));
        products = brands is null ? products : products.Where(x => brands.Contains(x.Brand));
        products = skus is null ? products : products.Where(x => skus.Contains(x.Sku));
        if (where.PriceAtLeast is { } low)
        {
            var cents = FieldConditions.Cents(low);
            products = products.Where(x => x.PriceCents >= cents);
        }

        if (where.PriceAtMost is { } high)
        {
            var cents = FieldConditions.Cents(high);
            products = products.Where(x => x.PriceCents <= cents);
        }

        return products.Select(x => x.Id);
    }

    private static bool HasItems(EventType? type) => type is EventType.Purchase or EventType.Return;
}
