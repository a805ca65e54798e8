using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MarketingConsole.Core.Segments;

/// <summary>What a count or a second look came to.</summary>
/// <param name="Gone">Customers who do not exist any more: no longer members, without having left.</param>
/// <param name="Size">Members then; null = to be counted where moves are written.</param>
internal sealed record MembershipChange(int SegmentId, IReadOnlyList<int> Entered, IReadOnlyList<int> Left, IReadOnlyList<int> Gone, int? Size, DateTime At)
{
    public bool AnyMoved => Entered.Count + Left.Count > 0;
}

/// <summary>Writes memberships and moves down, in order, what comes while it writes together with the next, and then tells who moved.
/// What it could not write before the process ended is found again by the count at the next start.</summary>
public sealed partial class MembershipWriter(IDbContextFactory<ConsoleDb> dbs, ChangeFeed feed, TimeProvider time, ILogger<MembershipWriter> log) : IDisposable
{
    private const int IdsAStatement = 5_000;
    private static readonly TimeSpan SizeSlot = TimeSpan.FromMinutes(10), Retry = TimeSpan.FromSeconds(1), Gather = TimeSpan.FromMilliseconds(100);
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _stop = new();
    private List<MembershipChange> _queue = [];
    private Task _writing = Task.CompletedTask;

    public void Dispose()
    {
        _stop.Cancel();
        _stop.Dispose();
    }

    /// <returns>Done when they are written and told.</returns>
    internal Task WriteAsync(IReadOnlyList<MembershipChange> changes)
    {
        lock (_lock)
        {
            _queue.AddRange(changes);
            return _writing = _writing.IsCompleted ? Task.Run(DrainAsync) : _writing;
        }
    }

    /// <returns>Done when all that was given before is written.</returns>
    internal Task FlushAsync() => WriteAsync([]);

    private bool IsBusy
    {
        get
        {
            lock (_lock)
            {
                return _queue.Count > 0;
            }
        }
    }

    private async Task DrainAsync()
    {
        while (true)
        {
            List<MembershipChange> changes;
            lock (_lock)
            {
                if (_queue.Count == 0)
                {
                    _writing = Task.CompletedTask;
                    return;
                }

                (changes, _queue) = (_queue, []);
            }

            await WriteUntilDoneAsync(changes);
            Tell(changes);
            if (IsBusy)
            {
                await Task.Delay(Gather, _stop.Token); // many small transactions cost the database more than a large one
            }
        }
    }

    private async Task WriteUntilDoneAsync(List<MembershipChange> changes)
    {
        while (true)
        {
            try
            {
                await StoreAsync(changes, _stop.Token);
                return;
            }
            catch (Exception exception) when (exception is not (OperationCanceledException or OutOfMemoryException))
            {
                WriteFailed(log, exception);
                await Task.Delay(Retry, time, _stop.Token);
            }
        }
    }

    internal void Tell(IEnumerable<MembershipChange> changes)
    {
        foreach (var x in changes.Where(x => x.AnyMoved))
        {
            feed.Publish(new SegmentMoved(x.SegmentId, x.Entered, x.Left, x.At));
        }
    }

    /// <summary>Members, moves and sizes in one transaction, so that a count and its members are of one state.</summary>
    internal async Task StoreAsync(IReadOnlyList<MembershipChange> changes, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var segments = changes.GroupBy(x => x.SegmentId).ToList();
        var members = new List<SegmentMember>();
        foreach (var segment in segments)
        {
            var entered = new Dictionary<int, DateTime?>(); // the last word on each customer
            foreach (var x in segment)
            {
                Note(x.Left.Concat(x.Gone), null);
                Note(x.Entered, x.At);

                void Note(IEnumerable<int> ids, DateTime? at)
                {
                    foreach (var id in ids)
                    {
                        entered[id] = at;
                    }
                }
            }

            foreach (var ids in entered.Keys.Chunk(IdsAStatement))
            {
                await db.SegmentMembers.Where(x => x.SegmentId == segment.Key && EF.Parameter(ids).Contains(x.CustomerId)).ExecuteDeleteAsync(cancellationToken);
            }

            members.AddRange(entered.Where(x => x.Value is not null).OrderBy(x => x.Key).Select(x => new SegmentMember { SegmentId = segment.Key, CustomerId = x.Key, EnteredAt = x.Value!.Value }));
        }

        await db.BulkInsertAsync(members, cancellationToken);
        await db.BulkInsertAsync([.. changes.SelectMany(x => x.Entered.Select(c => Move(x, c, true)).Concat(x.Left.Select(c => Move(x, c, false))))], cancellationToken);
        foreach (var segment in segments)
        {
            await CountAsync(db, segment.Last(), segment.Any(x => x.AnyMoved || x.Gone.Count > 0), cancellationToken);
        }

        await transaction.CommitAsync(cancellationToken);

        static SegmentMove Move(MembershipChange change, int customer, bool entered) => new() { SegmentId = change.SegmentId, CustomerId = customer, At = change.At, Entered = entered };
    }

    private static async Task CountAsync(ConsoleDb db, MembershipChange last, bool moved, CancellationToken cancellationToken)
    {
        var id = last.SegmentId;
        var size = last.Size ?? (moved ? await db.SegmentMembers.CountAsync(x => x.SegmentId == id, cancellationToken) : null);
        if (await db.Segments.Where(x => x.Id == id).Select(x => (int?)x.Size).SingleOrDefaultAsync(cancellationToken) is not { } before)
        {
            return; // a watch: nobody sees its size
        }

        await db.Segments.Where(x => x.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.CountedAt, last.At).SetProperty(x => x.Size, x => size ?? x.Size), cancellationToken);
        if (size is { } count)
        {
            await NoteSizeAsync(db, id, count, last.At, count != before, cancellationToken);
        }
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

    [LoggerMessage(LogLevel.Error, "Memberships could not be written; tried again in a second")]
    private static partial void WriteFailed(ILogger logger, Exception exception);
}
