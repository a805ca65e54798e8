using System.Text.Json;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;

namespace MarketingConsole.Tests.Segments;

public sealed partial class RuleOracle
{
    private readonly Dictionary<RankRule, HashSet<int>> _ranks = new(ReferenceEqualityComparer.Instance);

    private bool Happened(EventRule rule, Customer c)
    {
        var all = Events(rule, c);
        var events = all.Where(e => InWindow(rule, e)).ToList();
        var days = TimeSpan.FromDays(rule.Days ?? 0);
        bool In(Event e, int first, int last) => e.At > asOf - (days * last) && e.At <= asOf - (days * first); // periods counted back from now
        return rule.Op switch
        {
            EventOperator.Performed => events.Count > 0,
            EventOperator.NotPerformed => events.Count == 0,
            EventOperator.Regularly => Enumerable.Range(0, rule.Periods!.Value).Count(i => all.Any(e => In(e, i, i + 1))) >= rule.Value,
            EventOperator.Stopped => all.Count(e => In(e, 1, 1 + rule.Periods!.Value)) >= rule.Value && !all.Any(e => In(e, 0, 1)),
            EventOperator.Restarted => all.Any(e => In(e, 0, 1)) && !all.Any(e => In(e, 1, 1 + rule.Periods!.Value)) && all.Any(e => e.At <= asOf - (days * (1 + rule.Periods!.Value))),
            _ => Measure(rule, events) is { } value && Compared(rule, value),
        };
    }

    private static bool Compared(EventRule rule, double value) => rule.Op switch
    {
        EventOperator.AtLeast => value >= rule.Value,
        EventOperator.AtMost => value <= rule.Value,
        EventOperator.Above => value > rule.Value,
        EventOperator.Below => value < rule.Value,
        EventOperator.Between => value >= rule.Value && value <= rule.To,
        _ => value == rule.Value,
    };

    private bool InWindow(EventRule rule, Event e) => (rule.Days is not { } days || e.At > asOf.AddDays(-days)) && (rule.Minutes is not { } minutes || e.At > asOf.AddMinutes(-minutes))
        && (rule.From is not { } from || e.At >= from.UtcDateTime) && (rule.Until is not { } until || e.At < until.UtcDateTime)
        && (rule.Window is not { } window || During(window, Local(e.At)));

    private List<Event> Events(EventRule rule, Customer c)
    {
        var last = rule.Since is { } since ? Events(since, c).Select(x => x.At).DefaultIfEmpty(DateTime.MinValue).Max() : DateTime.MinValue;
        return [.. Events(new EventPattern { Event = rule.Event, Name = rule.Name, Where = rule.Where }, c).Where(e => e.At > last)];
    }

    private List<Event> Events(EventPattern pattern, Customer c) => [.. _events[c.Id].Where(e => e.Type == pattern.Event && (pattern.Name is null || e.Name == pattern.Name)
        && !(e.Machine && e.Type is EventType.EmailOpen or EventType.EmailClick && e.Machine) && (pattern.Where is not { } where || Passes(e, where)))];

    private bool Followed(SequenceRule rule, Customer c)
    {
        var (thens, between) = (Events(rule.Then, c), rule.Without is { } without ? Events(without, c) : []);
        var within = rule.WithinDays is { } days ? TimeSpan.FromDays(days) : TimeSpan.FromMinutes(rule.WithinMinutes!.Value);
        return Events(rule.First, c).Where(f => rule.Days is not { } window || f.At > asOf.AddDays(-window))
            .Any(f => thens.Any(t => t.At > f.At && t.At - f.At <= within && !between.Any(w => w.At > f.At && w.At < t.At)));
    }

