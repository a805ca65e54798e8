using System.Globalization;

namespace MarketingConsole.Core.Twins.Drives;

/// <summary>What each motive and its evidence are called.</summary>
internal static class DriveWords
{
    /// <summary>One word a motive, in the order of <see cref="DriveKind"/>. Stored and asked for by segments: do not change.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Enum.GetValues<DriveKind>().Select(Name)];

    public static string Name(DriveKind kind) => kind switch
    {
        DriveKind.Deal => "deals",
        DriveKind.Novelty => "novelty",
        DriveKind.Loyalty => "loyalty",
        DriveKind.Convenience => "convenience",
        DriveKind.Gift => "gifts",
        _ => "quality",
    };

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
