using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Dispatch.Tracking;

/// <summary>A secret the console signs with, made at first use and shared by all nodes.</summary>
public sealed class SigningKey
{
    public required string Name { get; set; }

    /// <summary>256 random bits.</summary>
    public required byte[] Secret { get; set; }
}

/// <summary>A page messages link to; tokens carry its number instead of its address.</summary>
public sealed class TrackedLink
{
    public int Id { get; set; }

    /// <summary>SHA-256 of <see cref="Url"/>, hexadecimal.</summary>
    public required string Hash { get; set; }
    public required string Url { get; set; }
}

internal sealed class TrackingConfiguration : IEntityTypeConfiguration<SigningKey>, IEntityTypeConfiguration<TrackedLink>
{
    public void Configure(EntityTypeBuilder<SigningKey> b)
    {
        b.HasKey(x => x.Name);
        b.Property(x => x.Name).HasMaxLength(40);
        b.Property(x => x.Secret).HasMaxLength(32);
    }

    public void Configure(EntityTypeBuilder<TrackedLink> b)
    {
        b.Property(x => x.Hash).HasMaxLength(64);
        b.Property(x => x.Url).HasMaxLength(2000);
        b.HasIndex(x => x.Hash).IsUnique();
    }
}
