using System.Data.Common;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>Brings stored memberships in line with the rules. One recount runs at a time in a process; between processes the member's key decides.</summary>
public sealed class SegmentKeeper(IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, ShopCalendar calendar, ChangeFeed feed, TimeProvider time) : IDisposable
{
    private const int Attempts = 3;
    private static readonly TimeSpan SizeSlot = TimeSpan.FromMinutes(10);
    private readonly SemaphoreSlim _one = new(1);

    public void Dispose() => _one.Dispose();

    /// <summary>Recounts a segment and those that refer to it, in that order.</summary>
    public Task RecountAsync(int segmentId, CancellationToken cancellationToken) => RunAsync(rules => SegmentOrder.Downstream(rules, x => x == segmentId), null, cancellationToken);

    /// <summary>Recounts every segment.</summary>
    public Task RecountAllAsync(CancellationToken cancellationToken) => RunAsync(SegmentOrder.Sort, null, cancellationToken);

    /// <summary>Recounts the segments which time alone can change, and those that refer to them.</summary>
    public Task RecountTimedAsync(CancellationToken cancellationToken) => RunAsync(rules => SegmentOrder.Downstream(rules, x => RuleTree.MovesWithTime(rules[x])), null, cancellationToken);

    /// <summary>Looks at these customers again, in every segment.</summary>
    public Task RecheckAsync(IReadOnlyCollection<int> customerIds, CancellationToken cancellationToken) => RunAsync(SegmentOrder.Sort, customerIds, cancellationToken);

    private async Task RunAsync(Func<Dictionary<int, SegmentRule>, IReadOnlyList<int>> which, IReadOnlyCollection<int>? only, CancellationToken cancellationToken)
    {
        // SQLite answers synchronously: never on the caller's thread, which may belong to a page.
        await Task.Run(async () =>
        {
            await _one.WaitAsync(cancellationToken);
            try
            {
                await using var db = await dbs.CreateDbContextAsync(cancellationToken);
                var rules = await SegmentService.RulesAsync(db, cancellationToken);
                var gate = await consent.RulesAsync(cancellationToken);
                var whole = new HashSet<int>(); // counted for all customers: what moves one in a ranking may move any, and any who refer to it
                foreach (var id in which(rules))
                {
                    if (RuleTree.MovesWithOthers(rules[id]) || RuleTree.Segments(rules[id]).Any(whole.Contains))
                    {
                        whole.Add(id);
                    }

                    await UpdateAsync(id, rules[id], gate, whole.Contains(id) ? null : only, cancellationToken);
                }
            }
            finally
            {
                _one.Release();
            }
        }, cancellationToken);
    }

    private async Task UpdateAsync(int segmentId, SegmentRule rule, ConsentRuleSet gate, IReadOnlyCollection<int>? only, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                if (await MoveAsync(segmentId, rule, gate, only, cancellationToken) is { } moved)
                {
                    feed.Publish(moved);
                }

                return;
            }
            catch (DbException) when (attempt < Attempts)
            {
                await Task.Yield(); // another node moved the same customers between our look and our write: look again
            }
        }
    }

    private async Task<SegmentMoved?> MoveAsync(int segmentId, SegmentRule rule, ConsentRuleSet gate, IReadOnlyCollection<int>? only, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var should = await SegmentQuery.Members(db, rule, gate, now, calendar, only).ToHashSetAsync(cancellationToken);
        var stored = db.SegmentMembers.Where(x => x.SegmentId == segmentId);
        var are = await (only is null ? stored : stored.Where(x => EF.Parameter(only).Contains(x.CustomerId))).Select(x => x.CustomerId).ToHashSetAsync(cancellationToken);
        int[] entered = [.. should.Where(x => !are.Contains(x)).Order()], left = [.. are.Where(x => !should.Contains(x)).Order()];
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        foreach (var ids in left.Chunk(5000))
        {
            await db.SegmentMembers.Where(x => x.SegmentId == segmentId && EF.Parameter(ids).Contains(x.CustomerId)).ExecuteDeleteAsync(cancellationToken);
        }

        await db.BulkInsertAsync(entered.Select(x => new SegmentMember { SegmentId = segmentId, CustomerId = x, EnteredAt = now }).ToList(), cancellationToken);
        await db.BulkInsertAsync(entered.Select(x => Move(x, true)).Concat(left.Select(x => Move(x, false))).ToList(), cancellationToken);
        var moves = entered.Length + left.Length > 0;
        var size = moves || only is null ? await db.SegmentMembers.CountAsync(x => x.SegmentId == segmentId, cancellationToken) : (int?)null;
        var before = await db.Segments.Where(x => x.Id == segmentId).Select(x => x.Size).SingleOrDefaultAsync(cancellationToken);
        await db.Segments.Where(x => x.Id == segmentId).ExecuteUpdateAsync(s => s.SetProperty(x => x.CountedAt, now).SetProperty(x => x.Size, x => size ?? x.Size), cancellationToken);
        if (size is { } count)
        {
            await NoteSizeAsync(db, segmentId, count, now, count != before, cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);
        return moves ? new SegmentMoved(segmentId, entered, left, now) : null;

        SegmentMove Move(int customer, bool entering) => new() { SegmentId = segmentId, CustomerId = customer, At = now, Entered = entering };
    }

    /// <summary>One size for each ten minutes in which it changed, so that a busy segment does not fill its history.</summary>
    private static async Task NoteSizeAsync(ConsoleDb db, int segmentId, int size, DateTime now, bool changed, CancellationToken cancellationToken)
    {
        var slot = new DateTime(now.Ticks - (now.Ticks % SizeSlot.Ticks), DateTimeKind.Utc);
        var sizes = db.SegmentSizes.Where(x => x.SegmentId == segmentId);
        if (!changed && await sizes.AnyAsync(cancellationToken))
        {
            return;
        }

        if (await sizes.Where(x => x.At == slot).ExecuteUpdateAsync(s => s.SetProperty(x => x.Size, size), cancellationToken) == 0)
        {
            await db.BulkInsertAsync([new SegmentSize { SegmentId = segmentId, At = slot, Size = size }], cancellationToken);
        }
    }
}
