using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Consent;

/// <summary>Everything known about one customer as JSON (GDPR articles 15 and 20): <c>format</c>, <c>exportedAt</c>, <c>customer</c>, one array a table
/// (<c>events</c>, <c>eventItems</c>, <c>twins</c>, <c>segmentMembers</c>, <c>dispatches</c>, <c>consentEntries</c>, …), and <c>products</c>, which the items point to.
/// Customers who were merged into this one have their own, with what did not move, under <c>mergedCustomers</c>; of a merged one <c>mergedInto</c> is the id of who has the rest.
/// Instants are ISO 8601 in UTC, dates ISO 8601, money integer hundredths of <c>currency</c>.</summary>
public sealed class CustomerExporter(IDbContextFactory<ConsoleDb> dbs, Microsoft.Extensions.Options.IOptions<ShopOptions> shop, TimeProvider time)
{
    public const string Format = "marketing-console-customer/1";

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true, Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };

    /// <returns>Null when there is no such customer.</returns>
    public async Task<JsonObject?> ExportAsync(int customerId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Customers.AsNoTracking().SingleOrDefaultAsync(x => x.Id == customerId, cancellationToken) is not { } customer)
        {
            return null;
        }

        var merged = await MergedAsync(db, customerId, cancellationToken);
        var export = new JsonObject
        {
            ["format"] = Format,
            ["exportedAt"] = JsonSerializer.SerializeToNode(time.GetUtcNow().UtcDateTime, Json),
            ["shop"] = shop.Value.Name,
            ["currency"] = shop.Value.Currency,
        };
        await FillAsync(db, export, customer, cancellationToken);
        export["mergedInto"] = await db.CustomerMerges.Where(x => x.CustomerId == customerId && x.UndoneAt == null).OrderByDescending(x => x.Id).Select(x => (int?)x.IntoId).FirstOrDefaultAsync(cancellationToken);
        var others = new JsonArray();
        export["mergedCustomers"] = others;
        foreach (var other in await db.Customers.AsNoTracking().Where(x => merged.Contains(x.Id)).OrderBy(x => x.Id).ToListAsync(cancellationToken))
        {
            var part = new JsonObject();
            others.Add((JsonNode)part);
            await FillAsync(db, part, other, cancellationToken);
        }

        merged.Add(customerId);
        var bought = db.EventItems.Where(x => merged.Contains(x.CustomerId)).Select(x => x.ProductId).Concat(db.Events.Where(x => merged.Contains(x.CustomerId) && x.ProductId != null).Select(x => x.ProductId!.Value));
        export["products"] = JsonSerializer.SerializeToNode(await db.Products.AsNoTracking().Where(x => bought.Contains(x.Id)).OrderBy(x => x.Id)
            .Select(x => new { x.Id, x.Sku, x.Name, x.Category, x.Brand }).ToListAsync(cancellationToken), Json);
        return export;
    }

    private static async Task FillAsync(ConsoleDb db, JsonObject export, Customers.Customer customer, CancellationToken cancellationToken)
    {
        export["customer"] = JsonSerializer.SerializeToNode(customer, Json);
        foreach (var table in CustomerTable.Of(db.Model))
        {
            var rows = await table.RowsAsync(db, customer.Id, cancellationToken);
            export[table.Name] = new JsonArray([.. rows.Select(x => JsonSerializer.SerializeToNode(x, x.GetType(), Json))]);
        }
    }

    /// <summary>Everybody who was merged into a customer, also through others.</summary>
    private static async Task<List<int>> MergedAsync(ConsoleDb db, int customerId, CancellationToken cancellationToken)
    {
        var (found, next) = (new List<int>(), new List<int> { customerId });
        while (next.Count > 0)
        {
            var into = next;
            next = await db.CustomerMerges.Where(x => into.Contains(x.IntoId) && x.UndoneAt == null && x.CustomerId != customerId && !found.Contains(x.CustomerId)).Select(x => x.CustomerId).Distinct().ToListAsync(cancellationToken);
            found.AddRange(next);
        }

        return found;
    }

    /// <summary>The export as indented UTF-8 JSON.</summary>
    public static byte[] ToBytes(JsonObject export) => JsonSerializer.SerializeToUtf8Bytes(export, Json);
}
