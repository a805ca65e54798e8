using System.Collections.Concurrent;
using MarketingConsole.Core.Data;
using Microsoft.Extensions.Hosting;

namespace MarketingConsole.Core.Events.Intake;

/// <summary>A second of the intake.</summary>
/// <param name="Second">UTC.</param>
/// <param name="LagMilliseconds">From receipt to being in the database, of the oldest event loaded in it; null = none.</param>
public sealed record IntakeSecond(DateTime Second, long Received, long Loaded, long Refused, double? LagMilliseconds);

/// <summary>An event that was not taken; nothing of its content.</summary>
public sealed record RefusalNote(DateTime At, int SourceId, string Field, string Reason);

public sealed record RefusalCount(string Reason, long Events);

public sealed record SourceCount(long Received, long Refused);

/// <summary>What came in since the console started, on this node.</summary>
/// <param name="Seconds">The last minutes, oldest first, ending now.</param>
/// <param name="LagMilliseconds">From receipt to being in the database, of the oldest event of the last batch.</param>
/// <param name="MembershipMilliseconds">From the receipt of a customer's last event until it was written down that they entered or left a segment, the longest of those that last did; null = nobody has.</param>
/// <param name="Reasons">Refused events by reason, most frequent first.</param>
/// <param name="Remarks">Events that were taken although something about them could not be used, by what that is, most frequent first.</param>
/// <param name="BySource">By id of the source; 0 = unknown.</param>
public sealed record IntakeState(IReadOnlyList<IntakeSecond> Seconds, long Received, long Loaded, long Repeated, long Refused, long Merges, long Backlog, double? LagMilliseconds, double? MembershipMilliseconds, IReadOnlyList<RefusalCount> Reasons,
    IReadOnlyList<RefusalNote> Last, IReadOnlyList<RefusalCount> Remarks, IReadOnlyDictionary<int, SourceCount> BySource);

/// <summary>There is something new to see on the Live page; at most once a second.</summary>
public sealed record IntakeMeasured;

/// <summary>Counts what the intake does.</summary>
public sealed class IntakeMeter(IntakeJournal journal, ChangeFeed feed, TimeProvider time) : BackgroundService
{
    private const int Seconds = 300, LastKept = 20, MostReasons = 200;
    private static readonly TimeSpan HeardPeriod = TimeSpan.FromSeconds(10);
    private readonly Lock _lock = new();
    private readonly Cell[] _cells = new Cell[Seconds];
    private readonly Dictionary<string, long> _reasons = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _remarks = new(StringComparer.Ordinal);
    private readonly Dictionary<int, SourceCount> _sources = [];
    private readonly Queue<RefusalNote> _last = new();
    private long _received, _loaded, _repeated, _refused, _merges, _changes;
    private double? _lag, _membershipLag;

    // When the last event of a customer was received: of this and of the period before, so that it is forgotten after two.
    private volatile ConcurrentDictionary<int, (DateTime At, bool Moved)> _heard = [], _heardBefore = [];
    private DateTime _heardSince;

    public void Received(int sourceId, int events, IReadOnlyList<IntakeRefusal> refusals)
    {
        var refused = refusals.Select(x => x.Index).Distinct().Count();
        lock (_lock)
        {
            ref var cell = ref Now();
            cell.Received += events;
            cell.Refused += refused;
            (_received, _refused, _changes) = (_received + events, _refused + refused, _changes + 1);
            var (seen, wrong) = _sources.GetValueOrDefault(sourceId) ?? new(0, 0);
            _sources[sourceId] = new(seen + events, wrong + refused);
            foreach (var refusal in refusals.DistinctBy(x => x.Index))
            {
                Note(sourceId, refusal.Field, refusal.Message);
            }
        }
    }

    /// <summary>A whole request that was turned away.</summary>
    public void TurnedAway(int sourceId, string reason)
    {
        lock (_lock)
        {
            _changes++;
            Note(sourceId, "", reason);
        }
    }

    /// <summary>Readings of people of whom nothing may be kept.</summary>
    public void Dropped(int sourceId, string reason, int readings)
    {
        lock (_lock)
        {
            _changes++;
            _reasons[reason] = _reasons.GetValueOrDefault(reason) + readings - 1;
            Note(sourceId, "", reason);
        }
    }

    /// <summary>Events that were taken although something about them could not be used.</summary>
    /// <param name="remark">What; one of few texts.</param>
    public void Remarked(string remark, int events)
    {
        lock (_lock)
        {
            _changes++;
            _remarks[remark] = _remarks.GetValueOrDefault(remark) + events;
        }
    }

