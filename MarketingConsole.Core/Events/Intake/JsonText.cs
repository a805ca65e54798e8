using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>Texts of JSON as they can be stored: half of a surrogate pair or a zero byte, which no database takes, never comes out.</summary>
internal static class JsonText
{
    private const byte Backslash = (byte)'\\';

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

    /// <summary>JSON without escapes of half a surrogate pair, which become the replacement character, or of a zero byte, which goes. JavaScript writes the former when it cuts an emoji in two.</summary>
    /// <returns>The same memory where there are none.</returns>
    public static ReadOnlyMemory<byte> Storable(ReadOnlyMemory<byte> json)
    {
        var span = json.Span;
        var (mended, kept) = ((ArrayBufferWriter<byte>?)null, 0);
        for (var at = span.IndexOf(Backslash); at >= 0;)
        {
            var length = 2;
            if (Unit(span, at) is { } unit)
            {
                length = char.IsHighSurrogate(unit) && Unit(span, at + 6) is { } low && char.IsLowSurrogate(low) ? 12 : 6;
                if (length == 6 && (unit == 0 || char.IsSurrogate(unit)))
                {
                    mended ??= new(json.Length);
                    mended.Write(span[kept..at]);
                    mended.Write(unit == 0 ? [] : "\\ufffd"u8);
                    kept = at + 6;
                }
            }

            var next = at + length < span.Length ? span[(at + length)..].IndexOf(Backslash) : -1;
            at = next < 0 ? -1 : at + length + next;
        }

        mended?.Write(span[kept..]);
        return mended?.WrittenMemory ?? json;

        static char? Unit(ReadOnlySpan<byte> json, int at) =>
            at + 6 <= json.Length && json[at] == Backslash && json[at + 1] == 'u' && ushort.TryParse(json.Slice(at + 2, 4), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var unit) ? (char)unit : null;
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
