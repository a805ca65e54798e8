using System.Globalization;
using MarketingConsole.Consent;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Insights;
using MarketingConsole.Ui;

namespace MarketingConsole.Insights;

/// <summary>Each report as the table that stands behind its chart and is downloaded as CSV. Money is in units of the shop's currency.</summary>
internal static class InsightTables
{
    public static ChartTable Of(RevenueReport report) => report.Before is null
        ? new(["From", "Revenue", "Orders"], [.. report.Points.Select(x => (IReadOnlyList<object?>)[x.Start, Money(x.RevenueCents), x.Orders])])
        : new(["From", "Revenue", "Orders", "Revenue before", "Orders before"], [.. report.Points.Select(x => (IReadOnlyList<object?>)[x.Start, Money(x.RevenueCents), x.Orders, Money(x.BeforeCents), x.BeforeOrders])]);

    public static ChartTable Of(FlowReport report) => new(["Stage at the start", "Stage at the end", "Customers"],
        [.. report.Flows.Select(x => (IReadOnlyList<object?>)[Stages.Name(x.From), Stages.Name(x.To), x.Customers])]);

    public static ChartTable Of(CohortReport report) => new(["First purchase in", "Customers", .. Enumerable.Range(1, CohortReport.Months - 1).Select(x => $"% after {x.ToString(CultureInfo.InvariantCulture)} months")],
        [.. report.Cohorts.Select(x => (IReadOnlyList<object?>)[x.Month.ToString("yyyy-MM", CultureInfo.InvariantCulture), x.Customers,
            .. Enumerable.Range(1, CohortReport.Months - 1).Select(m => m < x.Buyers.Count ? (object?)Math.Round(100 * x.Share(m), 1) : null)])]);

    public static ChartTable Of(CampaignReport report) => new(["Campaign", "Sent", "Opened", "Clicked", "Bought", "Revenue", "Held out", "Revenue of held out", "Incremental revenue", "95 % from", "95 % to"],
        [.. report.Campaigns.Select(x => (IReadOnlyList<object?>)[x.Name, x.Sent, x.Opened, x.Clicked, x.Bought, Money(x.Treated.RevenueCents), x.HeldOut.Customers, Money(x.HeldOut.RevenueCents),
            Round(x.IncrementalCents), Round(x.IncrementalCents - x.MarginCents), Round(x.IncrementalCents + x.MarginCents)])]);

    public static ChartTable Of(ConsentReport report) => new(["Day", "Customers", .. Enum.GetValues<Purpose>().Select(x => Purposes.Name(x) + " %")],
        [.. report.Points.Select(x => (IReadOnlyList<object?>)[x.Day, x.Customers, .. Enum.GetValues<Purpose>().Select(p => x.Share(p) is { } share ? (object?)Math.Round(100 * share, 1) : null)])]);

    public static ChartTable Of(SegmentReport report) => new(["Segment", "Day", "Customers"],
        [.. report.Segments.SelectMany(s => s.Days.Select(x => (IReadOnlyList<object?>)[s.Name, x.Day, x.Size]))]);

    public static ChartTable Of(ProductReport report) => new(["Kind", "Name", "Revenue", "Pieces", "Revenue before"],
        [.. Lines("Category", report.Categories), .. Lines("Product", report.Products)]);

    public static double Money(long cents) => cents / 100.0;

    private static double? Money(long? cents) => cents / 100.0;

    private static double? Round(double? cents) => cents is { } x ? Math.Round(x) / 100 : null;

    private static IEnumerable<IReadOnlyList<object?>> Lines(string kind, IEnumerable<SoldLine> lines) => lines.Select(x => (IReadOnlyList<object?>)[kind, x.Name, Money(x.RevenueCents), x.Pieces, Money(x.BeforeCents)]);
}
