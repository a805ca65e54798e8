using MarketingConsole.Core.Consent;
using MarketingConsole.Ui;

namespace MarketingConsole.Consent;

/// <summary>Purposes, rules and jurisdictions in words.</summary>
internal static class Purposes
{
    public static IReadOnlyList<Purpose> All { get; } = Enum.GetValues<Purpose>();

    public static string Name(Purpose purpose) => purpose switch
    {
        Purpose.Email => "E-mail",
        Purpose.Sms => "SMS",
        Purpose.Push => "Push",
        Purpose.Profiling => "Profiling",
        Purpose.InStore => "In-store recognition",
        _ => "Sharing with ad platforms",
    };

    public static string Name(ConsentBasis basis) => basis switch { ConsentBasis.OptIn => "Opt-in", ConsentBasis.OptOut => "Opt-out", _ => "Never" };

    public static string Meaning(ConsentBasis basis) => basis switch
    {
        ConsentBasis.OptIn => "allowed once the customer says yes",
        ConsentBasis.OptOut => "allowed until the customer says no",
        _ => "not allowed, whatever the customer says",
    };

    public static string Place(string jurisdiction) => jurisdiction switch
    {
        "EU" => "EU/EEA",
        "UK" => "UK",
        "CH" => "Switzerland",
        "US" => "US",
        "CA" => "Canada",
        "all" => "All",
        _ => "Elsewhere",
    };

    public static string Colour(Purpose purpose) => ChartColour.All[(int)purpose - 1];
}
