using System.Collections.Frozen;
using System.Globalization;

namespace MarketingConsole.Core.Customers;

/// <summary>Country codes from what files call countries.</summary>
public static class CountryNames
{
    // What .NET's own names lack.
    private static readonly (string Name, string Code)[] Others =
        [("EIRE", "IE"), ("UK", "GB"), ("Great Britain", "GB"), ("England", "GB"), ("Scotland", "GB"), ("Wales", "GB"), ("USA", "US"), ("United States of America", "US"), ("RSA", "ZA"), ("Czech Republic", "CZ"), ("Holland", "NL"), ("The Netherlands", "NL"), ("Channel Islands", "JE")];

    private static readonly FrozenDictionary<string, string> Codes = Build();

    /// <summary>ISO 3166-1 alpha-2 of a code (two or three letters) or of an English or native name; null when unknown.</summary>
    public static string? Code(string? text) => string.IsNullOrWhiteSpace(text) ? null : Codes.GetValueOrDefault(CustomerText.Fold(text.Trim()));

    private static FrozenDictionary<string, string> Build()
    {
        var codes = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var region in CultureInfo.GetCultures(CultureTypes.SpecificCultures).Select(x => new RegionInfo(x.Name)).Where(x => x.TwoLetterISORegionName.All(char.IsAsciiLetterUpper)))
        {
            foreach (var name in new[] { region.TwoLetterISORegionName, region.ThreeLetterISORegionName, region.EnglishName, region.NativeName })
            {
                codes.TryAdd(CustomerText.Fold(name), region.TwoLetterISORegionName);
            }
        }

        foreach (var (name, code) in Others)
        {
            codes[CustomerText.Fold(name)] = code;
        }

        return codes.ToFrozenDictionary(StringComparer.Ordinal);
    }
}
