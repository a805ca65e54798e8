using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning;

namespace MarketingConsole.Core.Twins;

/// <summary>Computes the hot row of a customer from their history. Pure: the same history and instant give the same twin.</summary>
public static class TwinBuilder
{
    /// <summary>The window in which the next order is due holds it in half of all cases.</summary>
    public const double DueFrom = 0.25, DueTo = 0.75;

    /// <param name="kinds">Category and brand by product id.</param>
    /// <param name="profiling">False: the customer denies profiling, so nothing about habits, preferences or the future is inferred.</param>
    /// <param name="asOf">Later events are not looked at.</param>
    public static Twin Build(CustomerHistory history, IReadOnlyDictionary<int, ProductKind> kinds, ShopRhythm rhythm, bool profiling, DateTime asOf)
    {
        var days = history.OrderDays(asOf);
        var stage = Lifecycle.Decide(days, rhythm, asOf);
        var twin = new Twin
        {
            CustomerId = history.CustomerId,
            Stage = stage.Stage,
            StageReason = stage.Reason,
            StageSince = stage.Since,
            StageUntil = stage.Until,
            UpdatedAt = asOf,
        };
        var yearAgo = asOf.AddDays(-365);
        long paid = 0;
        var purchases = new HashSet<long>();
        var places = new Dictionary<(Channel, int?), int>();
        foreach (var e in history.Events)
        {
            if (e.At > asOf)
            {
                break;
            }

            if (CustomerHistory.IsOwnAct(e.Type, e.Machine))
            {
                twin.LastSeenAt = e.At;
            }

            switch (e.Type)
            {
                case EventType.Purchase:
                    twin.FirstOrderAt ??= e.At;
                    twin.LastOrderAt = e.At;
                    twin.Orders++;
                    paid += e.AmountCents;
                    twin.RevenueCents += e.AmountCents;
                    twin.Revenue365Cents += e.At > yearAgo ? e.AmountCents : 0;
                    purchases.Add(e.Id);
                    places[(e.Channel, e.StoreId)] = places.GetValueOrDefault((e.Channel, e.StoreId)) + 1;
                    break;
                case EventType.Return:
                    twin.Returns++;
                    twin.RevenueCents -= e.AmountCents;
                    twin.Revenue365Cents -= e.At > yearAgo ? e.AmountCents : 0;
                    break;
                case EventType.EmailSent:
                    twin.EmailsSent++;
                    break;
                case EventType.EmailOpen when !e.Machine:
                    twin.EmailsOpened++;
                    twin.LastEmailOpenAt = e.At;
                    break;
                case EventType.EmailClick when !e.Machine:
                    twin.EmailsClicked++;
                    break;
            }
        }

        if (twin.Orders > 0)
        {
            twin.AverageBasketCents = paid / twin.Orders;
        }

        if (profiling)
        {
            if (days.Count >= Lifecycle.MinOrderDays)
            {
                var gaps = CustomerHistory.Gaps(days);
                Array.Sort(gaps);
                twin.MedianGapDays = ShopRhythm.Median(gaps);
            }

            var items = history.Items.Where(x => purchases.Contains(x.EventId)).Select(x => (Kind: kinds.GetValueOrDefault(x.ProductId), x.AmountCents)).ToList();
            (twin.TopCategory, twin.TopCategoryShare) = Top(items.Select(x => (x.Kind.Category, x.AmountCents)), items.Sum(x => x.AmountCents));
            (twin.TopBrand, twin.TopBrandShare) = Top(items.Select(x => (x.Kind.Brand, x.AmountCents)), items.Sum(x => x.AmountCents));
            twin.TopChannel = Most(places.GroupBy(x => x.Key.Item1, x => x.Value), x => (int)x);
            twin.TopStoreId = Most(places.Where(x => x.Key.Item2 is not null).GroupBy(x => x.Key.Item2!.Value, x => x.Value), x => x);
            ExpectNext(twin, days, rhythm, asOf);
        }

        return twin;
    }

    private static void ExpectNext(Twin twin, IReadOnlyList<OrderDay> days, ShopRhythm rhythm, DateTime asOf)
    {
        if (days.Count >= Lifecycle.MinOrderDays && twin.Stage != LifecycleStage.Lost)
        {
            var gaps = GapDistribution.Fit(CustomerHistory.Gaps(days), rhythm.LogMean, rhythm.LogDeviation);
            var last = twin.LastOrderAt!.Value;
            var waited = (asOf - last).TotalDays;
            twin.NextOrderFrom = last.AddDays(gaps.Quantile(DueFrom, waited));
            twin.NextOrderTo = last.AddDays(gaps.Quantile(DueTo, waited));
        }
    }

    /// <param name="paid">For all articles, those of no name too.</param>
    private static (string? Name, double? Share) Top(IEnumerable<(string? Name, long Cents)> spend, long paid)
    {
        var (name, cents) = spend.Where(x => !string.IsNullOrEmpty(x.Name)).GroupBy(x => x.Name, x => x.Cents).Select(x => (Name: x.Key, Cents: x.Sum()))
            .OrderByDescending(x => x.Cents).ThenBy(x => x.Name, StringComparer.Ordinal).FirstOrDefault();
        return (name, name is null || paid <= 0 ? null : (double)cents / paid);
    }

    private static T? Most<T>(IEnumerable<IGrouping<T, int>> counts, Func<T, int> order) where T : struct =>
        counts.OrderByDescending(x => x.Sum()).ThenBy(x => order(x.Key)).Select(x => (T?)x.Key).FirstOrDefault();
}

/// <summary>What kind of thing a product is.</summary>
/// <param name="PriceCents">List price; 0 = not known.</param>
public readonly record struct ProductKind(string? Category, string? Brand, long PriceCents = 0);
