using System.Data.Common;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Segments.InMemory;
using MarketingConsole.Core.Twins.Store;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments;

/// <summary>Brings memberships in line with the rules: over the twin store where there is one and it holds what a rule asks for, in the database otherwise.
/// One recount runs at a time in a process; between processes the member's key decides.</summary>
public sealed class SegmentKeeper(IDbContextFactory<ConsoleDb> dbs, ConsentGate consent, ShopCalendar calendar, StoreKeeper stores, MembershipWriter writer, TimeProvider time) : IDisposable
{
    private const int Attempts = 3;
    private static readonly TimeSpan RulesKeep = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _one = new(1);
    private SegmentRules? _rules;
    private long _rulesAt;
    private volatile bool _othersDue;

    public void Dispose() => _one.Dispose();

    /// <summary>Does something between two counts, with all memberships written down.</summary>
    internal Task BetweenAsync(Func<SegmentRules, TwinStore?, Task> run, CancellationToken cancellationToken) => RunAsync(fresh: true, async (rules, store) =>
    {
        await writer.FlushAsync();
        await run(rules, store);
    }, cancellationToken);

    /// <summary>Recounts a segment and those that refer to it, in that order.</summary>
    public Task RecountAsync(int segmentId, CancellationToken cancellationToken) => RecountAsync((_, x) => x == segmentId, cancellationToken);

    /// <summary>Recounts every segment.</summary>
    public Task RecountAllAsync(CancellationToken cancellationToken, bool wait = true) => RecountAsync((_, _) => true, cancellationToken, wait);

    /// <summary>Recounts the segments which time alone can change, and those that refer to them.</summary>
    public Task RecountTimedAsync(CancellationToken cancellationToken, bool wait = true) => RecountAsync((rules, x) => RuleTree.MovesWithTime(rules.Rules[x]), cancellationToken, wait);

    /// <summary>Recounts, where the store can tell, segments in which a customer's place depends on others, if anybody changed since the last time.</summary>
    internal async Task RecountOthersAsync(bool anyway, CancellationToken cancellationToken)
    {
        if (_othersDue || anyway)
        {
            _othersDue = false;
            await RecountAsync((rules, x) => rules.Of(x) == SegmentKind.ByOthers, cancellationToken, wait: false);
        }
    }

    /// <summary>Looks at these customers again, in every segment, and returns when that is written down. With a store, places in rankings follow within seconds.</summary>
    public Task RecheckAsync(IReadOnlyCollection<int> customerIds, CancellationToken cancellationToken) => RecheckAsync(customerIds, inStore: true, inDatabase: true, wait: true, cancellationToken);

    /// <summary>Looks at customers to whom something happened, in the segments the twin store can tell and which ask for events of such types.</summary>
    internal Task RecheckArrivedAsync(IReadOnlyDictionary<int, EventTypeSet> arrived, CancellationToken cancellationToken) => RunAsync(fresh: false, (rules, store) =>
    {
        foreach (var same in store is null ? [] : arrived.GroupBy(x => x.Value, x => x.Key))
        {
            var segments = rules.Order.Where(x => rules.Of(x) == SegmentKind.InStore && rules.Events(x).Overlaps(same.Key)).Select(x => (x, rules.Rules[x])).ToList();
            writer.WriteAsync(new StoreMemberships(store!, rules.Consent, calendar, Now).Recheck(segments, same));
        }

        _othersDue = true;
        return Task.CompletedTask;
    }, cancellationToken);

    /// <param name="inStore">In segments the twin store can tell.</param>
    /// <param name="inDatabase">In those only the database can tell; without a store, in all.</param>
    /// <param name="wait">Returns when it is written down; else it is on its way.</param>
    internal async Task RecheckAsync(IReadOnlyCollection<int> customerIds, bool inStore, bool inDatabase, bool wait, CancellationToken cancellationToken)
    {
        var writing = Task.CompletedTask;
        await RunAsync(fresh: false, async (rules, store) =>
        {
            if (store is null)
            {
                await InDatabaseAsync(rules, rules.Order, customerIds, null, cancellationToken);
                return;
            }

            if (inStore)
            {
                var segments = rules.Order.Where(x => rules.Of(x) == SegmentKind.InStore).Select(x => (x, rules.Rules[x])).ToList();
                writing = writer.WriteAsync(new StoreMemberships(store, rules.Consent, calendar, Now).Recheck(segments, customerIds));
                _othersDue = true;
            }

            if (inDatabase && rules.Order.Where(x => rules.Of(x) == SegmentKind.InDatabase).ToList() is { Count: > 0 } stored)
            {
                await writer.FlushAsync(); // it reads memberships of the others
                await InDatabaseAsync(rules, stored, customerIds, store, cancellationToken);
            }
        }, cancellationToken);
        await (wait ? writing : Task.CompletedTask);
    }

    private DateTime Now => time.GetUtcNow().UtcDateTime;

