using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Writes rows of the database into the columns of a store.</summary>
internal sealed class StoreWriter(TwinStore store)
{
    private static readonly StoreFiller<Customer> Traits = new([.. RuleFields.Traits.Where(x => x.Kind != FieldKind.Years)], x => x); // an age is its birth date
    private static readonly StoreFiller<Twin> Features = new(RuleFields.Twins, StoreFields.Twin);

    public void Write(Customer c)
    {
        var slot = store.SlotOf(c.Id);
        store.Since[slot] = c.ErasedAt is null ? Instants.Of(c.CreatedAt) : null;
        Traits.Fill(store, slot, c);
        (store.Number(TwinStore.Latitude)[slot], store.Number(TwinStore.Longitude)[slot]) = (c.Latitude, c.Longitude);
    }

    public void Write(CustomerTrait t) => store.Trait(t.Name).Add(store.SlotOf(t.CustomerId), t.Value, t.Number);

    public void Write(Twin t)
    {
        var slot = store.SlotOf(t.CustomerId);
        Features.Fill(store, slot, t);
        store.Text(StoreFields.Twin("stage"))[slot] = RuleFields.Camel(t.Stage.ToString());
        store.Text(StoreFields.Twin("topChannel"))[slot] = t.TopChannel is { } top ? RuleFields.Camel(top.ToString()) : null;
    }

    public void Write(ConsentChoice c)
    {
        var slot = store.SlotOf(c.CustomerId);
        store.Granted[c.Purpose][slot] = c.Granted ? Instants.Of(c.At) : null;
        store.Refused[c.Purpose][slot] = c.Granted ? null : Instants.Of(c.At);
    }

    public void Write(SegmentMember m) => (store.Members.TryGetValue(m.SegmentId, out var members) ? members : store.Members[m.SegmentId] = [])[store.SlotOf(m.CustomerId)] = Instants.Of(m.EnteredAt);

    public void Write(TwinSimilarity s) => (store.Similarities.TryGetValue(s.SegmentId, out var similar) ? similar : store.Similarities[s.SegmentId] = new(double.NaN))[store.SlotOf(s.CustomerId)] = s.Similarity;

    public void Write(Product p) => store.Products[p.Id] = new(p.Sku, p.Category, p.Brand, p.PriceCents);

    public void Write(Store s) => store.Places[s.Id] = s is { Latitude: { } latitude, Longitude: { } longitude } ? (latitude, longitude) : null;

    /// <summary>An event with its lines.</summary>
    public void Write(Event x, IEnumerable<EventItem> lines) => Write(ArrivedRow.Of(x, lines));

    public void Write(in ArrivedRow x)
    {
        var e = x.Event with { Slot = store.SlotOf(x.CustomerId), Order = ++store.LastOrder };
        store.Add(x.Type, x.Name, e, x.Machine);
        foreach (var line in x.Lines)
        {
            store.Lines(x.Type).Add(e with { Product = line.Product, Quantity = line.Quantity, Amount = line.Amount });
        }
    }
}
