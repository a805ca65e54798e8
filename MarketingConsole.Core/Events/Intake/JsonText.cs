using System.Text;
using System.Text.Json;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>Texts of JSON as they can be stored: half of a surrogate pair or a zero byte, which no database takes, never comes out.</summary>
internal static class JsonText
{
    /// <returns>null when the text is no Unicode.</returns>
    public static string? Of(ref Utf8JsonReader reader)
    {
        try
        {
            return reader.GetString();
        }
        catch (InvalidOperationException)
        {
            return null; // an escape like \ud800 alone
        }
    }

    /// <summary>A string's text; of anything else its JSON.</summary>
    public static string Of(JsonElement value)
    {
        try
        {
            return (value.ValueKind == JsonValueKind.String ? value.GetString()! : value.GetRawText()).Replace("\0", "", StringComparison.Ordinal);
        }
        catch (InvalidOperationException)
        {
            return "";
        }
    }

    /// <summary>An object without one of its properties.</summary>
    public static string Without(ReadOnlyMemory<byte> json, string property)
    {
        using var document = JsonDocument.Parse(json);
        if (!document.RootElement.TryGetProperty(property, out _))
        {
            return Encoding.UTF8.GetString(json.Span);
        }

        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            writer.WriteStartObject();
            foreach (var other in document.RootElement.EnumerateObject().Where(x => x.Name != property))
            {
                writer.WritePropertyName(other.Name);
                other.Value.WriteTo(writer);
            }

            writer.WriteEndObject();
        }

        return Encoding.UTF8.GetString(stream.GetBuffer(), 0, (int)stream.Length);
    }
}
