using System.Text.Json;
using MarketingConsole.Core.Events.Intake;

namespace MarketingConsole.Core.Events.Touchpoints;

/// <summary>What a device noticed.</summary>
/// <param name="Id">What the sender calls the reading: sent again it changes nothing.</param>
/// <param name="Device">As the device calls itself.</param>
/// <param name="Subject">What the device recognised: an app's or card's or tag's number. Only its hash goes further.</param>
/// <param name="Happened">enter, dwell or leave; null = not said.</param>
/// <param name="Articles">Article numbers of RFID tags.</param>
internal sealed record Reading(int Index, string? Id, string Device, DateTime? At, string? UserId, string? Subject, string? Happened, long People, long DwellSeconds, IReadOnlyList<string> Articles)
{
    public bool Leaves => Happened == "leave";
}

/// <summary>Reads { readings: [ { messageId, device, at, userId, subject, event, people, dwellSeconds, articles } ] }.</summary>
internal static class ReadingReader
{
    private const int MostReadings = 1000, MostArticles = 200;

    /// <exception cref="JsonException">It is not JSON.</exception>
    public static (List<Reading> Readings, List<IntakeRefusal> Refused) Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(JsonText.Storable(body));
        if (document.RootElement.ValueKind != JsonValueKind.Object || !document.RootElement.TryGetProperty("readings", out var list) || list.ValueKind != JsonValueKind.Array || list.GetArrayLength() is 0 or > MostReadings)
        {
            return ([], [new(0, "readings", $"An object with a list “readings” of 1 to {MostReadings} readings is expected.")]);
        }

        var (readings, refused) = (new List<Reading>(), new List<IntakeRefusal>());
        foreach (var (n, item) in list.EnumerateArray().Index())
        {
            var wrong = refused.Count;
            if (item.ValueKind != JsonValueKind.Object)
            {
                refused.Add(new(n, "", "A reading is an object."));
                continue;
            }

            var device = Text(item, n, "device", refused);
            var happened = Text(item, n, "event", refused);
            var at = Text(item, n, "at", refused);
            DateTime? instant = null;
            if (device is null)
            {
                refused.Add(new(n, "device", "Which device? Send its external id."));
            }

            if (happened is not (null or "enter" or "dwell" or "leave"))
            {
                refused.Add(new(n, "event", "Choose enter, dwell or leave."));
            }

            if (at is not null)
            {
                if (DateTimeOffset.TryParse(at, System.Globalization.CultureInfo.InvariantCulture, System.Globalization.DateTimeStyles.AssumeUniversal, out var given))
                {
                    instant = given.UtcDateTime;
                }
                else
                {
                    refused.Add(new(n, "at", "A time like 2026-05-01T12:00:00Z is expected."));
                }
            }

            var reading = new Reading(n, Text(item, n, "messageId", refused) ?? Text(item, n, "id", refused), device ?? "", instant, Text(item, n, "userId", refused), Text(item, n, "subject", refused), happened, Count(item, n, "people", refused), Count(item, n, "dwellSeconds", refused), Articles(item, n, refused));
            if (refused.Count == wrong)
            {
                readings.Add(reading);
            }
        }

        return (readings, refused);
    }

    private static string? Text(JsonElement item, int n, string field, List<IntakeRefusal> refused)
    {
        if (!item.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return null;
        }

        if (value.ValueKind is JsonValueKind.String or JsonValueKind.Number && JsonText.Of(value).Trim() is { Length: > 0 and <= MessageReader.MaxId } text)
        {
            return text;
        }

        refused.Add(new(n, field, $"A text of 1 to {MessageReader.MaxId} characters is expected."));
        return null;
    }

    private static long Count(JsonElement item, int n, string field, List<IntakeRefusal> refused)
    {
        if (!item.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return 0;
        }

        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var count) && count is >= 0 and <= 1_000_000)
        {
            return count;
        }

        refused.Add(new(n, field, "A whole number from 0 to 1,000,000 is expected."));
        return 0;
    }

    private static List<string> Articles(JsonElement item, int n, List<IntakeRefusal> refused)
    {
        if (!item.TryGetProperty("articles", out var list) || list.ValueKind == JsonValueKind.Null)
        {
            return [];
        }

        if (list.ValueKind == JsonValueKind.Array && list.GetArrayLength() <= MostArticles && list.EnumerateArray().All(x => x.ValueKind is JsonValueKind.String or JsonValueKind.Number && JsonText.Of(x).Length is > 0 and <= 64))
        {
            return [.. list.EnumerateArray().Select(x => JsonText.Of(x).Trim()).Distinct(StringComparer.Ordinal)];
        }

        refused.Add(new(n, "articles", $"A list of at most {MostArticles} article numbers is expected."));
        return [];
    }
}
