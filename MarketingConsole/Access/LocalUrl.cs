namespace MarketingConsole.Access;

internal static class LocalUrl
{
    /// <summary>The address if it leads to this site, else the home page: a sign-in link must not send people elsewhere.</summary>
    public static string Of(string? url) => url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : "/";
}
