using MarketingConsole.Core.Customers;

namespace MarketingConsole.Core.Segments.Describing;

internal enum NameKind { Category, Brand, Sku }

/// <summary>Products, places and people by the names the shop gives them.</summary>
internal sealed class ShopNames(ShopWords shop)
{
    private const int MostProducts = 20;
    private readonly Dictionary<string, NameList<string>> _values = new(StringComparer.Ordinal);

    public ShopWords Shop => shop;
    public NameList<(NameKind Kind, string Value)> Products { get; } = new([.. shop.Categories.Select(x => (x, (NameKind.Category, x))), .. shop.Brands.Select(x => (x, (NameKind.Brand, x))), .. shop.Products.Select(x => (x.Sku, (NameKind.Sku, x.Sku))), .. shop.Products.Select(x => (x.Name, (NameKind.Sku, x.Sku)))]);
    public NameList<int> Stores { get; } = Ids(shop.Stores);
    public NameList<int> Segments { get; } = Ids(shop.Segments);
    public NameList<int> Campaigns { get; } = Ids(shop.Campaigns);
    public NameList<string> CustomEvents { get; } = new(shop.CustomEvents.Select(x => (x, x)));

    /// <summary>What the field may hold, as far as the shop knows.</summary>
    public NameList<string> ValuesOf(RuleField field)
    {
        if (!_values.TryGetValue(field.Name, out var list))
        {
            _values[field.Name] = list = new((field.Values ?? shop.Of(field.Name)).Select(x => (x, x)));
        }

        return list;
    }

    /// <summary>ISO code of a country by name or code; codes count in capitals only, for "in" and "at" are words.</summary>
    public static string? Country(Cursor cursor)
    {
        cursor.Take("the");
        for (var length = 4; length > 0; length--)
        {
            var raw = cursor.Ahead(length - 1) is { Kind: TokenKind.Word } ? cursor.Raw(cursor.At, cursor.At + length) : "";
            if (raw.Length > 0 && (raw.Length > 3 || raw.All(char.IsAsciiLetterUpper)) && CountryNames.Code(raw) is { } code)
            {
                cursor.At += length;
                return code;
            }
        }

        return null;
    }

    /// <summary>A word that is no name but part of some: "candles" of "Candles &amp; scent", "socks" of "Merino Socks". What it was taken for is noted.</summary>
    public (NameKind Kind, IReadOnlyList<string> Values)? Loosely(Cursor cursor)
    {
        if (!cursor.Is(TokenKind.Word) || cursor.Now.Word.Length < 3 || cursor.Sees(EventClauses.Boundary))
        {
            return null;
        }

        var (stem, text) = (NameList<string>.Stem(cursor.Now.Word), cursor.Now.Text);
        bool Has(string name) => Token.Words(name).Any(x => NameList<string>.Stem(x) == stem);
        if (shop.Categories.Where(Has).ToList() is { Count: 1 } categories)
        {
            cursor.At++;
            cursor.Note($"“{text}” is read as the category {categories[0]}.");
            return (NameKind.Category, categories);
        }

        if (shop.Brands.Where(Has).ToList() is { Count: 1 } brands)
        {
            cursor.At++;
            cursor.Note($"“{text}” is read as the brand {brands[0]}.");
            return (NameKind.Brand, brands);
        }

        var products = shop.Products.Where(x => Has(x.Name)).ToList();
        if (products.Count is 0 or > MostProducts)
        {
            return null;
        }

        cursor.At++;
        cursor.Note($"“{text}” is read as {(products.Count == 1 ? "the product" : "the products")} {RuleSentence.List([.. products.Select(x => x.Name)], "and")}.");
        return (NameKind.Sku, [.. products.Select(x => x.Sku)]);
    }

    private static NameList<int> Ids(IReadOnlyDictionary<int, string> names) => new(names.Select(x => (x.Value, x.Key)).Concat(names.Select(x => (x.Key.ToString(System.Globalization.CultureInfo.InvariantCulture), x.Key))));
}
