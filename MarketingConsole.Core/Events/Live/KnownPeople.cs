using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Intake.People;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Live;

/// <summary>Which customer an id belongs to, for all ids in memory: 64-bit hashes instead of texts, so that a million cost some fifty megabytes. Two ids of the same hash would be confused;
/// that, like a change that has not come through yet, lasts until the database has loaded the event. Not for several threads.</summary>
internal sealed class KnownPeople
{
    private readonly Dictionary<ulong, int> _users = [], _anonymous = [];
    private int _newest;

    /// <returns>Null when nobody knows them, or the ids belong to two: the database finds out.</returns>
    public int? Find(TrackingMessage message)
    {
        int? visitor = message.AnonymousId is { } anonymousId && _anonymous.TryGetValue(Hash(anonymousId), out var found) ? found : null;
        return message.UserId is not { } userId ? visitor
            : _users.TryGetValue(Hash(userId), out var user) && (message.AnonymousId is null || visitor == user) ? user : null;
    }

    /// <summary>Reads the ids of some customers again, or of all.</summary>
    /// <param name="customerIds">Null = all.</param>
    public async Task ReadAsync(ConsoleDb db, IReadOnlySet<int>? customerIds, CancellationToken cancellationToken)
    {
        if (customerIds is null)
        {
            _users.Clear();
            _anonymous.Clear();
        }
        else if (customerIds.Any(x => x <= _newest))
        {
            Forget(_users, customerIds);
            Forget(_anonymous, customerIds);
        }

        foreach (var some in customerIds?.Chunk(500) ?? [[]])
        {
            var customers = db.Customers.Where(x => x.ErasedAt == null);
            customers = customerIds is null ? customers : customers.Where(x => EF.Parameter(some).Contains(x.Id));
            var identities = db.CustomerIdentities.Where(x => x.Kind == IdentityKinds.User || x.Kind == IdentityKinds.Anonymous).Join(customers, x => x.CustomerId, x => x.Id, (i, c) => new { i.Kind, i.Value, c.Id });
            await foreach (var x in identities.AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                (x.Kind == IdentityKinds.User ? _users : _anonymous)[Hash(x.Value)] = x.Id;
            }

            await foreach (var x in customers.Select(x => new { x.Key, x.Id }).AsAsyncEnumerable().WithCancellation(cancellationToken))
            {
                _users[Hash(x.Key)] = x.Id; // a customer's own key comes before what they are known by
                _newest = Math.Max(_newest, x.Id);
            }
        }
    }

    private static void Forget(Dictionary<ulong, int> ids, IReadOnlySet<int> customerIds)
    {
        foreach (var hash in ids.Where(x => customerIds.Contains(x.Value)).Select(x => x.Key).ToList())
        {
            ids.Remove(hash);
        }
    }

    /// <summary>FNV-1a of 64 bits over the UTF-16 units (Fowler, Noll and Vo; RFC 9923).</summary>
    private static ulong Hash(string id)
    {
        var hash = 14_695_981_039_346_656_037UL;
        foreach (var c in id)
        {
            hash = (hash ^ c) * 1_099_511_628_211UL;
        }

        return hash;
    }
}
