using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Segments;

namespace MarketingConsole.Segments;

/// <param name="Words">What a search may also find it by.</param>
internal sealed record CatalogueItem(string Group, string Label, string Words, Func<SegmentRule> Create);

/// <summary>Everything a condition can be about, with the condition one starts from.</summary>
internal static class RuleCatalogue
{
    private const int NoFit = 3;
    private static readonly Dictionary<string, string> Aliases = new(StringComparer.Ordinal)
    {
        ["offerUplift"] = " persuadable incremental effect",
        [RuleFields.Motivation] = " drive motive why",
        ["dealDrive"] = " motivation discount bargain price",
        ["topCategoryShare"] = " affinity",
        ["topBrandShare"] = " affinity",
    };

    private static readonly IReadOnlyList<CatalogueItem> Fixed =
    [
        .. Enum.GetValues<EventType>().Select(x => new CatalogueItem("What they did", Label(x), $"event behaviour {x} did not never", () => new EventRule { Event = x, Days = 90, Name = x == EventType.Custom ? "" : null })),
        new("What they did", "One thing, then another", "sequence event behaviour after then within without between", () => new SequenceRule { First = new EventPattern { Event = EventType.View }, Then = new EventPattern { Event = EventType.Purchase }, WithinDays = 7, Days = 90 }),
        new("What they did", "Top or bottom of a ranking", "rank best highest lowest most least percent latest earliest oldest youngest", () => new RankRule { Percent = 5, Field = "revenue12Months" }),
        .. RuleFields.Twins.Select(x => new CatalogueItem("Twin and scores", x.Label, $"feature score {x.Name}{Aliases.GetValueOrDefault(x.Name)}", () => Field(new TwinRule { Field = x.Name }, x))),
        .. RuleFields.Traits.Select(x => new CatalogueItem("Who they are", x.Label, $"trait {x.Name}", () => Field(new TraitRule { Field = x.Name }, x))),
        new("Who they are", "Lives near", "distance kilometres km store place location", () => new NearRule { Kilometres = 10 }),
        new("Who they are", "Random part", "bucket sample split test draw per cent", () => new BucketRule { From = 0, To = 50 }),
        new("What they allow", "Consent", "allow permission email sms push profiling opt", () => new PermissionRule { Purpose = Purpose.Email }),
        new("Other segments", "Member of a segment", "in list audience", () => new MemberRule()),
        new("Other segments", "Resembles a segment", "lookalike similar likeness alike", () => new LookalikeRule()),
    ];

    public static IEnumerable<CatalogueItem> Search(string text, IReadOnlyList<string> customTraits) =>
        Fixed.Concat(customTraits.Select(x => new CatalogueItem("Your own traits", x, "custom trait", () => new TraitRule { Field = RuleFields.Custom + x, Op = RuleOperator.In })))
            .Select(x => (Item: x, Fit: text.Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(w => Fit(x, w)).DefaultIfEmpty(0).Max())).Where(x => x.Fit < NoFit)
            .OrderBy(x => x.Fit).Select(x => x.Item);

    /// <summary>How well a word typed fits: 0 = a word of the label begins so, 1 = another word it is found by does, 2 = it is within one of them. "Age" is not first of all a message.</summary>
    private static int Fit(CatalogueItem item, string word) => Begins(item.Label, word) ? 0 : Begins(item.Words, word) ? 1
        : item.Label.Contains(word, StringComparison.OrdinalIgnoreCase) || item.Words.Contains(word, StringComparison.OrdinalIgnoreCase) ? 2 : NoFit;

    private static bool Begins(string text, string word) => text.Split(' ', ',', '-', '_').Any(x => x.StartsWith(word, StringComparison.OrdinalIgnoreCase)) || text.Contains(' ' + word, StringComparison.OrdinalIgnoreCase);

    /// <summary>What the button of a condition says.</summary>
    public static string Label(SegmentRule rule) => rule switch
    {
        EventRule { Event: { } type } => Label(type),
        FieldRule field => RuleFields.Find(field)?.Label ?? field.Field,
        PermissionRule => "Consent",
        MemberRule => "Segment",
        LookalikeRule => "Resembles",
        SequenceRule => "One, then another",
        RankRule => "Ranking",
        BucketRule => "Random part",
        NearRule => "Lives near",
        _ => "Choose",
    };

    public static string Label(EventType type) => type switch
    {
        EventType.View => "Viewed a product",
        EventType.Cart => "Put in the cart",
        EventType.Purchase => "Bought",
        EventType.Return => "Returned",
        EventType.Custom => "Custom event",
        _ => char.ToUpperInvariant(RuleWords.Did(type)[0]) + RuleWords.Did(type)[1..],
    };

    private static FieldRule Field(FieldRule rule, RuleField field) => field.Kind switch
    {
        FieldKind.Text when field.Suggest || field.Values is not null => rule with { Op = RuleOperator.In },
        FieldKind.Text => rule with { Op = RuleOperator.Exists },
        FieldKind.Instant when field.Ahead => rule with { Op = RuleOperator.InNext, Days = 7 },
        FieldKind.Date or FieldKind.Instant => rule with { Op = RuleOperator.InLast, Days = 30 },
        FieldKind.Percent => rule with { Op = RuleOperator.AtLeast, Value = 40d },
        FieldKind.Points => rule with { Op = RuleOperator.Above, Value = 0d },
        FieldKind.Years => rule with { Op = RuleOperator.AtLeast, Value = 18d },
        FieldKind.Money => rule with { Op = RuleOperator.AtLeast, Value = 100d },
        _ => rule with { Op = RuleOperator.AtLeast, Value = 2d },
    };
}
