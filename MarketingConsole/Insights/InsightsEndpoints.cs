using System.Text;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Insights;
using MarketingConsole.Ui;

namespace MarketingConsole.Insights;

internal static class InsightsEndpoints
{
    private const string Csv = "text/csv";

    /// <summary>HTTP endpoints of this feature; relative to /api/v1 unless mapped on the root.</summary>
    public static void MapInsights(this IEndpointRouteBuilder root, RouteGroupBuilder api)
    {
        _ = root;
        var insights = api.MapGroup("/insights").WithTags("Insights").RequireAuthorization(Policies.Scope("insights:read"));
        Map(insights, "revenue", "Revenue and orders over time", (s, p, c) => s.RevenueAsync(p, c), InsightTables.Of);
        Map(insights, "flows", "Customers by lifecycle stage at the start and at the end", (s, p, c) => s.FlowsAsync(p, c), InsightTables.Of);
        Map(insights, "cohorts", "Retention by month of the first purchase", (s, p, c) => s.CohortsAsync(p, c), InsightTables.Of);
        Map(insights, "campaigns", "Results and incremental revenue of the campaigns that ran", (s, p, c) => s.CampaignsAsync(p, c), InsightTables.Of);
        Map(insights, "consent", "Share of customers who may be used for each purpose", (s, p, c) => s.ConsentAsync(p, c), InsightTables.Of);
        Map(insights, "segments", "Sizes of the largest segments", (s, p, c) => s.SegmentsAsync(p, c), InsightTables.Of);
        Map(insights, "products", "Categories and products that sold most", (s, p, c) => s.ProductsAsync(p, c), InsightTables.Of);
    }

    private static void Map<T>(RouteGroupBuilder group, string name, string summary, Func<InsightsService, InsightPeriod, CancellationToken, Task<T>> load, Func<T, ChartTable> table) where T : class =>
        group.MapGet("/" + name, async (string? from, string? to, string? by, string? compare, string? format, InsightsService insights, HttpRequest request, CancellationToken cancellationToken) =>
        {
            var (period, errors) = InsightPeriod.Read(from, to, by, compare, insights.Today);
            if (format is not (null or "" or "json" or "csv"))
            {
                errors = new Dictionary<string, string[]>(errors) { ["format"] = ["Choose json or csv."] };
            }

            if (errors.Count > 0)
            {
                return Results.ValidationProblem(errors.ToDictionary());
            }

            var report = await load(insights, period, cancellationToken);
            var csv = format == "csv" || (format is null or "" && request.Headers.Accept.ToString().StartsWith(Csv, StringComparison.OrdinalIgnoreCase));
            return csv ? Results.Text(table(report).ToCsv(), Csv, Encoding.UTF8) : Results.Ok(report);
        }).WithName("Insights" + char.ToUpperInvariant(name[0]) + name[1..]).WithSummary(summary)
            .WithDescription("from, to: ISO dates in the shop's time zone (default: the last 90 days); by: day, week or month; compare: previous, year or none; format: json or csv (or Accept: text/csv). Money in JSON is integer hundredths, in CSV units of the shop's currency.")
            .Produces<T>().Produces(StatusCodes.Status200OK, contentType: Csv).ProducesValidationProblem();
}
