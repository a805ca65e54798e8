using System.ComponentModel.DataAnnotations;

namespace MarketingConsole.Core.Events.Touchpoints;

/// <summary>Configuration section "Stores".</summary>
public sealed class StoreOptions
{
    public const string Section = "Stores";

    /// <summary>Minutes without a reading after which a customer has left.</summary>
    [Range(1, 600)]
    public int SilenceMinutes { get; set; } = 15;

    /// <summary>Tiers whose arrival the sales floor is told about, separated by commas.</summary>
    public string VipTiers { get; set; } = "gold, platinum";

    /// <summary>Segment whose members' arrival the sales floor is told about; null = none.</summary>
    public int? VipSegment { get; set; }

    internal bool IsVip(string? tier) => tier is not null && VipTiers.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Contains(tier, StringComparer.OrdinalIgnoreCase);
}
