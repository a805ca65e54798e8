using System.Globalization;
using System.Text.Json;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;

namespace MarketingConsole.Core.Events.Intake.People;

/// <summary>What an identify call says about a customer.</summary>
/// <param name="Fields">Names of <see cref="Customer"/> properties with their new value; null = taken back.</param>
/// <param name="Others">Traits of the shop's own, several values as <see cref="CustomerTrait.Of"/> takes them; null = taken back.</param>
/// <param name="Consents">Purpose, and what the customer said when, if the trait dates it.</param>
internal sealed record CustomerTraits(IReadOnlyDictionary<string, string?> Fields, IReadOnlyDictionary<string, string?> Others, IReadOnlyList<(Purpose Purpose, bool Granted, DateTime? At)> Consents)
{
    private const int MaxName = 64, MaxValue = 400, MostValues = 100;

    public static CustomerTraits None { get; } = new(new Dictionary<string, string?>(), new Dictionary<string, string?>(), []);

    public string? Email => Fields.GetValueOrDefault(nameof(Customer.Email));

    public string? Phone => Fields.GetValueOrDefault(nameof(Customer.Phone));

    /// <param name="categories">Purposes by the sender's words, beside the purposes' own names.</param>
    public static CustomerTraits Read(TrackingMessage message, IReadOnlyDictionary<string, Purpose> categories)
    {
        var consents = new List<(Purpose, bool, DateTime?)>();
        var (fields, others) = (new Dictionary<string, string?>(StringComparer.Ordinal), new Dictionary<string, string?>(StringComparer.Ordinal));
        if (message.Context.Length > 0)
        {
            using var context = JsonDocument.Parse(message.Context);
            if (context.RootElement.TryGetProperty("consent", out var consent) && consent.ValueKind == JsonValueKind.Object && consent.TryGetProperty("categoryPreferences", out var preferences))
            {
                Consent(preferences, categories, consents);
            }

            if (message.Traits.IsEmpty && message.Type == MessageType.Identify && context.RootElement.TryGetProperty("traits", out var traits) && traits.ValueKind == JsonValueKind.Object)
            {
                Fill(traits, categories, fields, others, consents);
            }
        }

        if (message.Traits.Length > 0 && message.Type == MessageType.Identify)
        {
            using var traits = JsonDocument.Parse(message.Traits);
            Fill(traits.RootElement, categories, fields, others, consents);
        }

        return fields.Count + others.Count + consents.Count == 0 ? None : new(fields, others, consents);
    }

    /// <summary>Those traits of which nothing newer was heard.</summary>
    /// <param name="times">As of <see cref="TraitTimes"/>; these traits are noted.</param>
    /// <param name="at">When it was said, UTC.</param>
    public CustomerTraits Newest(Dictionary<string, long> times, DateTime at)
    {
        var instant = new DateTimeOffset(at).ToUnixTimeMilliseconds();
        return this with { Fields = Fields.Where(x => IsNews(x.Key)).ToDictionary(), Others = Others.Where(x => IsNews(TraitTimes.Own + x.Key)).ToDictionary() };

        bool IsNews(string trait)
        {
            if (times.GetValueOrDefault(trait, long.MinValue) > instant)
            {
                return false;
            }

            times[trait] = instant;
            return true;
        }
    }

    /// <summary>Sets the fields that are given; a value that is not of a field's kind is left to the shop's own traits.</summary>
    public void Apply(Customer customer)
    {
        foreach (var (name, value) in Fields)
        {
            switch (name)
            {
                case nameof(Customer.Email): customer.Email = value; break;
                case nameof(Customer.Phone): customer.Phone = value; break;
                case nameof(Customer.FirstName): customer.FirstName = value; break;
                case nameof(Customer.LastName): customer.LastName = value; break;
                case nameof(Customer.Country): customer.Country = value; break;
                case nameof(Customer.City): customer.City = value; break;
                case nameof(Customer.Gender): customer.Gender = value; break;
                case nameof(Customer.Tier): customer.Tier = value; break;
                case nameof(Customer.Language): customer.Language = value; break;
                case nameof(Customer.Latitude): customer.Latitude = Degrees(value, 90); break;
                case nameof(Customer.Longitude): customer.Longitude = Degrees(value, 180); break;
                case nameof(Customer.BirthDate): customer.BirthDate = value is null ? null : DateOnly.ParseExact(value, "yyyy-MM-dd", CultureInfo.InvariantCulture); break;
            }
        }

        CustomerNormaliser.Apply(customer);
    }

