using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Twins;

/// <summary>How much a customer resembles the members of a segment: a cache like <see cref="Twin"/>, kept for segments whose lookalikes somebody asked for.</summary>
public sealed class TwinSimilarity
{
    public int SegmentId { get; set; }
    public int CustomerId { get; set; }

    /// <summary>0 to 1: the share of the members who look less like a member. A typical member has 0.5.</summary>
    public double Similarity { get; set; }
}

internal sealed class TwinSimilarityConfiguration : IEntityTypeConfiguration<TwinSimilarity>
{
    public void Configure(EntityTypeBuilder<TwinSimilarity> b)
    {
        b.HasKey(x => new { x.SegmentId, x.CustomerId });
        b.HasIndex(x => x.CustomerId);
    }
}
