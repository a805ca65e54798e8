using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace MarketingConsole.Core.Segments;

/// <summary>A text or a number in a rule.</summary>
[JsonConverter(typeof(RuleValueConverter))]
public readonly record struct RuleValue
{
    public RuleValue(string text) => Text = text;

    public RuleValue(double number) => Number = number;

    public string? Text { get; }
    public double? Number { get; }

    /// <summary>The value as a day; null when it is not one.</summary>
    public DateOnly? Date => DateOnly.TryParseExact(Text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    public static implicit operator RuleValue(string text) => new(text);

    public static implicit operator RuleValue(double number) => new(number);

    public override string ToString() => Text ?? Number?.ToString(CultureInfo.InvariantCulture) ?? "";
}

internal sealed class RuleValueConverter : JsonConverter<RuleValue>
{
    public override RuleValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
    {
        JsonTokenType.String => new RuleValue(reader.GetString()!),
        JsonTokenType.Number => new RuleValue(reader.GetDouble()),
        _ => throw new JsonException("Expected a text or a number."),
    };

    public override void Write(Utf8JsonWriter writer, RuleValue value, JsonSerializerOptions options)
    {
        if (value.Number is { } number)
        {
            writer.WriteNumberValue(number);
        }
        else
        {
            writer.WriteStringValue(value.Text);
        }
    }
}
