using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Segments.Webhooks;

/// <summary>A customer was erased whom a webhook's receiver still takes for a member. Goes when the receiver was told, or the webhook goes.</summary>
public sealed class SegmentFarewell
{
    /// <summary>The <see cref="SegmentMove"/> of nobody that keeps its place among the moves.</summary>
    public long MoveId { get; set; }
    public int SegmentId { get; set; }

    /// <summary>The erased customer's key, encrypted with the console's data protection keys.</summary>
    public required string Key { get; set; }
    public DateTime At { get; set; }
}

internal sealed class SegmentFarewellConfiguration : IEntityTypeConfiguration<SegmentFarewell>
{
    public void Configure(EntityTypeBuilder<SegmentFarewell> b)
    {
        b.HasKey(x => x.MoveId);
        b.Property(x => x.MoveId).ValueGeneratedNever();
        b.Property(x => x.Key).HasMaxLength(1000);
        b.HasOne<SegmentWebhook>().WithMany().HasForeignKey(x => x.SegmentId).OnDelete(DeleteBehavior.Cascade);
    }
}
