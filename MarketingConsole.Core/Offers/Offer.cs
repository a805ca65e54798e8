using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Metadata.Builders;

namespace MarketingConsole.Core.Offers;

/// <summary>Numbers are stored: append only.</summary>
public enum OfferKind { PercentOff = 1, AmountOff = 2, FreeShipping = 3, Gift = 4, Points = 5 }

/// <summary>What the customer is offered and within which limits.</summary>
public sealed class Offer
{
    public int Id { get; set; }
    public required string Name { get; set; }
    public string Description { get; set; } = "";
    public OfferKind Kind { get; set; }

    /// <summary>Per cent for <see cref="OfferKind.PercentOff"/>, cents for <see cref="OfferKind.AmountOff"/>, points for <see cref="OfferKind.Points"/>; else 0.</summary>
    public int Value { get; set; }

    /// <summary>Code the customer enters; null when none is needed.</summary>
    public string? Code { get; set; }

    /// <summary>JSON array of category names the offer applies to; empty = all.</summary>
    public string CategoriesJson { get; set; } = "[]";

    /// <summary>JSON array of SKUs the offer applies to; empty = all.</summary>
    public string SkusJson { get; set; } = "[]";
    public DateTime ValidFrom { get; set; }
    public DateTime ValidTo { get; set; }

    /// <summary>Pieces that may be given; null = no limit.</summary>
    public int? StockLimit { get; set; }

    /// <summary>Money that may be given, in cents; null = no limit.</summary>
    public long? BudgetCents { get; set; }

    /// <summary>What one acceptance is expected to cost, in cents.</summary>
    public long UnitCostCents { get; set; }
    public string? LinkUrl { get; set; }
    public required string CreatedBy { get; set; }
    public DateTime CreatedAt { get; set; }
    public DateTime? ArchivedAt { get; set; }
}

internal sealed class OfferConfiguration : IEntityTypeConfiguration<Offer>
{
    public void Configure(EntityTypeBuilder<Offer> b)
    {
        b.Property(x => x.Name).HasMaxLength(120);
        b.Property(x => x.Code).HasMaxLength(40);
        b.Property(x => x.LinkUrl).HasMaxLength(2000);
        b.Property(x => x.CreatedBy).HasMaxLength(256);
    }
}
