using MarketingConsole.Core.Access;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments;
using MarketingConsole.Core.Twins.Groups;
using MarketingConsole.Core.Twins.Models;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Discovery;

/// <summary>A group of customers alike, as it is now.</summary>
/// <param name="Share">Of all customers who are in a group, 0 to 1.</param>
/// <param name="Traits">What sets it apart, in words, strongest first.</param>
/// <param name="MeanSpend365Cents">Expected spend of a customer in the next 365 days; null without a model of purchases.</param>
/// <param name="Spend365Cents">Of all of them.</param>
/// <param name="MeanLifetimeCents">Expected spend of a customer in the next three years, discounted.</param>
/// <param name="SegmentId">The segment that was made of it; null while there is none.</param>
public sealed record FoundGroup(string Name, int Size, double Share, IReadOnlyList<string> Traits, long? MeanSpend365Cents, long? Spend365Cents, long? MeanLifetimeCents, int? SegmentId);

/// <param name="Reason">Why there are none.</param>
/// <param name="ModelId">The model they come from; null while there is none.</param>
/// <param name="Silhouette">−1 to 1: how well the groups are apart.</param>
public sealed record FoundGroups(string? Reason, int? ModelId, DateTime? TrainedAt, double Silhouette, int Customers, IReadOnlyList<FoundGroup> Groups);

/// <summary>Proposes the groups that were found among the customers, and makes segments of them.</summary>
public sealed class DiscoveryService(IDbContextFactory<ConsoleDb> dbs, ModelRegistry registry, ConsentGate consent, SegmentService segments, IOptions<ShopOptions> shop, TimeProvider time) : IDisposable
{
    private const int MostWords = 3, MostNames = 50;
    private readonly SemaphoreSlim _one = new(1);

    public void Dispose() => _one.Dispose();

    /// <summary>The groups, most expected spend first.</summary>
    public async Task<FoundGroups> GroupsAsync(CancellationToken cancellationToken)
    {
        if (await registry.ChampionAsync<ClusterModel>(ModelKind.Clusters, cancellationToken) is not (var id, { Fits: true } model))
        {
            var last = await registry.ListAsync(ModelKind.Clusters, 1, cancellationToken);
            return new(last is [var failed] ? failed.Report.Reason ?? "The model is of another version of the program and is replaced by the next training." : "No groups have been looked for yet.", null, null, 0, 0, []);
        }

        var (rules, now) = (await consent.RulesAsync(cancellationToken), time.GetUtcNow().UtcDateTime);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var allowed = db.Customers.Where(x => x.ErasedAt == null).Where(rules.Allowed(db, Purpose.Profiling, now)).Select(x => x.Id);
        var rows = await db.Twins.Where(x => x.Cluster != null && allowed.Contains(x.CustomerId)).GroupBy(x => x.Cluster!)
            .Select(g => new { Name = g.Key, Size = g.Count(), Known = g.Count(x => x.Spend365Cents != null), Spend = g.Sum(x => x.Spend365Cents) ?? 0, Lifetime = g.Sum(x => x.LifetimeCents) ?? 0 }).ToDictionaryAsync(x => x.Name, cancellationToken);
        var all = rows.Values.Sum(x => x.Size);
        var made = await MadeAsync(db, cancellationToken);
        var groups = model.Groups.Select(x =>
        {
            var row = rows.GetValueOrDefault(x.Name);
            long? Each(long sum) => row is { Known: > 0 } ? sum / row.Known : null;
            return new FoundGroup(x.Name, row?.Size ?? 0, all == 0 ? 0 : (double)(row?.Size ?? 0) / all, [.. x.Traits.Take(MostWords).Select(t => t.Say(shop.Value.Currency))],
                Each(row?.Spend ?? 0), row is { Known: > 0 } ? row.Spend : null, Each(row?.Lifetime ?? 0), made.TryGetValue(RuleJson.Write(RuleOf(x.Name)), out var segment) ? segment : null);
        });
        return new(null, id, (await registry.GetAsync(id, cancellationToken))?.TrainedAt, model.Silhouette, all, [.. groups.OrderByDescending(x => x.Spend365Cents ?? 0).ThenByDescending(x => x.Size)]);
    }

    /// <summary>The rule of a segment of a group.</summary>
    public static SegmentRule RuleOf(string group) => GroupRule.All(new TwinRule { Field = RuleFields.Group, Op = RuleOperator.In, Values = [group] });

    /// <summary>Makes a segment of a group; one that was made of it before is taken instead.</summary>
    public async Task<SaveResult> MakeSegmentAsync(string group, string actor, CancellationToken cancellationToken)
    {
        var champion = await registry.ChampionAsync<ClusterModel>(ModelKind.Clusters, cancellationToken);
        return champion is (_, { Fits: true } model) && model.Groups.FirstOrDefault(x => x.Name == group) is { } found
            ? await MakeAsync(found.Name, found.Traits.Count == 0 ? "Customers like most." : $"Found by the console: {string.Join("; ", found.Traits.Take(MostWords).Select(x => x.Say(shop.Value.Currency)))}.", RuleOf(group), actor, cancellationToken)
            : new SaveResult(0, [new FieldError("group", $"There is no group \"{group}\" in the model now in use.")]);
    }

    /// <returns>Groups a rule asks for that the model in use does not know: nobody is in them.</returns>
    public async Task<IReadOnlyList<string>> UnknownGroupsAsync(SegmentRule rule, CancellationToken cancellationToken)
    {
        string[] asked = [.. RuleTree.Nodes(rule).Select(x => x.Rule).OfType<TwinRule>().Where(x => x is { Field: RuleFields.Group, Op: RuleOperator.Is or RuleOperator.In }).SelectMany(x => x.Values ?? (x.Value?.Text is { } one ? [one] : [])).Distinct()];
        if (asked.Length == 0)
        {
            return [];
        }

        var known = await registry.ChampionAsync<ClusterModel>(ModelKind.Clusters, cancellationToken) is (_, { Fits: true } model) ? model.Groups.Select(x => x.Name) : [];
        return [.. asked.Except(known)];
    }

    /// <summary>Saves a segment, unless a live one has the same rule. A name that is taken gets a number.</summary>
    internal async Task<SaveResult> MakeAsync(string name, string description, SegmentRule rule, string actor, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken); // two quick clicks are one segment
        try
        {
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            if ((await MadeAsync(db, cancellationToken)).TryGetValue(RuleJson.Write(rule), out var before))
            {
                return new SaveResult(before, []);
            }

            var taken = await db.Segments.Where(x => x.DeletedAt == null).Select(x => x.Name).ToHashSetAsync(cancellationToken);
            var free = Enumerable.Range(1, MostNames).Select(x => x == 1 ? name : FormattableString.Invariant($"{name} {x}")).FirstOrDefault(x => !taken.Contains(x)) ?? name;
            return await segments.SaveAsync(null, new SegmentDraft(free, description, rule), actor, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    /// <summary>Live segments by rule.</summary>
    internal static async Task<Dictionary<string, int>> MadeAsync(ConsoleDb db, CancellationToken cancellationToken) =>
        (await db.Segments.Where(x => x.DeletedAt == null).OrderByDescending(x => x.Id).Select(x => new { x.Id, x.RuleJson }).ToListAsync(cancellationToken)).GroupBy(x => x.RuleJson).ToDictionary(x => x.Key, x => x.Last().Id);
}
