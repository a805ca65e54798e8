using MarketingConsole.Core.Offers;

namespace MarketingConsole.Core.Copy;

/// <summary>An error blocks approval; a warning needs a note.</summary>
public enum CheckLevel { Warning = 1, Error = 2 }

/// <param name="Rule">placeholder, length, offer, unsubscribe, pressure, sensitive or style.</param>
/// <param name="Field">Part of the variant: subject, preheader, heading, body, button, shortText.</param>
/// <param name="Phrase">The words meant, as they stand in the copy.</param>
public sealed record CopyFinding(CheckLevel Level, string Rule, string Field, string Message, string? Phrase = null);

/// <summary>What copy is checked against.</summary>
/// <param name="Missing">Customers of the audience without a value, by placeholder name.</param>
public sealed record CopyFacts(IReadOnlyList<OfferDraft> Offers, int Audience, IReadOnlyDictionary<string, int> Missing, string Currency, TimeZoneInfo Zone, DateTime Now);
