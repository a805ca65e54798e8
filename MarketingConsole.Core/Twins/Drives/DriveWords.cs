using System.Globalization;

namespace MarketingConsole.Core.Twins.Drives;

/// <summary>What the evidence of each motive is called.</summary>
internal static class DriveWords
{
    public static string Unit(DriveKind kind) => kind is DriveKind.Deal or DriveKind.Convenience ? "orders" : "articles";

    public static string Evidence(DriveKind kind, Tally tally)
    {
        var (n, unit) = (tally.Of.ToString("N0", CultureInfo.InvariantCulture), tally.Of == 1 ? Unit(kind)[..^1] : Unit(kind));
        return $"{tally.Hits.ToString("N0", CultureInfo.InvariantCulture)} of {n} {Which(kind, unit)} {Was(kind)}";
    }

    public static string Was(DriveKind kind) => kind switch
    {
        DriveKind.Deal => "had a discount",
        DriveKind.Novelty => "had never been bought before",
        DriveKind.Loyalty => "were of a brand bought before",
        DriveKind.Convenience => "were placed without looking at anything else in the day before",
        DriveKind.Gift => "were bought in the weeks before Christmas, Valentine's Day or Mother's Day",
        _ => "cost more than most of their category",
    };

    private static string Which(DriveKind kind, string unit) => kind switch
    {
        DriveKind.Novelty or DriveKind.Loyalty => unit + " bought after the first order day",
        DriveKind.Convenience => "online " + unit,
        _ => unit,
    };
}
