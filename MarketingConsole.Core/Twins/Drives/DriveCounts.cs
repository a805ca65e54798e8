using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Twins.Drives;

/// <summary>The evidence of one customer's preferences and motives, counted. Pure; nothing after the instant asked for is looked at.</summary>
/// <param name="Motives">See <see cref="DriveKind"/>.</param>
/// <param name="Channels">By <see cref="Channel"/>: days of the last 365 on which the customer did something there; unknown channels are left out.</param>
/// <param name="Hours">By four hours of the day from midnight, shop's time zone: days of the last 365 on which the customer did something then; acts with a date only are left out.</param>
/// <param name="Weekdays">0 = Monday: days of the last 365 on which the customer did something.</param>
/// <param name="Categories">Articles bought by category, since the beginning.</param>
public sealed record DriveCounts(int OrderDays, IReadOnlyDictionary<DriveKind, Tally> Motives, IReadOnlyList<int> Channels, IReadOnlyList<int> Hours, IReadOnlyList<int> Weekdays,
    IReadOnlyDictionary<string, int> Categories, PromotionCounts Promotion)
{
    public const int HoursABand = 4, Days = 365, ViewHours = 24, ViewsKnownDays = 90;

    public static int ChannelCount { get; } = Enum.GetValues<Channel>().Length;

    /// <param name="kinds">What is known of the articles, by product id.</param>
    /// <param name="medians">Median list price by category, see <see cref="CategoryPrices"/>.</param>
    public static DriveCounts Of(CustomerHistory history, IReadOnlyDictionary<int, ProductKind> kinds, IReadOnlyDictionary<string, double> medians, DateTime asOf)
    {
        var past = history.Events.TakeWhile(x => x.At <= asOf).ToList();
        var days = history.OrderDays(asOf);
        var counter = Counted(past, history, kinds, medians);
        var acts = past.Where(x => x.At > asOf.AddDays(-Days) && CustomerHistory.IsOwnAct(x.Type, x.Machine)).ToList();
        return new(days.Count, counter.Motives,
            Count(ChannelCount, acts.Where(x => x.Channel != Channel.Other).Select(x => (x.Day, (int)x.Channel))),
            Count(24 / HoursABand, acts.Where(x => !DateOnlyKnown(x)).Select(x => (x.Day, x.HourOfWeek % 24 / HoursABand))),
            Count(7, acts.Select(x => (x.Day, x.HourOfWeek / 24))),
            counter.Categories, Following(past, days, asOf));
    }

    /// <summary>The motives alone: all that the twin's row is made of.</summary>
    internal static IReadOnlyDictionary<DriveKind, Tally> MotivesOf(CustomerHistory history, IReadOnlyDictionary<int, ProductKind> kinds, IReadOnlyDictionary<string, double> medians, DateTime asOf) =>
        Counted(history.Events.TakeWhile(x => x.At <= asOf), history, kinds, medians).Motives;

    private static OrderCounter Counted(IEnumerable<TwinEvent> past, CustomerHistory history, IReadOnlyDictionary<int, ProductKind> kinds, IReadOnlyDictionary<string, double> medians)
    {
        var counter = new OrderCounter(history.Items.ToLookup(x => x.EventId), kinds, medians);
        foreach (var e in past)
        {
            counter.Add(e);
        }

        return counter;
    }

    /// <summary>Midnight to the millisecond is what a file without times gives.</summary>
    private static bool DateOnlyKnown(TwinEvent e) => e.HourOfWeek % 24 == 0 && e.At.Ticks % TimeSpan.TicksPerHour == 0;

    private static int[] Count(int groups, IEnumerable<(int Day, int Group)> acts)
    {
        var counts = new int[groups];
        foreach (var (_, group) in acts.Distinct())
        {
            counts[group]++;
        }

        return counts;
    }

    private static PromotionCounts Following(List<TwinEvent> past, IReadOnlyList<OrderDay> days, DateTime asOf)
    {
        if (days.Count == 0)
        {
            return default;
        }

        var first = days[0].At;
        var sent = past.Where(x => x.Type is EventType.EmailSent or EventType.MessageSent && x.CampaignId is not null && x.At.AddDays(PromotionCounts.Window) > first).Select(x => x.At).ToList();
        var (window, until) = (0.0, first);
        foreach (var at in sent)
        {
            var (from, to) = (at > until ? at : until, at.AddDays(PromotionCounts.Window) < asOf ? at.AddDays(PromotionCounts.Window) : asOf);
            if (to > from)
            {
                (window, until) = (window + (to - from).TotalDays, to);
            }
        }

        var following = days.Skip(1).Count(x => sent.Any(s => x.At >= s && x.At < s.AddDays(PromotionCounts.Window)));
        return new(sent.Count, window, following, (asOf - first).TotalDays - window, days.Count - 1 - following);
    }
}

/// <summary>What a dear article is, by category.</summary>
public static class CategoryPrices
{
    /// <summary>A category with fewer priced articles has no dear and cheap end.</summary>
    public const int MinArticles = 4;

    /// <param name="products">All articles of the shop.</param>
    /// <returns>Median list price in cents by category; articles without a price are left out.</returns>
    public static IReadOnlyDictionary<string, double> Medians(IEnumerable<ProductKind> products) =>
        products.Where(x => x.PriceCents > 0 && !string.IsNullOrEmpty(x.Category)).GroupBy(x => x.Category!, StringComparer.Ordinal).Where(x => x.Count() >= MinArticles)
            .ToDictionary(x => x.Key, x => ShopRhythm.Median([.. x.Select(p => (double)p.PriceCents).Order()]), StringComparer.Ordinal);
}
