using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Insights;

/// <param name="RevenueCents">Purchases less returns.</param>
/// <param name="SoldCents">Purchases alone.</param>
/// <param name="Buyers">Customers with a purchase in the period.</param>
/// <param name="NewBuyers">Those of them who had never bought before.</param>
public sealed record RevenueFigures(long RevenueCents, long SoldCents, int Orders, int Buyers, int NewBuyers)
{
    /// <summary>Cents per order; null without orders.</summary>
    public long? AverageOrderCents => Orders == 0 ? null : (long)Math.Round((double)SoldCents / Orders);
}

/// <param name="BeforeCents">Revenue of the same stretch of the period compared with; null without comparison.</param>
public sealed record RevenuePoint(DateOnly Start, long RevenueCents, int Orders, long? BeforeCents, int? BeforeOrders);

/// <summary>Revenue and orders over time.</summary>
/// <param name="FirstDay">First day with a sale in all data; null without any.</param>
public sealed record RevenueReport(InsightPeriod Period, RevenueFigures Now, RevenueFigures? Before, IReadOnlyList<RevenuePoint> Points, DateOnly? FirstDay, DateOnly? LastDay)
{
    /// <param name="sales">Sorted by customer and time.</param>
    public static RevenueReport Of(IReadOnlyList<Sale> sales, InsightPeriod period)
    {
        var starts = period.Buckets();
        var place = starts.Index().ToDictionary(x => x.Item, x => x.Index);
        var points = starts.Select(_ => new long[4]).ToArray();
        void Add(DateOnly day, Sale sale, int column)
        {
            var point = points[place[period.BucketOf(day)]];
            point[column] += sale.Cents;
            point[column + 1] += sale.Returned ? 0 : 1;
        }

        foreach (var sale in sales)
        {
            var day = sale.Date;
            if (day >= period.From && day <= period.To)
            {
                Add(day, sale, 0);
            }

            if (period.Before is { } before && day >= before.From && day <= before.To)
            {
                Add(period.Shift(day), sale, 2);
            }
        }

        var compared = period.Before is not null;
        return new RevenueReport(period, Figures(sales, period.From, period.To), period.Before is { } days ? Figures(sales, days.From, days.To) : null,
            [.. starts.Zip(points, (start, x) => new RevenuePoint(start, x[0], (int)x[1], compared ? x[2] : null, compared ? (int)x[3] : null))],
            sales.Count == 0 ? null : ShopCalendar.DateOf(sales.Min(x => x.Day)), sales.Count == 0 ? null : ShopCalendar.DateOf(sales.Max(x => x.Day)));
    }

    private static RevenueFigures Figures(IReadOnlyList<Sale> sales, DateOnly from, DateOnly to)
    {
        var (first, last) = (ShopCalendar.DayOf(from), ShopCalendar.DayOf(to));
        long revenue = 0, sold = 0;
        int orders = 0, buyers = 0, newBuyers = 0, customer = int.MinValue;
        var (bought, earlier) = (false, false);
        foreach (var sale in sales)
        {
            if (sale.CustomerId != customer)
            {
                (customer, bought, earlier) = (sale.CustomerId, false, false);
            }

            if (sale.Day >= first && sale.Day <= last)
            {
                revenue += sale.Cents;
                if (!sale.Returned)
                {
                    (sold, orders) = (sold + sale.Cents, orders + 1);
                    buyers += bought ? 0 : 1;
                    newBuyers += bought || earlier ? 0 : 1;
                    bought = true;
                }
            }

            earlier |= !sale.Returned && sale.Day < first;
        }

        return new RevenueFigures(revenue, sold, orders, buyers, newBuyers);
    }
}