    /// <returns>Null = unknown.</returns>
    private double? Measure(EventRule rule, List<Event> events)
    {
        var numbers = rule.Property is { } property ? [.. events.Select(e => Json(e, property)).Where(x => x?.ValueKind == JsonValueKind.Number).Select(x => x!.Value.GetDouble())]
            : events.Select(e => Parts(rule, e) is var (cents, pieces) && rule.Of == "quantity" ? pieces : cents / 100.0).ToList();
        return rule.Measure switch
        {
            EventMeasure.Count => events.Count,
            EventMeasure.Sum => Math.Round(numbers.Sum(), 6),
            EventMeasure.Distinct => events.SelectMany(e => Different(rule, e)).Distinct().Count(),
            EventMeasure.DaysSinceFirst => events.Count == 0 ? null : Math.Floor((asOf - events.Min(x => x.At)).TotalDays),
            EventMeasure.DaysSinceLast => events.Count == 0 ? null : Math.Floor((asOf - events.Max(x => x.At)).TotalDays),
            _ when numbers.Count == 0 => null,
            EventMeasure.Average => Math.Round(numbers.Average(), 9),
            EventMeasure.Minimum => numbers.Min(),
            _ => numbers.Max(),
        };
    }

    private IEnumerable<string> Different(EventRule rule, Event e)
    {
        var items = e.Type is EventType.Purchase or EventType.Return;
        var products = (items ? Lines(e).Where(x => rule.Where is not { OnProducts: true } where || Matches(x.ProductId, where)).Select(x => x.ProductId) : e.ProductId is { } id ? [id] : []).Select(x => _products[x]);
        IEnumerable<string?> values = rule.Of switch
        {
            "product" => products.Select(x => (string?)x.Sku),
            "category" => products.Select(x => (string?)x.Category),
            "brand" => products.Select(x => (string?)x.Brand),
            "store" => [e.StoreId?.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            "channel" => [e.Channel.ToString()],
            "day" => [e.Day.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            "campaign" => [e.CampaignId?.ToString(System.Globalization.CultureInfo.InvariantCulture)],
            _ => [Text(Json(e, rule.Property!))],
        };
        return values.Where(x => !string.IsNullOrEmpty(x))!;
    }

    /// <summary>Cents and pieces of an event: those of its lines the filter on products asks for.</summary>
    private (long Cents, int Pieces) Parts(EventRule rule, Event e)
    {
        if (rule.Where is not { OnProducts: true } where || e.Type is not (EventType.Purchase or EventType.Return))
        {
            return (e.AmountCents, e.Quantity);
        }

        var lines = Lines(e).Where(i => Matches(i.ProductId, where)).ToList();
        return (lines.Sum(i => i.AmountCents), lines.Sum(i => i.Quantity));
    }

    private IEnumerable<EventItem> Lines(Event e) => _items[(e.CustomerId, e.Id)];

    private bool Passes(Event e, EventFilter where)
    {
        var products = e.Type is EventType.Purchase or EventType.Return ? Lines(e).Select(x => (int?)x.ProductId) : [e.ProductId];
        return (!where.OnProducts || products.Any(p => p is { } id && Matches(id, where)))
            && (where.Channels?.Contains(e.Channel) ?? true)
            && (where.Stores is null || (e.StoreId is { } store && where.Stores.Contains(store)))
            && (where.Campaigns is null || (e.CampaignId is { } campaign && where.Campaigns.Contains(campaign)))
            && !(e.AmountCents / 100.0 < where.AmountAtLeast) && !(e.AmountCents / 100.0 > where.AmountAtMost)
            && (where.Properties ?? []).All(x => Passes(Json(e, x.Name), x));
    }

    private bool Matches(int product, EventFilter where)
    {
        var p = _products[product];
        return (where.Categories?.Contains(p.Category) ?? true) && (where.Brands?.Contains(p.Brand) ?? true) && (where.Skus?.Contains(p.Sku) ?? true)
            && !(p.PriceCents / 100.0 < where.PriceAtLeast) && !(p.PriceCents / 100.0 > where.PriceAtMost);
    }

    private static bool Passes(JsonElement? property, PropertyFilter filter)
    {
        var text = Text(property);
        var known = !string.IsNullOrEmpty(text);
        double? number = property?.ValueKind == JsonValueKind.Number ? property.Value.GetDouble() : null;
        return filter.Op switch
        {
            RuleOperator.Exists => known,
            RuleOperator.Missing => !known,
            RuleOperator.Is => filter.Value!.Value.Number is { } x ? number == x : text == filter.Value.Value.Text,
            RuleOperator.IsNot => filter.Value!.Value.Number is { } x ? number is not null && number != x : text is not null && text != filter.Value.Value.Text,
            RuleOperator.In => text is not null && filter.Values!.Contains(text),
            RuleOperator.NotIn => text is not null && !filter.Values!.Contains(text),
            RuleOperator.Contains => text?.Contains(filter.Value!.Value.Text!, StringComparison.Ordinal) == true,
            RuleOperator.Below => number < filter.Value!.Value.Number,
            RuleOperator.AtMost => number <= filter.Value!.Value.Number,
            RuleOperator.AtLeast => number >= filter.Value!.Value.Number,
            RuleOperator.Above => number > filter.Value!.Value.Number,
            _ => number >= filter.Value!.Value.Number && number <= filter.To!.Value.Number,
        };
    }

    /// <returns>A text that is not empty, a number or a boolean; null for all else.</returns>
    private static string? Text(JsonElement? property) => property?.ValueKind switch
    {
        JsonValueKind.String when property.Value.GetString() is { Length: > 0 } text => text,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => property.Value.GetRawText(),
        _ => null,
    };

    private static JsonElement? Json(Event e, string path)
    {
        JsonElement? at = e.PropertiesJson is { } json ? JsonDocument.Parse(json).RootElement : null;
        foreach (var name in path.Split('.'))
        {
            at = at is { ValueKind: JsonValueKind.Object } value && value.TryGetProperty(name, out var inner) ? inner : null;
        }

        return at;
    }

    private HashSet<int> Ranked(RankRule rule)
    {
        if (_ranks.TryGetValue(rule, out var known))
        {
            return known;
        }

        var eligible = Eligible(profiled: true).ToList();
        var places = rule.Percent is { } percent ? (int)Math.Ceiling(Math.Round(eligible.Count * percent / 100, 6)) : rule.Count!.Value;
        var ranked = eligible.Select(c => (c.Id, Value: Rank(rule, c))).Where(x => x.Value is not null);
        ranked = rule.Top ? ranked.OrderByDescending(x => x.Value).ThenBy(x => x.Id) : ranked.OrderBy(x => x.Value).ThenBy(x => x.Id);
        return _ranks[rule] = [.. ranked.Take(places).Select(x => x.Id)];
    }

    private static double? Ordered(object? value) => value switch { null => null, DateTime at => (at - DateTime.UnixEpoch).TotalMinutes, DateOnly day => day.DayNumber, _ => (double)value };

    private double? Rank(RankRule rule, Customer c)
    {
        if (rule.Field is { } field)
        {
            return field switch
            {
                "custom.size" => _sizes[c.Id].Max(x => x.Number),
                "age" => c.BirthDate is { } born ? (asOf - born.ToDateTime(TimeOnly.MinValue)).TotalDays : null,
                "birthDate" or "signUp" => Ordered(Trait(field, c)),
                _ => Ordered(Feature(field, c.Id)),
            };
        }

        var happened = rule.Event!;
        var events = Events(happened, c).Where(e => InWindow(happened, e)).ToList();
        return happened.Measure switch
        {
            _ when events.Count == 0 => null,
            EventMeasure.DaysSinceFirst => (asOf - events.Min(x => x.At)).TotalDays,
            EventMeasure.DaysSinceLast => (asOf - events.Max(x => x.At)).TotalDays,
            EventMeasure.Distinct => Measure(happened, events) is > 0 and var different ? different : null,
            EventMeasure.Sum when happened.Property is { } property && !events.Any(e => Json(e, property)?.ValueKind == JsonValueKind.Number) => null,
            _ => Measure(happened, events),
        };
    }
}
