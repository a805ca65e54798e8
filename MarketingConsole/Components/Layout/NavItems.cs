using System.Reflection;
using System.Security.Claims;
using MarketingConsole.Core.Access;
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
        new("Simulate", "/simulation", "play", true),
        new("Offers", "/offers", "tag", true),
        new("Campaigns", "/campaigns", "send", true),
        new("Jobs", "/jobs", "activity", true),
        new("Insights", "/insights", "chart", true),
        new("Data", "/imports", "database", false),
        new("Live", "/live", "activity", false),
        new("Stores", "/stores", "store", false),
        new("Sources", "/sources", "upload", false),
        new("Models", "/models", "cpu", false),
        new("Consent", "/consent", "shield", false),
        new("Outbox", "/outbox", "mail", false),
        new("Accounts", "/accounts", "key", false),
        new("Audit", "/audit", "list", false),
    ];

    /// <summary>What each page demands, read from the page itself, so that the rail and the server cannot disagree.</summary>
    private static readonly (string[] Segments, AuthorizeAttribute[] Demands)[] Pages = [.. typeof(NavItem).Assembly.GetTypes()
        .SelectMany(type => type.GetCustomAttributes<RouteAttribute>().Select(route => (Segments(route.Template), type.GetCustomAttributes<AuthorizeAttribute>().ToArray())))];

    public static IEnumerable<NavItem> For(ClaimsPrincipal user) => Wanted.Where(x => MayOpen(user, x.Href));

    /// <summary>Whether there is a page at this address and it lets this person in.</summary>
    public static bool MayOpen(ClaimsPrincipal user, string href)
    {
        var wanted = Segments(href.Split('?')[0]);
        return Pages.Any(page => page.Segments.Length == wanted.Length
            && page.Segments.Zip(wanted).All(x => x.First.StartsWith('{') || x.First.Equals(x.Second, StringComparison.OrdinalIgnoreCase))
            && page.Demands.All(x => x.Policy is null || Scopes.RolesFrom(x.Policy switch { Policies.Marketer => Roles.Marketer, Policies.Manager => Roles.Manager, _ => Roles.Admin }).Any(user.IsInRole)));
    }

    private static string[] Segments(string path) => path.Split('/', StringSplitOptions.RemoveEmptyEntries);
}