    private static void Fill(JsonElement traits, IReadOnlyDictionary<string, Purpose> categories, Dictionary<string, string?> fields, Dictionary<string, string?> others, List<(Purpose, bool, DateTime?)> consents)
    {
        string? name = null;
        foreach (var trait in traits.EnumerateObject())
        {
            var value = trait.Value;
            switch (trait.Name)
            {
                case "email" when Missing(value) || JsonText.Of(value) is { Length: >= 3 and <= 254 } text && text.IndexOf('@', StringComparison.Ordinal) is > 0 and var at && at < text.Length - 1: Set(nameof(Customer.Email)); break;
                case "phone" when Missing(value) || JsonText.Of(value).Length is > 3 and <= 32: Set(nameof(Customer.Phone)); break;
                case "firstName" or "first_name" or "firstname": Set(nameof(Customer.FirstName)); break;
                case "lastName" or "last_name" or "lastname": Set(nameof(Customer.LastName)); break;
                case "name" when value.ValueKind == JsonValueKind.String: name = JsonText.Of(value).Trim(); break;
                case "gender": Set(nameof(Customer.Gender)); break;
                case "tier": Set(nameof(Customer.Tier)); break;
                case "city": Set(nameof(Customer.City)); break;
                case "country" when Missing(value) || CountryNames.Code(JsonText.Of(value)) is not null: fields[nameof(Customer.Country)] = Missing(value) ? null : CountryNames.Code(JsonText.Of(value)); break;
                case "language" or "locale" when Missing(value) || JsonText.Of(value).Length >= 2: fields[nameof(Customer.Language)] = Missing(value) ? null : JsonText.Of(value).Split('-', '_')[0]; break;
                case "latitude" when Missing(value) || Degrees(JsonText.Of(value), 90) is not null: Set(nameof(Customer.Latitude)); break;
                case "longitude" when Missing(value) || Degrees(JsonText.Of(value), 180) is not null: Set(nameof(Customer.Longitude)); break;
                case "birthday" or "birthDate" or "birth_date" when Missing(value): fields[nameof(Customer.BirthDate)] = null; break;
                case "birthday" or "birthDate" or "birth_date" when Birth(JsonText.Of(value)) is { } born: fields[nameof(Customer.BirthDate)] = born.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture); break;
                case "address" when value.ValueKind == JsonValueKind.Object: Fill(value, categories, fields, others, consents); break;
                case "consent" when value.ValueKind == JsonValueKind.Object: Consent(value, categories, consents); break;
                case { Length: > 0 and <= MaxName } own:
                    others[own] = Missing(value) ? null : value.ValueKind == JsonValueKind.Array ? string.Join(';', value.EnumerateArray().Take(MostValues).Select(Cut)) : Cut(value);
                    break;
            }

            void Set(string field) => fields[field] = Missing(value) || JsonText.Of(value).Trim() is not { Length: > 0 } text ? null : text;
        }

        if (name is { Length: > 0 } && !fields.ContainsKey(nameof(Customer.FirstName)) && !fields.ContainsKey(nameof(Customer.LastName)))
        {
            var space = name.LastIndexOf(' ');
            (fields[nameof(Customer.FirstName)], fields[nameof(Customer.LastName)]) = space < 0 ? (name, null) : (name[..space].Trim(), name[(space + 1)..]);
        }
    }

    /// <summary>{ "email": true, "sms": false } or { "email": { "granted": true, "at": "2026-05-01T12:00:00Z" } }; words nobody knows are no consent.</summary>
    private static void Consent(JsonElement said, IReadOnlyDictionary<string, Purpose> categories, List<(Purpose, bool, DateTime?)> consents)
    {
        foreach (var word in said.ValueKind == JsonValueKind.Object ? said.EnumerateObject() : default)
        {
            if (!categories.TryGetValue(word.Name, out var purpose) && (int.TryParse(word.Name, out _) || !Enum.TryParse(word.Name, ignoreCase: true, out purpose)))
            {
                continue;
            }

            var (value, at) = (word.Value, (DateTime?)null);
            if (value.ValueKind == JsonValueKind.Object)
            {
                at = value.TryGetProperty("at", out var when) && when.ValueKind == JsonValueKind.String && when.TryGetDateTimeOffset(out var instant) ? instant.UtcDateTime : null;
                value = value.TryGetProperty("granted", out var granted) ? granted : default;
            }

            if (value.ValueKind is JsonValueKind.True or JsonValueKind.False)
            {
                consents.Add((purpose, value.ValueKind == JsonValueKind.True, at));
            }
        }
    }

    private static DateOnly? Birth(string text) =>
        DateOnly.TryParseExact(text.Length > 10 ? text[..10] : text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) && day.Year >= 1900 ? day : null;

    private static double? Degrees(string? text, double most) => double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var degrees) && Math.Abs(degrees) <= most ? degrees : null;

    private static string Cut(JsonElement value) => JsonText.Of(value).Trim() is { Length: > MaxValue } text ? text[..MaxValue] : JsonText.Of(value).Trim();

    private static bool Missing(JsonElement value) => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;
}
