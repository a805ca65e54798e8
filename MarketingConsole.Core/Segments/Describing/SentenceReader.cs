using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>Makes a rule of a sentence with the names this shop has.</summary>
public sealed class SentenceReader(IDbContextFactory<ConsoleDb> dbs, RuleSuggestions suggestions, IOptions<ShopOptions> shop, ShopCalendar calendar, TimeProvider time)
{
    private const int MostProducts = 5000, MostTraits = 30;
    private static readonly TimeSpan Keep = TimeSpan.FromMinutes(10);
    private FieldWords? _values; // counted over all customers: not for each sentence anew

    /// <param name="sentence">At most <see cref="SentenceParser.MaxLength"/> characters.</param>
    public async Task<Proposal> ReadAsync(string sentence, CancellationToken cancellationToken)
    {
        var words = await WordsAsync(cancellationToken);
        return SentenceParser.Parse(sentence, words, DateOnly.FromDateTime(calendar.ToLocal(time.GetUtcNow().UtcDateTime)));
    }

    /// <summary>The names as they are now; values of fields may be ten minutes old.</summary>
    public Task<ShopWords> WordsAsync(CancellationToken cancellationToken) => Task.Run(async () => // SQLite answers synchronously
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow();
        if (_values is not { } kept || now - kept.At >= Keep)
        {
            _values = kept = await ValuesAsync(now, cancellationToken);
        }

        var products = await db.Products.OrderBy(x => x.Id).Take(MostProducts).Select(x => new { x.Sku, x.Name }).ToListAsync(cancellationToken);
        return new ShopWords(
            await ListAsync("categories", cancellationToken), await ListAsync("brands", cancellationToken), [.. products.Select(x => (x.Sku, x.Name))],
            await db.Stores.Select(x => new { x.Id, x.Name }).ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken),
            await db.Segments.Where(x => x.DeletedAt == null).Select(x => new { x.Id, x.Name }).ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken),
            await db.Campaigns.Select(x => new { x.Id, x.Name }).ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken),
            kept.Values, kept.Traits, await ListAsync("events", cancellationToken), shop.Value.Currency)
        { Zone = calendar.Zone };
    }, cancellationToken);

    private async Task<FieldWords> ValuesAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var traits = await suggestions.TraitNamesAsync(cancellationToken);
        var values = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var rule in RuleFields.Traits.Where(x => x.Suggest).Select(x => (FieldRule)new TraitRule { Field = x.Name }).Concat(RuleFields.Twins.Where(x => x.Suggest).Select(x => new TwinRule { Field = x.Name })).Concat(traits.Take(MostTraits).Select(x => new TraitRule { Field = RuleFields.Custom + x })))
        {
            values[rule.Field] = [.. (await suggestions.ForFieldAsync(rule, cancellationToken)).Select(x => x.Value)];
        }

        return new FieldWords(now, values, traits);
    }

    private async Task<IReadOnlyList<string>> ListAsync(string list, CancellationToken cancellationToken) => [.. (await suggestions.ForListAsync(list, cancellationToken)).Select(x => x.Value)];

    private sealed record FieldWords(DateTimeOffset At, IReadOnlyDictionary<string, IReadOnlyList<string>> Values, IReadOnlyList<string> Traits);
}
