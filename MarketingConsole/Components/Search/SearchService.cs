using System.Globalization;
using System.Security.Claims;
using MarketingConsole.Components.Layout;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Components.Search;

/// <param name="Group">Customers, Segments, Campaigns, Offers, Pages or Actions.</param>
internal sealed record SearchHit(string Group, string Icon, string Label, string Detail, string Href);

/// <summary>Finds what a person may open by a few letters: customers by key, name or e-mail; segments, campaigns and offers by name; pages and actions by label.</summary>
internal sealed class SearchService(IDbContextFactory<ConsoleDb> dbs, CustomerFinder customers)
{
    private const int PerGroup = 6;

    private static readonly SearchHit[] Actions =
    [
        new("Actions", "plus", "New segment", "", "/segments/new"),
        new("Actions", "plus", "New campaign", "", "/campaigns/new"),
        new("Actions", "upload", "Import data", "", "/imports"),
        new("Actions", "key", "Manage API keys", "", "/accounts/api-keys"),
        new("Actions", "user", "Your account", "password, second step", "/account"),
    ];

    public async Task<IReadOnlyList<SearchHit>> FindAsync(string text, ClaimsPrincipal user, CancellationToken cancellationToken)
    {
        var folded = CustomerText.Fold(text.Trim());
        var fixedHits = NavItem.For(user).Select(x => new SearchHit("Pages", x.Icon, x.Label, "", x.Href))
            .Concat(Actions.Where(x => NavItem.MayOpen(user, x.Href)))
            .Where(x => folded.Length == 0 || CustomerText.Fold(x.Label).Contains(folded, StringComparison.Ordinal)).ToList();
        if (folded.Length == 0)
        {
            return fixedHits;
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var hits = new List<SearchHit>();
        if (NavItem.MayOpen(user, "/twins"))
        {
            hits.AddRange((await customers.FindAsync(text, PerGroup, cancellationToken)).Select(x => new SearchHit("Customers", "user", x.Name, string.Join(" · ", new[] { x.Key, x.City }.Where(y => !string.IsNullOrEmpty(y) && y != x.Name)), $"/twins/{Text(x.Id)}")));
        }

#pragma warning disable CA1304, CA1311, CA1862 // runs in the database
        hits.AddRange((await db.Segments.AsNoTracking().Where(x => x.DeletedAt == null && x.Name.ToLower().Contains(folded)).OrderBy(x => x.Name).Take(PerGroup)
            .Select(x => new { x.Id, x.Name, x.Size }).ToListAsync(cancellationToken)).Select(x => new SearchHit("Segments", "segments", x.Name, Ui.Format.Count(x.Size, "customer"), $"/segments/{Text(x.Id)}")));
        hits.AddRange((await db.Campaigns.AsNoTracking().Where(x => x.Name.ToLower().Contains(folded)).OrderByDescending(x => x.UpdatedAt).Take(PerGroup)
            .Select(x => new { x.Id, x.Name, x.Status }).ToListAsync(cancellationToken)).Select(x => new SearchHit("Campaigns", "send", x.Name, x.Status.ToString(), $"/campaigns/{Text(x.Id)}")));
        hits.AddRange((await db.Offers.AsNoTracking().Where(x => x.ArchivedAt == null && x.Name.ToLower().Contains(folded)).OrderBy(x => x.Name).Take(PerGroup)
            .Select(x => new { x.Name }).ToListAsync(cancellationToken)).Select(x => new SearchHit("Offers", "tag", x.Name, "", $"/offers?q={Uri.EscapeDataString(x.Name)}")));
#pragma warning restore CA1304, CA1311, CA1862
        return [.. hits, .. fixedHits];
    }

    private static string Text(int id) => id.ToString(CultureInfo.InvariantCulture);
}
