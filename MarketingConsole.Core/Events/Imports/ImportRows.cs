using MarketingConsole.Core.Consent;

namespace MarketingConsole.Core.Events.Imports;

/// <summary>One line understood, or the reason why not.</summary>
/// <param name="Cents">Value of a transaction line as far as it could be read: quantity times price, rounded to cents.</param>
internal abstract record ImportRow(ImportRecord Record, string? Customer, string? Email, long Cents, string? Problem);

internal sealed record TransactionRow(ImportRecord Record, string? Customer, string? Email, long Cents, string? Problem, string? Order, DateTime At, string? Sku, string? Description, int Quantity,
    long PriceCents, long DiscountCents, string? Category, string? Brand, string? Country, Channel Channel, string? Store, bool? EmailConsent, bool IsReturn) : ImportRow(Record, Customer, Email, Cents, Problem);

internal sealed record EventRow(ImportRecord Record, string? Customer, string? Email, long Cents, string? Problem, EventType Type, DateTime At, string? MessageId, Channel Channel, string? Store, string? Sku,
    int Quantity, string? Reference, string? Name) : ImportRow(Record, Customer, Email, Cents, Problem);

/// <param name="At">When; null when the file does not say.</param>
internal sealed record ConsentCell(Purpose Purpose, bool Granted, DateTime? At);

internal sealed record CustomerRow(ImportRecord Record, string? Customer, string? Email, string? Problem, string? FirstName, string? LastName, string? Phone, string? Country, string? City, double? Latitude, double? Longitude, DateOnly? BirthDate,
    string? Gender, string? Tier, string? Language, DateTime? CreatedAt, IReadOnlyList<ConsentCell> Consents, IReadOnlyList<KeyValuePair<string, string>> Traits) : ImportRow(Record, Customer, Email, 0, Problem);
