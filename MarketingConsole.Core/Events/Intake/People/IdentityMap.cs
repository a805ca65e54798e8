using System.Security.Cryptography;
using System.Text;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Intake.People;

/// <summary>Kinds of <see cref="CustomerIdentity"/> that the intake knows people by.</summary>
public static class IdentityKinds
{
    public const string User = "user", Anonymous = "anonymous", Email = "email", Phone = "phone";
}

/// <summary>Who the ids of a batch belong to. Read in the order of the messages: an identify in the middle decides for all that follow.</summary>
internal sealed class IdentityMap(IdAllocator ids, DateTime now)
{
    private const int IdsAQuery = 500;
    private readonly Dictionary<string, int> _users = new(StringComparer.Ordinal), _anonymous = new(StringComparer.Ordinal), _emails = new(StringComparer.Ordinal);
    private readonly HashSet<int> _unknown = [], _withUser = [];
    private readonly Dictionary<int, int> _into = [];
    private readonly HashSet<(int Visitor, int Customer)> _apart = [];
    private int _next, _left;

    public List<Customer> NewCustomers { get; } = [];
    public List<CustomerIdentity> NewIdentities { get; } = [];

    /// <summary>Customers found to be one, in order.</summary>
    public List<(int From, int Into, string Reason)> Merges { get; } = [];

    /// <summary>Cookies and devices that change hands: another known customer signed in there.</summary>
    public List<(string AnonymousId, int From, int Into)> Moved { get; } = [];

    /// <summary>Aliases of two known customers, which only a server may declare.</summary>
    public int RefusedAliases { get; private set; }

    /// <param name="emails">Of each message's traits, in the messages' order; null = none.</param>
    public async Task LoadAsync(ConsoleDb db, IReadOnlyList<JournaledMessage> messages, IReadOnlyList<string?> emails, CancellationToken cancellationToken)
    {
        var users = messages.SelectMany(x => new[] { x.Message.UserId, x.Message.PreviousId }).OfType<string>().Distinct(StringComparer.Ordinal).ToList();
        foreach (var chunk in users.Where(x => x.Length <= 64).Chunk(IdsAQuery))
        {
            foreach (var found in await db.Customers.Where(x => x.ErasedAt == null && chunk.Contains(x.Key)).Select(x => new { x.Key, x.Id }).ToListAsync(cancellationToken))
            {
                _users[found.Key] = found.Id;
            }
        }

        foreach (var (value, id, _) in await IdentitiesAsync(db, IdentityKinds.User, users.Where(x => !_users.ContainsKey(x)), cancellationToken))
        {
            _users[value] = id;
        }

        var anonymous = messages.SelectMany(x => new[] { x.Message.AnonymousId, x.Message.PreviousId }).OfType<string>().Distinct(StringComparer.Ordinal);
        foreach (var (value, id, key) in await IdentitiesAsync(db, IdentityKinds.Anonymous, anonymous, cancellationToken))
        {
            _anonymous[value] = id;
            if (key.StartsWith(MessageReader.AnonymousKey, StringComparison.Ordinal))
            {
                _unknown.Add(id);
            }
        }

        // Clients send both ids with every call: without this a merge that was taken back would be made again by the next.
        var signedIn = messages.Where(x => x.Message.UserId is not null).SelectMany(x => new[] { x.Message.AnonymousId, x.Message.PreviousId }).OfType<string>()
            .Select(x => _anonymous.GetValueOrDefault(x)).Where(_unknown.Contains).Distinct();
        foreach (var chunk in signedIn.Chunk(IdsAQuery))
        {
            await db.CustomerMerges.Where(x => x.UndoneAt != null && chunk.Contains(x.CustomerId)).Select(x => new { x.CustomerId, x.IntoId }).ForEachAsync(x => _apart.Add((x.CustomerId, x.IntoId)), cancellationToken);
        }

        var strangers = messages.Zip(emails).Where(x => x.Second is not null && (x.First.Message.UserId is { } user ? !_users.ContainsKey(user) : !_anonymous.ContainsKey(x.First.Message.AnonymousId!)));
        foreach (var chunk in strangers.Select(x => x.Second!).Distinct(StringComparer.Ordinal).Chunk(IdsAQuery))
        {
            var found = await db.Customers.Where(x => x.ErasedAt == null && chunk.Contains(x.EmailKey) && !x.Key.StartsWith(MessageReader.AnonymousKey)).Select(x => new { x.EmailKey, x.Id }).ToListAsync(cancellationToken);
            foreach (var group in found.GroupBy(x => x.EmailKey!, StringComparer.Ordinal).Where(x => x.Count() == 1))
            {
                _emails[group.Key] = group.First().Id;
            }

            var candidates = found.Select(x => x.Id).ToList();
            _withUser.UnionWith(await db.CustomerIdentities.Where(x => candidates.Contains(x.CustomerId) && x.Kind == IdentityKinds.User).Select(x => x.CustomerId).ToListAsync(cancellationToken));
        }

        var most = users.Count(x => !_users.ContainsKey(x)) + messages.Select(x => x.Message.AnonymousId).OfType<string>().Distinct(StringComparer.Ordinal).Count(x => !_anonymous.ContainsKey(x));
        (_next, _left) = most == 0 ? (0, 0) : (await ids.TakeAsync(IdAllocator.Customers, most, cancellationToken), most);
    }

