using System.Globalization;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Shrinkage;

namespace MarketingConsole.Core.Twins.Drives;

/// <summary>How this shop's customers differ in what moves them: the priors that each customer is judged by. Stored as JSON.</summary>
/// <param name="Customers">Customers with an order that it was learned from.</param>
/// <param name="Medians">Median list price by category, in cents.</param>
public sealed record CrowdModel(int Customers, IReadOnlyDictionary<DriveKind, CrowdShare> Motives, CrowdShares Channels, CrowdShares Hours, CrowdShares Weekdays, CrowdShares Categories,
    CrowdPromotion Promotion, IReadOnlyDictionary<string, double> Medians)
{
    /// <summary>Data gates: customers with an order for a model at all; customers with two counts or more (of what a part looks at) for that part.</summary>
    public const int MinCustomers = 50, MinTelling = 30;

    /// <summary>Names of the four-hour bands.</summary>
    public static IReadOnlyList<string> HourNames { get; } = [.. Enumerable.Range(0, 24 / DriveCounts.HoursABand).Select(x => string.Create(CultureInfo.InvariantCulture, $"{x * DriveCounts.HoursABand}:00 – {(x + 1) * DriveCounts.HoursABand}:00"))];

    /// <summary>Fits every prior in one pass over the customers.</summary>
    /// <param name="customers">Only such as allow profiling.</param>
    /// <param name="medians">As the counts were made with.</param>
    /// <exception cref="LearningException">Fewer than <see cref="MinCustomers"/> customers with an order.</exception>
    public static CrowdModel Fit(IEnumerable<DriveCounts> customers, IReadOnlyDictionary<string, double> medians, CancellationToken ct = default)
    {
        var motives = Enum.GetValues<DriveKind>().ToDictionary(x => x, _ => new ShareCounts(2));
        var (channels, hours, weekdays, categories) = (new ShareCounts(DriveCounts.ChannelCount), new ShareCounts(HourNames.Count), new ShareCounts(7), new ShareCounts());
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        var promotions = new List<PromotionCounts>();
        var count = 0;
        foreach (var customer in customers)
        {
            ct.ThrowIfCancellationRequested();
            channels.Add(customer.Channels);
            hours.Add(customer.Hours);
            weekdays.Add(customer.Weekdays);
            if (customer.OrderDays == 0)
            {
                continue;
            }

            count++;
            promotions.Add(customer.Promotion);
            foreach (var (kind, tally) in customer.Motives)
            {
                motives[kind].Add([tally.Hits, tally.Of - tally.Hits]);
            }

            categories.Add(customer.Categories.Select(x =>
            {
                if (!names.TryGetValue(x.Key, out var index))
                {
                    names[x.Key] = index = names.Count;
                }

                return (index, x.Value);
            }));
        }

        if (count < MinCustomers)
        {
            throw new LearningException($"Too little to learn what moves customers: {count} customers with an order who allow profiling, {MinCustomers} needed.");
        }

        return new(count, motives.ToDictionary(x => x.Key, x => CrowdShare.Of(x.Value, x.Key, ct)),
            CrowdShares.Of(channels, [.. Enum.GetValues<Channel>().Select(x => x.ToString())], "days with an act", ct),
            CrowdShares.Of(hours, HourNames, "days with an act", ct),
            CrowdShares.Of(weekdays, [.. Enumerable.Range(1, 7).Select(x => ((DayOfWeek)(x % 7)).ToString())], "days with an act", ct),
            CrowdShares.Of(categories, [.. names.OrderBy(x => x.Value).Select(x => x.Key)], "articles", ct),
            CrowdPromotion.Of(promotions, ct), medians);
    }

    internal static string TooFew(int telling, string what) => $"Not enough data in the shop ({telling} customers with two {what} or more, {MinTelling} needed)";
}

/// <param name="Model">Null when nothing is known of the shop's customers.</param>
/// <param name="Missing">Why it says nothing of a customer.</param>
public sealed record CrowdShare(BetaBinomial? Model, string? Missing)
{
    internal static CrowdShare Of(ShareCounts counts, DriveKind kind, CancellationToken ct)
    {
        if (counts.Telling < CrowdModel.MinTelling)
        {
            return new(null, CrowdModel.TooFew(counts.Telling, DriveWords.Unit(kind)));
        }

        return counts.Sum(0) == 0 || counts.Sum(1) == 0
            ? new(null, $"Cannot be told in this shop: {(counts.Sum(0) == 0 ? "none" : "every one")} of {counts.Total.ToString("N0", CultureInfo.InvariantCulture)} {DriveWords.Unit(kind)} {DriveWords.Was(kind)}")
            : DirichletMultinomial.FitTo(counts, ct) is var model && model.Concentration < DirichletMultinomial.MaxConcentration ? new(new(model), null)
            : new(new(model), "Cannot be told in this shop: customers differ by no more than chance");
    }
}

/// <param name="Names">Of the model's categories, in order.</param>
/// <param name="Missing">Why there is no model.</param>
public sealed record CrowdShares(IReadOnlyList<string> Names, DirichletMultinomial? Model, string? Missing)
{
    internal static CrowdShares Of(ShareCounts counts, IReadOnlyList<string> names, string what, CancellationToken ct) => counts.Telling < CrowdModel.MinTelling
        ? new(names, null, CrowdModel.TooFew(counts.Telling, what))
        : new(names, DirichletMultinomial.FitTo(counts, ct), null);
}

/// <summary>How customers respond to campaigns. A customer's expected orders in the weeks after a message come from their own rate in all other weeks, itself shrunk to the crowd's;
/// both observed and expected are then weighed by how well that rate is known, a / (a + expected) with a its shape, which gives their ratio the variance it has.</summary>
/// <param name="Rate">Order days a day outside these weeks.</param>
/// <param name="Response">Observed against expected order days within them.</param>
/// <param name="Missing">Why there is no model.</param>
public sealed record CrowdPromotion(GammaPoisson? Rate, GammaPoisson? Response, string? Missing)
{
    internal static CrowdPromotion Of(IReadOnlyList<PromotionCounts> customers, CancellationToken ct)
    {
        var sent = customers.Where(x => x.Messages > 0 && x.WindowDays > 0 && x.OtherDays > 0).ToList();
        if (sent.Count < CrowdModel.MinTelling || sent.Sum(x => x.WindowOrders) < CrowdModel.MinTelling || sent.Sum(x => x.OtherOrders) < CrowdModel.MinTelling)
        {
            return new(null, null, $"Not enough data in the shop ({sent.Count} customers were sent a campaign and ordered on {sent.Sum(x => x.WindowOrders)} days within a week of it; {CrowdModel.MinTelling} of each needed)");
        }

        var rate = GammaPoisson.FitTo([.. customers.Where(x => x.OtherDays > 0).Select(x => new ObservedExpected(x.OtherOrders, x.OtherDays))], ct);
        return new(rate, GammaPoisson.FitTo([.. sent.Select(x => Weigh(rate, x).Weighed)], ct), null);
    }

    /// <returns>Order days to be expected within a week of a message were they days like others, and the weighed counts.</returns>
    internal static (double Expected, ObservedExpected Weighed) Weigh(GammaPoisson rate, PromotionCounts counts)
    {
        var own = rate.Ratio(new(counts.OtherOrders, Math.Max(0, counts.OtherDays)));
        var expected = own.Mean * counts.WindowDays;
        var weight = own.Shape / (own.Shape + expected);
        return (expected, new(weight * counts.WindowOrders, weight * expected));
    }
}
