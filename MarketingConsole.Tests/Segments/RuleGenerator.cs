using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;

namespace MarketingConsole.Tests.Segments;

/// <summary>Random valid rules over what <see cref="SegmentWorld"/> holds.</summary>
public sealed class RuleGenerator(Random random)
{
    private static readonly string[] TraitFields = ["country", "city", "tier", "emailDomain", "age", "birthDate", "signUp", "custom.size", "custom.size"];
    private static readonly string[] TwinFields = ["stage", "stageSince", "lastSeen", "orders", "revenue", "averageBasket", "medianGap", "lastOrder", "openRate", "topCategory", "topCategoryShare", "topBrandShare", "topChannel", "motivation", "dealDrive", "qualityDrive", "chanceToBuy", "churnRisk", "offerUplift", "orders90", "spend365", "nextOrderFrom", "cluster"];
    private static readonly string[] RankFields = ["orders", "revenue", "averageBasket", "medianGap", "openRate", "chanceToBuy", "offerUplift", "orders90", "spend365", "dealDrive", "topCategoryShare", "age", "birthDate", "signUp", "stageSince", "lastOrder", "nextOrderFrom", "custom.size"];
    private static readonly string[] Told = ["product", "category", "brand", "store", "channel", "day", "campaign", "properties.points", "properties.cart.coupon", "properties.gift"];

    /// <summary>A rule in which no "all of" group contradicts itself.</summary>
    public SegmentRule Next(int depth)
    {
        SegmentRule rule;
        do
        {
            rule = Any(depth);
        }
        while (RuleContradictions.Find(rule).Count > 0);
        return rule;
    }

