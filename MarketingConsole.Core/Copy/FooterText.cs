namespace MarketingConsole.Core.Copy;

/// <summary>The fixed lines of a message in its language.</summary>
internal sealed record FooterText(string Why, string Unsubscribe, string Preferences, string Code)
{
    /// <summary>French sets a space before a colon.</summary>
    public string Colon { get; init; } = ":";

    public static FooterText In(string language) => language switch
    {
        "de" => new("Sie erhalten diese E-Mail, weil Sie Nachrichten von {{shop_name}} zugestimmt haben.", "Abmelden", "Einstellungen ändern", "Ihr Code"),
        "fr" => new("Vous recevez cet e-mail parce que vous avez accepté les messages de {{shop_name}}.", "Se désabonner", "Gérer mes préférences", "Votre code") { Colon = "\u00a0:" },
        _ => new("You get this e-mail because you agreed to messages from {{shop_name}}.", "Unsubscribe", "Change what you get", "Your code"),
    };
}
