using System.Collections.Frozen;

namespace MarketingConsole.Core.Customers;

/// <summary>Which body of privacy law a customer's country stands under.</summary>
public static class Jurisdictions
{
    public const string Eu = "EU", UnitedKingdom = "UK", Switzerland = "CH", UnitedStates = "US", Canada = "CA", Other = "other";

    public static IReadOnlyList<string> All { get; } = [Eu, UnitedKingdom, Switzerland, UnitedStates, Canada, Other];

    // The 27 member states and the three EEA states, where the GDPR applies.
    private static readonly FrozenSet<string> Eea = "AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO"
        .Split(' ').ToFrozenSet(StringComparer.Ordinal);

    /// <param name="country">ISO 3166-1 alpha-2 or null. An unknown country falls under <see cref="Other"/>.</param>
    public static string Of(string? country) => country switch
    {
        null => Other,
        "GB" => UnitedKingdom,
        "CH" => Switzerland,
        "US" => UnitedStates,
        "CA" => Canada,
        _ => Eea.Contains(country) ? Eu : Other,
    };
}
