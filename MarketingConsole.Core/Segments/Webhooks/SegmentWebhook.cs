using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Segments.Webhooks;

/// <summary>Where a segment's moves are told, and how far they have been: the cursor over <see cref="SegmentMove"/> makes deliveries outlive a restart.</summary>
public sealed class SegmentWebhook
{
    public int SegmentId { get; set; }
    public required string Url { get; set; }

    /// <summary>The signing secret, encrypted with the console's data protection keys.</summary>
    public required string Secret { get; set; }
    public required string SetBy { get; set; }
    public DateTime SetAt { get; set; }

    /// <summary>Id of the segment's last move before it was first set: what happened until then is never told.</summary>
    public long Since { get; set; }

    /// <summary>Id of the last move the receiver took over.</summary>
    public long Delivered { get; set; }

    /// <summary>Id of the last move of the delivery under way: repeated, it is the same delivery with the same id. 0 = none.</summary>
    public long Pending { get; set; }
    public DateTime? DeliveredAt { get; set; }
    public DateTime? FailingSince { get; set; }
    public DateTime? NextTryAt { get; set; }
    public int Tries { get; set; }
    public string? LastError { get; set; }
    public DateTime? PausedAt { get; set; }
}

internal sealed class SegmentWebhookConfiguration : IEntityTypeConfiguration<SegmentWebhook>
{
    public void Configure(EntityTypeBuilder<SegmentWebhook> b)
    {
        b.HasKey(x => x.SegmentId);
        b.Property(x => x.SegmentId).ValueGeneratedNever();
        b.Property(x => x.Url).HasMaxLength(SegmentWebhooks.MaxUrl);
        b.Property(x => x.Secret).HasMaxLength(1000);
        b.Property(x => x.SetBy).HasMaxLength(256);
        b.Property(x => x.LastError).HasMaxLength(500);
        b.HasOne<Segment>().WithOne().HasForeignKey<SegmentWebhook>(x => x.SegmentId).OnDelete(DeleteBehavior.Cascade);
    }
}
