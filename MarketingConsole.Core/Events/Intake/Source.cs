using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>Where events come from. Numbers are stored: append only.</summary>
public enum SourceKind { Server = 1, Web = 2, App = 3, Device = 4 }

/// <summary>A program or site that sends events, known by its write key. Only the key's hash is kept.</summary>
public sealed class Source
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public SourceKind Kind { get; set; }

    /// <summary>First characters of the key, so that a person can tell keys apart.</summary>
    public required string Prefix { get; set; }

    /// <summary>SHA-256 of the key, hexadecimal; the key itself has 192 random bits.</summary>
    public required string Hash { get; set; }
    public bool Enabled { get; set; } = true;
    public required string CreatedBy { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? LastSeenAt { get; set; }
}

/// <summary>Two customers who were found to be one: what moved from whom to whom, and while it can be undone, what that takes.</summary>
public sealed class CustomerMerge
{
    public int Id { get; set; }

    /// <summary>The customer who was given up; their row stays, hidden, and with it their consent ledger.</summary>
    public int CustomerId { get; set; }

    /// <summary>The customer who has it all now.</summary>
    public int IntoId { get; set; }
    public DateTime At { get; set; }
    public required string MergedBy { get; set; }

    /// <summary>How they were known to be one: identify, alias or by hand.</summary>
    public required string Reason { get; set; }
    public int Events { get; set; }
    public int Identities { get; set; }
    public int Traits { get; set; }

    /// <summary>What an undo needs; null once the time for it is over.</summary>
    public string? UndoJson { get; set; }
    public DateTime? UndoneAt { get; set; }
    public string? UndoneBy { get; set; }
}

internal sealed class IntakeConfiguration : IEntityTypeConfiguration<Source>, IEntityTypeConfiguration<CustomerMerge>
{
    public void Configure(EntityTypeBuilder<Source> b)
    {
        b.Property(x => x.Name).HasMaxLength(100);
        b.Property(x => x.Prefix).HasMaxLength(16);
        b.Property(x => x.Hash).HasMaxLength(64);
        b.Property(x => x.CreatedBy).HasMaxLength(256);
        b.HasIndex(x => x.Hash).IsUnique();
    }

    public void Configure(EntityTypeBuilder<CustomerMerge> b)
    {
        b.Property(x => x.MergedBy).HasMaxLength(256);
        b.Property(x => x.UndoneBy).HasMaxLength(256);
        b.Property(x => x.Reason).HasMaxLength(40);
        b.HasIndex(x => x.CustomerId);
        b.HasIndex(x => x.IntoId);
    }
}
