namespace MarketingConsole.Core.Consent;

/// <summary>Configuration section "Consent".</summary>
public sealed class ConsentOptions
{
    public const string Section = "Consent";

    /// <summary>Key of the hashes that outlive an erasure, base 64, 32 bytes or more. Set it to keep the key outside the database;
    /// otherwise a random one is made and kept in the database. Changing it makes earlier hashes worthless.</summary>
    public string? HashKey { get; set; }

    internal static bool IsKey(string? text) => text is null || (Convert.TryFromBase64String(text, new byte[text.Length], out var bytes) && bytes >= 32);
}