    /// <param name="oldest">When the oldest of them was received, UTC.</param>
    internal void Loaded(int messages, int repeated, int merges, DateTime oldest)
    {
        var lag = Math.Max(0, (time.GetUtcNow().UtcDateTime - oldest).TotalMilliseconds);
        lock (_lock)
        {
            ref var cell = ref Now();
            cell.Loaded += messages;
            cell.Lag = Math.Max(cell.Lag ?? 0, lag);
            (_loaded, _repeated, _merges, _lag, _changes) = (_loaded + messages, _repeated + repeated, _merges + merges, lag, _changes + 1);
        }
    }

    /// <summary>The segments are told of these customers' events, or the database has them.</summary>
    internal void Heard(IEnumerable<(int CustomerId, DateTime ReceivedAt)> events)
    {
        var now = time.GetUtcNow().UtcDateTime;
        lock (_lock)
        {
            if (now - _heardSince > HeardPeriod)
            {
                (_heard, _heardBefore, _heardSince) = ([], now - _heardSince > 2 * HeardPeriod ? [] : _heard, now);
            }
        }

        // Not under the lock: the loader's thread may have to step back here, and who takes events in would wait for it.
        foreach (var (customer, at) in events)
        {
            if (at > LastOf(customer).At)
            {
                _heard[customer] = (at, false);
            }
        }
    }

    /// <summary>It is written down that these customers entered or left a segment.</summary>
    public void Moved(IEnumerable<int> customerIds)
    {
        var (now, longest) = (time.GetUtcNow().UtcDateTime, TimeSpan.MinValue);

        // Once for an event: what moves them later is another, or time.
        foreach (var customer in customerIds)
        {
            if (LastOf(customer) is { Moved: false } last && now - last.At is var lag && lag <= HeardPeriod)
            {
                _heard[customer] = (last.At, true);
                longest = lag > longest ? lag : longest;
            }
        }

        if (longest > TimeSpan.MinValue)
        {
            lock (_lock)
            {
                (_membershipLag, _changes) = (Math.Max(0, longest.TotalMilliseconds), _changes + 1);
            }
        }
    }

    public IntakeState State()
    {
        var now = time.GetUtcNow().ToUnixTimeSeconds();
        lock (_lock)
        {
            var seconds = new List<IntakeSecond>(Seconds);
            for (var second = now - Seconds + 1; second <= now; second++)
            {
                var cell = _cells[second % Seconds];
                var at = DateTime.UnixEpoch.AddSeconds(second);
                seconds.Add(cell.Second == second ? new(at, cell.Received, cell.Loaded, cell.Refused, cell.Lag) : new(at, 0, 0, 0, null));
            }

            return new(seconds, _received, _loaded, _repeated, _refused, _merges, journal.Backlog, _lag, _membershipLag, Counts(_reasons), [.. _last.Reverse()], Counts(_remarks), _sources.ToDictionary());
        }

        static List<RefusalCount> Counts(Dictionary<string, long> counts) => [.. counts.OrderByDescending(x => x.Value).Select(x => new RefusalCount(x.Key, x.Value))];
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1), time);
        for (long seen = 0, quiet = Seconds; await timer.WaitForNextTickAsync(stoppingToken);)
        {
            var changes = Interlocked.Read(ref _changes);
            quiet = changes != seen ? 0 : quiet + 1;
            seen = changes;
            if (quiet < Seconds)
            {
                feed.Publish(new IntakeMeasured()); // also while what happened moves out of the picture
            }
        }
    }

    private void Note(int sourceId, string field, string reason)
    {
        var full = field.Length == 0 ? reason : $"{Plain(field)}: {reason}";
        if (_reasons.ContainsKey(full) || _reasons.Count < MostReasons)
        {
            _reasons[full] = _reasons.GetValueOrDefault(full) + 1;
        }

        _last.Enqueue(new(time.GetUtcNow().UtcDateTime, sourceId, field, reason));
        if (_last.Count > LastKept)
        {
            _last.Dequeue();
        }
    }

    /// <summary>products[3].price and products[7].price are one reason.</summary>
    private static string Plain(string field) => System.Text.RegularExpressions.Regex.Replace(field, @"\[\d+\]", "[]");

    private (DateTime At, bool Moved) LastOf(int customer) => _heard.TryGetValue(customer, out var last) || _heardBefore.TryGetValue(customer, out last) ? last : default;

    private ref Cell Now()
    {
        var second = time.GetUtcNow().ToUnixTimeSeconds();
        ref var cell = ref _cells[second % Seconds];
        if (cell.Second != second)
        {
            cell = new Cell { Second = second };
        }

        return ref cell;
    }

    private struct Cell
    {
        public long Second, Received, Loaded, Refused;
        public double? Lag;
    }
}