    /// <summary>The customer of a message; made when nobody knows them.</summary>
    /// <param name="email">Of its traits, as looked up.</param>
    public int Resolve(JournaledMessage journaled, string? email)
    {
        var message = journaled.Message;
        if (message.UserId is null)
        {
            return Visitor(message.AnonymousId!, journaled, email);
        }

        var user = User(message.UserId, journaled, email);
        if (message.AnonymousId is { } anonymousId)
        {
            Link(anonymousId, user, journaled, "identify");
        }

        if (message.Type == MessageType.Alias)
        {
            Alias(message.PreviousId!, user, journaled);
        }

        return user;
    }

    /// <summary>Who this customer was found to be in this batch.</summary>
    public int Final(int id)
    {
        while (_into.TryGetValue(id, out var into))
        {
            id = into;
        }

        return id;
    }

    private int User(string userId, JournaledMessage journaled, string? email)
    {
        if (_users.TryGetValue(userId, out var known))
        {
            return Final(known);
        }

        // The shop's files may have brought this person under another key: the address tells, if a server sends it, it is only theirs, and nobody signed in with it yet.
        if (email is not null && journaled.Kind == SourceKind.Server && _emails.TryGetValue(email, out var same) && _withUser.Add(Final(same)))
        {
            Remember(IdentityKinds.User, userId, Final(same), journaled);
            return _users[userId] = Final(same);
        }

        var key = userId.Length <= 64 ? userId : "id:" + Short(userId);
        var id = Make(key, journaled);
        if (key != userId)
        {
            Remember(IdentityKinds.User, userId, id, journaled);
        }

        _withUser.Add(id);
        return _users[userId] = id;
    }

    private int Visitor(string anonymousId, JournaledMessage journaled, string? email)
    {
        if (_anonymous.TryGetValue(anonymousId, out var known))
        {
            return Final(known);
        }

        // Anybody can type an address on a web page.
        if (email is not null && journaled.Kind == SourceKind.Server && _emails.TryGetValue(email, out var same))
        {
            Remember(IdentityKinds.Anonymous, anonymousId, Final(same), journaled);
            return _anonymous[anonymousId] = Final(same);
        }

        var id = Make(anonymousId.Length <= 59 ? MessageReader.AnonymousKey + anonymousId : MessageReader.AnonymousKey + Short(anonymousId), journaled);
        _unknown.Add(id);
        Remember(IdentityKinds.Anonymous, anonymousId, id, journaled);
        return _anonymous[anonymousId] = id;
    }

    private void Link(string anonymousId, int user, JournaledMessage journaled, string reason)
    {
        if (!_anonymous.TryGetValue(anonymousId, out var known))
        {
            Remember(IdentityKinds.Anonymous, anonymousId, user, journaled);
        }
        else if (Final(known) is var other && other != user)
        {
            if (_apart.Contains((other, user)))
            {
                return; // somebody decided that they are two
            }

            if (_unknown.Contains(other))
            {
                Merge(other, user, reason);
            }
            else
            {
                Moved.Add((anonymousId, other, user));
            }
        }

        _anonymous[anonymousId] = user;
    }

    private void Alias(string previousId, int user, JournaledMessage journaled)
    {
        if (_anonymous.ContainsKey(previousId) || !_users.TryGetValue(previousId, out var known))
        {
            Link(previousId, user, journaled, "alias");
        }
        else if (Final(known) is var other && other != user)
        {
            if (journaled.Kind == SourceKind.Server)
            {
                Merge(other, user, "alias");
            }
            else
            {
                RefusedAliases++;
            }
        }
    }

    private void Merge(int from, int into, string reason)
    {
        _into[from] = into;
        Merges.Add((from, into, reason));
    }

    private int Make(string key, JournaledMessage journaled)
    {
        if (_left-- <= 0)
        {
            throw new InvalidOperationException("More customers are made than ids were taken for.");
        }

        NewCustomers.Add(CustomerNormaliser.Apply(new Customer { Id = _next, Key = key, CreatedAt = journaled.At, UpdatedAt = now }));
        return _next++;
    }

    private void Remember(string kind, string value, int customerId, JournaledMessage journaled) =>
        NewIdentities.Add(new CustomerIdentity { CustomerId = customerId, Kind = kind, Value = value, FirstSeenAt = journaled.At });

    private static string Short(string id) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(id)).AsSpan(0, 16));

    private static async Task<List<(string Value, int Id, string Key)>> IdentitiesAsync(ConsoleDb db, string kind, IEnumerable<string> values, CancellationToken cancellationToken)
    {
        var found = new List<(string, int, string)>();
        foreach (var chunk in values.Chunk(IdsAQuery))
        {
            var rows = await db.CustomerIdentities.Where(x => x.Kind == kind && chunk.Contains(x.Value))
                .Join(db.Customers.Where(x => x.ErasedAt == null), x => x.CustomerId, x => x.Id, (i, c) => new { i.Value, c.Id, c.Key }).OrderBy(x => x.Id).ToListAsync(cancellationToken);
            found.AddRange(rows.Select(x => (x.Value, x.Id, x.Key)));
        }

        return found;
    }
}
