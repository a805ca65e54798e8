namespace MarketingConsole.Core.Twins.Drives;

/// <summary>What may move a customer to buy, each read from one kind of evidence. None is proof of a motive: it is what a motive would leave behind, seen beside what other customers leave.</summary>
public enum DriveKind
{
    /// <summary>Orders with at least one discounted article, of orders whose articles are known. Orders, not articles, because one code often discounts a whole order. A discount everybody got counts too, for all customers alike.</summary>
    Deal = 1,

    /// <summary>Articles never bought before, of those bought after the first order day. Falls as a customer's past grows; a customer of many years compares with a crowd of all ages.</summary>
    Novelty = 2,

    /// <summary>Articles of a brand bought before, of those of any brand bought after the first order day. Rises as a customer's past grows.</summary>
    Loyalty = 3,

    /// <summary>Orders on the web or in the app without a look at anything but the bought articles in the 24 hours before. Only orders of customers whose looking is on record count: at least one view in the 90 days before; orders in stores say nothing either way.</summary>
    Convenience = 4,

    /// <summary>Articles bought in <see cref="GiftWeeks"/>, of all articles. A customer of a few months may have had no such week, or nothing else.
    /// Articles, because who gives buys more of them at once; since those of one order go together, the interval is narrower than it should be and fewer than three order days say nothing.</summary>
    Gift = 5,

    /// <summary>Articles with a list price above the median of their category's articles. Known for categories of at least four priced articles.</summary>
    Quality = 6,
}

/// <param name="Hits">How often it was so.</param>
/// <param name="Of">How often it could have been.</param>
public readonly record struct Tally(int Hits, int Of)
{
    internal Tally Add(bool hit) => new(Hits + (hit ? 1 : 0), Of + 1);
}

/// <summary>Order days in the week after a campaign's message, and otherwise, from the first order on (which is not counted itself).</summary>
/// <param name="Messages">E-mails and messages of campaigns sent to the customer in that time.</param>
/// <param name="WindowDays">Days within a week of a message; overlapping weeks count once.</param>
/// <param name="WindowOrders">Order days within these.</param>
/// <param name="OtherDays">All other days.</param>
/// <param name="OtherOrders">Order days within these.</param>
public readonly record struct PromotionCounts(int Messages, double WindowDays, int WindowOrders, double OtherDays, int OtherOrders)
{
    /// <summary>How long after a message an order counts as following it, in days.</summary>
    public const int Window = 7;
}
