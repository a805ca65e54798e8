using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <param name="Key">Stable name in addresses.</param>
public sealed record SegmentTemplate(string Key, string Name, string Description, SegmentRule Rule);

/// <summary>Segments most shops need, as a start for one's own.</summary>
public static class SegmentTemplates
{
    private static readonly PermissionRule AllowsEmail = new() { Purpose = Purpose.Email };

    public static IReadOnlyList<SegmentTemplate> All { get; } =
    [
        new("best-customers", "Best customers", "The ones who carry the shop: frequent, valuable and still here.",
            GroupRule.All(Twin("revenue12Months", RuleOperator.AtLeast, 500), Bought(EventOperator.AtLeast, 4, 365), new TwinRule { Field = "lastOrder", Op = RuleOperator.InLast, Days = 90 })),
        new("lapsing", "Lapsing customers", "Used to buy regularly and are drifting away; still reachable by e-mail.",
            GroupRule.All(new TwinRule { Field = "stage", Op = RuleOperator.In, Values = ["cooling", "lapsing"] }, Twin("orders", RuleOperator.AtLeast, 2), AllowsEmail)),
        new("new-customers", "New customers", "First order in the last 30 days: the time to earn the second.",
            GroupRule.All(new TwinRule { Field = "firstOrder", Op = RuleOperator.InLast, Days = 30 }, Bought(EventOperator.Exactly, 1, null))),
        new("one-time-buyers", "One-time buyers", "Bought once, more than 30 days ago, and not again.",
            GroupRule.All(Bought(EventOperator.Exactly, 1, null), Bought(EventOperator.NotPerformed, null, 30))),
        new("likely-to-buy", "Likely to buy soon", "The model gives them at least 40 % to buy within 30 days.",
            GroupRule.All(Twin("chanceToBuy", RuleOperator.AtLeast, 40), AllowsEmail)),
        new("cart-abandoners", "Left a cart behind", "Put something in the cart in the last week and have not bought since.",
            GroupRule.All(new EventRule { Event = EventType.Cart, Days = 7 }, Bought(EventOperator.NotPerformed, null, 7))),
        new("silent-readers", "Stopped opening e-mail", "Got e-mails in the last 90 days and opened none.",
            GroupRule.All(AllowsEmail, new EventRule { Event = EventType.EmailSent, Op = EventOperator.AtLeast, Value = 2, Days = 90 }, new EventRule { Event = EventType.EmailOpen, Op = EventOperator.NotPerformed, Days = 90 })),
        new("store-and-web", "Store and web shoppers", "Bought both in a store and online in the last year.",
            GroupRule.All(BoughtBy(Channel.Store), GroupRule.Any(BoughtBy(Channel.Web), BoughtBy(Channel.App)))),
        new("frequent-returners", "Frequent returners", "Sent back at least three orders in the last year.",
            GroupRule.All(new EventRule { Event = EventType.Return, Op = EventOperator.AtLeast, Value = 3, Days = 365 })),
        new("browsers", "Looking, not buying", "Viewed at least five products in the last two weeks without buying anything for 60 days.",
            GroupRule.All(new EventRule { Event = EventType.View, Op = EventOperator.AtLeast, Value = 5, Days = 14 }, Bought(EventOperator.NotPerformed, null, 60))),
        new("reachable-by-email", "Reachable by e-mail", "Allow e-mail and have an address.",
            GroupRule.All(AllowsEmail, new TraitRule { Field = "email", Op = RuleOperator.Exists })),
    ];

    private static TwinRule Twin(string field, RuleOperator op, double value) => new() { Field = field, Op = op, Value = value };

    private static EventRule Bought(EventOperator op, double? value, int? days) => new() { Event = EventType.Purchase, Op = op, Value = value, Days = days };

    private static EventRule BoughtBy(Channel channel) => new() { Event = EventType.Purchase, Days = 365, Where = new EventFilter { Channels = [channel] } };
}
