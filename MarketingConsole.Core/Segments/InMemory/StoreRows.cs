using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Store;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Everything the database holds about some customers, read before the store is locked.</summary>
internal sealed class StoreRows
{
    private readonly HashSet<int> _ids;
    private readonly List<Product> _products;
    private readonly List<Customer> _customers = [];
    private readonly List<CustomerTrait> _traits = [];
    private readonly List<Twin> _twins = [];
    private readonly List<ConsentChoice> _choices = [];
    private readonly List<SegmentMember> _members = [];
    private readonly List<TwinSimilarity> _similar = [];
    private readonly List<Event> _events = [];
    private readonly List<EventItem> _items = [];

    private StoreRows(HashSet<int> ids, List<Product> products) => (_ids, _products) = (ids, products);

    public static async Task<StoreRows> ReadAsync(ConsoleDb db, HashSet<int> ids, CancellationToken cancellationToken)
    {
        var rows = new StoreRows(ids, await db.Products.AsNoTracking().ToListAsync(cancellationToken));
        foreach (var some in ids.Chunk(500))
        {
            rows._customers.AddRange(await db.Customers.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.Id)).ToListAsync(cancellationToken));
            rows._traits.AddRange(await db.CustomerTraits.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
            rows._twins.AddRange(await db.Twins.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
            rows._choices.AddRange(await db.ConsentChoices.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
            rows._members.AddRange(await db.SegmentMembers.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
            rows._similar.AddRange(await db.TwinSimilarities.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
            rows._events.AddRange(await db.Events.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).OrderBy(x => x.At).ToListAsync(cancellationToken));
            rows._items.AddRange(await db.EventItems.AsNoTracking().Where(x => EF.Parameter(some).Contains(x.CustomerId)).ToListAsync(cancellationToken));
        }

        return rows;
    }

    /// <summary>Puts them in the place of what the store holds about these customers. Call within <see cref="TwinStore.Write"/>.</summary>
    public void Apply(TwinStore store)
    {
        store.Forget(_ids);
        var writer = new StoreWriter(store);
        _products.ForEach(writer.Write);
        _customers.ForEach(writer.Write);
        _traits.ForEach(writer.Write);
        _twins.ForEach(writer.Write);
        _choices.ForEach(writer.Write);
        _members.ForEach(writer.Write);
        _similar.ForEach(writer.Write);
        var lines = _items.ToLookup(x => (x.CustomerId, x.EventId));
        foreach (var x in _events)
        {
            var e = writer.Event(x.CustomerId, x.Type, x.Name, Instants.Of(x.At), x.Day, x.Channel, x.ProductId, x.AmountCents, x.Quantity, x.StoreId, x.CampaignId, x.Machine);
            foreach (var line in lines[(x.CustomerId, x.Id)])
            {
                writer.Line(e, line.Returned, line.ProductId, line.Quantity, line.AmountCents);
            }
        }
    }
}
