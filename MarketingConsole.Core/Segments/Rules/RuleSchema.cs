using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Schema;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <summary>The published JSON Schema of rules (draft 2020-12), made from the types, with an example for each operator.</summary>
public static class RuleSchema
{
    private static readonly Lazy<string> Text = new(Build);

    public static string Json => Text.Value;

    /// <summary>One valid rule for each operator of each kind of condition.</summary>
    public static IReadOnlyList<SegmentRule> Examples { get; } =
    [
        GroupRule.All(Country(RuleOperator.Is, "DE")),
        GroupRule.Any(Country(RuleOperator.Is, "DE"), Country(RuleOperator.Is, "AT")),
        GroupRule.None(Country(RuleOperator.Is, "DE")),
        Country(RuleOperator.IsNot, "DE"),
        new TraitRule { Field = "country", Op = RuleOperator.In, Values = ["DE", "AT"] },
        new TraitRule { Field = "tier", Op = RuleOperator.NotIn, Values = ["gold"] },
        new TraitRule { Field = "city", Op = RuleOperator.Contains, Value = "burg" },
        new TraitRule { Field = "emailDomain", Op = RuleOperator.StartsWith, Value = "example." },
        new TraitRule { Field = "email", Op = RuleOperator.EndsWith, Value = ".ac.uk" },
        new TraitRule { Field = "phone", Op = RuleOperator.Exists },
        new TraitRule { Field = "birthDate", Op = RuleOperator.Missing },
        new TraitRule { Field = "birthDate", Op = RuleOperator.AnniversaryIn, Days = 14 },
        new TraitRule { Field = "age", Op = RuleOperator.Between, Value = 30d, To = 45d },
        new TraitRule { Field = "signUp", Op = RuleOperator.Below, Value = "2026-01-01" },
        new TraitRule { Field = "signUp", Op = RuleOperator.InLast, Days = 30 },
        new TraitRule { Field = "signUp", Op = RuleOperator.During, Window = CalendarWindow.LastMonth },
        new TraitRule { Field = "custom.shoeSize", Op = RuleOperator.AtLeast, Value = 42d },
        new TraitRule { Field = "custom.interests", Op = RuleOperator.HasAll, Values = ["tea", "baking"] },
        new TwinRule { Field = "lastSeen", Op = RuleOperator.NotInLast, Days = 60 },
        new TwinRule { Field = "nextOrderFrom", Op = RuleOperator.InNext, Days = 7 },
        new TwinRule { Field = "stage", Op = RuleOperator.In, Values = ["lapsing", "lost"] },
        new TwinRule { Field = "chanceToBuy", Op = RuleOperator.AtLeast, Value = 40d },
        new TwinRule { Field = "offerUplift", Op = RuleOperator.Above, Value = 2.5d },
        new TwinRule { Field = RuleFields.Motivation, Op = RuleOperator.In, Values = ["deals", "gifts"] },
        new TwinRule { Field = "dealDrive", Op = RuleOperator.AtLeast, Value = 70d },
        new TwinRule { Field = "topCategoryShare", Op = RuleOperator.AtLeast, Value = 50d },
        new TwinRule { Field = "orders", Op = RuleOperator.AtMost, Value = 3d },
        new TwinRule { Field = "revenue12Months", Op = RuleOperator.Above, Value = 250d },
        new EventRule { Event = EventType.Purchase, Op = EventOperator.Performed, Days = 90 },
        new EventRule { Event = EventType.EmailOpen, Op = EventOperator.NotPerformed, Days = 60 },
        new EventRule { Event = EventType.Purchase, Op = EventOperator.AtLeast, Value = 3, Days = 180, Where = new EventFilter { Categories = ["Tea"] } },
        new EventRule { Event = EventType.Return, Op = EventOperator.AtMost, Value = 1, Days = 365 },
        new EventRule { Event = EventType.Custom, Name = "quiz", Op = EventOperator.Exactly, Value = 1 },
        new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum, Op = EventOperator.Above, Value = 500, Window = CalendarWindow.ThisYear },
        new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Average, Op = EventOperator.Below, Value = 20, Days = 365 },
        new EventRule { Event = EventType.View, Op = EventOperator.Between, Value = 3, To = 9, Minutes = 1440 },
        new EventRule { Event = EventType.Purchase, Op = EventOperator.Regularly, Value = 4, Periods = 6, Days = 30 },
        new EventRule { Event = EventType.Purchase, Op = EventOperator.Stopped, Value = 3, Periods = 4, Days = 60 },
        new EventRule { Event = EventType.Purchase, Op = EventOperator.Restarted, Periods = 6, Days = 30 },
        new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum, Op = EventOperator.AtLeast, Value = 200, From = Day(2026, 11, 23), Until = Day(2026, 12, 1), Where = new EventFilter { Channels = [Channel.Web], AmountAtLeast = 20 } },
        new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum, Of = "quantity", Op = EventOperator.AtLeast, Value = 10, Days = 365, Where = new EventFilter { Brands = ["Bergland"], Stores = [1] } },
        new EventRule { Event = EventType.Custom, Name = "review", Measure = EventMeasure.Minimum, Of = "properties.stars", Op = EventOperator.AtLeast, Value = 4 },
        new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Maximum, Op = EventOperator.AtLeast, Value = 300 },
        new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Distinct, Of = "category", Op = EventOperator.AtLeast, Value = 3, Days = 365 },
        new EventRule { Event = EventType.Purchase, Measure = EventMeasure.DaysSinceFirst, Op = EventOperator.AtLeast, Value = 365 },
        new EventRule { Event = EventType.Purchase, Measure = EventMeasure.DaysSinceLast, Op = EventOperator.Between, Value = 30, To = 60 },
        new EventRule { Event = EventType.Cart, Days = 7, Since = new EventPattern { Event = EventType.Purchase }, Where = new EventFilter { PriceAtLeast = 50, Properties = [new PropertyFilter { Name = "cart.coupon", Op = RuleOperator.Is, Value = "SPRING" }] } },
        new EventRule { Event = EventType.EmailClick, Op = EventOperator.Performed, Where = new EventFilter { Campaigns = [1] } },
        new SequenceRule { First = new EventPattern { Event = EventType.View, Where = new EventFilter { Categories = ["Tea"] } }, Then = new EventPattern { Event = EventType.Purchase }, Without = new EventPattern { Event = EventType.Return }, WithinDays = 7, Days = 90 },
        new PermissionRule { Purpose = Purpose.Email, Allowed = true },
        new MemberRule { Segment = 1, Member = true },
        new MemberRule { Segment = 1, Days = 30 },
        new LookalikeRule { Segment = 1, AtLeast = 60 },
        new RankRule { Percent = 5, Field = "revenue12Months" },
        new RankRule { Count = 100, Field = "age" },
        new RankRule { Top = false, Percent = 10, Field = "lastOrder" },
        new RankRule { Top = false, Count = 100, Event = new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum, Days = 365 } },
        new BucketRule { From = 0, To = 50, Salt = "spring" },
        new NearRule { Kilometres = 10, Store = 1 },
        new NearRule { Kilometres = 25, Latitude = 48.2, Longitude = 16.4 },
        new HeldRule { Rule = new TwinRule { Field = "stage", Op = RuleOperator.Is, Value = "lapsing" }, Days = 14 },
        new HeldRule { Rule = GroupRule.All(new EventRule { Event = EventType.Cart, Days = 1 }, new EventRule { Event = EventType.Purchase, Op = EventOperator.NotPerformed, Days = 1 }), Minutes = 90 },
    ];

    private static string Build()
    {
        var schema = RuleJson.Options.GetJsonSchemaAsNode(typeof(SegmentRule), new JsonSchemaExporterOptions { TreatNullObliviousAsNonNullable = true, TransformSchemaNode = Describe }).AsObject();
        var root = new JsonObject
        {
            ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
            ["title"] = "Segment rule",
            ["description"] = "A condition that is unknown holds for nobody except \"missing\"; text compares exactly; windows end at the instant of evaluation; behaviour, twin features and scores admit only customers who allow profiling.",
        };
        foreach (var (name, node) in schema)
        {
            root[name] = node?.DeepClone();
        }

        var examples = Examples.Select(x => JsonSerializer.SerializeToNode(x, RuleJson.Options)!).ToList();
        foreach (var kind in root["anyOf"]!.AsArray().OfType<JsonObject>())
        {
            var type = (string?)kind["properties"]!["type"]!["const"];
            kind["examples"] = new JsonArray([.. examples.Where(x => (string?)x["type"] == type).Select(x => x.DeepClone())]);
        }

        root["examples"] = new JsonArray([.. examples]);
        return root.ToJsonString(new JsonSerializerOptions { WriteIndented = true });
    }

    private static JsonNode Describe(JsonSchemaExporterContext context, JsonNode node)
    {
        if (context.TypeInfo.Type == typeof(RuleValue) || context.TypeInfo.Type == typeof(RuleValue?))
        {
            return new JsonObject { ["type"] = new JsonArray("string", "number"), ["description"] = "Text, a number (money in the shop's currency, rates in per cent, differences of rates in percentage points), or a date as \"2026-01-31\"." };
        }

        if (context.PropertyInfo is { Name: "field" } && node is JsonObject field)
        {
            field["description"] = context.PropertyInfo.DeclaringType == typeof(RankRule)
                ? $"{string.Join(", ", RuleFields.Twins.Concat(RuleFields.Traits).Where(x => x.IsRanked).Select(x => x.Name))} or {RuleFields.Custom}NAME. Of days and instants the later is the greater."
                : $"A trait: {string.Join(", ", RuleFields.Traits.Select(x => x.Name))} or {RuleFields.Custom}NAME. In a twin condition: {string.Join(", ", RuleFields.Twins.Select(x => x.Name))}. {string.Join(" ", RuleFields.Twins.Where(x => x.Means is not null).Select(x => $"{x.Name}: {x.Means}{(x.Values is null ? "" : $" One of {string.Join(", ", x.Values)}.")}"))}";
        }

        if (context.PropertyInfo is { Name: "of" } && node is JsonObject of)
        {
            of["description"] = $"Sum, average, minimum, maximum: amount, quantity or {EventRule.Properties}NAME. Distinct: product, category, brand, store, channel, day, campaign or {EventRule.Properties}NAME.";
        }

        return node;
    }

    private static TraitRule Country(RuleOperator op, string value) => new() { Field = "country", Op = op, Value = value };

    private static DateTimeOffset Day(int year, int month, int day) => new(year, month, day, 0, 0, 0, TimeSpan.Zero);
}
