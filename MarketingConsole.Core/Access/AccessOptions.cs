namespace MarketingConsole.Core.Access;

/// <summary>Configuration section "Access".</summary>
public sealed class AccessOptions
{
    public const string Section = "Access";
    public const int LeastKeyLength = 32;

    /// <summary>A key with all scopes for automation; null = none. Keep it out of files under version control.</summary>
    public string? BootstrapApiKey { get; set; }

    /// <summary>API requests a minute and caller.</summary>
    public int ApiRequestsPerMinute { get; set; } = 1200;

    /// <summary>Sign-in attempts a minute and address.</summary>
    public int SignInsPerMinute { get; set; } = 20;

    /// <summary>Requests a minute and address to what anyone may call: links in messages, preference pages.</summary>
    public int PublicRequestsPerMinute { get; set; } = 300;
}
