using System.Reflection;
using System.Security.Claims;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components;

namespace MarketingConsole.Components.Layout;

/// <param name="Work">Above the line: everyday work; below it the rooms that set things up.</param>
internal sealed record NavItem(string Label, string Href, string Icon, bool Work)
{
    private static readonly NavItem[] Wanted =
    [
        new("Home", "/", "home", true),
        new("Twins", "/twins", "users", true),
        new("Segments", "/segments", "segments", true),
        new("Offers", "/offers", "tag", true),
        new("Campaigns", "/campaigns", "send", true),
        new("Jobs", "/jobs", "activity", true),
        new("Insights", "/insights", "chart", true),
        new("Data", "/imports", "database", false),
        new("Models", "/models", "cpu", false),
        new("Consent", "/consent", "shield", false),
        new("Outbox", "/outbox", "mail", false),
        new("Accounts", "/accounts", "key", false),
        new("Audit", "/audit", "list", false),
    ];

    /// <summary>What each page demands, read from the page itself, so that the rail and the server cannot disagree.</summary>
    private static readonly Dictionary<string, AuthorizeAttribute[]> Pages = typeof(NavItem).Assembly.GetTypes()
        .SelectMany(type => type.GetCustomAttributes<RouteAttribute>().Select(route => (route.Template, Demands: type.GetCustomAttributes<AuthorizeAttribute>().ToArray())))
        .ToDictionary(x => x.Template, x => x.Demands, StringComparer.OrdinalIgnoreCase);

    public static IEnumerable<NavItem> For(ClaimsPrincipal user) => Wanted.Where(x => MayEnter(user, x.Href));

    public static bool MayEnter(ClaimsPrincipal user, string href) => Pages.TryGetValue(href, out var demands)
        && demands.All(x => x.Roles is null || x.Roles.Split(',', StringSplitOptions.TrimEntries).Any(user.IsInRole));
}
