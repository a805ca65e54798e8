using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Store;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>What the database holds about some customers, read before the store is locked.</summary>
internal sealed class StoreRows
{
    private readonly HashSet<int> _whole, _twinsOnly;
    private readonly List<Product> _products;
    private readonly List<Customer> _customers = [];
    private readonly List<CustomerTrait> _traits = [];
    private readonly List<Twin> _twins = [];
    private readonly List<ConsentChoice> _choices = [];
    private readonly List<TwinSimilarity> _similar = [];
    private readonly List<Event> _events = [];
    private readonly List<EventItem> _items = [];

    private StoreRows(HashSet<int> whole, HashSet<int> twinsOnly, List<Product> products) => (_whole, _twinsOnly, _products) = (whole, twinsOnly, products);

    /// <summary>Customers about whom everything was read.</summary>
    public IReadOnlyList<int> Whole => [.. _whole];

    /// <summary>Customers whose rows these are.</summary>
    public IReadOnlyList<int> CustomerIds => [.. _whole, .. _twinsOnly];

    /// <param name="whole">Of these, everything.</param>
    /// <param name="twinsOnly">Of these, features, scores and likeness only; none of them in <paramref name="whole"/>.</param>
    public static async Task<StoreRows> ReadAsync(ConsoleDb db, HashSet<int> whole, HashSet<int> twinsOnly, CancellationToken cancellationToken)
    {
        var rows = new StoreRows(whole, twinsOnly, whole.Count == 0 ? [] : await db.Products.AsNoTracking().ToListAsync(cancellationToken));
        foreach (var some in whole.Chunk(500))
        {
            rows._customers.AddRange(await db.Customers.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.Id)).ToListAsync(cancellationToken));
            rows._traits.AddRange(await db.CustomerTraits.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
            rows._choices.AddRange(await db.ConsentChoices.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
            rows._events.AddRange(await db.Events.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).OrderBy(x => x.At).ToListAsync(cancellationToken));
            rows._items.AddRange(await db.EventItems.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
        }

        foreach (var some in whole.Concat(twinsOnly).Chunk(500))
        {
            rows._twins.AddRange(await db.Twins.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
            rows._similar.AddRange(await db.TwinSimilarities.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
        }

        return rows;
    }

    /// <summary>Puts them in the place of what the store holds about these customers. Call within <see cref="TwinStore.Write"/>.</summary>
    /// <param name="arrived">Events of theirs which the database may not have had yet.</param>
    public void Apply(TwinStore store, IEnumerable<ArrivedRow> arrived)
    {
        store.Forget(_whole);
        store.ForgetTwins(_twinsOnly);
        var writer = new StoreWriter(store);
        _products.ForEach(writer.Write);
        _customers.ForEach(writer.Write);
        _traits.ForEach(writer.Write);
        _twins.ForEach(writer.Write);
        _choices.ForEach(writer.Write);
        _similar.ForEach(writer.Write);
        var (lines, read) = (_items.ToLookup(x => (x.CustomerId, x.EventId)), new HashSet<(int, long)>(_events.Count));
        foreach (var x in _events)
        {
            read.Add((x.CustomerId, x.Id));
            writer.Write(x, lines[(x.CustomerId, x.Id)]);
        }

        foreach (var x in _whole.Count == 0 ? [] : arrived)
        {
            if (_whole.Contains(x.CustomerId) && !read.Contains((x.CustomerId, x.Id)))
            {
                writer.Write(x);
            }
        }
    }
}
