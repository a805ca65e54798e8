using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;

namespace MarketingConsole.Tests.Segments;

/// <summary>Evaluates rules customer by customer over loaded data, written from the documented meaning and sharing no code with the SQL evaluator.</summary>
public sealed class RuleOracle(SegmentWorld world, DateTime asOf)
{
    private readonly ILookup<int, Event> _events = world.Events.Where(x => x.At <= asOf).ToLookup(x => x.CustomerId);
    private readonly ILookup<(int, long), EventItem> _items = world.Items.ToLookup(x => (x.CustomerId, x.EventId));
    private readonly Dictionary<int, Product> _products = world.Products.ToDictionary(x => x.Id);
    private readonly Dictionary<int, Twin> _twins = world.Twins.ToDictionary(x => x.CustomerId);
    private readonly Dictionary<(int, string), CustomerTrait> _traits = world.Traits.ToDictionary(x => (x.CustomerId, x.Name));
    private readonly Dictionary<(int, Purpose), ConsentChoice> _choices = world.Choices.ToDictionary(x => (x.CustomerId, x.Purpose));
    private readonly Dictionary<(int, int), double> _similar = world.Similarities.ToDictionary(x => (x.SegmentId, x.CustomerId), x => x.Similarity);
    private readonly HashSet<(int, int)> _members = [.. world.Members.Select(x => (x.SegmentId, x.CustomerId))];

    public List<int> Members(SegmentRule rule) => [.. world.Customers
        .Where(c => c.ErasedAt is null && (c.CreatedAt <= asOf || _events[c.Id].Any()))
        .Where(c => !Profiles(rule) || Allowed(c, Purpose.Profiling))
        .Where(c => Holds(rule, c)).Select(c => c.Id).Order()];

    private static bool Profiles(SegmentRule rule) => rule is EventRule or TwinRule or LookalikeRule || (rule is GroupRule group && group.Rules.Any(Profiles));

    private bool Allowed(Customer c, Purpose purpose) => world.Consent.IsAllowed(purpose, c.Jurisdiction, _choices.GetValueOrDefault((c.Id, purpose)), asOf);

    private bool Holds(SegmentRule rule, Customer c) => rule switch
    {
        GroupRule { Match: GroupMatch.All } g => g.Rules.All(x => Holds(x, c)),
        GroupRule { Match: GroupMatch.Any } g => g.Rules.Any(x => Holds(x, c)),
        GroupRule g => !g.Rules.Any(x => Holds(x, c)),
        PermissionRule p => Allowed(c, p.Purpose!.Value) == p.Allowed,
        MemberRule m => _members.Contains((m.Segment!.Value, c.Id)) == m.Member,
        LookalikeRule l => _similar.TryGetValue((l.Segment!.Value, c.Id), out var similarity) && Math.Round(similarity * 100, 9) >= l.AtLeast,
        EventRule e => Happened(e, c),
        FieldRule f => Compare(f, f is TwinRule ? Feature(f.Field, c.Id) : Trait(f.Field, c)),
        _ => throw new InvalidOperationException(),
    };

    private bool Happened(EventRule rule, Customer c)
    {
        var events = _events[c.Id].Where(e => e.Type == rule.Event && (rule.Name is null || e.Name == rule.Name)
            && !(e.Machine && e.Type is EventType.EmailOpen or EventType.EmailClick && e.Machine)
            && (rule.Days is not { } days || e.At > asOf.AddDays(-days))
            && (rule.From is not { } from || e.At >= from.UtcDateTime) && (rule.Until is not { } until || e.At < until.UtcDateTime)
            && (rule.Where is not { } where || Passes(e, where))).ToList();
        if (rule.Op is EventOperator.Performed or EventOperator.NotPerformed)
        {
            return events.Count > 0 == (rule.Op == EventOperator.Performed);
        }

        var lines = rule.Where is { OnProducts: true } && rule.Event is EventType.Purchase or EventType.Return && rule.Where is { OnProducts: true };
        var total = rule.Measure switch
        {
            EventMeasure.Count => events.Count,
            EventMeasure.Amount => lines ? events.SelectMany(Lines).Where(i => Matches(i.ProductId, rule.Where!)).Sum(i => i.AmountCents) / 100.0 : events.Sum(e => e.AmountCents) / 100.0,
            _ => lines ? events.SelectMany(Lines).Where(i => Matches(i.ProductId, rule.Where!)).Sum(i => i.Quantity) : events.Sum(e => e.Quantity),
        };
        return rule.Op switch { EventOperator.AtLeast => total >= rule.Value, EventOperator.AtMost => total <= rule.Value, _ => total == rule.Value };
    }

    private IEnumerable<EventItem> Lines(Event e) => _items[(e.CustomerId, e.Id)];

    private bool Passes(Event e, EventFilter where)
    {
        var products = e.Type is EventType.Purchase or EventType.Return ? Lines(e).Select(x => (int?)x.ProductId) : [e.ProductId];
        return (!where.OnProducts || products.Any(p => p is { } id && Matches(id, where)))
            && (where.Channels?.Contains(e.Channel) ?? true)
            && (where.Stores is null || (e.StoreId is { } store && where.Stores.Contains(store)))
            && (where.Campaigns is null || (e.CampaignId is { } campaign && where.Campaigns.Contains(campaign)))
            && !(e.AmountCents / 100.0 < where.AmountAtLeast) && !(e.AmountCents / 100.0 > where.AmountAtMost);
    }