    private SegmentRule Any(int depth)
    {
        if (depth > 0 && random.Next(3) > 0)
        {
            return new GroupRule { Match = Pick<GroupMatch>(), Rules = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Any(depth - 1))] };
        }

        return random.Next(16) switch
        {
            0 => new PermissionRule { Purpose = random.Next(2) == 0 ? Purpose.Email : Purpose.Profiling, Allowed = random.Next(2) == 0 },
            1 => random.Next(3) switch { 0 => new MemberRule { Segment = 1, Days = random.Next(1, 30) }, 1 => new MemberRule { Segment = 1 }, _ => new MemberRule { Segment = 1, Member = false } },
            2 => new LookalikeRule { Segment = random.Next(1, 3), AtLeast = random.Next(11) * 10 },
            3 or 4 => Field(new TwinRule { Field = Pick(TwinFields) }),
            5 or 6 or 7 => Field(new TraitRule { Field = Pick(TraitFields) }),
            8 or 9 => Sequence(),
            10 => Rank(),
            11 => new BucketRule { From = random.Next(10) * 5, To = 50 + (random.Next(1, 1000) * 0.05), Salt = Pick(["", "spring"]) },
            12 => Near(),
            13 => Held(),
            _ => Event(),
        };
    }

    private FieldRule Field(FieldRule rule)
    {
        var field = RuleFields.Find(rule)!;
        rule = rule with { Op = field.Operators[random.Next(field.Operators.Count)] };
        var texts = rule.Field switch
        {
            "country" => SegmentWorld.Countries,
            "city" => ["Wien", "wien", "W", "i", "Graz", "n"],
            "tier" => SegmentWorld.Tiers,
            "emailDomain" => ["example.com", "shop", "test", ".com"],
            "custom.size" => SegmentWorld.Sizes,
            "topCategory" => SegmentWorld.Categories,
            "cluster" => SegmentWorld.Groups,
            _ => field.Values?.ToArray() ?? [],
        };
        return rule.Op switch
        {
            RuleOperator.Exists or RuleOperator.Missing => rule,
            RuleOperator.AnniversaryIn => rule with { Days = Pick([1, 2, 14, 100, 200, 365, 366]) },
            RuleOperator.During => rule with { Window = Pick<CalendarWindow>() },
            RuleOperator.InLast or RuleOperator.NotInLast or RuleOperator.InNext => rule with { Days = rule.Field == "birthDate" ? 3650 : random.Next(1, 60) },
            RuleOperator.In or RuleOperator.NotIn or RuleOperator.HasAll => rule with { Values = [.. texts.Where(_ => random.Next(2) == 0).DefaultIfEmpty(texts[0])] },
            RuleOperator.Is or RuleOperator.IsNot when field.Many && random.Next(2) == 0 => rule with { Value = (double)random.Next(3) },
            _ => Compared(rule, field.KindFor(rule), texts),
        };
    }

    private FieldRule Compared(FieldRule rule, FieldKind kind, string[] texts)
    {
        if (kind == FieldKind.Text)
        {
            return rule with { Value = Pick(texts) };
        }

        if (kind is FieldKind.Date or FieldKind.Instant)
        {
            var day = DateOnly.FromDateTime(SegmentWorld.Now).AddYears(rule.Field == "birthDate" ? -20 : 0).AddDays(rule.Field == "nextOrderFrom" ? random.Next(-10, 30) : -random.Next(60));
            return rule with { Value = Text(day), To = rule.Op == RuleOperator.Between ? new RuleValue(Text(day.AddDays(random.Next(100)))) : default(RuleValue?) };
        }

        var value = kind switch { FieldKind.Money => random.Next(5) * 5, FieldKind.Percent => random.Next(11) * 10, FieldKind.Years => random.Next(17, 23), FieldKind.Points => random.Next(-5, 6), _ => random.Next(5) };
        return rule with { Value = (double)value, To = rule.Op == RuleOperator.Between ? new RuleValue(kind == FieldKind.Percent ? Math.Min(100, value + random.Next(3)) : value + random.Next(3)) : default(RuleValue?) };
    }

    private EventRule Event()
    {
        var op = Pick<EventOperator>();
        var (kind, rule) = (Pattern(), new EventRule { Op = op });
        rule = rule with { Event = kind.Event, Name = kind.Name, Where = kind.Where };
        if (op is EventOperator.Regularly or EventOperator.Stopped or EventOperator.Restarted)
        {
            var periods = random.Next(2, 6);
            return rule with { Periods = periods, Days = random.Next(3, 15), Value = op == EventOperator.Restarted ? null : random.Next(1, op == EventOperator.Regularly ? periods : 3) };
        }

        rule = Windowed(rule);
        if (op is EventOperator.Performed or EventOperator.NotPerformed)
        {
            return rule;
        }

        rule = Measured(rule);
        var unit = rule.IsMoney ? 5 : rule.Measure is EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast ? 7 : 1;
        var whole = rule.IsMoney || (rule.IsOfNumbers && rule.Property is not null) || rule.Measure == EventMeasure.Average ? random.Next(2) * 0.5 * unit : 0;
        var value = (random.Next(op is EventOperator.AtLeast or EventOperator.Below ? 1 : 0, 5) * unit) + whole;
        return rule with { Value = value, To = op == EventOperator.Between ? value + (random.Next(4) * unit) : null };
    }

    private EventRule Measured(EventRule rule)
    {
        var measure = random.Next(3) == 0 ? EventMeasure.Count : Pick<EventMeasure>();
        var money = rule.Event is EventType.Purchase or EventType.Return or EventType.Custom;
        return rule with
        {
            Measure = measure,
            Of = measure switch
            {
                EventMeasure.Distinct => Pick(Told),
                EventMeasure.Sum or EventMeasure.Average or EventMeasure.Minimum or EventMeasure.Maximum => money ? Pick([null, "amount", "quantity", "properties.points"]) : "properties.points",
                _ => null,
            },
        };
    }

    private EventRule Windowed(EventRule rule)
    {
        var start = new DateTimeOffset(SegmentWorld.Now.AddDays(-random.Next(40)));
        rule = random.Next(8) == 0 ? rule with { Since = Pattern() } : rule;
        return random.Next(6) switch
        {
            0 or 1 => rule with { Days = random.Next(1, 60) },
            2 => rule with { Minutes = random.Next(1, 60 * 24 * 30) },
            3 => rule with { From = start, Until = random.Next(2) == 0 ? start.AddDays(random.Next(1, 30)) : null },
            4 => rule with { Window = Pick<CalendarWindow>() },
            _ => rule,
        };
    }

    private SequenceRule Sequence() => new()
    {
        First = Pattern(),
        Then = Pattern(),
        Without = random.Next(2) == 0 ? Pattern() : null,
        WithinDays = random.Next(1, 40) is var days && days % 2 == 0 ? days : null,
        WithinMinutes = days % 2 == 0 ? null : days * 1000,
        Days = random.Next(3) == 0 ? random.Next(1, 60) : null,
    };

    private RankRule Rank()
    {
        var events = random.Next(2) == 0;
        var kind = Pattern();
        var percent = random.Next(2) == 0;
        return new RankRule
        {
            Top = random.Next(2) == 0,
            Percent = percent ? random.Next(1, 200) * 0.5 : null,
            Count = percent ? null : random.Next(1, 60),
            Field = events ? null : Pick(RankFields),
            Event = events ? Measured(Windowed(new EventRule { Event = kind.Event, Name = kind.Name, Where = kind.Where })) : null,
        };
    }

    /// <summary>Watched by <see cref="SegmentWorld"/>'s only segment, whatever it is that has held: who its members are is not what evaluators find out.</summary>
    private HeldRule Held()
    {
        SegmentRule rule;
        do
        {
            rule = Any(random.Next(2));
        }
        while (RuleTree.Nodes(rule).Any(x => x.Rule is HeldRule));
        var minutes = random.Next(3) == 0;
        return new HeldRule { Rule = rule, Days = minutes ? null : random.Next(1, 30), Minutes = minutes ? random.Next(1, 60 * 24 * 30) : null, Watch = random.Next(5) == 0 ? null : 1 };
    }

    private NearRule Near()
    {
        var at = Pick(SegmentWorld.Places);
        var near = new NearRule { Kilometres = Pick([0.5, 12, 100, 200, 20_100]) };
        return random.Next(2) == 0 ? near with { Store = random.Next(1, 4) } : near with { Latitude = at.Latitude, Longitude = at.Longitude };
    }

    private EventPattern Pattern()
    {
        var type = Pick(SegmentWorld.Types);
        return new EventPattern { Event = type, Name = type == EventType.Custom ? "quiz" : null, Where = random.Next(2) == 0 ? null : Filter() };
    }

    private EventFilter? Filter()
    {
        var filter = new EventFilter
        {
            Categories = random.Next(3) == 0 ? [Pick(SegmentWorld.Categories)] : null,
            Brands = random.Next(5) == 0 ? [Pick(SegmentWorld.Brands)] : null,
            Skus = random.Next(5) == 0 ? ["P1", "P2", "P3"] : null,
            Channels = random.Next(5) == 0 ? [Channel.Web, Channel.Other] : null,
            Stores = random.Next(5) == 0 ? [1] : null,
            Campaigns = random.Next(5) == 0 ? [1] : null,
            AmountAtLeast = random.Next(6) == 0 ? 10 : null,
            AmountAtMost = random.Next(6) == 0 ? 20 : null,
            PriceAtLeast = random.Next(6) == 0 ? 15 : null,
            PriceAtMost = random.Next(6) == 0 ? 30 : null,
            Properties = random.Next(3) == 0 ? [Property()] : null,
        };
        return filter.IsEmpty ? null : filter;
    }

    private PropertyFilter Property()
    {
        RuleOperator[] number = [RuleOperator.Is, RuleOperator.IsNot, RuleOperator.Below, RuleOperator.AtMost, RuleOperator.AtLeast, RuleOperator.Above, RuleOperator.Between],
            text = [RuleOperator.Is, RuleOperator.IsNot, RuleOperator.In, RuleOperator.NotIn, RuleOperator.Contains, RuleOperator.Exists, RuleOperator.Missing];
        if (random.Next(2) == 0)
        {
            return new PropertyFilter { Name = Pick(["points", "cart.a b"]), Op = Pick(number), Value = random.Next(1, 9) / 2.0, To = 4.5d };
        }

        var (name, value) = Pick([("cart.coupon", "SPRING"), ("cart.coupon", "it's"), ("gift", "true"), ("points", "2.5"), ("cart", "x")]);
        return new PropertyFilter { Name = name, Op = Pick(text), Value = value, Values = [value, "4"] };
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];

    private T Pick<T>() where T : struct, Enum => Pick(Enum.GetValues<T>());
}
