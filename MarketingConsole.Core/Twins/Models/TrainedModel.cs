using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Twins.Models;

/// <summary>The kinds of model that a shop's twins are made of.</summary>
public static class ModelKind
{
    /// <summary>Chance of a purchase in the next 30 days.</summary>
    public const string ChanceToBuy = "chance-to-buy";

    /// <summary>Risk that a customer who still comes stays away.</summary>
    public const string Churn = "churn";

    /// <summary>When and how often a customer buys, what they spend, whether they are still there.</summary>
    public const string Purchases = "purchases";

    /// <summary>What all customers together do: what is believed of one of whom little is known.</summary>
    public const string Crowd = "crowd";

    /// <summary>What a customer is likely to want next.</summary>
    public const string Recommendations = "recommendations";

    /// <summary>Groups of customers alike.</summary>
    public const string Clusters = "clusters";

    /// <summary>What an offer changes in a customer's chance to buy.</summary>
    public const string OfferUplift = "offer-uplift";

    /// <summary>Start of the kinds that tell who resembles a segment; the segment's id follows.</summary>
    public const string LookalikePrefix = "lookalike:";

    public static string Lookalike(int segmentId) => LookalikePrefix + segmentId.ToString(CultureInfo.InvariantCulture);

    /// <summary>The segment of a kind made by <see cref="Lookalike"/>.</summary>
    public static int SegmentOf(string kind) => int.Parse(kind.AsSpan(LookalikePrefix.Length), CultureInfo.InvariantCulture);
}

/// <summary>A fitted model with the window it learnt from, its figures on a later period and what it takes to score. One model of a kind is the champion: the one in use.</summary>
public sealed class TrainedModel
{
    public int Id { get; set; }

    /// <summary>See <see cref="ModelKind"/>.</summary>
    public required string Kind { get; set; }
    public DateTime TrainedAt { get; set; }
    public required string TrainedBy { get; set; }
    public DateTime WindowFrom { get; set; }
    public DateTime WindowTo { get; set; }

    /// <summary>What it takes to score; null when nothing could be learnt.</summary>
    public string? ParametersJson { get; set; }

    /// <summary>A <see cref="ModelReport"/>.</summary>
    public string ReportJson { get; set; } = "{}";

    /// <summary>A <see cref="ModelDrift"/> of the last training at which this model was the champion; null before.</summary>
    public string? DriftJson { get; set; }
    public bool Champion { get; set; }

    /// <summary>When it last became champion; null for one that never was.</summary>
    public DateTime? PromotedAt { get; set; }
    public string? PromotedBy { get; set; }
}

internal sealed class TrainedModelConfiguration : IEntityTypeConfiguration<TrainedModel>
{
    public void Configure(EntityTypeBuilder<TrainedModel> b)
    {
        b.Property(x => x.Kind).HasMaxLength(40);
        b.Property(x => x.TrainedBy).HasMaxLength(256);
        b.Property(x => x.PromotedBy).HasMaxLength(256);
        b.HasIndex(x => new { x.Kind, x.Champion });
    }
}
