using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Twins;

/// <summary>Where a customer stands in the relationship. Numbers are stored: append only.</summary>
public enum LifecycleStage { Prospect = 0, New = 1, Active = 2, Cooling = 3, Lapsing = 4, Lost = 5, Regained = 6 }

/// <summary>The hot row of features and scores of one customer: a cache, rebuilt from events at any time.</summary>
public sealed class Twin
{
    public int CustomerId { get; set; }
    public LifecycleStage Stage { get; set; }

    /// <summary>Why this stage, in a sentence.</summary>
    public string StageReason { get; set; } = "";
    public DateTime? StageSince { get; set; }

    /// <summary>When the stage ends by time alone; null when only an event can end it.</summary>
    public DateTime? StageUntil { get; set; }
    public DateTime? FirstOrderAt { get; set; }
    public DateTime? LastOrderAt { get; set; }

    /// <summary>Last event the customer caused themself (a message sent does not count).</summary>
    public DateTime? LastSeenAt { get; set; }
    public int Orders { get; set; }
    public int Returns { get; set; }

    /// <summary>Purchases less returns since the beginning, in cents.</summary>
    public long RevenueCents { get; set; }

    /// <summary>Purchases less returns in the last 365 days, in cents.</summary>
    public long Revenue365Cents { get; set; }
    public long AverageBasketCents { get; set; }

    /// <summary>Median days between orders; null under three orders.</summary>
    public double? MedianGapDays { get; set; }
    public int EmailsSent { get; set; }
    public int EmailsOpened { get; set; }
    public int EmailsClicked { get; set; }
    public DateTime? LastEmailOpenAt { get; set; }
    public string? TopCategory { get; set; }
    public string? TopBrand { get; set; }

    /// <summary>Part of all paid for articles since the beginning that went to <see cref="TopCategory"/>, 0 to 1.</summary>
    public double? TopCategoryShare { get; set; }
    public double? TopBrandShare { get; set; }
    public Channel? TopChannel { get; set; }
    public int? TopStoreId { get; set; }

    // Scores: null without profiling consent, model or data. Chances are 0 to 1.

    /// <summary>Chance of a purchase in the next 30 days.</summary>
    public double? ChanceToBuy { get; set; }

    /// <summary>Chance to stay away for as long as the churn model asks; null for a customer who is lost already.</summary>
    public double? ChurnRisk { get; set; }

    /// <summary>What an offer changes in the chance to buy, −1 to 1; see <c>Uplift.OfferUpliftModel</c>.</summary>
    public double? OfferUplift { get; set; }

    /// <summary>Chance that the customer may still buy at all.</summary>
    public double? Alive { get; set; }

    /// <summary>Expected order days in the next 30 days.</summary>
    public double? Orders30 { get; set; }
    public double? Orders90 { get; set; }
    public double? Orders365 { get; set; }

    /// <summary>Expected spend in the next 365 days.</summary>
    public long? Spend365Cents { get; set; }

    /// <summary>Expected spend of the next three years, later money worth 10 % less a year.</summary>
    public long? LifetimeCents { get; set; }

    /// <summary>The next order falls between here and <see cref="NextOrderTo"/> in half of all cases.</summary>
    public DateTime? NextOrderFrom { get; set; }
    public DateTime? NextOrderTo { get; set; }

    /// <summary>The strongest of the drives below that stands out, by <c>Drives.DriveWords</c>; null when none does.</summary>
    public string? Motivation { get; set; }

    /// <summary>Chance that discounts move this customer more than one drawn at random, 0 to 1; null where there is too little to go by. See <c>Drives.DriveKind</c>, alike below.</summary>
    public double? DealDrive { get; set; }
    public double? NoveltyDrive { get; set; }
    public double? LoyaltyDrive { get; set; }
    public double? ConvenienceDrive { get; set; }
    public double? GiftDrive { get; set; }
    public double? QualityDrive { get; set; }

    /// <summary>Name of the group of customers alike; see <c>Groups.ClusterModel</c>.</summary>
    public string? Cluster { get; set; }
    public DateTime? ScoredAt { get; set; }
    public DateTime UpdatedAt { get; set; }
}

internal sealed class TwinConfiguration : IEntityTypeConfiguration<Twin>
{
    public void Configure(EntityTypeBuilder<Twin> b)
    {
        b.HasKey(x => x.CustomerId);
        b.Property(x => x.CustomerId).ValueGeneratedNever();
        b.Property(x => x.StageReason).HasMaxLength(300);
        b.Property(x => x.TopCategory).HasMaxLength(100);
        b.Property(x => x.TopBrand).HasMaxLength(100);
        b.Property(x => x.Motivation).HasMaxLength(20);
        b.Property(x => x.Cluster).HasMaxLength(60);
        b.HasIndex(x => x.Stage);
        b.HasIndex(x => x.StageUntil);
        b.HasIndex(x => x.LastSeenAt);
        b.HasIndex(x => x.Orders);
        b.HasIndex(x => x.RevenueCents);
        b.HasIndex(x => x.Revenue365Cents);
        b.HasIndex(x => x.ChanceToBuy);
        b.HasIndex(x => x.ChurnRisk);
        b.HasIndex(x => x.OfferUplift);
        b.HasIndex(x => x.LifetimeCents);
        b.HasIndex(x => x.Motivation);
        b.HasIndex(x => x.Cluster);
    }
}
