using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Events.Touchpoints;

/// <summary>What stands in the store and notices people. Numbers are stored: append only.</summary>
public enum DeviceKind { Beacon = 1, RfidReader = 2, Camera = 3, Kiosk = 4, Geofence = 5 }

/// <summary>One registered device: readings of others are refused.</summary>
public sealed class Device
{
    public int Id { get; set; }
    public int StoreId { get; set; }
    public required string Zone { get; set; }
    public DeviceKind Kind { get; set; }
    public required string Name { get; set; }

    /// <summary>How the device calls itself in its readings.</summary>
    public required string ExternalId { get; set; }
    public required string CreatedBy { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? LastSeenAt { get; set; }
}

/// <summary>One stay of a customer in a store, fused from readings. Only of customers who allow to be recognised there.</summary>
public sealed class StoreVisit
{
    public long Id { get; set; }
    public int CustomerId { get; set; }
    public int StoreId { get; set; }

    /// <summary>Where they were noticed last.</summary>
    public required string Zone { get; set; }
    public DateTime EnteredAt { get; set; }
    public DateTime LastAt { get; set; }

    /// <summary>Set when they left, or were not noticed for a while.</summary>
    public DateTime? LeftAt { get; set; }

    /// <summary>Different articles with an RFID tag they carried.</summary>
    public int Articles { get; set; }
}

/// <summary>People in a zone in an hour, without saying who.</summary>
public sealed class ZoneCount
{
    public int StoreId { get; set; }
    public required string Zone { get; set; }

    /// <summary>Hours since 1970, UTC.</summary>
    public int Hour { get; set; }

    /// <summary>Sum of the counts cameras and beacons sent.</summary>
    public long People { get; set; }
    public long DwellSeconds { get; set; }
}

/// <summary>A reading that was taken, for as long as it could be sent again: a keyed hash, nothing of what it says.</summary>
public sealed class SeenReading
{
    public int DeviceId { get; set; }
    public long Hash { get; set; }
    public DateTime SeenAt { get; set; }
}

internal sealed class TouchpointConfiguration : IEntityTypeConfiguration<Device>, IEntityTypeConfiguration<StoreVisit>, IEntityTypeConfiguration<ZoneCount>, IEntityTypeConfiguration<SeenReading>
{
    public const int MaxZone = 60;

    public void Configure(EntityTypeBuilder<Device> b)
    {
        b.Property(x => x.Zone).HasMaxLength(MaxZone);
        b.Property(x => x.Name).HasMaxLength(100);
        b.Property(x => x.ExternalId).HasMaxLength(100);
        b.Property(x => x.CreatedBy).HasMaxLength(256);
        b.HasIndex(x => x.ExternalId).IsUnique();
    }

    public void Configure(EntityTypeBuilder<StoreVisit> b)
    {
        b.Property(x => x.Zone).HasMaxLength(MaxZone);
        b.HasIndex(x => new { x.CustomerId, x.StoreId, x.LastAt });
        b.HasIndex(x => new { x.StoreId, x.LeftAt });
    }

    public void Configure(EntityTypeBuilder<SeenReading> b)
    {
        b.HasKey(x => new { x.DeviceId, x.Hash });
        b.HasIndex(x => x.SeenAt);
    }

    public void Configure(EntityTypeBuilder<ZoneCount> b)
    {
        b.HasKey(x => new { x.StoreId, x.Zone, x.Hour });
        b.Property(x => x.Zone).HasMaxLength(MaxZone);
    }
}
