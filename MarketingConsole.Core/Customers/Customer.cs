using System.Globalization;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Customers;

/// <summary>Identity and traits of one customer. <see cref="Id"/> comes from <see cref="Data.IdAllocator"/>.</summary>
public sealed class Customer
{
    public int Id { get; set; }

    /// <summary>The shop's own identifier, unique, shown to people.</summary>
    public required string Key { get; set; }
    public string? Email { get; set; }

    /// <summary><see cref="Email"/> trimmed and lower-cased, for look-ups that behave alike on every database.</summary>
    public string? EmailKey { get; set; }
    public string? Phone { get; set; }
    public string? FirstName { get; set; }
    public string? LastName { get; set; }

    /// <summary>Key, name and e-mail folded (lower case, no accents) for search.</summary>
    public string SearchText { get; set; } = "";

    /// <summary>ISO 3166-1 alpha-2, or null when unknown.</summary>
    public string? Country { get; set; }
    public string? City { get; set; }

    /// <summary>Degrees north of where the customer lives, or null when unknown.</summary>
    public double? Latitude { get; set; }

    /// <summary>Degrees east.</summary>
    public double? Longitude { get; set; }
    public DateOnly? BirthDate { get; set; }
    public string? Gender { get; set; }
    public string? Tier { get; set; }

    /// <summary>ISO 639-1: en, de, fr.</summary>
    public string? Language { get; set; }

    /// <summary>Where consent law is taken from; kept in step with <see cref="Country"/> by <see cref="Jurisdictions"/>.</summary>
    public string Jurisdiction { get; set; } = Jurisdictions.Other;
    public DateTime CreatedAt { get; set; }
    public DateTime UpdatedAt { get; set; }
    public int? ImportId { get; set; }
    public DateTime? ErasedAt { get; set; }

    public string DisplayName => string.Join(' ', new[] { FirstName, LastName }.Where(x => !string.IsNullOrWhiteSpace(x))) is { Length: > 0 } name ? name : Key;
}

/// <summary>One value of a trait the shop sends beyond the fixed ones; a customer may have several of one name.</summary>
public sealed class CustomerTrait
{
    private const char Separator = ';';

    public int CustomerId { get; set; }
    public required string Name { get; set; }
    public required string Value { get; set; }

    /// <summary><see cref="Value"/> as a number where it is one.</summary>
    public double? Number { get; set; }

    /// <summary>A row for each different value of a text: "tea; baking" has two.</summary>
    public static IEnumerable<CustomerTrait> Of(int customerId, string name, string text) => text.Split(Separator, StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal)
        .Select(x => new CustomerTrait { CustomerId = customerId, Name = name, Value = x, Number = double.TryParse(x, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? number : null });

    /// <summary>The values of one name as one text, the same whatever their order.</summary>
    public static string Text(IEnumerable<CustomerTrait> traits) => string.Join(Separator, traits.Select(x => x.Value).Order(StringComparer.Ordinal));
}

/// <summary>One way to recognise a customer: an e-mail address, a phone number, a device, a loyalty card.</summary>
public sealed class CustomerIdentity
{
    public int CustomerId { get; set; }
    public required string Kind { get; set; }
    public required string Value { get; set; }
    public DateTime FirstSeenAt { get; set; }
}

internal sealed class CustomerConfiguration : IEntityTypeConfiguration<Customer>, IEntityTypeConfiguration<CustomerTrait>, IEntityTypeConfiguration<CustomerIdentity>
{
    public void Configure(EntityTypeBuilder<Customer> b)
    {
        b.Property(x => x.Id).ValueGeneratedNever();
        b.Property(x => x.Key).HasMaxLength(64);
        b.Property(x => x.Email).HasMaxLength(254);
        b.Property(x => x.EmailKey).HasMaxLength(254);
        b.Property(x => x.Phone).HasMaxLength(32);
        b.Property(x => x.FirstName).HasMaxLength(100);
        b.Property(x => x.LastName).HasMaxLength(100);
        b.Property(x => x.SearchText).HasMaxLength(600);
        b.Property(x => x.Country).HasMaxLength(2);
        b.Property(x => x.City).HasMaxLength(100);
        b.Property(x => x.Gender).HasMaxLength(16);
        b.Property(x => x.Tier).HasMaxLength(32);
        b.Property(x => x.Language).HasMaxLength(8);
        b.Property(x => x.Jurisdiction).HasMaxLength(16);
        b.Ignore(x => x.DisplayName);
        b.HasIndex(x => x.Key).IsUnique();
        b.HasIndex(x => x.EmailKey);
        b.HasIndex(x => x.Country);
        b.HasIndex(x => new { x.LastName, x.FirstName });
        b.HasIndex(x => x.ImportId);
    }

    public void Configure(EntityTypeBuilder<CustomerTrait> b)
    {
        b.HasKey(x => new { x.CustomerId, x.Name, x.Value }).IsClustered(false); // longer than SQL Server clusters by
        b.Property(x => x.Name).HasMaxLength(64);
        b.Property(x => x.Value).HasMaxLength(400);
        b.HasIndex(x => new { x.Name, x.Value });
    }

    public void Configure(EntityTypeBuilder<CustomerIdentity> b)
    {
        b.HasKey(x => new { x.CustomerId, x.Kind, x.Value });
        b.Property(x => x.Kind).HasMaxLength(16);
        b.Property(x => x.Value).HasMaxLength(254);
        b.HasIndex(x => new { x.Kind, x.Value });
    }
}
