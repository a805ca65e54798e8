using MarketingConsole.Core.Segments.Describing;

namespace MarketingConsole.Tests.Segments.Describing;

/// <summary>The names a sentence may use in these tests.</summary>
internal static class DescribingShop
{
    public static readonly DateOnly Today = new(2026, 3, 10);

    public static readonly ShopWords Words = new(
        ["Tea", "Coffee", "Cups", "Shoes", "Home textiles", "Candles & scent"], ["Aroma", "Bergland", "Kaldi & Sons"],
        [("P1", "Merino Socks 2 pairs"), ("P2", "Wool Scarf"), ("P3", "Espresso Cups"), ("P4", "Glass Teapot 1 l")],
        new Dictionary<int, string> { [1] = "Wien Neubau", [2] = "Graz", [3] = "Linz" }, new Dictionary<int, string> { [1] = "Tea lovers", [2] = "Wholesale" }, new Dictionary<int, string> { [1] = "Spring sale" },
        new Dictionary<string, IReadOnlyList<string>>
        {
            ["country"] = ["DE", "AT", "US"],
            ["city"] = ["Wien", "wien", "Graz", "New York"],
            ["tier"] = ["gold", "silver"],
            ["gender"] = ["female", "male"],
            ["language"] = ["de", "en"],
            ["emailDomain"] = ["example.com", "shop.test"],
            ["topCategory"] = ["Tea", "Coffee", "Cups"],
            ["topBrand"] = ["Aroma"],
            ["cluster"] = ["Frequent, recent", "Rare, long ago", "New"],
            ["custom.size"] = ["large", "small", "1", "2", "2.5"],
        },
        ["size"], ["quiz", "poll"], "EUR");
}
