using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Insights;
using MarketingConsole.Core.Twins;
using MarketingConsole.Tests.Consent;
using MarketingConsole.Tests.Support;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Tests.Insights;

/// <summary>Every figure against a naive recount of the same random shop, on every database that runs here.</summary>
public sealed class InsightsServiceTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task RevenueAsync_RandomShopAndPeriods_EqualsTheRecount(DatabaseProvider provider)
    {
        await using var shop = await InsightShop.OpenAsync(provider, 5, Cancel);
        foreach (var period in shop.Periods(12))
        {
            var report = await shop.Insights.RevenueAsync(period, Cancel);
            var sales = shop.Sales.Where(x => x.Date >= period.From && x.Date <= period.To).ToList();
            Assert.Equal(sales.Sum(x => x.Cents), report.Now.RevenueCents);
            Assert.Equal(sales.Count(x => !x.Back), report.Now.Orders);
            Assert.Equal(sales.Where(x => !x.Back).Select(x => x.Customer).Distinct().Count(), report.Now.Buyers);
            Assert.Equal(shop.Sales.Where(x => !x.Back).GroupBy(x => x.Customer).Count(g => g.Min(x => x.Date) >= period.From && g.Min(x => x.Date) <= period.To), report.Now.NewBuyers);
            Assert.Equal(report.Now.RevenueCents, report.Points.Sum(x => x.RevenueCents));
            foreach (var (point, next) in report.Points.Zip(report.Points.Skip(1).Select(x => x.Start).Append(period.To.AddDays(1))))
            {
                Assert.Equal(sales.Where(x => x.Date >= point.Start && x.Date < next).Sum(x => x.Cents), point.RevenueCents);
            }

            if (period.Before is { } before)
            {
                var earlier = shop.Sales.Where(x => x.Date >= before.From && x.Date <= before.To).ToList();
                Assert.Equal((earlier.Sum(x => x.Cents), earlier.Count(x => !x.Back)), (report.Before!.RevenueCents, report.Before.Orders));
                Assert.Equal((earlier.Sum(x => x.Cents), earlier.Count(x => !x.Back)), (report.Points.Sum(x => x.BeforeCents!.Value), report.Points.Sum(x => x.BeforeOrders!.Value)));
            }
            else
            {
                Assert.Null(report.Before);
            }
        }
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task RevenueAsync_AfterANewOrder_CountsIt(DatabaseProvider provider)
    {
        await using var shop = await InsightShop.OpenAsync(provider, 6, Cancel);
        var period = InsightPeriod.Last(30, shop.Insights.Today);
        var before = (await shop.Insights.RevenueAsync(period, Cancel)).Now;
        await shop.Database.Get<EventWriter>().WriteAsync([new Event { CustomerId = 1, Id = long.MaxValue, Type = EventType.Purchase, At = shop.Database.Time.Now, AmountCents = 777 }], [], Cancel);
        shop.Database.Time.Advance(TimeSpan.FromSeconds(3));
        var after = (await shop.Insights.RevenueAsync(period, Cancel)).Now;
        Assert.Equal((before.RevenueCents + 777, before.Orders + 1), (after.RevenueCents, after.Orders));
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task CohortsAsync_RandomShop_EqualsTheRecount(DatabaseProvider provider)
    {
        await using var shop = await InsightShop.OpenAsync(provider, 7, Cancel);
        foreach (var period in shop.Periods(6))
        {
            var report = await shop.Insights.CohortsAsync(period, Cancel);
            var bought = shop.Sales.Where(x => !x.Back && x.Date <= period.To).ToList();
            var first = bought.GroupBy(x => x.Customer).ToDictionary(x => x.Key, x => Month(x.Min(s => s.Date)));
            var oldest = Month(period.To).AddMonths(1 - CohortReport.Months);
            Assert.Equal(first.Values.Where(x => x >= oldest).Distinct().Order(), report.Cohorts.Select(x => x.Month));
            foreach (var cohort in report.Cohorts)
            {
                Assert.Equal(first.Count(x => x.Value == cohort.Month), cohort.Customers);
                Assert.Equal(cohort.Customers, cohort.Buyers[0]);
                foreach (var (months, buyers) in cohort.Buyers.Index())
                {
                    Assert.Equal(bought.Where(x => first[x.Customer] == cohort.Month && Month(x.Date) == cohort.Month.AddMonths(months)).Select(x => x.Customer).Distinct().Count(), buyers);
                }

                Assert.Equal(Month(period.To), cohort.Month.AddMonths(cohort.Buyers.Count - 1));
            }
        }
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task FlowsAsync_RandomShop_EqualsTheStagesOfTheTwins(DatabaseProvider provider)
    {
        await using var shop = await InsightShop.OpenAsync(provider, 8, Cancel);
        var rhythm = await shop.Database.Get<TwinRefresher>().RhythmAsync(Cancel);
        await using var db = shop.Database.Open();
        var histories = await TwinReader.HistoriesAsync(db, await db.Customers.OrderBy(x => x.Id).Select(x => x.Id).ToListAsync(Cancel), withItems: false, Cancel);
        foreach (var period in shop.Periods(6))
        {
            var report = await shop.Insights.FlowsAsync(period, Cancel);
            LifecycleStage Stage(CustomerHistory history, DateTime asOf) => Lifecycle.Decide(history.OrderDays(asOf), rhythm, asOf).Stage;
            var expected = histories.Where(x => x.OrderDays(report.End).Count > 0).GroupBy(x => (Stage(x, report.Start), Stage(x, report.End))).Select(x => new Flow(x.Key.Item1, x.Key.Item2, x.Count()));
            Assert.Equal(expected.OrderBy(x => x.From).ThenBy(x => x.To), report.Flows);
        }
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task ConsentAsync_RandomLedgerAndRuleChanges_EqualsTheRecountOfEachDay(DatabaseProvider provider)
    {
        await using var shop = await InsightShop.OpenAsync(provider, 9, Cancel);
        await using var db = shop.Database.Open();
        var entries = await db.ConsentEntries.AsNoTracking().ToListAsync(Cancel);
        var customers = await db.Customers.AsNoTracking().ToListAsync(Cancel);
        var versions = await db.ConsentRules.AsNoTracking().ToListAsync(Cancel);
        var calendar = shop.Database.Get<ShopCalendar>();
        foreach (var period in shop.Periods(3))
        {
            var report = await shop.Insights.ConsentAsync(period, Cancel);
            Assert.Equal(period.To < shop.Insights.Today ? period.To : shop.Insights.Today, report.Points[^1].Day);
            foreach (var point in report.Points)
            {
                var end = calendar.StartOf(point.Day.AddDays(1));
                var rules = new ConsentRuleSet([.. versions.GroupBy(x => (x.Purpose, x.Jurisdiction)).Select(g => g.Where(x => x.ChangedAt < end).MaxBy(x => x.Version) ?? g.MinBy(x => x.Version)!)]);
                var there = customers.Where(c => c.CreatedAt < end || entries.Any(x => x.CustomerId == c.Id && x.At < end)).ToList();
                Assert.Equal(there.Count, point.Customers);
                foreach (var purpose in Enum.GetValues<Purpose>())
                {
                    var allowed = there.Count(c => rules.IsAllowed(purpose, c.Jurisdiction, entries.Where(x => x.CustomerId == c.Id && x.Purpose == purpose && x.At < end)
                        .OrderByDescending(x => x.At).ThenBy(x => x.Granted).Select(x => new ConsentChoice { Granted = x.Granted, At = x.At }).FirstOrDefault(), end));
                    Assert.Equal(allowed, point.Allowed[(int)purpose - 1]);
                }
            }
        }
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task ProductsAsync_RandomShop_EqualsTheRecount(DatabaseProvider provider)
    {
        await using var shop = await InsightShop.OpenAsync(provider, 10, Cancel);
        foreach (var period in shop.Periods(4))
        {
            var report = await shop.Insights.ProductsAsync(period, Cancel);
            var expected = shop.Sales.Where(x => x.Date >= period.From && x.Date <= period.To).GroupBy(x => x.Product % 3).Select(x => ($"Category {x.Key}", x.Sum(s => s.Cents), x.Sum(s => s.Back ? -2 : 2)));
            Assert.Equal(expected.OrderByDescending(x => x.Item2), report.Categories.Select(x => (x.Name, x.RevenueCents, x.Pieces)));
        }
    }

    [Theory, MemberData(nameof(TestDatabase.Providers), MemberType = typeof(TestDatabase))]
    public async Task CampaignsAsync_TreatedAndHeldOut_GivesWelchsInterval(DatabaseProvider provider)
    {
        await using var shop = await InsightShop.OpenAsync(provider, 11, Cancel);
        var random = new Random(1);
        var now = shop.Database.Time.Now;
        double[] treated = [.. Enumerable.Range(0, 400).Select(_ => random.Next(4) == 0 ? random.Next(1000, 9000) : 0)], held = [.. Enumerable.Range(0, 60).Select(_ => random.Next(6) == 0 ? random.Next(1000, 9000) : 0)];
        await using (var db = shop.Database.Open())
        {
            db.Campaigns.AddRange(new Campaign { Id = 1, Name = "Spring", CreatedBy = "a", ChangedBy = "a" }, new Campaign { Id = 2, Name = "Old", CreatedBy = "a", ChangedBy = "a" });
            db.CampaignRuns.AddRange(new CampaignRun { CampaignId = 1, Occurrence = 5, StartedAt = now.AddDays(-3) }, new CampaignRun { CampaignId = 2, Occurrence = 5, StartedAt = now.AddDays(-300) });
            db.Dispatches.AddRange(treated.Select((x, i) => new DispatchRecord { CampaignId = 1, Occurrence = 5, CustomerId = i + 1, Status = i % 10 == 0 ? DispatchStatus.Failed : DispatchStatus.Sent, RevenueCents = (long)x }));
            db.Dispatches.AddRange(held.Select((x, i) => new DispatchRecord { CampaignId = 1, Occurrence = 5, CustomerId = i + 1000, Status = DispatchStatus.HeldOut, RevenueCents = (long)x }));
            db.Dispatches.Add(new DispatchRecord { CampaignId = 1, Occurrence = 5, CustomerId = 5000, Status = DispatchStatus.Skipped, RevenueCents = 0 });
            await db.SaveChangesAsync(Cancel);
        }

        var campaign = Assert.Single((await shop.Insights.CampaignsAsync(InsightPeriod.Last(30, shop.Insights.Today), Cancel)).Campaigns);
        static double Variance(double[] x) => x.Sum(v => Math.Pow(v - x.Average(), 2)) / (x.Length - 1);
        Assert.Equal(400, campaign.Treated.Customers);
        Assert.Equal(360, campaign.Sent);
        Assert.Equal(400 * (treated.Average() - held.Average()), campaign.IncrementalCents!.Value, 3);
        Assert.Equal(1.959964 * 400 * Math.Sqrt((Variance(treated) / 400) + (Variance(held) / 60)), campaign.MarginCents!.Value, 1);
    }

    private static DateOnly Month(DateOnly day) => new(day.Year, day.Month, 1);
}