    private bool Matches(int product, EventFilter where)
    {
        var p = _products[product];
        return (where.Categories?.Contains(p.Category) ?? true) && (where.Brands?.Contains(p.Brand) ?? true) && (where.Skus?.Contains(p.Sku) ?? true);
    }

    private object? Trait(string field, Customer c) => field switch
    {
        "country" => c.Country,
        "city" => c.City,
        "tier" => c.Tier,
        "emailDomain" => c.Email?.Split('@')[1],
        "age" => c.BirthDate is { } born ? (double)Age(born) : null,
        "birthDate" => c.BirthDate,
        "signUp" => c.CreatedAt,
        "custom.size" => _traits.GetValueOrDefault((c.Id, "size")),
        _ => throw new InvalidOperationException(field),
    };

    private int Age(DateOnly born)
    {
        var today = DateOnly.FromDateTime(asOf);
        var age = today.Year - born.Year;
        return (today.Month, today.Day).CompareTo((born.Month, born.Day)) < 0 ? age - 1 : age;
    }

    private object? Feature(string field, int id) => _twins.GetValueOrDefault(id) is not { } t ? null : field switch
    {
        "stage" => char.ToLowerInvariant(t.Stage.ToString()[0]) + t.Stage.ToString()[1..],
        "orders" => (double)t.Orders,
        "revenue" => t.RevenueCents / 100.0,
        "averageBasket" => t.Orders == 0 ? null : t.AverageBasketCents / 100.0,
        "medianGap" => t.MedianGapDays,
        "lastOrder" => t.LastOrderAt,
        "openRate" => t.EmailsSent == 0 ? null : (double)t.EmailsOpened * 100 / t.EmailsSent,
        "topCategory" => t.TopCategory,
        "topChannel" => t.TopChannel?.ToString().ToLowerInvariant(),
        "chanceToBuy" => t.ChanceToBuy is { } p ? Math.Round(p * 100, 9) : null,
        "churnRisk" => t.ChurnRisk is { } p ? Math.Round(p * 100, 9) : null,
        "orders90" => t.Orders90,
        "spend365" => t.Spend365Cents is { } cents ? cents / 100.0 : null,
        "nextOrderFrom" => t.NextOrderFrom,
        "cluster" => t.Cluster,
        _ => throw new InvalidOperationException(field),
    };

    private bool Compare(FieldRule rule, object? value)
    {
        var numeric = rule.Op is RuleOperator.AtLeast or RuleOperator.AtMost or RuleOperator.Above or RuleOperator.Below or RuleOperator.Between || rule.Value?.Number is not null;
        value = value is CustomerTrait trait ? numeric ? trait.Number : trait.Value : value;
        return (rule.Op, value) switch
        {
            (RuleOperator.Missing, _) => value is null or "",
            (RuleOperator.Exists, _) => value is not (null or ""),
            (_, null) => false,
            (_, string text) => rule.Op switch
            {
                RuleOperator.Is => text == rule.Value?.Text,
                RuleOperator.IsNot => text != rule.Value?.Text,
                RuleOperator.In => rule.Values!.Contains(text),
                RuleOperator.NotIn => !rule.Values!.Contains(text),
                RuleOperator.Contains => text.Contains(rule.Value!.Value.Text!, StringComparison.Ordinal),
                _ => text.StartsWith(rule.Value!.Value.Text!, StringComparison.Ordinal),
            },
            (_, double number) => Order(rule, number.CompareTo(rule.Value!.Value.Number!.Value), rule.To?.Number is { } to ? number.CompareTo(to) : 0),
            (_, DateOnly day) => When(rule, day.ToDateTime(TimeOnly.MinValue), asOf.Date),
            (_, DateTime at) => When(rule, at, asOf),
            _ => throw new InvalidOperationException(),
        };
    }

    private static bool When(FieldRule rule, DateTime at, DateTime end) => rule.Op switch
    {
        RuleOperator.InLast => at <= end && at > end.AddDays(-rule.Days!.Value),
        RuleOperator.InNext => at > end && at <= end.AddDays(rule.Days!.Value),
        RuleOperator.NotInLast => at <= end.AddDays(-rule.Days!.Value),
        _ => Order(rule, at.CompareTo(rule.Value!.Value.Date!.Value.ToDateTime(TimeOnly.MinValue)), rule.To?.Date is { } to ? at.Date.CompareTo(to.ToDateTime(TimeOnly.MinValue)) : 0),
    };

    private static bool Order(FieldRule rule, int low, int high) => rule.Op switch
    {
        RuleOperator.Is => low == 0,
        RuleOperator.IsNot => low != 0,
        RuleOperator.Below => low < 0,
        RuleOperator.AtMost => low <= 0,
        RuleOperator.AtLeast => low >= 0,
        RuleOperator.Above => low > 0,
        _ => low >= 0 && high <= 0,
    };
}
