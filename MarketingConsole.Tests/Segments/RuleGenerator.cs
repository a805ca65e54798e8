using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;

namespace MarketingConsole.Tests.Segments;

/// <summary>Random valid rules over what <see cref="SegmentWorld"/> holds.</summary>
public sealed class RuleGenerator(Random random)
{
    private static readonly string[] TraitFields = ["country", "city", "tier", "emailDomain", "age", "birthDate", "signUp", "custom.size"];
    private static readonly string[] TwinFields = ["stage", "orders", "revenue", "averageBasket", "medianGap", "lastOrder", "openRate", "topCategory", "topChannel", "chanceToBuy", "churnRisk", "orders90", "spend365", "nextOrderFrom", "cluster"];

    public SegmentRule Next(int depth)
    {
        if (depth > 0 && random.Next(3) > 0)
        {
            return new GroupRule { Match = Pick<GroupMatch>(), Rules = [.. Enumerable.Range(0, random.Next(1, 4)).Select(_ => Next(depth - 1))] };
        }

        return random.Next(7) switch
        {
            0 => new PermissionRule { Purpose = random.Next(2) == 0 ? Purpose.Email : Purpose.Profiling, Allowed = random.Next(2) == 0 },
            1 => new MemberRule { Segment = 1, Member = random.Next(2) == 0 },
            6 => new LookalikeRule { Segment = random.Next(1, 3), AtLeast = random.Next(11) * 10 },
            2 => Field(new TwinRule { Field = Pick(TwinFields) }),
            3 => Field(new TraitRule { Field = Pick(TraitFields) }),
            _ => Event(),
        };
    }

    private FieldRule Field(FieldRule rule)
    {
        var field = RuleFields.Find(rule)!;
        var op = field.Operators[random.Next(field.Operators.Count)];
        var custom = rule.Field == "custom.size";
        op = custom && random.Next(2) == 0 ? Pick([RuleOperator.AtLeast, RuleOperator.Below, RuleOperator.Between]) : op;
        var texts = rule.Field switch
        {
            "country" => SegmentWorld.Countries,
            "city" => ["Wien", "wien", "W", "i", "Graz"],
            "tier" => SegmentWorld.Tiers,
            "emailDomain" => ["example.com", "shop", "test"],
            "custom.size" => ["large", "1", "2"],
            "topCategory" => SegmentWorld.Categories,
            "cluster" => SegmentWorld.Groups,
            _ => field.Values?.ToArray() ?? [],
        };
        return op switch
        {
            RuleOperator.Exists or RuleOperator.Missing => rule with { Op = op },
            RuleOperator.InLast or RuleOperator.NotInLast or RuleOperator.InNext => rule with { Op = op, Days = rule.Field == "birthDate" ? 3650 : random.Next(1, 60) },
            RuleOperator.In or RuleOperator.NotIn => rule with { Op = op, Values = [.. texts.Where(_ => random.Next(2) == 0).DefaultIfEmpty(texts[0])] },
            _ => Compared(rule with { Op = op }, custom && op is RuleOperator.AtLeast or RuleOperator.Below or RuleOperator.Between && custom ? FieldKind.Number : field.Kind, texts),
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

        var value = kind switch { FieldKind.Money => random.Next(5) * 5, FieldKind.Percent => random.Next(11) * 10, FieldKind.Years => random.Next(17, 23), _ => random.Next(5) };
        return rule with { Value = (double)value, To = rule.Op == RuleOperator.Between ? new RuleValue(kind == FieldKind.Percent ? Math.Min(100, value + random.Next(3)) : value + random.Next(3)) : default(RuleValue?) };
    }

    private EventRule Event()
    {
        var type = Pick(SegmentWorld.Types);
        var op = Pick<EventOperator>();
        var measure = type is EventType.Purchase or EventType.Return ? Pick<EventMeasure>() : EventMeasure.Count;
        var window = random.Next(3);
        var start = new DateTimeOffset(SegmentWorld.Now.AddDays(-random.Next(40)));
        return new EventRule
        {
            Event = type,
            Name = type == EventType.Custom ? "quiz" : null,
            Op = op,
            Measure = measure,
            Value = op is EventOperator.Performed or EventOperator.NotPerformed ? null : random.Next(op == EventOperator.AtLeast ? 1 : 0, 4) * (measure == EventMeasure.Amount ? 5 : 1),
            Days = window == 0 ? random.Next(1, 60) : null,
            From = window == 1 ? start : null,
            Until = window == 1 ? start.AddDays(random.Next(1, 30)) : null,
            Where = random.Next(2) == 0 ? null : new EventFilter
            {
                Categories = random.Next(2) == 0 ? [Pick(SegmentWorld.Categories)] : null,
                Brands = random.Next(3) == 0 ? [Pick(SegmentWorld.Brands)] : null,
                Skus = random.Next(4) == 0 ? ["P1", "P2", "P3"] : null,
                Channels = random.Next(4) == 0 ? [Channel.Web, Channel.Other] : null,
                Stores = random.Next(4) == 0 ? [1] : null,
                Campaigns = random.Next(4) == 0 ? [1] : null,
                AmountAtLeast = random.Next(4) == 0 ? 10 : null,
                AmountAtMost = random.Next(4) == 0 ? 20 : null,
            },
        };
    }

    private static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture);

    private T Pick<T>(T[] from) => from[random.Next(from.Length)];

    private T Pick<T>() where T : struct, Enum => Pick(Enum.GetValues<T>());
}
