using System.Diagnostics;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <param name="Size">Members as last counted.</param>
/// <param name="Shared">Those of them whom the rule admits.</param>
public sealed record OverlapSegment(int Id, string Name, int Size, int Shared);

/// <summary>Customers whom the rule admits and who are in just these of the segments listed.</summary>
/// <param name="Segments">Ids; empty = in none of them.</param>
public sealed record OverlapPart(IReadOnlyList<int> Segments, int Customers);

/// <param name="Customers">Whom the rule admits.</param>
/// <param name="Compared">How many saved segments it was compared with.</param>
/// <param name="Segments">Those that share most with it, most first.</param>
/// <param name="Parts">Parts that have nobody in common, the largest first.</param>
/// <param name="Rest">Customers in parts too small to be listed.</param>
public sealed record RuleOverlap(DateTime AsOf, int Customers, int Compared, IReadOnlyList<OverlapSegment> Segments, IReadOnlyList<OverlapPart> Parts, int Rest, double Milliseconds);

/// <summary>Tells which saved segments share customers with a rule. Memberships are those of now.</summary>
public sealed class OverlapReader(StoreKeeper keeper, IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, RuleWatches watches, ShopCalendar calendar, TimeProvider time)
{
    public const int MostSegments = 6, MostParts = 12;

    /// <param name="rule">A rule without problems.</param>
    /// <param name="self">The segment the rule is of, which is left out; null for a new one.</param>
    public Task<RuleOverlap> ReadAsync(SegmentRule rule, int? self, CancellationToken cancellationToken) => Task.Run(() => CompareAsync(rule, self, cancellationToken), cancellationToken);

    private async Task<RuleOverlap> CompareAsync(SegmentRule rule, int? self, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        rule = await watches.ResolveAsync(rule, cancellationToken);
        var (gate, now) = (await consent.RulesAsync(cancellationToken), time.GetUtcNow().UtcDateTime);
        var segments = await db.Segments.Where(x => x.DeletedAt == null && x.Id != self).OrderBy(x => x.Id).Select(x => new OverlapSegment(x.Id, x.Name, x.Size, 0)).ToListAsync(cancellationToken);
        var start = Stopwatch.GetTimestamp();
        if (StoreQuery.Answers(rule, past: false) && await keeper.CaughtUpAsync(cancellationToken) is { } store)
        {
            return store.Read(() =>
            {
                var members = new StoreQuery(store, gate, calendar, now).Members(rule);
                return Of(segments, members.Count, store.Slots, x => (store.Members.GetValueOrDefault(x)?.Keys ?? Enumerable.Empty<int>()).Where(slot => members[slot]), now, start);
            });
        }

        var ids = await SegmentQuery.Members(db, rule, gate, now, calendar).ToHashSetAsync(cancellationToken);
        var shared = segments.ToDictionary(x => x.Id, _ => new List<int>());
        await foreach (var member in db.SegmentMembers.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (ids.Contains(member.CustomerId) && shared.TryGetValue(member.SegmentId, out var own))
            {
                own.Add(member.CustomerId);
            }
        }

        return Of(segments, ids.Count, ids.DefaultIfEmpty().Max() + 1, x => shared[x], now, start);
    }

    /// <param name="size">Above every number that stands for a customer.</param>
    /// <param name="shared">Customers of a segment whom the rule admits, each once.</param>
    internal static RuleOverlap Of(List<OverlapSegment> segments, int customers, int size, Func<int, IEnumerable<int>> shared, DateTime now, long start)
    {
        var most = segments.Select(x => x with { Shared = shared(x.Id).Count() }).Where(x => x.Shared > 0).OrderByDescending(x => x.Shared).ThenBy(x => x.Id).Take(MostSegments).ToList();
        var (marks, counts) = (new byte[size], new int[1 << MostSegments]);
        foreach (var (bit, segment) in most.Index())
        {
            foreach (var customer in shared(segment.Id))
            {
                marks[customer] |= (byte)(1 << bit);
            }
        }

        foreach (var mark in marks)
        {
            counts[mark]++;
        }

        counts[0] = customers - counts.Skip(1).Sum(); // in none of them
        var parts = counts.Index().Where(x => x.Item > 0).OrderByDescending(x => x.Item).ThenBy(x => x.Index).Select(x => new OverlapPart([.. most.Where((_, bit) => (x.Index & (1 << bit)) != 0).Select(s => s.Id)], x.Item)).ToList();
        return new RuleOverlap(now, customers, segments.Count, most, [.. parts.Take(MostParts)], parts.Skip(MostParts).Sum(x => x.Customers), Stopwatch.GetElapsedTime(start).TotalMilliseconds);
    }
}
