using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Dispatch.Tracking;

/// <summary>Tells apart what a person did and what a proxy, scanner or preview did on the way.</summary>
public static class MachineResponse
{
    /// <summary>Sooner after sending than a person can open a message.</summary>
    internal static readonly TimeSpan TooSoon = TimeSpan.FromSeconds(3);

    // Proxies that fetch pictures for everybody, link scanners of mail gateways, previews, libraries and robots.
    private static readonly string[] Agents =
    [
        "GoogleImageProxy", "ggpht.com", "YahooMailProxy", "YahooCacheSystem", "Barracuda", "Proofpoint", "Mimecast", "Symantec", "FireEye", "Trend Micro", "BingPreview", "SkypeUriPreview", "Slackbot",
        "facebookexternalhit", "bot/", "bot;", "crawler", "spider", "curl/", "Wget", "python-requests", "Go-http-client", "Java/", "HeadlessChrome",
    ];

    /// <param name="userAgent">As sent; Apple's Mail Privacy Protection sends a bare "Mozilla/5.0".</param>
    /// <param name="sinceSent">Time from the sending to the response.</param>
    public static bool Is(string? userAgent, bool head, TimeSpan sinceSent) =>
        head || string.IsNullOrWhiteSpace(userAgent) || userAgent.Trim() == "Mozilla/5.0" || sinceSent < TooSoon || Agents.Any(x => userAgent.Contains(x, StringComparison.OrdinalIgnoreCase));

    internal static string Occasion(EventType type, bool machine, DateTime at, string detail = "") =>
        $"{type}:{(machine ? "machine" : "person")}:{detail}:{(at.Ticks - DateTime.UnixEpoch.Ticks) / TimeSpan.TicksPerMinute}";
}
