namespace MarketingConsole.Core.Insights;

/// <param name="Month">First day of the month of the first purchase.</param>
/// <param name="Buyers">Customers of each month since (0 = the first) who bought in it; the list ends with the month of the report's last day.</param>
public sealed record Cohort(DateOnly Month, int Customers, IReadOnlyList<int> Buyers)
{
    public double Share(int month) => (double)Buyers[month] / Customers;
}

/// <summary>Which part of the customers won in a month buys again one, two, … months later.</summary>
/// <param name="LastMonthPartial">The last day is not the last of its month: the newest figure of each row is still growing.</param>
public sealed record CohortReport(IReadOnlyList<Cohort> Cohorts, bool LastMonthPartial)
{
    public const int Months = 12;

    /// <param name="sales">Sorted by customer and time.</param>
    /// <param name="to">Last day looked at.</param>
    public static CohortReport Of(IReadOnlyList<Sale> sales, DateOnly to)
    {
        static int Month(DateOnly day) => (day.Year * 12) + day.Month - 1;
        var newest = Month(to);
        var sizes = new int[Months];
        var buyers = Enumerable.Range(0, Months).Select(x => new int[Months - x]).ToArray();
        int customer = int.MinValue, first = 0, counted = 0;
        foreach (var sale in sales)
        {
            if (sale.Returned || sale.Date > to)
            {
                continue;
            }

            var month = Month(sale.Date);
            if (sale.CustomerId != customer)
            {
                (customer, first, counted) = (sale.CustomerId, month, -1);
                if (newest - first < Months)
                {
                    sizes[Months - 1 - (newest - first)]++;
                }
            }

            if (newest - first < Months && month != counted)
            {
                buyers[Months - 1 - (newest - first)][month - first]++;
                counted = month;
            }
        }

        return new CohortReport([.. Enumerable.Range(0, Months).Where(x => sizes[x] > 0)
            .Select(x => new Cohort(new DateOnly((newest - Months + 1 + x) / 12, ((newest - Months + 1 + x) % 12) + 1, 1), sizes[x], buyers[x]))], to.AddDays(1).Day != 1);
    }
}
