using System.Globalization;

namespace MarketingConsole.Core.Twins.Groups;

/// <summary>How a number is printed.</summary>
public enum GroupUnit { Number, Money, Percent }

/// <summary>One column that groups are made by.</summary>
/// <param name="Name">As in "orders in 365 days higher: 9.1 instead of 3.2".</param>
/// <param name="High">What customers with a high value are called in the name of a group.</param>
/// <param name="Value">For people.</param>
/// <param name="Scale">The value as distances are taken of it: amounts and counts by their ratios.</param>
public sealed record GroupFeature(string Name, string High, string Low, GroupUnit Unit, Func<GroupFacts, double> Value, Func<double, double> Scale)
{
    public static IReadOnlyList<GroupFeature> All { get; } =
    [
        new("orders in 365 days", "frequent", "rare", GroupUnit.Number, x => x.Orders365, Ratio),
        new("days since the last order", "long ago", "recent", GroupUnit.Number, x => x.DaysSinceOrder, Ratio),
        new("average basket", "large baskets", "small baskets", GroupUnit.Money, x => x.Basket, Ratio),
        new("days since the first order", "long-standing", "new", GroupUnit.Number, x => x.TenureDays, Ratio),
        new("taken off the list price", "on offers", "full price", GroupUnit.Percent, x => x.Discount, Plain),
        new("orders placed online", "online", "in stores", GroupUnit.Percent, x => x.Online, Plain),
        new("orders sent back", "many returns", "few returns", GroupUnit.Percent, x => Math.Min(x.Returns, 1), Plain),
        new("products viewed in 30 days", "browsing", "not browsing", GroupUnit.Number, x => x.Views30, Ratio),
        new("e-mails opened in 90 days", "reads e-mail", "reads no e-mail", GroupUnit.Number, x => x.Opens90, Ratio),
    ];

    public static IReadOnlyList<string> Names { get; } = [.. All.Select(x => x.Name)];

    /// <returns>The facts as one row of numbers to take distances of.</returns>
    public static double[] Row(GroupFacts facts) => [.. All.Select(x => x.Scale(x.Value(facts)))];

    /// <summary>"9.1", "12 %", "64.20 EUR".</summary>
    public static string Say(GroupUnit unit, double value, string currency) => unit switch
    {
        GroupUnit.Percent => value.ToString("0 %", CultureInfo.InvariantCulture),
        GroupUnit.Money => value.ToString("#,0.00 ", CultureInfo.InvariantCulture) + currency,
        _ => value.ToString(Math.Abs(value) < 20 ? "0.#" : "#,0", CultureInfo.InvariantCulture),
    };

    private static double Ratio(double value) => Math.Log(1 + Math.Max(value, 0));

    private static double Plain(double value) => value;
}
