using System.Globalization;
using System.Text.Json;
using MarketingConsole.Core.Data;

namespace MarketingConsole.Core.Events.Intake.Orders;

/// <param name="Sku">The shop's article number: sku, else product_id.</param>
internal sealed record OrderLine(string Sku, string? Name, string? Category, string? Brand, long PriceCents, int Quantity, long DiscountCents)
{
    /// <summary>What the customer pays for it.</summary>
    public long AmountCents => Math.Max(0, (PriceCents * Quantity) - DiscountCents);
}

/// <summary>The properties of Segment's e-commerce events.</summary>
/// <param name="TotalCents">What the customer pays: total, else value or revenue, else the sum of the lines that have a price; null when nothing says.</param>
internal sealed record OrderProperties(string? OrderId, long? TotalCents, string? Currency, IReadOnlyList<OrderLine> Lines)
{
    public static OrderProperties None { get; } = new(null, null, null, []);

    /// <summary>Of a cancelled order: gives back no more than is left of it.</summary>
    public bool Cancels { get; init; }
}

/// <summary>Reads amounts and products; amounts may be numbers or texts ("12.90").</summary>
internal static class OrderReader
{
    private const int MostLines = 1000, MaxSku = 64;
    private const decimal MostMoney = 1_000_000_000;

    public static OrderProperties Read(ReadOnlyMemory<byte> properties, List<FieldError> errors)
    {
        if (properties.IsEmpty)
        {
            return OrderProperties.None;
        }

        using var document = JsonDocument.Parse(properties);
        var root = document.RootElement;
        var lines = new List<OrderLine>();
        if (Find(root, "products") is { ValueKind: not JsonValueKind.Null } products)
        {
            if (products.ValueKind != JsonValueKind.Array || products.GetArrayLength() > MostLines)
            {
                errors.Add(new("properties.products", $"A list of at most {MostLines} products is expected."));
            }
            else
            {
                foreach (var (n, product) in products.EnumerateArray().Index())
                {
                    if (Line(product, $"properties.products[{n}]", errors) is { } line)
                    {
                        lines.Add(line);
                    }
                    else
                    {
                        errors.Add(new($"properties.products[{n}]", "A product needs a sku or product_id."));
                    }
                }
            }
        }
        else if (Line(root, "properties", errors) is { } single)
        {
            lines.Add(single);
        }

        var ofLines = lines.Sum(x => x.AmountCents);
        if (ofLines >= MostMoney * 100)
        {
            errors.Add(new("properties.products", "Price times quantity, together, must stay below 1,000,000,000.")); // sums over all orders must stay numbers
        }

        var total = Money(root, "properties", errors, "total", "value", "revenue");
        return new(Text(root, 64, "order_id", "orderId", "checkout_id"), total ?? (lines.Exists(x => x.PriceCents > 0) ? ofLines : null), Text(root, 3, "currency")?.ToUpperInvariant(), lines);
    }

    private static OrderLine? Line(JsonElement product, string path, List<FieldError> errors)
    {
        if (product.ValueKind != JsonValueKind.Object || Text(product, MaxSku, "sku", "product_id", "productId") is not { } sku)
        {
            return null;
        }

        var quantity = 1;
        if (Find(product, "quantity") is { ValueKind: not JsonValueKind.Null } given)
        {
            if (Number(given) is { } n and >= 0 and <= 100_000)
            {
                quantity = (int)Math.Ceiling(n);
            }
            else
            {
                errors.Add(new(path + ".quantity", "A number from 0 to 100,000 is expected."));
            }
        }

        return new(sku, Text(product, 200, "name"), Text(product, 100, "category"), Text(product, 100, "brand"), Money(product, path, errors, "price") ?? 0, quantity, Money(product, path, errors, "discount") ?? 0);
    }

    private static long? Money(JsonElement owner, string path, List<FieldError> errors, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            if (Find(owner, name) is not { ValueKind: not JsonValueKind.Null } value)
            {
                continue;
            }

            if (Number(value) is { } amount and >= 0 and < MostMoney)
            {
                return (long)Math.Round(amount * 100, MidpointRounding.AwayFromZero);
            }

            errors.Add(new($"{path}.{name}", "An amount like 12.90, not negative, is expected."));
            return null;
        }

        return null;
    }

    private static decimal? Number(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Number when value.TryGetDecimal(out var number) => number,
        JsonValueKind.String when decimal.TryParse(JsonText.Of(value), NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) => number,
        _ => null,
    };

    private static string? Text(JsonElement owner, int most, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            var text = Find(owner, name) switch
            {
                { ValueKind: JsonValueKind.String or JsonValueKind.Number } value => JsonText.Of(value).Trim(),
                _ => "",
            };
            if (text.Length > 0)
            {
                return text.Length > most ? text[..most] : text;
            }
        }

        return null;
    }

    private static JsonElement? Find(JsonElement owner, string name) => owner.TryGetProperty(name, out var value) ? value : null;
}
