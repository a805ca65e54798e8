namespace MarketingConsole.Core.Copy.Checks;

/// <summary>How many parts an SMS is sent in: 160 characters in the GSM 7-bit alphabet (153 a part when joined), 70 (67) in UCS-2. Source: 3GPP TS 23.038 and 23.040.</summary>
public static class SmsLength
{
    private const string Basic = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
    private const string Extended = "\f^{}\\[~]|€";

    /// <returns>Units used, parts sent, and the first character that forces UCS-2 (null within GSM-7).</returns>
    public static (int Units, int Parts, string? Forcing) Measure(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var forcing = text.EnumerateRunes().Where(x => !x.IsBmp || (!Basic.Contains((char)x.Value, StringComparison.Ordinal) && !Extended.Contains((char)x.Value, StringComparison.Ordinal)))
            .Select(x => x.ToString()).FirstOrDefault();
        var units = forcing is null ? text.Length + text.Count(x => Extended.Contains(x, StringComparison.Ordinal)) : text.Length;
        var (single, joined) = forcing is null ? (160, 153) : (70, 67);
        return (units, units <= single ? 1 : (units + joined - 1) / joined, forcing);
    }
}
