using System.Text.Json;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <param name="Value">What the rule holds.</param>
public sealed record Suggestion(string Value, string Label);

/// <summary>Values to offer in the editor, taken from the shop's own data.</summary>
public sealed class RuleSuggestions(IDbContextFactory<ConsoleDb> dbs)
{
    private const int Most = 200, NewestEvents = 200;

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

    /// <param name="list">Name of a list of <see cref="EventFilter"/>, or "segments", or "events" for names of custom events, or "properties" for names of events' own properties.</param>
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
            "properties" => await PropertiesAsync(db, cancellationToken),
            "events" => await TopAsync(db.Events.Where(x => x.Type == Events.EventType.Custom).Select(x => x.Name), cancellationToken),
            _ => [],
        };
    }

    /// <summary>Names in the newest events of each kind, the most frequent first.</summary>
    private static async Task<IReadOnlyList<Suggestion>> PropertiesAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var type in Enum.GetValues<Events.EventType>())
        {
            var newest = await db.Events.Where(x => x.Type == type).OrderByDescending(x => x.At).Take(NewestEvents).Select(x => x.PropertiesJson).ToListAsync(cancellationToken);
            foreach (var json in newest.OfType<string>())
            {
                using var document = JsonDocument.Parse(json);
                foreach (var name in Names(document.RootElement, ""))
                {
                    names[name] = names.GetValueOrDefault(name) + 1;
                }
            }
        }

        return [.. names.OrderByDescending(x => x.Value).ThenBy(x => x.Key, StringComparer.Ordinal).Take(Most).Select(x => new Suggestion(x.Key, x.Key))];
    }

    private static IEnumerable<string> Names(JsonElement at, string path) => at.ValueKind != JsonValueKind.Object ? [] : at.EnumerateObject().Where(x => EventCheck.IsProperty(x.Name) && !x.Name.Contains('.', StringComparison.Ordinal))
        .SelectMany(x => x.Value.ValueKind == JsonValueKind.Object ? Names(x.Value, $"{path}{x.Name}.") : x.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Null ? [] : [path + x.Name]);

    private static IQueryable<string?> Custom(ConsoleDb db, string name) => db.CustomerTraits.Where(x => x.Name == name).Select(x => (string?)x.Value);

    private static async Task<IReadOnlyList<Suggestion>> TopAsync(IQueryable<string?> values, CancellationToken cancellationToken) =>
        [.. (await values.Where(x => x != null && x != "").GroupBy(x => x).OrderByDescending(g => g.Count()).ThenBy(g => g.Key).Take(Most).Select(g => g.Key).ToListAsync(cancellationToken)).Select(x => new Suggestion(x!, x!))];

    private static List<Suggestion> Named<T>(List<T> rows, Func<T, string> value, Func<T, string> label) => [.. rows.Select(x => new Suggestion(value(x), label(x)))];

    private static string Text(int id) => id.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
