using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Customers;

/// <param name="Name">Their name, or the key where it is not known.</param>
public sealed record FoundCustomer(int Id, string Key, string Name, string? City);

/// <summary>Finds customers by a few letters of their key, name or e-mail address. Those who were erased are not found.</summary>
public sealed class CustomerFinder(IDbContextFactory<ConsoleDb> dbs)
{
    /// <summary>Those whose key or address begins with the text first: both are indexed; then any part of key, name and e-mail.</summary>
    public async Task<IReadOnlyList<FoundCustomer>> FindAsync(string text, int take, CancellationToken cancellationToken)
    {
        var folded = CustomerText.Fold(text.Trim());
        if (folded.Length == 0)
        {
            return [];
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var upper = folded.ToUpperInvariant();
        var living = db.Customers.AsNoTracking().Where(x => x.ErasedAt == null);
        var found = await living.Where(x => x.Key.StartsWith(folded) || x.Key.StartsWith(upper) || x.EmailKey!.StartsWith(folded)).OrderBy(x => x.Key).Take(take).ToListAsync(cancellationToken);
        if (found.Count < take)
        {
            var words = folded.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var query = words.Aggregate(living, (all, word) => all.Where(x => x.SearchText.Contains(word)));
            var known = found.Select(x => x.Id).ToList();
            found.AddRange(await query.Where(x => !known.Contains(x.Id)).OrderBy(x => x.Id).Take(take - found.Count).ToListAsync(cancellationToken));
        }

        return [.. found.Select(x => new FoundCustomer(x.Id, x.Key, x.DisplayName, x.City))];
    }
}
