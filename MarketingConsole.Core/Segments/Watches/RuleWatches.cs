using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>Watches the conditions that rules ask to have held for a time: each is kept as a hidden segment, so that the engine knows who meets it and since when. Begun before a rule that needs it
/// is in force, ended when no rule needs it any more.</summary>
public sealed class RuleWatches(IDbContextFactory<ConsoleDb> dbs, SegmentKeeper keeper, StoreKeeper stores, ShopCalendar calendar, TimeProvider time)
{
    /// <summary>Instants at which a new watch looks back over the time asked for.</summary>
    public const int LooksBack = 32;

    private const int IdsAStatement = 5_000;

    /// <summary>A deleted segment may be brought back, and a rule about to be saved is not there yet.</summary>
    private static readonly TimeSpan KeptForUndo = TimeSpan.FromDays(1), KeptForSaving = TimeSpan.FromHours(1);

    /// <summary>All rules in force, those of watches included, with the watches they need.</summary>
    internal static async Task<Dictionary<int, SegmentRule>> RulesAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        var all = await db.Segments.IgnoreQueryFilters().Where(x => x.DeletedAt == null).OrderBy(x => x.Id).Select(x => new { x.Id, x.RuleJson, x.IsWatch }).ToListAsync(cancellationToken);
        var watches = all.Where(x => x.IsWatch).DistinctBy(x => x.RuleJson).ToDictionary(x => x.RuleJson, x => x.Id);
        return all.ToDictionary(x => x.Id, x => Resolve(RuleJson.Read(x.RuleJson), watches));
    }

    /// <summary>The rule with the watches it needs, as far as there are any.</summary>
    public async Task<SegmentRule> ResolveAsync(SegmentRule rule, CancellationToken cancellationToken) =>
        Held(rule).Any() ? Resolve(rule, (await WatchesAsync(cancellationToken)).ToDictionary(x => x.Key, x => x.Value.Id)) : rule;

    /// <summary>What cannot have held for long enough yet, as far as the console knows.</summary>
    public async Task<IReadOnlyList<RuleProblem>> NotesAsync(SegmentRule rule, CancellationToken cancellationToken)
    {
        var held = Held(rule).ToList();
        if (held.Count == 0)
        {
            return [];
        }

        var (watches, now, notes) = (await WatchesAsync(cancellationToken), time.GetUtcNow().UtcDateTime, new List<RuleProblem>());
        foreach (var (path, node) in held)
        {
            var (length, watched) = (RuleSentence.Length(node), watches.TryGetValue(node.Condition, out var watch));
            if (watched && watch.Since + node.Time <= now)
            {
                continue;
            }

            notes.Add(new(path, stores.Store is not null && WatchHistory.CanLookBack(node.Rule!)
                ? $"Since when this has held is found out when the segment is saved: the console then looks back over {length} and goes on watching. Until then nobody is counted by it."
                : watched ? $"Watched since {Told(watch.Since)} only: before {Told(watch.Since + node.Time)} nobody can be known to have met this for {length}."
                : $"The console does not watch this yet, so nobody is known to have met it for {length}. Watching begins when the segment is saved."));
        }

        return notes;
    }

    /// <summary>Sees to it that all a rule needs is watched.</summary>
    /// <param name="rule">A rule without problems.</param>
    internal async Task BeginAsync(SegmentRule rule, CancellationToken cancellationToken)
    {
        foreach (var held in Held(rule).Select(x => x.Rule).Reverse()) // what is within another first
        {
            var now = time.GetUtcNow().UtcDateTime;
            if (!(await WatchesAsync(cancellationToken)).TryGetValue(held.Condition, out var watch))
            {
                await using var db = await dbs.CreateDbContextAsync(cancellationToken);
                var segment = new Segment { Name = "", CreatedBy = "", RuleJson = held.Condition, IsWatch = true, CreatedAt = now, UpdatedAt = now };
                db.Segments.Add(segment);
                await db.SaveChangesAsync(cancellationToken);
                await keeper.RecountAsync(segment.Id, cancellationToken);
                watch = (segment.Id, time.GetUtcNow().UtcDateTime);
            }

            if (watch.Since > now - held.Time && WatchHistory.CanLookBack(held.Rule!))
            {
                await keeper.BetweenAsync((rules, store) => LookBackAsync(watch.Id, rules, store, watch.Since, now - held.Time, cancellationToken), cancellationToken);
            }
        }
    }

    /// <summary>Forgets what no rule needs any more.</summary>
    internal async Task EndUnusedAsync(CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (undo, saving) = (now - KeptForUndo, now - KeptForSaving);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var watches = await db.Segments.IgnoreQueryFilters().Where(x => x.IsWatch).OrderBy(x => x.Id).Select(x => new { x.Id, x.RuleJson, x.UpdatedAt, x.DeletedAt }).ToListAsync(cancellationToken);
        if (watches.Count == 0)
        {
            return;
        }

        var needed = (await db.Segments.Where(x => x.DeletedAt == null || x.DeletedAt > undo).Select(x => x.RuleJson).ToListAsync(cancellationToken)).SelectMany(x => Held(RuleJson.Read(x))).Select(x => x.Rule.Condition).ToHashSet();
        var unused = watches.Where(x => x.DeletedAt is not null || (x.UpdatedAt < saving && !needed.Remove(x.RuleJson))).Select(x => x.Id).ToList(); // of two alike the first is used
        await db.Segments.IgnoreQueryFilters().Where(x => unused.Contains(x.Id)).ExecuteUpdateAsync(s => s.SetProperty(x => x.DeletedAt, now), cancellationToken); // nothing enters any more
        foreach (var id in unused)
        {
            await keeper.BetweenAsync(async (_, store) =>
            {
                store?.Write(() => store.Members.Remove(id), gates: false);
                await db.SegmentMembers.Where(x => x.SegmentId == id).ExecuteDeleteAsync(cancellationToken);
                await db.SegmentMoves.Where(x => x.SegmentId == id).ExecuteDeleteAsync(cancellationToken);
                await db.Segments.IgnoreQueryFilters().Where(x => x.Id == id).ExecuteDeleteAsync(cancellationToken);
            }, cancellationToken);
        }
    }

    private static IEnumerable<(string Path, HeldRule Rule)> Held(SegmentRule rule) => RuleTree.Nodes(rule).Where(x => x.Rule is HeldRule).Select(x => (x.Path, (HeldRule)x.Rule));

    private static SegmentRule Resolve(SegmentRule rule, Dictionary<string, int> watches) => rule switch
    {
        GroupRule group => group with { Rules = [.. group.Rules.Select(x => Resolve(x, watches))] },
        HeldRule { Rule: { } inner } held => held with { Rule = Resolve(inner, watches), Watch = watches.TryGetValue(held.Condition, out var watch) ? watch : held.Watch },
        _ => rule,
    };

    private string Told(DateTime at) => calendar.ToLocal(at).ToString("d MMMM yyyy, HH:mm", System.Globalization.CultureInfo.GetCultureInfo("en-GB"));

    private async Task<Dictionary<string, (int Id, DateTime Since)>> WatchesAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return (await db.Segments.IgnoreQueryFilters().Where(x => x.IsWatch && x.DeletedAt == null).OrderBy(x => x.Id).Select(x => new { x.Id, x.RuleJson, x.CreatedAt }).ToListAsync(cancellationToken))
            .DistinctBy(x => x.RuleJson).ToDictionary(x => x.RuleJson, x => (x.Id, x.CreatedAt));
    }

    private async Task LookBackAsync(int watch, SegmentRules rules, TwinStore? store, DateTime known, DateTime until, CancellationToken cancellationToken)
    {
        if (store is null || !rules.Rules.TryGetValue(watch, out var rule) || !StoreQuery.Supports(rule, past: true))
        {
            return;
        }

        var entered = WatchHistory.Entered(store, watch, rule, rules.Consent, calendar, known, until, LooksBack, cancellationToken);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        foreach (var (at, slots) in entered)
        {
            foreach (var ids in slots.Select(store.IdOf).Chunk(IdsAStatement))
            {
                await db.SegmentMembers.Where(x => x.SegmentId == watch && EF.Parameter(ids).Contains(x.CustomerId)).ExecuteUpdateAsync(s => s.SetProperty(x => x.EnteredAt, at), cancellationToken);
            }
        }

        await db.Segments.IgnoreQueryFilters().Where(x => x.Id == watch).ExecuteUpdateAsync(s => s.SetProperty(x => x.CreatedAt, until), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        store.Write(() =>
        {
            var members = store.Members[watch];
            foreach (var (at, slots) in entered)
            {
                slots.ForEach(x => members[x] = Instants.Of(at));
            }
        }, gates: false);
    }
}
