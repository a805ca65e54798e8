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
    public Channel? TopChannel { get; set; }
    public int? TopStoreId { get; set; }

    /// <summary>Probability (0 to 1) of a purchase in the next 30 days; null without profiling consent, model or data.</summary>
    public double? ChanceToBuy { get; set; }
    public DateTime? NextOrderFrom { get; set; }
    public DateTime? NextOrderTo { get; set; }
    public int? ModelId { get; set; }
    public DateTime? ScoredAt { get; set; }
    public DateTime UpdatedAt { get; set; }
}

/// <summary>A fitted model with the window it learnt from, its figures on a later period and what it takes to score.</summary>
public sealed class TrainedModel
{
    public int Id { get; set; }

    /// <summary>"chance-to-buy" and later others.</summary>
    public required string Kind { get; set; }
    public DateTime TrainedAt { get; set; }
    public DateTime WindowFrom { get; set; }
    public DateTime WindowTo { get; set; }
    public string ParametersJson { get; set; } = "{}";
    public string MetricsJson { get; set; } = "{}";
    public bool Champion { get; set; }
    public string TrainedBy { get; set; } = "";
}

internal sealed class TwinConfiguration : IEntityTypeConfiguration<Twin>, IEntityTypeConfiguration<TrainedModel>
{
    public void Configure(EntityTypeBuilder<Twin> b)
    {
        b.HasKey(x => x.CustomerId);
        b.Property(x => x.CustomerId).ValueGeneratedNever();
        b.Property(x => x.StageReason).HasMaxLength(300);
        b.Property(x => x.TopCategory).HasMaxLength(100);
        b.Property(x => x.TopBrand).HasMaxLength(100);
        b.HasIndex(x => x.Stage);
        b.HasIndex(x => x.StageUntil);
        b.HasIndex(x => x.LastSeenAt);
        b.HasIndex(x => x.Orders);
        b.HasIndex(x => x.RevenueCents);
        b.HasIndex(x => x.Revenue365Cents);
        b.HasIndex(x => x.ChanceToBuy);
    }

    public void Configure(EntityTypeBuilder<TrainedModel> b)
    {
        b.Property(x => x.Kind).HasMaxLength(40);
        b.Property(x => x.TrainedBy).HasMaxLength(256);
        b.HasIndex(x => new { x.Kind, x.TrainedAt });
    }
}
