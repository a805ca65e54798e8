using System.Globalization;
using MarketingConsole.Core.Twins;
using MarketingConsole.Ui;

namespace MarketingConsole.Twins;

/// <summary>A column of the list that can be shown or hidden.</summary>
/// <param name="Sort">What a click on its heading sorts by; null = not sortable.</param>
/// <param name="Explain">How the number is computed.</param>
/// <param name="Text">What a cell says, for columns without a shape of their own.</param>
internal sealed record TwinColumn(string Key, string Label, TwinSort? Sort, bool Numeric, string Explain, Func<TwinRow, string, string?>? Text = null);

internal static class TwinColumns
{
    public const string Default = "stage,country,orders,value,seen,chance";

    public static IReadOnlyList<TwinColumn> All { get; } =
    [
        new("stage", "Stage", null, false, "Lifecycle stage by the customer's own rhythm of orders"),
        new("country", "Country", null, false, "Country of the customer's address", (x, _) => x.Country),
        new("city", "City", null, false, "City of the customer's address", (x, _) => x.City),
        new("tier", "Tier", null, false, "Tier in the shop's loyalty programme", (x, _) => x.Tier),
        new("orders", "Orders", TwinSort.Orders, true, "Purchases since the beginning", (x, _) => Format.Number(x.Orders)),
        new("value", "Value", TwinSort.Value, true, "Purchases less returns since the beginning", (x, currency) => Format.Money(x.RevenueCents, currency, whole: true)),
        new("value365", "Value, 12 months", TwinSort.Value365, true, "Purchases less returns in the last 365 days", (x, currency) => Format.Money(x.Revenue365Cents, currency, whole: true)),
        new("basket", "Average basket", null, true, "Mean paid a purchase", (x, currency) => x.Orders == 0 ? null : Format.Money(x.AverageBasketCents, currency)),
        new("gap", "Usual gap", null, true, "Median days between orders; three order days needed", (x, _) => x.MedianGapDays is { } gap ? Math.Round(gap).ToString("N0", CultureInfo.CurrentCulture) + " d" : null),
        new("seen", "Last seen", TwinSort.LastSeen, false, "Last thing the customer did themself"),
        new("ordered", "Last order", null, false, "Day of the last purchase"),
        new("chance", "Chance, 30 days", TwinSort.Chance, true, "Probability of a purchase within 30 days, from the shop's trained model; none without data or profiling consent", (x, _) => x.Chance is { } chance ? Format.Percent(chance) : null),
        new("likes", "Likes", null, false, "Category most spent on", (x, _) => x.TopCategory),
    ];

    /// <param name="keys">Keys of columns, separated by commas; unknown ones are left out, none = the default.</param>
    public static IReadOnlyList<TwinColumn> Of(string? keys)
    {
        var wanted = (string.IsNullOrEmpty(keys) ? Default : keys).Split(',');
        return All.Where(x => wanted.Contains(x.Key)).ToList() is { Count: > 0 } some ? some : Of(null);
    }
}
