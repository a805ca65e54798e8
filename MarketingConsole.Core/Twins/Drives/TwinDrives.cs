using System.Globalization;
using MarketingConsole.Core.Learning.Shrinkage;

namespace MarketingConsole.Core.Twins.Drives;

/// <summary>What drives a customer and where and when to reach them, each beside the crowd's; intervals are 80 %.</summary>
/// <param name="Motivations">Strongest first, unknown last.</param>
/// <param name="Categories">What they buy, the largest share first; at most eight.</param>
public sealed record TwinDrives(IReadOnlyList<Motivation> Motivations, Preferences Channels, Preferences Hours, Preferences Weekdays, Preferences Categories, PriceSensitivity Price)
{
    /// <summary>Fewer orders or articles say nothing of a motive; fewer days with an act nothing of habits; fewer order days nothing of gifts, and after the first nothing of campaigns.</summary>
    public const int MinEvidence = 3, MinDays = 5, MinOrderDays = 3;

    /// <summary>A drive is said to be why a customer buys from this strength on.</summary>
    public const double Clear = 0.6;
    internal const double Level = 0.8;
    private const int Shown = 8;

    public static TwinDrives Of(DriveCounts counts, CrowdModel crowd)
    {
        var motivations = Enum.GetValues<DriveKind>().Select(x => Motive(x, counts, crowd.Motives[x]))
            .OrderBy(x => x.Missing is not null).ThenByDescending(x => x.Strength).ThenBy(x => x.Kind).ToList();
        var categories = Prefer([.. crowd.Categories.Names.Select(x => counts.Categories.GetValueOrDefault(x))], crowd.Categories, "articles", MinEvidence);
        return new(motivations,
            Prefer(counts.Channels, crowd.Channels, "days with an act", MinDays),
            Prefer(counts.Hours, crowd.Hours, "days with an act", MinDays),
            Prefer(counts.Weekdays, crowd.Weekdays, "days with an act", MinDays),
            categories with { Items = [.. categories.Items.Where(x => x.Count > 0).OrderByDescending(x => x.Share).Take(Shown)] },
            PriceSensitivity.Of(motivations.Single(x => x.Kind == DriveKind.Deal), Response(counts.Promotion, crowd.Promotion)));
    }

    private static Motivation Motive(DriveKind kind, DriveCounts counts, CrowdShare crowd)
    {
        var tally = counts.Motives[kind];
        if (crowd.Model is not { } model)
        {
            return new(kind, 0.5, null, null, null, tally.Hits, tally.Of, DriveWords.Evidence(kind, tally), crowd.Missing);
        }

        var share = model.Share(tally.Hits, tally.Of);
        return new(kind, model.Standing(tally.Hits, tally.Of), share.Mean, model.Mean, share.Interval(Level), tally.Hits, tally.Of, DriveWords.Evidence(kind, tally), Missing(kind, tally, counts.OrderDays, crowd));
    }

    /// <returns>Why the strength says nothing; null when it does.</returns>
    internal static string? Missing(DriveKind kind, Tally tally, int orderDays, CrowdShare crowd) => crowd.Missing ?? (tally.Of < MinEvidence ? $"Not enough data ({Count(tally.Of, DriveWords.Unit(kind))}, {MinEvidence} needed)"
        : kind == DriveKind.Gift && orderDays < MinOrderDays ? $"Not enough data ({Count(orderDays, "order days")}, {MinOrderDays} needed)" : null);

    private static Preferences Prefer(IReadOnlyList<int> counts, CrowdShares crowd, string unit, int needed)
    {
        var of = counts.Sum();
        if (crowd.Model is not { } model)
        {
            return new([], null, null, of, crowd.Missing);
        }

        var mean = model.Mean;
        List<Preference> items =
        [
            .. crowd.Names.Select((name, i) =>
            {
                var share = model.Share(i, counts[i], of);
                return new Preference(name, i, share.Mean, mean[i], share.Interval(Level), counts[i]);
            }).Where(x => x.Count > 0 || x.CrowdShare >= Preference.MinShare),
        ];
        var best = items.MaxBy(x => x.Share);
        var own = items.Where(x => x.Interval.Low > x.CrowdShare && x.Share >= Preference.MinShare).MaxBy(x => x.Lift);
        return new(items, best, own, of, of >= needed ? null : $"Not enough data ({Count(of, unit)}, {needed} needed): what the crowd does is shown");
    }

    private static PromotionResponse Response(PromotionCounts counts, CrowdPromotion crowd)
    {
        if (crowd is not { Rate: { } rate, Response: { } response })
        {
            return new(counts, null, null, null, null, 0.5, crowd.Missing);
        }

        var (expected, weighed) = CrowdPromotion.Weigh(rate, counts);
        var ratio = response.Ratio(weighed);
        var orders = counts.WindowOrders + counts.OtherOrders;
        var missing = counts.Messages == 0 ? "Not enough data (no campaign was sent to them since their first order, 1 needed)"
            : orders < MinOrderDays ? $"Not enough data ({Count(orders, "order days")} after the first, {MinOrderDays} needed)" : null;
        return new(counts, expected, ratio.Mean, response.Mean, ratio.Interval(Level), response.Standing(weighed), missing);
    }

    /// <param name="plural">"orders", "days with an act".</param>
    private static string Count(int count, string plural)
    {
        var first = plural.IndexOf(' ', StringComparison.Ordinal) is > 0 and var space && !plural.StartsWith("order ", StringComparison.Ordinal) ? space : plural.Length;
        return count.ToString("N0", CultureInfo.InvariantCulture) + " " + (count == 1 ? plural[..(first - 1)] + plural[first..] : plural);
    }
}

/// <param name="Strength">Chance that the customer's share is above that of a customer drawn at random, 0 to 1: 0.5 is the crowd's, and what a customer has of whom nothing is known.</param>
/// <param name="Share">Expected share, shrunk towards the crowd's; null with <paramref name="CrowdShare"/> and <paramref name="Interval"/> when the shop itself has too little data.</param>
/// <param name="Evidence">In words, for example "9 of 14 orders had a discount".</param>
/// <param name="Missing">Why the strength says nothing.</param>
public sealed record Motivation(DriveKind Kind, double Strength, double? Share, double? CrowdShare, Interval? Interval, int Hits, int Of, string Evidence, string? Missing);

/// <param name="Items">In the order of the crowd's names.</param>
/// <param name="Best">The largest share; the crowd's where little is known.</param>
/// <param name="Own">What sets the customer apart: whose interval lies above the crowd's share, with the largest lift; null when nothing does.</param>
/// <param name="Of">How many days or articles it rests on.</param>
/// <param name="Missing">Why it is the crowd's, or why there is nothing.</param>
public sealed record Preferences(IReadOnlyList<Preference> Items, Preference? Best, Preference? Own, int Of, string? Missing);

/// <param name="Index">Place among the crowd's names: channel number, band of four hours, weekday (0 = Monday).</param>
/// <param name="Share">Of the customer's days or articles, shrunk towards the crowd's.</param>
public sealed record Preference(string Name, int Index, double Share, double CrowdShare, Interval Interval, int Count)
{
    /// <summary>Smaller shares are neither listed unless the customer has them, nor called the customer's own.</summary>
    internal const double MinShare = 0.01;

    /// <summary>How many times the crowd's share.</summary>
    public double Lift => Share / CrowdShare;
}
