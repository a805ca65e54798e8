using System.Globalization;
using System.Text;

namespace MarketingConsole.Core.Customers;

/// <summary>Text as people search it: no case, no accents.</summary>
public static class CustomerText
{
    /// <summary>Lower case without accents; letters that Unicode does not take apart are spelt out ("Straße Øre" gives "strasse ore").</summary>
    public static string Fold(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text.ToLowerInvariant();
        }

        var folded = new StringBuilder(text.Length);
        foreach (var c in text.ToLowerInvariant().Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) == UnicodeCategory.NonSpacingMark)
            {
                continue;
            }

            _ = c switch
            {
                'ß' => folded.Append("ss"),
                'æ' => folded.Append("ae"),
                'œ' => folded.Append("oe"),
                'ø' => folded.Append('o'),
                'ł' => folded.Append('l'),
                'đ' or 'ð' => folded.Append('d'),
                'þ' => folded.Append("th"),
                'ı' => folded.Append('i'),
                _ => folded.Append(c),
            };
        }

        return folded.ToString();
    }
}
