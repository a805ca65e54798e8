using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins;

namespace MarketingConsole.Tests.Segments;

/// <summary>Evaluates rules customer by customer over loaded data, written from the documented meaning and sharing no code with the SQL evaluator.</summary>
public sealed partial class RuleOracle(SegmentWorld world, DateTime asOf)
{
    private readonly ILookup<int, Event> _events = world.Events.Where(x => x.At <= asOf).ToLookup(x => x.CustomerId);
    private readonly ILookup<(int, long), EventItem> _items = world.Items.ToLookup(x => (x.CustomerId, x.EventId));
    private readonly Dictionary<int, Product> _products = world.Products.ToDictionary(x => x.Id);
    private readonly Dictionary<int, Twin> _twins = world.Twins.ToDictionary(x => x.CustomerId);
    private readonly ILookup<int, CustomerTrait> _sizes = world.Traits.Where(x => x.Name == "size").ToLookup(x => x.CustomerId);
    private readonly Dictionary<(int, Purpose), ConsentChoice> _choices = world.Choices.ToDictionary(x => (x.CustomerId, x.Purpose));
    private readonly Dictionary<(int, int), double> _similar = world.Similarities.ToDictionary(x => (x.SegmentId, x.CustomerId), x => x.Similarity);
    private readonly Dictionary<(int, int), DateTime> _members = world.Members.ToDictionary(x => (x.SegmentId, x.CustomerId), x => x.EnteredAt);

    public List<int> Members(SegmentRule rule) => [.. Eligible(Profiles(rule)).Where(c => Holds(rule, c)).Select(c => c.Id).Order()];

    private IEnumerable<Customer> Eligible(bool profiled) => world.Customers.Where(c => c.ErasedAt is null && (c.CreatedAt <= asOf || _events[c.Id].Any()) && (!profiled || Allowed(c, Purpose.Profiling)));

    private static bool Profiles(SegmentRule rule) => rule is EventRule or SequenceRule or TwinRule or LookalikeRule or RankRule || (rule is GroupRule group && group.Rules.Any(Profiles)) || (rule is HeldRule held && Profiles(held.Rule!));

    private bool Allowed(Customer c, Purpose purpose) => world.Consent.IsAllowed(purpose, c.Jurisdiction, _choices.GetValueOrDefault((c.Id, purpose)), asOf);

    private bool Holds(SegmentRule rule, Customer c) => rule switch
    {
        GroupRule { Match: GroupMatch.All } g => g.Rules.All(x => Holds(x, c)),
        GroupRule { Match: GroupMatch.Any } g => g.Rules.Any(x => Holds(x, c)),
        GroupRule g => !g.Rules.Any(x => Holds(x, c)),
        PermissionRule p => Allowed(c, p.Purpose!.Value) == p.Allowed,
        MemberRule m => (_members.TryGetValue((m.Segment!.Value, c.Id), out var entered) && (m.Days is not { } days || asOf - entered >= TimeSpan.FromDays(days))) == m.Member,
        HeldRule h => h.Watch is { } watch && _members.TryGetValue((watch, c.Id), out var since) && asOf - since >= h.Time,
        LookalikeRule l => _similar.TryGetValue((l.Segment!.Value, c.Id), out var similarity) && Math.Round(similarity * 100, 9) >= l.AtLeast,
        EventRule e => Happened(e, c),
        SequenceRule s => Followed(s, c),
        RankRule r => Ranked(r).Contains(c.Id),
        BucketRule b => Math.Round(b.From * 100) <= Drawn(b.Salt, c.Id) && Drawn(b.Salt, c.Id) < Math.Round(b.To * 100),
        NearRule n => Distance(n, c) <= n.Kilometres,
        TraitRule { Field: "custom.size" } f => Sized(f, [.. _sizes[c.Id]]),
        FieldRule f => Compare(f, f is TwinRule ? Feature(f.Field, c.Id) : Trait(f.Field, c)),
        _ => throw new InvalidOperationException(),
    };

    private object? Trait(string field, Customer c) => field switch
    {
        "country" => c.Country,
        "city" => c.City,
        "tier" => c.Tier,
        "emailDomain" => c.Email?.Split('@')[1],
        "age" => c.BirthDate is { } born ? (double)Age(born) : null,
        "birthDate" => c.BirthDate,
        "signUp" => c.CreatedAt,
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
        "stageSince" => t.StageSince,
        "orders" => (double)t.Orders,
        "revenue" => t.RevenueCents / 100.0,
        "averageBasket" => t.Orders == 0 ? null : t.AverageBasketCents / 100.0,
        "medianGap" => t.MedianGapDays,
        "lastOrder" => t.LastOrderAt,
        "lastSeen" => t.LastSeenAt,
        "openRate" => t.EmailsSent == 0 ? null : (double)t.EmailsOpened * 100 / t.EmailsSent,
        "topCategory" => t.TopCategory,
        "topCategoryShare" => t.TopCategoryShare is { } p ? Math.Round(p * 100, 9) : null,
        "topBrandShare" => t.TopBrandShare is { } p ? Math.Round(p * 100, 9) : null,
        "motivation" => t.Motivation,
        "dealDrive" => t.DealDrive is { } p ? Math.Round(p * 100, 9) : null,
        "qualityDrive" => t.QualityDrive is { } p ? Math.Round(p * 100, 9) : null,
        "topChannel" => t.TopChannel?.ToString().ToLowerInvariant(),
        "chanceToBuy" => t.ChanceToBuy is { } p ? Math.Round(p * 100, 9) : null,
        "churnRisk" => t.ChurnRisk is { } p ? Math.Round(p * 100, 9) : null,
        "offerUplift" => t.OfferUplift is { } p ? Math.Round(p * 100, 9) : null,
        "orders90" => t.Orders90,
        "spend365" => t.Spend365Cents is { } cents ? cents / 100.0 : null,
        "nextOrderFrom" => t.NextOrderFrom,
        "cluster" => t.Cluster,
        _ => throw new InvalidOperationException(field),
    };

