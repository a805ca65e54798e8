using MarketingConsole.Core.Consent;

namespace MarketingConsole.Dispatch;

/// <summary>Words of the pages customers see, in their language.</summary>
public sealed record PublicText(string Code, string UnsubscribeTitle, string UnsubscribeAsk, string UnsubscribeButton, string UnsubscribedTitle, string Unsubscribed, string PreferencesTitle, string PreferencesLede,
    string Save, string Saved, string InvalidTitle, string Invalid, string ToPreferences, IReadOnlyDictionary<Purpose, (string Name, string Detail)> Purposes)
{
    public static PublicText For(string? language) => language switch { "de" => German, "fr" => French, _ => English };

    private static readonly PublicText English = new("en", "Unsubscribe", "You will get no more of these messages from us.", "Unsubscribe", "You are unsubscribed", "You will get no more of these messages.",
        "What you allow", "You decide what we may do. Changes hold at once.", "Save", "Saved. Thank you.", "This link does not work", "It may be cut off or too old. Please use the link in your newest message.", "See everything you allow",
        new Dictionary<Purpose, (string, string)>
        {
            [Purpose.Email] = ("E-mail", "Offers and news by e-mail"),
            [Purpose.Sms] = ("SMS", "Offers and news as text messages"),
            [Purpose.Push] = ("Push messages", "Messages of our app on your phone"),
            [Purpose.Profiling] = ("Personal offers", "We use your purchases and visits to choose what fits you, and see whether you open our messages"),
            [Purpose.InStore] = ("Recognise me in the store", "We recognise your card or phone when you visit us"),
            [Purpose.AdSharing] = ("Advertising partners", "We share your address in encrypted form with advertising platforms"),
        });

    private static readonly PublicText German = new("de", "Abmelden", "Sie erhalten diese Nachrichten dann nicht mehr.", "Abmelden", "Sie sind abgemeldet", "Sie erhalten diese Nachrichten nicht mehr.",
        "Was Sie erlauben", "Sie entscheiden, was wir dürfen. Änderungen gelten sofort.", "Speichern", "Gespeichert. Danke.", "Dieser Link funktioniert nicht", "Er ist vielleicht abgeschnitten oder zu alt. Bitte nehmen Sie den Link in Ihrer neuesten Nachricht.", "Alles ansehen, was Sie erlauben",
        new Dictionary<Purpose, (string, string)>
        {
            [Purpose.Email] = ("E-Mail", "Angebote und Neues per E-Mail"),
            [Purpose.Sms] = ("SMS", "Angebote und Neues als Kurznachricht"),
            [Purpose.Push] = ("Push-Nachrichten", "Nachrichten unserer App auf Ihrem Telefon"),
            [Purpose.Profiling] = ("Persönliche Angebote", "Wir nutzen Ihre Einkäufe und Besuche, um Passendes auszuwählen, und sehen, ob Sie unsere Nachrichten öffnen"),
            [Purpose.InStore] = ("Im Geschäft erkennen", "Wir erkennen Ihre Karte oder Ihr Telefon, wenn Sie uns besuchen"),
            [Purpose.AdSharing] = ("Werbepartner", "Wir teilen Ihre Adresse verschlüsselt mit Werbeplattformen"),
        });

    private static readonly PublicText French = new("fr", "Se désabonner", "Vous ne recevrez plus ces messages.", "Se désabonner", "Vous êtes désabonné", "Vous ne recevrez plus ces messages.",
        "Ce que vous autorisez", "Vous décidez de ce que nous pouvons faire. Les changements valent aussitôt.", "Enregistrer", "Enregistré. Merci.", "Ce lien ne fonctionne pas", "Il est peut-être coupé ou trop ancien. Veuillez utiliser le lien de votre dernier message.", "Voir tout ce que vous autorisez",
        new Dictionary<Purpose, (string, string)>
        {
            [Purpose.Email] = ("E-mail", "Offres et nouveautés par e-mail"),
            [Purpose.Sms] = ("SMS", "Offres et nouveautés par SMS"),
            [Purpose.Push] = ("Notifications", "Messages de notre application sur votre téléphone"),
            [Purpose.Profiling] = ("Offres personnelles", "Nous utilisons vos achats et visites pour choisir ce qui vous convient et voyons si vous ouvrez nos messages"),
            [Purpose.InStore] = ("Me reconnaître en magasin", "Nous reconnaissons votre carte ou votre téléphone quand vous venez"),
            [Purpose.AdSharing] = ("Partenaires publicitaires", "Nous partageons votre adresse sous forme chiffrée avec des régies publicitaires"),
        });
}
