using System.Text.Json;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Offers;

/// <summary>Lists, reads, saves and archives offers.</summary>
public sealed class OfferService(IDbContextFactory<ConsoleDb> dbs, TimeProvider time)
{
    public const int Suggestions = 20;

    public async Task<IReadOnlyList<OfferDetails>> ListAsync(bool archived = false, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var offers = await db.Offers.AsNoTracking().Where(x => archived || x.ArchivedAt == null).OrderByDescending(x => x.Id).ToListAsync(cancellationToken);
        return [.. offers.Select(Details)];
    }

    public async Task<OfferDetails?> GetAsync(int id, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Offers.AsNoTracking().SingleOrDefaultAsync(x => x.Id == id, cancellationToken) is { } offer ? Details(offer) : null;
    }

    /// <summary>Stored offers in the order asked for; an id that is gone is left out.</summary>
    public async Task<IReadOnlyList<OfferDetails>> GetAsync(IReadOnlyCollection<int> ids, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var offers = await db.Offers.AsNoTracking().Where(x => ids.Contains(x.Id)).ToDictionaryAsync(x => x.Id, cancellationToken);
        return [.. ids.Where(offers.ContainsKey).Select(x => Details(offers[x]))];
    }

    /// <param name="id">0 makes a new offer.</param>
    /// <returns>The id, or what is wrong by field; id 0 without errors when the offer does not exist.</returns>
    public async Task<SaveResult> SaveAsync(int id, OfferDraft draft, string actor, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(draft);
        draft = Tidy(draft);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        IReadOnlyList<FieldError> errors = [.. OfferChecks.Check(draft), .. await CatalogueErrorsAsync(db, draft, cancellationToken)];
        if (errors.Count > 0)
        {
            return SaveResult.Refused(errors);
        }

        var offer = id == 0 ? null : await db.Offers.SingleOrDefaultAsync(x => x.Id == id, cancellationToken);
        if (offer is null)
        {
            if (id != 0)
            {
                return SaveResult.Refused(new FieldError("id", $"There is no offer {id}."));
            }

            db.Offers.Add(offer = new Offer { Name = draft.Name, CreatedBy = actor, CreatedAt = time.GetUtcNow().UtcDateTime });
        }

        Apply(draft, offer);
        await db.SaveChangesAsync(cancellationToken);
        return SaveResult.Saved(offer.Id);
    }

    /// <summary>Puts an offer away (or, for undo, back). Campaigns that already use it keep it.</summary>
    /// <returns>False when there is no such offer.</returns>
    public async Task<bool> ArchiveAsync(int id, bool archived = true, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        DateTime? at = archived ? time.GetUtcNow().UtcDateTime : null;
        return await db.Offers.Where(x => x.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.ArchivedAt, at), cancellationToken) == 1;
    }

    /// <summary>Categories of the catalogue whose name contains <paramref name="text"/>.</summary>
    public async Task<IReadOnlyList<string>> CategoriesAsync(string text, CancellationToken cancellationToken = default)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var all = await db.Products.Where(x => x.Category != "").Select(x => x.Category).Distinct().OrderBy(x => x).ToListAsync(cancellationToken);
        return [.. all.Where(x => x.Contains(text, StringComparison.CurrentCultureIgnoreCase)).Take(Suggestions)];
    }

    /// <summary>Products of the catalogue whose SKU or name contains <paramref name="text"/>.</summary>
    public async Task<IReadOnlyList<ProductChoice>> ProductsAsync(string text, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = text.Trim().ToLowerInvariant();
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
#pragma warning disable CA1304, CA1311, CA1862 // translated to SQL lower()
        return await db.Products.Where(x => x.Sku.ToLower().Contains(folded) || x.Name.ToLower().Contains(folded)).OrderBy(x => x.Name).ThenBy(x => x.Sku)
            .Take(Suggestions).Select(x => new ProductChoice(x.Sku, x.Name, x.Category)).ToListAsync(cancellationToken);
#pragma warning restore CA1304, CA1311, CA1862
    }

    private static async Task<IReadOnlyList<FieldError>> CatalogueErrorsAsync(ConsoleDb db, OfferDraft draft, CancellationToken cancellationToken)
    {
        List<FieldError> errors = [];
        var skus = await db.Products.Where(x => draft.Skus.Contains(x.Sku)).Select(x => x.Sku).ToListAsync(cancellationToken);
        if (draft.Skus.Except(skus).ToList() is { Count: > 0 } noProduct)
        {
            errors.Add(new("skus", $"Not in the catalogue: {string.Join(", ", noProduct)}."));
        }

        var categories = await db.Products.Where(x => draft.Categories.Contains(x.Category)).Select(x => x.Category).Distinct().ToListAsync(cancellationToken);
        if (draft.Categories.Except(categories).ToList() is { Count: > 0 } noCategory)
        {
            errors.Add(new("categories", $"No product has the category {string.Join(", ", noCategory)}."));
        }

        return errors;
    }

    private static OfferDraft Tidy(OfferDraft draft) => draft with
    {
        Name = draft.Name.Trim(),
        Code = string.IsNullOrWhiteSpace(draft.Code) ? null : draft.Code.Trim(),
        LinkUrl = string.IsNullOrWhiteSpace(draft.LinkUrl) ? null : draft.LinkUrl.Trim(),
        Categories = [.. draft.Categories.Distinct()],
        Skus = [.. draft.Skus.Distinct()],
    };

    private static void Apply(OfferDraft draft, Offer offer)
    {
        (offer.Name, offer.Description, offer.Kind, offer.Value, offer.Code) = (draft.Name, draft.Description, draft.Kind, draft.Value, draft.Code);
        (offer.CategoriesJson, offer.SkusJson) = (JsonSerializer.Serialize(draft.Categories), JsonSerializer.Serialize(draft.Skus));
        (offer.ValidFrom, offer.ValidTo, offer.LinkUrl) = (Utc(draft.ValidFrom), Utc(draft.ValidTo), draft.LinkUrl);
        (offer.StockLimit, offer.BudgetCents, offer.UnitCostCents) = (draft.StockLimit, draft.BudgetCents, draft.UnitCostCents);
    }

    private static DateTime Utc(DateTime at) => at.Kind == DateTimeKind.Local ? at.ToUniversalTime() : DateTime.SpecifyKind(at, DateTimeKind.Utc);

    private static OfferDetails Details(Offer x) => new(x.Id, new OfferDraft
    {
        Name = x.Name,
        Description = x.Description,
        Kind = x.Kind,
        Value = x.Value,
        Code = x.Code,
        Categories = JsonSerializer.Deserialize<string[]>(x.CategoriesJson) ?? [],
        Skus = JsonSerializer.Deserialize<string[]>(x.SkusJson) ?? [],
        ValidFrom = x.ValidFrom,
        ValidTo = x.ValidTo,
        StockLimit = x.StockLimit,
        BudgetCents = x.BudgetCents,
        UnitCostCents = x.UnitCostCents,
        LinkUrl = x.LinkUrl,
    }, x.CreatedBy, x.CreatedAt, x.ArchivedAt);
}
