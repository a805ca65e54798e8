using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Segments;

/// <summary>A named rule. Its members are kept current by <c>SegmentRefresher</c>.</summary>
public sealed class Segment
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public string Description { get; set; } = "";

    /// <summary>The rule tree in its published JSON form.</summary>
    public string RuleJson { get; set; } = "{}";
    public int Version { get; set; } = 1;
    public required string CreatedBy { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime UpdatedAt { get; set; }

    /// <summary>Members at <see cref="CountedAt"/>.</summary>
    public int Size { get; set; }
    public DateTime? CountedAt { get; set; }
    public DateTime? DeletedAt { get; set; }

    /// <summary>Keeps who meets a condition that rules ask to have held for a time: nobody named it and nobody sees it, see <see cref="RuleWatches"/>. Its members are known since <see cref="CreatedAt"/>.</summary>
    public bool IsWatch { get; set; }
}

/// <summary>One customer in one segment now.</summary>
public sealed class SegmentMember
{
    public int SegmentId { get; set; }
    public int CustomerId { get; set; }
    public DateTime EnteredAt { get; set; }
}

/// <summary>A customer entered or left a segment.</summary>
public sealed class SegmentMove
{
    public long Id { get; set; }
    public int SegmentId { get; set; }
    public int CustomerId { get; set; }
    public DateTime At { get; set; }
    public bool Entered { get; set; }
}

/// <summary>Size of a segment at an instant, for its history.</summary>
public sealed class SegmentSize
{
    public int SegmentId { get; set; }
    public DateTime At { get; set; }
    public int Size { get; set; }
}

internal sealed class SegmentConfiguration : IEntityTypeConfiguration<Segment>, IEntityTypeConfiguration<SegmentMember>, IEntityTypeConfiguration<SegmentMove>, IEntityTypeConfiguration<SegmentSize>
{
    public void Configure(EntityTypeBuilder<Segment> b)
    {
        b.Property(x => x.Name).HasMaxLength(120);
        b.Property(x => x.CreatedBy).HasMaxLength(256);
        b.HasQueryFilter(x => !x.IsWatch);
    }

    public void Configure(EntityTypeBuilder<SegmentMember> b)
    {
        b.HasKey(x => new { x.SegmentId, x.CustomerId });
        b.HasIndex(x => x.CustomerId);
    }

    public void Configure(EntityTypeBuilder<SegmentMove> b)
    {
        b.HasIndex(x => new { x.SegmentId, x.At });
        b.HasIndex(x => new { x.CustomerId, x.At });
    }

    public void Configure(EntityTypeBuilder<SegmentSize> b) => b.HasKey(x => new { x.SegmentId, x.At });
}
