using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Access;

public static class Roles
{
    public const string Marketer = "marketer", Manager = "manager", Admin = "admin";

    public static IReadOnlyList<string> All { get; } = [Marketer, Manager, Admin];
}

/// <summary>A person who signs in.</summary>
public sealed class ConsoleUser : IdentityUser<int>
{
    public string DisplayName { get; set; } = "";
    public DateTime CreatedAt { get; set; }

    /// <summary>A sample account: may sign in by a button in Development from this machine.</summary>
    public bool Sample { get; set; }
}

/// <summary>A key for the HTTP API. Only its hash is kept.</summary>
public sealed class ApiKey
{
    public int Id { get; set; }
    public required string Name { get; set; }

    /// <summary>First characters of the key, so that a person can tell keys apart.</summary>
    public required string Prefix { get; set; }

    /// <summary>SHA-256 of the key, hexadecimal; the key itself has 256 random bits.</summary>
    public required string Hash { get; set; }

    /// <summary>Scopes, separated by spaces.</summary>
    public string Scopes { get; set; } = "";
    public required string CreatedBy { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? LastUsedAt { get; set; }
    public DateTime? RevokedAt { get; set; }
}

/// <summary>Who did what to which object when. Rows are never changed; no personal data of customers in them.</summary>
public sealed class AuditEntry
{
    public long Id { get; set; }
    public DateTime At { get; set; }
    public required string Actor { get; set; }
    public required string Action { get; set; }
    public string Subject { get; set; } = "";
    public string Detail { get; set; } = "";
}

/// <summary>A data protection key (cookies, signed links), so that several nodes and restarts share it.</summary>
public sealed class ProtectionKey
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public required string Xml { get; set; }
}

internal sealed class AccessConfiguration : IEntityTypeConfiguration<ConsoleUser>, IEntityTypeConfiguration<ApiKey>, IEntityTypeConfiguration<AuditEntry>, IEntityTypeConfiguration<ProtectionKey>,
    IEntityTypeConfiguration<IdentityUserLogin<int>>, IEntityTypeConfiguration<IdentityUserToken<int>>
{
    // 128: so that SQL Server can index the three together.
    public void Configure(EntityTypeBuilder<IdentityUserLogin<int>> b)
    {
        b.Property(x => x.LoginProvider).HasMaxLength(128);
        b.Property(x => x.ProviderKey).HasMaxLength(128);
    }

    public void Configure(EntityTypeBuilder<IdentityUserToken<int>> b)
    {
        b.Property(x => x.LoginProvider).HasMaxLength(128);
        b.Property(x => x.Name).HasMaxLength(128);
    }

    public void Configure(EntityTypeBuilder<ConsoleUser> b) => b.Property(x => x.DisplayName).HasMaxLength(100);

    public void Configure(EntityTypeBuilder<ApiKey> b)
    {
        b.Property(x => x.Name).HasMaxLength(100);
        b.Property(x => x.Prefix).HasMaxLength(16);
        b.Property(x => x.Hash).HasMaxLength(64);
        b.Property(x => x.Scopes).HasMaxLength(1000);
        b.Property(x => x.CreatedBy).HasMaxLength(256);
        b.HasIndex(x => x.Hash).IsUnique();
    }

    public void Configure(EntityTypeBuilder<AuditEntry> b)
    {
        b.Property(x => x.Actor).HasMaxLength(256);
        b.Property(x => x.Action).HasMaxLength(60);
        b.Property(x => x.Subject).HasMaxLength(200);
        b.HasIndex(x => x.At);
    }

    public void Configure(EntityTypeBuilder<ProtectionKey> b) => b.Property(x => x.Name).HasMaxLength(200);
}