    private async Task RecountAsync(Func<SegmentRules, int, bool> start, CancellationToken cancellationToken, bool wait = true)
    {
        var (writing, order) = (Task.CompletedTask, (IReadOnlyList<int>)[]);
        await RunAsync(fresh: true, (rules, _) =>
        {
            order = SegmentOrder.Downstream(rules.Rules, x => start(rules, x));
            return Task.CompletedTask;
        }, cancellationToken);
        foreach (var id in order) // one by one, so that those who look at a customer again need not wait for all
        {
            await RunAsync(fresh: false, async (rules, store) =>
            {
                if (!rules.Rules.TryGetValue(id, out var rule))
                {
                    return;
                }

                if (store is not null && rules.CountsInStore(id))
                {
                    writing = writer.WriteAsync([new StoreMemberships(store, rules.Consent, calendar, Now).Recount(id, rule)]);
                }
                else
                {
                    await writer.FlushAsync();
                    await InDatabaseAsync(rules, [id], null, store, cancellationToken);
                }
            }, cancellationToken);
        }

        await (wait ? writing : Task.CompletedTask); // others need not wait for the disk
    }

    private async Task RunAsync(bool fresh, Func<SegmentRules, TwinStore?, Task> run, CancellationToken cancellationToken)
    {
        // SQLite answers synchronously, and counting takes a while: never on the caller's thread, which may belong to a page.
        await Task.Run(async () =>
        {
            var store = fresh ? await stores.CaughtUpAsync(cancellationToken) ?? stores.Store : stores.Store;
            await _one.WaitAsync(cancellationToken);
            try
            {
                var rules = await RulesAsync(fresh, cancellationToken);
                if (store is { MembersKept: false })
                {
                    await writer.FlushAsync();
                    await KnowMembersAsync(store, cancellationToken);
                }

                await run(rules, store);
            }
            finally
            {
                _one.Release();
            }
        }, cancellationToken);
    }

    /// <param name="fresh">False: those of a second ago will do.</param>
    internal async Task<SegmentRules> RulesAsync(bool fresh, CancellationToken cancellationToken)
    {
        if (fresh || _rules is null || time.GetElapsedTime(_rulesAt) > RulesKeep)
        {
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            (_rules, _rulesAt) = (new SegmentRules(await RuleWatches.RulesAsync(db, cancellationToken), await consent.RulesAsync(cancellationToken)), time.GetTimestamp());
        }

        return _rules;
    }

    /// <summary>A store was built while memberships went on being written: from here on they are noted in both.</summary>
    private async Task KnowMembersAsync(TwinStore store, CancellationToken cancellationToken)
    {
        var known = new Dictionary<int, Dictionary<int, long>>();
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await foreach (var x in db.SegmentMembers.AsNoTracking().AsAsyncEnumerable().WithCancellation(cancellationToken))
        {
            if (store.KnownSlot(x.CustomerId) is >= 0 and var slot)
            {
                (known.TryGetValue(x.SegmentId, out var members) ? members : known[x.SegmentId] = [])[slot] = Instants.Of(x.EnteredAt);
            }
        }

        store.Write(() =>
        {
            store.Members.Clear();
            foreach (var (segment, members) in known)
            {
                store.Members[segment] = members;
            }

            store.MembersKept = true;
        }, gates: false);
    }

    private async Task InDatabaseAsync(SegmentRules rules, IReadOnlyList<int> segments, IReadOnlyCollection<int>? only, TwinStore? store, CancellationToken cancellationToken)
    {
        foreach (var id in segments)
        {
            await MoveAsync(id, rules, rules.Of(id) == SegmentKind.ByOthers ? null : only, store, cancellationToken);
        }
    }

    private async Task MoveAsync(int segmentId, SegmentRules rules, IReadOnlyCollection<int>? only, TwinStore? store, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var change = await CompareAsync(segmentId, rules, only, cancellationToken);
                await writer.StoreAsync([change], cancellationToken);
                store?.Write(() => Note(store, change), gates: false);
                writer.Tell([change]);
                return;
            }
            catch (DbException) when (attempt < Attempts)
            {
                await Task.Yield(); // another node moved the same customers between our look and our write: look again
            }
        }
    }

    private async Task<MembershipChange> CompareAsync(int segmentId, SegmentRules rules, IReadOnlyCollection<int>? only, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var now = Now;
        var should = await SegmentQuery.Members(db, rules.Rules[segmentId], rules.Consent, now, calendar, only).ToHashSetAsync(cancellationToken);
        var stored = db.SegmentMembers.Where(x => x.SegmentId == segmentId);
        var are = await (only is null ? stored : stored.Where(x => EF.Parameter(only).Contains(x.CustomerId))).Select(x => x.CustomerId).ToHashSetAsync(cancellationToken);
        int[] entered = [.. should.Where(x => !are.Contains(x)).Order()], left = [.. are.Where(x => !should.Contains(x)).Order()];
        var size = only is null ? should.Count : (int?)null;
        return new MembershipChange(segmentId, entered, left, [], size, now);
    }

    private static void Note(TwinStore store, MembershipChange change)
    {
        var members = store.Members.TryGetValue(change.SegmentId, out var known) ? known : store.Members[change.SegmentId] = [];
        foreach (var slot in change.Left.Select(store.KnownSlot))
        {
            members.Remove(slot);
        }

        foreach (var slot in change.Entered.Select(store.KnownSlot).Where(x => x >= 0))
        {
            members[slot] = Instants.Of(change.At);
        }
    }
}
