using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Consent;

/// <summary>What personal data may be used for. Numbers are stored: append only.</summary>
public enum Purpose { Email = 1, Sms = 2, Push = 3, Profiling = 4, InStore = 5, AdSharing = 6 }

/// <summary>What silence means. Numbers are stored: append only.</summary>
public enum ConsentBasis { OptIn = 1, OptOut = 2, Never = 3 }

/// <summary>The admin's rule for one purpose in one jurisdiction. A change adds a row with the next version; the newest row holds.</summary>
public sealed class ConsentRule
{
    public int Id { get; set; }
    public Purpose Purpose { get; set; }
    public required string Jurisdiction { get; set; }
    public ConsentBasis Basis { get; set; }

    /// <summary>A grant older than this many days no longer counts; null = no end.</summary>
    public int? RetentionDays { get; set; }
    public int Version { get; set; }
    public DateTime ChangedAt { get; set; }
    public required string ChangedBy { get; set; }
    public string Reason { get; set; } = "";
}

/// <summary>One line of the ledger: what a customer allowed or refused, when, how we know. Rows are never changed.</summary>
public sealed class ConsentEntry
{
    public long Id { get; set; }
    public int CustomerId { get; set; }
    public Purpose Purpose { get; set; }
    public bool Granted { get; set; }
    public DateTime At { get; set; }
    public required string Source { get; set; }
    public string Proof { get; set; } = "";
    public required string RecordedBy { get; set; }
    public DateTime RecordedAt { get; set; }
    public int? ImportId { get; set; }
}

/// <summary>The newest ledger line of a customer and purpose, written in the same transaction as the line itself, so that SQL can filter on it.</summary>
public sealed class ConsentChoice
{
    public int CustomerId { get; set; }
    public Purpose Purpose { get; set; }
    public bool Granted { get; set; }
    public DateTime At { get; set; }
}

/// <summary>An address that must not be written to whatever the consent says: hard bounce, complaint, unsubscribed before we knew the customer.</summary>
public sealed class Suppression
{
    public Purpose Purpose { get; set; }

    /// <summary>Lower-cased address or number, or its keyed hash once the person was erased: see <see cref="SuppressionList"/>.</summary>
    public required string Address { get; set; }
    public required string Reason { get; set; }
    public DateTime At { get; set; }
}

/// <summary>That a person was erased, without saying who: the hash answers "was this customer erased?" to somebody who knows the customer's key.</summary>
public sealed class Erasure
{
    public int Id { get; set; }

    /// <summary>Keyed hash of the customer's key.</summary>
    public required string KeyHash { get; set; }

    /// <summary>Rows erased by kind, name to number, as JSON.</summary>
    public required string CountsJson { get; set; }
    public required string ErasedBy { get; set; }
    public DateTime At { get; set; }
}

/// <summary>A random key of this installation, made at first use.</summary>
public sealed class ConsentSecret
{
    public required string Name { get; set; }

    /// <summary>256 random bits, base 64.</summary>
    public required string Value { get; set; }
}

internal sealed class ConsentConfiguration : IEntityTypeConfiguration<ConsentRule>, IEntityTypeConfiguration<ConsentEntry>, IEntityTypeConfiguration<ConsentChoice>, IEntityTypeConfiguration<Suppression>,
    IEntityTypeConfiguration<Erasure>, IEntityTypeConfiguration<ConsentSecret>
{
    public void Configure(EntityTypeBuilder<ConsentRule> b)
    {
        b.Property(x => x.Jurisdiction).HasMaxLength(16);
        b.Property(x => x.ChangedBy).HasMaxLength(256);
        b.Property(x => x.Reason).HasMaxLength(400);
        b.HasIndex(x => new { x.Purpose, x.Jurisdiction, x.Version }).IsUnique();
    }

    public void Configure(EntityTypeBuilder<ConsentEntry> b)
    {
        b.Property(x => x.Source).HasMaxLength(100);
        b.Property(x => x.Proof).HasMaxLength(1000);
        b.Property(x => x.RecordedBy).HasMaxLength(256);
        b.HasIndex(x => new { x.CustomerId, x.Purpose, x.At });
        b.HasIndex(x => x.ImportId);
    }

    public void Configure(EntityTypeBuilder<ConsentChoice> b) => b.HasKey(x => new { x.CustomerId, x.Purpose });

    public void Configure(EntityTypeBuilder<Suppression> b)
    {
        b.HasKey(x => new { x.Purpose, x.Address });
        b.Property(x => x.Address).HasMaxLength(254);
        b.Property(x => x.Reason).HasMaxLength(200);
    }

    public void Configure(EntityTypeBuilder<Erasure> b)
    {
        b.Property(x => x.KeyHash).HasMaxLength(80);
        b.Property(x => x.ErasedBy).HasMaxLength(256);
        b.HasIndex(x => x.KeyHash);
    }

    public void Configure(EntityTypeBuilder<ConsentSecret> b)
    {
        b.HasKey(x => x.Name);
        b.Property(x => x.Name).HasMaxLength(40);
        b.Property(x => x.Value).HasMaxLength(100);
    }
}
