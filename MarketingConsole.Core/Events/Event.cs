using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Events;

/// <summary>What happened. Numbers are stored: append only.</summary>
public enum EventType
{
    View = 1, Cart = 2, Purchase = 3, Return = 4, EmailSent = 5, EmailOpen = 6, EmailClick = 7, EmailBounce = 8, Unsubscribe = 9,
    StoreVisit = 10, RfidRead = 11, KioskSession = 12, CameraDwell = 13, AppSession = 14, MessageSent = 15, Custom = 16,
}

/// <summary>Where it happened. Numbers are stored: append only.</summary>
public enum Channel { Other = 0, Web = 1, App = 2, Store = 3, Email = 4, Sms = 5, Push = 6 }

/// <summary>An immutable fact about a customer. The key is (customer, hash of the message id): sending the same message twice changes nothing.</summary>
public sealed class Event
{
    public int CustomerId { get; set; }

    /// <summary><see cref="MessageIds.Hash"/> of the message id.</summary>
    public long Id { get; set; }
    public EventType Type { get; set; }
    public DateTime At { get; set; }

    /// <summary>Days since 1970-01-01 in the shop's time zone, so that every database can group by day.</summary>
    public int Day { get; set; }

    /// <summary>0 = Monday 00:00 to 167 = Sunday 23:00, shop's time zone.</summary>
    public byte HourOfWeek { get; set; }
    public Channel Channel { get; set; }
    public int? StoreId { get; set; }
    public int? ProductId { get; set; }

    /// <summary>Order total for purchases, amount given back (positive) for returns; in the shop currency's hundredths.</summary>
    public long AmountCents { get; set; }
    public int Quantity { get; set; }

    /// <summary>Order number or other id in the source system.</summary>
    public string? Reference { get; set; }
    public int? CampaignId { get; set; }

    /// <summary>True when a mail scanner or proxy, not the person, caused it.</summary>
    public bool Machine { get; set; }
    public int? ImportId { get; set; }

    /// <summary>Name of a <see cref="EventType.Custom"/> event.</summary>
    public string? Name { get; set; }
    public string? PropertiesJson { get; set; }
}

/// <summary>One line of a purchase or return.</summary>
public sealed class EventItem
{
    public int CustomerId { get; set; }
    public long EventId { get; set; }
    public int Line { get; set; }
    public int ProductId { get; set; }
    public int Quantity { get; set; }
    public long AmountCents { get; set; }
    public long DiscountCents { get; set; }

    /// <summary>Its event's.</summary>
    public int Day { get; set; }

    /// <summary>True for a line of a return; quantity and amount are positive there too.</summary>
    public bool Returned { get; set; }
}

public sealed class Product
{
    public int Id { get; set; }
    public required string Sku { get; set; }
    public required string Name { get; set; }
    public string Category { get; set; } = "";
    public string Brand { get; set; } = "";
    public long PriceCents { get; set; }
    public int? ImportId { get; set; }
}

public sealed class Store
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public string? City { get; set; }
    public string? Country { get; set; }

    /// <summary>Degrees north, or null when unknown.</summary>
    public double? Latitude { get; set; }

    /// <summary>Degrees east.</summary>
    public double? Longitude { get; set; }
}

internal sealed class EventConfiguration : IEntityTypeConfiguration<Event>, IEntityTypeConfiguration<EventItem>, IEntityTypeConfiguration<Product>, IEntityTypeConfiguration<Store>
{
    public void Configure(EntityTypeBuilder<Event> b)
    {
        b.HasKey(x => new { x.CustomerId, x.Id });
        b.Property(x => x.Reference).HasMaxLength(64);
        b.Property(x => x.Name).HasMaxLength(100);
        b.HasIndex(x => new { x.Type, x.At, x.CustomerId });
        b.HasIndex(x => new { x.CustomerId, x.At });

        // Filtered: most events have neither.
        b.HasIndex(x => x.ImportId).HasFilter("\"ImportId\" IS NOT NULL");
        b.HasIndex(x => x.CampaignId).HasFilter("\"CampaignId\" IS NOT NULL");

        // Answers the dashboard from the index alone; filtered, because nine events in ten are not purchases or returns.
        b.HasIndex(x => new { x.Type, x.Day, x.CustomerId, x.At, x.AmountCents }).HasFilter("\"Type\" IN (3, 4)");
    }

    public void Configure(EntityTypeBuilder<EventItem> b)
    {
        b.HasKey(x => new { x.CustomerId, x.EventId, x.Line });
        b.HasIndex(x => new { x.ProductId, x.Day, x.Returned, x.AmountCents, x.Quantity, x.CustomerId, x.EventId }).HasDatabaseName("IX_EventItems_Product"); // what sold when and to whom, from the index alone
    }

    public void Configure(EntityTypeBuilder<Product> b)
    {
        b.Property(x => x.Id).ValueGeneratedNever();
        b.Property(x => x.Sku).HasMaxLength(64);
        b.Property(x => x.Name).HasMaxLength(200);
        b.Property(x => x.Category).HasMaxLength(100);
        b.Property(x => x.Brand).HasMaxLength(100);
        b.HasIndex(x => x.Sku).IsUnique();
        b.HasIndex(x => x.Category);
        b.HasIndex(x => x.ImportId);
    }

    public void Configure(EntityTypeBuilder<Store> b)
    {
        b.Property(x => x.Id).ValueGeneratedNever();
        b.Property(x => x.Name).HasMaxLength(100);
    }
}
