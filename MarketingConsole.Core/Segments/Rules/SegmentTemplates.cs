using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <param name="Key">Stable name in addresses.</param>
public sealed record SegmentTemplate(string Key, string Name, string Description, SegmentRule Rule);

/// <summary>The segments every retailer needs, as a start for one's own.</summary>
public static class SegmentTemplates
{
    private static readonly PermissionRule AllowsEmail = new() { Purpose = Purpose.Email };
    private static readonly EventPattern Purchase = new() { Event = EventType.Purchase };

    public static IReadOnlyList<SegmentTemplate> All { get; } =
    [
        new("best-customers", "Best customers", "The ones who carry the shop: the top fifth by spend of the last year, and still here.",
            GroupRule.All(new RankRule { Percent = 20, Field = "revenue12Months" }, new TwinRule { Field = "lastOrder", Op = RuleOperator.InLast, Days = 90 })),
        new("top-spenders", "Top 5 % by spend", "Who spent most in the last twelve months.",
            GroupRule.All(new RankRule { Percent = 5, Event = new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Sum, Days = 365 } })),
        new("regulars", "Regular buyers", "Bought in at least four of the last six months: a habit worth keeping.",
            GroupRule.All(new EventRule { Event = EventType.Purchase, Op = EventOperator.Regularly, Value = 4, Periods = 6, Days = 30 })),
        new("lapsing", "Lapsing customers", "Used to buy regularly and are drifting away; still reachable by e-mail.",
            GroupRule.All(new TwinRule { Field = "stage", Op = RuleOperator.In, Values = ["cooling", "lapsing"] }, Twin("orders", RuleOperator.AtLeast, 2), AllowsEmail)),
        new("stopped", "Stopped buying", "Bought three times or more in eight months, and nothing in the two months since.",
            GroupRule.All(new EventRule { Event = EventType.Purchase, Op = EventOperator.Stopped, Value = 3, Periods = 4, Days = 60 })),
        new("restarted", "Came back", "Bought again this month after half a year without.",
            GroupRule.All(new EventRule { Event = EventType.Purchase, Op = EventOperator.Restarted, Periods = 6, Days = 30 })),
        new("new-customers", "New customers", "First order in the last 30 days: the time to earn the second.",
            GroupRule.All(new EventRule { Event = EventType.Purchase, Measure = EventMeasure.DaysSinceFirst, Op = EventOperator.Below, Value = 30 }, Bought(EventOperator.Exactly, 1, null))),
        new("one-time-buyers", "One-time buyers", "Bought once, more than 30 days ago, and not again.",
            GroupRule.All(Bought(EventOperator.Exactly, 1, null), Bought(EventOperator.NotPerformed, null, 30))),
        new("not-yet-bought", "Signed up, not bought", "Signed up more than a week ago and has never bought.",
            GroupRule.All(new TraitRule { Field = "signUp", Op = RuleOperator.NotInLast, Days = 7 }, Bought(EventOperator.NotPerformed, null, null))),
        new("likely-to-buy", "Likely to buy soon", "The model gives them at least 40 % to buy within 30 days.",
            GroupRule.All(Twin("chanceToBuy", RuleOperator.AtLeast, 40), AllowsEmail)),
        new("persuadable", "Persuadable", "An offer changes their mind: the fifth whose chance to buy it raises most, by the shop's own campaigns with a holdout.",
            GroupRule.All(new RankRule { Percent = 20, Field = "offerUplift" }, Twin("offerUplift", RuleOperator.Above, 0), AllowsEmail)),
        new("birthday-soon", "Birthday within 14 days", "In time for a greeting.",
            GroupRule.All(new TraitRule { Field = "birthDate", Op = RuleOperator.AnniversaryIn, Days = 14 }, AllowsEmail)),
        new("cart-abandoners", "Left a cart behind", "Put something in the cart in the last week, after their last purchase.",
            GroupRule.All(new EventRule { Event = EventType.Cart, Days = 7, Since = Purchase }, AllowsEmail)),
        new("browsers", "Looking, not buying", "Viewed at least five products in the last two weeks since their last purchase, which is 60 days ago or more.",
            GroupRule.All(new EventRule { Event = EventType.View, Op = EventOperator.AtLeast, Value = 5, Days = 14, Since = Purchase }, Bought(EventOperator.NotPerformed, null, 60))),
        new("quick-returns", "Bought and sent back", "Returned something within 30 days of a purchase this half year, without buying in between.",
            GroupRule.All(new SequenceRule { First = Purchase, Then = new EventPattern { Event = EventType.Return }, Without = Purchase, WithinDays = 30, Days = 180 })),
        new("frequent-returners", "Frequent returners", "Sent back at least three orders in the last year.",
            GroupRule.All(new EventRule { Event = EventType.Return, Op = EventOperator.AtLeast, Value = 3, Days = 365 })),
        new("silent-readers", "Stopped opening e-mail", "Got e-mails in the last 90 days and opened none.",
            GroupRule.All(AllowsEmail, new EventRule { Event = EventType.EmailSent, Op = EventOperator.AtLeast, Value = 2, Days = 90 }, new EventRule { Event = EventType.EmailOpen, Op = EventOperator.NotPerformed, Days = 90 })),
        new("store-and-web", "Store and web shoppers", "Bought both in a store and online in the last year.",
            GroupRule.All(BoughtBy(Channel.Store), GroupRule.Any(BoughtBy(Channel.Web), BoughtBy(Channel.App)))),
        new("broad-taste", "Broad taste", "Bought from at least four categories in the last year.",
            GroupRule.All(new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Distinct, Of = "category", Op = EventOperator.AtLeast, Value = 4, Days = 365 })),
        new("big-baskets", "Big baskets", "Spend 100 or more an order on average, over at least two orders in the last year.",
            GroupRule.All(new EventRule { Event = EventType.Purchase, Measure = EventMeasure.Average, Op = EventOperator.AtLeast, Value = 100, Days = 365 }, Bought(EventOperator.AtLeast, 2, 365))),
        new("reachable-by-email", "Reachable by e-mail", "Allow e-mail and have an address.",
            GroupRule.All(AllowsEmail, new TraitRule { Field = "email", Op = RuleOperator.Exists })),
    ];

    private static TwinRule Twin(string field, RuleOperator op, double value) => new() { Field = field, Op = op, Value = value };

    private static EventRule Bought(EventOperator op, double? value, int? days) => new() { Event = EventType.Purchase, Op = op, Value = value, Days = days };

    private static EventRule BoughtBy(Channel channel) => new() { Event = EventType.Purchase, Days = 365, Where = new EventFilter { Channels = [channel] } };
}