    private bool Compare(FieldRule rule, object? value)
    {
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
                RuleOperator.EndsWith => text.EndsWith(rule.Value!.Value.Text!, StringComparison.Ordinal),
                _ => text.StartsWith(rule.Value!.Value.Text!, StringComparison.Ordinal),
            },
            (_, double number) => Order(rule, number.CompareTo(rule.Value!.Value.Number!.Value), rule.To?.Number is { } to ? number.CompareTo(to) : 0),
            (RuleOperator.During, DateOnly day) => During(rule.Window!.Value, day.ToDateTime(TimeOnly.MinValue)),
            (RuleOperator.During, DateTime at) => During(rule.Window!.Value, Local(at)),
            (RuleOperator.AnniversaryIn, DateOnly day) => Enumerable.Range(0, rule.Days!.Value).Select(x => Local(asOf).Date.AddDays(x))
                .Any(x => (x.Month, x.Day) == (day.Month, day.Day) || (x is { Month: 3, Day: 1 } && day is { Month: 2, Day: 29 } && !DateTime.IsLeapYear(x.Year))),
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

    /// <summary>A trait of several values.</summary>
    private static bool Sized(FieldRule rule, List<CustomerTrait> own)
    {
        var number = rule.Value?.Number is not null;
        bool Any(RuleOperator op) => own.Any(x => x.Number is { } n && number ? Order(rule with { Op = op }, n.CompareTo(rule.Value!.Value.Number), rule.To?.Number is { } to ? n.CompareTo(to) : 0) : !number && x.Value == rule.Value?.Text);
        return rule.Op switch
        {
            RuleOperator.Missing => own.Count == 0,
            RuleOperator.Exists => own.Count > 0,
            RuleOperator.In => own.Any(x => rule.Values!.Contains(x.Value)),
            RuleOperator.NotIn => own.Count > 0 && !own.Any(x => rule.Values!.Contains(x.Value)),
            RuleOperator.HasAll => rule.Values!.All(x => own.Any(t => t.Value == x)),
            RuleOperator.Contains => own.Any(x => x.Value.Contains(rule.Value!.Value.Text!, StringComparison.Ordinal)),
            RuleOperator.StartsWith => own.Any(x => x.Value.StartsWith(rule.Value!.Value.Text!, StringComparison.Ordinal)),
            RuleOperator.EndsWith => own.Any(x => x.Value.EndsWith(rule.Value!.Value.Text!, StringComparison.Ordinal)),
            RuleOperator.IsNot => own.Any(x => !number || x.Number is not null) && !Any(RuleOperator.Is),
            _ => Any(rule.Op),
        };
    }

    private static DateTime Local(DateTime utc) => TimeZoneInfo.ConvertTimeFromUtc(utc, TimeZoneInfo.FindSystemTimeZoneById("America/New_York"));

    /// <param name="at">The shop's time.</param>
    private bool During(CalendarWindow window, DateTime at)
    {
        var today = Local(asOf).Date;
        int Week(DateTime x) => (int)Math.Floor((x.Date - new DateTime(2001, 1, 1)).TotalDays / 7); // a Monday
        int Quarter(DateTime x) => (x.Year * 4) + ((x.Month - 1) / 3);
        return window switch
        {
            CalendarWindow.ThisWeek => Week(at) == Week(today),
            CalendarWindow.LastWeek => Week(at) == Week(today) - 1,
            CalendarWindow.ThisMonth => (at.Year, at.Month) == (today.Year, today.Month),
            CalendarWindow.LastMonth => (at.Year * 12) + at.Month == (today.Year * 12) + today.Month - 1,
            CalendarWindow.ThisQuarter => Quarter(at) == Quarter(today),
            CalendarWindow.LastQuarter => Quarter(at) == Quarter(today) - 1,
            CalendarWindow.ThisYear => at.Year == today.Year,
            _ => at.Year == today.Year - 1,
        };
    }

    private static int Drawn(string salt, int id)
    {
        var x = ((id * new System.Numerics.BigInteger(7919)) + BucketRule.Seed(salt)) * 48271 % 2147483647;
        return (int)(x * x % 2147483647 % 10000);
    }

    /// <summary>Kilometres, by the angle between two vectors.</summary>
    private double? Distance(NearRule rule, Customer c)
    {
        var (latitude, longitude) = rule.Store is { } id ? world.Stores.SingleOrDefault(x => x.Id == id) is { } store ? (store.Latitude, store.Longitude) : (null, null) : (rule.Latitude, rule.Longitude);
        if (latitude is null || longitude is null || c.Latitude is null || c.Longitude is null)
        {
            return null;
        }

        static (double X, double Y, double Z) Vector(double latitude, double longitude)
        {
            var (a, b) = (latitude * Math.PI / 180, longitude * Math.PI / 180);
            return (Math.Cos(a) * Math.Cos(b), Math.Cos(a) * Math.Sin(b), Math.Sin(a));
        }

        var (u, v) = (Vector(latitude.Value, longitude.Value), Vector(c.Latitude.Value, c.Longitude.Value));
        var dot = (u.X * v.X) + (u.Y * v.Y) + (u.Z * v.Z);
        var cross = Math.Sqrt(Math.Pow((u.Y * v.Z) - (u.Z * v.Y), 2) + Math.Pow((u.Z * v.X) - (u.X * v.Z), 2) + Math.Pow((u.X * v.Y) - (u.Y * v.X), 2));
        return 6371.0088 * Math.Atan2(cross, dot);
    }
}
