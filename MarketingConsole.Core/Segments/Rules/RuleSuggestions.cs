using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <param name="Value">What the rule holds.</param>
public sealed record Suggestion(string Value, string Label);

/// <summary>Values to offer in the editor, taken from the shop's own data.</summary>
public sealed class RuleSuggestions(IDbContextFactory<ConsoleDb> dbs)
{
    private const int Most = 200;

    /// <summary>Values of a trait or twin feature, the most frequent first.</summary>
    public async Task<IReadOnlyList<Suggestion>> ForFieldAsync(FieldRule rule, CancellationToken cancellationToken)
    {
        if (RuleFields.Find(rule) is not { Suggest: true } field)
        {
            return [];
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var values = field.Name switch
        {
            "country" => db.Customers.Select(x => x.Country),
            "city" => db.Customers.Select(x => x.City),
            "tier" => db.Customers.Select(x => x.Tier),
            "language" => db.Customers.Select(x => x.Language),
            "gender" => db.Customers.Select(x => x.Gender),
#pragma warning disable CA1866 // EF Core translates IndexOf of a text only
            "emailDomain" => db.Customers.Where(x => x.EmailKey != null).Select(x => (string?)x.EmailKey!.Substring(x.EmailKey.IndexOf("@") + 1)),
#pragma warning restore CA1866
            "topCategory" => db.Twins.Select(x => x.TopCategory),
            "topBrand" => db.Twins.Select(x => x.TopBrand),
            RuleFields.Group => db.Twins.Select(x => x.Cluster),
            var custom => Custom(db, custom[RuleFields.Custom.Length..]),
        };
        return await TopAsync(values, cancellationToken);
    }

    /// <summary>Names of the traits the shop sends itself.</summary>
    public async Task<IReadOnlyList<string>> TraitNamesAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.CustomerTraits.Select(x => x.Name).Distinct().OrderBy(x => x).Take(Most).ToListAsync(cancellationToken);
    }

    /// <param name="list">Name of a list of <see cref="EventFilter"/>, or "segments", or "events" for names of custom events.</param>
    public async Task<IReadOnlyList<Suggestion>> ForListAsync(string list, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return list switch
        {
            "categories" => await TopAsync(db.Products.Select(x => (string?)x.Category), cancellationToken),
            "brands" => await TopAsync(db.Products.Select(x => (string?)x.Brand), cancellationToken),
            "skus" => Named(await db.Products.OrderBy(x => x.Name).Take(1000).Select(x => new { x.Sku, x.Name }).ToListAsync(cancellationToken), x => x.Sku, x => $"{x.Name} ({x.Sku})"),
            "stores" => Named(await db.Stores.OrderBy(x => x.Name).Take(1000).Select(x => new { x.Id, x.Name }).ToListAsync(cancellationToken), x => Text(x.Id), x => x.Name),
            "campaigns" => Named(await db.Campaigns.OrderByDescending(x => x.Id).Take(Most).Select(x => new { x.Id, x.Name }).ToListAsync(cancellationToken), x => Text(x.Id), x => x.Name),
            "segments" => Named(await db.Segments.Where(x => x.DeletedAt == null).OrderBy(x => x.Name).Select(x => new { x.Id, x.Name }).ToListAsync(cancellationToken), x => Text(x.Id), x => x.Name),
            "events" => await TopAsync(db.Events.Where(x => x.Type == Events.EventType.Custom).Select(x => x.Name), cancellationToken),
            _ => [],
        };
    }

    private static IQueryable<string?> Custom(ConsoleDb db, string name) => db.CustomerTraits.Where(x => x.Name == name).Select(x => (string?)x.Value);

    private static async Task<IReadOnlyList<Suggestion>> TopAsync(IQueryable<string?> values, CancellationToken cancellationToken) =>
        [.. (await values.Where(x => x != null && x != "").GroupBy(x => x).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(Most).Select(g => g.Key).ToListAsync(cancellationToken)).Select(x => new Suggestion(x!, x!))];

    private static List<Suggestion> Named<T>(List<T> rows, Func<T, string> value, Func<T, string> label) => [.. rows.Select(x => new Suggestion(value(x), label(x)))];

    private static string Text(int id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
