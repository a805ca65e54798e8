using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>An event as a store holds it. Hundreds of thousands may wait for the database: as values, so that the garbage collector need not follow each.</summary>
/// <param name="Event">Without slot and order.</param>
internal readonly record struct ArrivedRow(long Id, int CustomerId, EventType Type, string? Name, bool Machine, EventRow Event, ArrivedLine[] Lines)
{
    public static ArrivedRow Of(Event x, IEnumerable<EventItem> lines) => new(x.Id, x.CustomerId, x.Type, x.Name, x.Machine,
        new(Instants.Of(x.At), x.Day, 0, 0, x.Channel, x.ProductId ?? 0, x.AmountCents, x.Quantity, x.StoreId ?? 0, x.CampaignId ?? 0, x.AmountCents),
        [.. lines.Select(line => new ArrivedLine(line.ProductId, line.Quantity, line.AmountCents))]);

    /// <summary>True when it is about nothing but what the store knows.</summary>
    public bool IsKnownTo(TwinStore store) => store.KnownSlot(CustomerId) >= 0 && (Event.Product == 0 || store.Products.Has(Event.Product)) && Array.TrueForAll(Lines, x => store.Products.Has(x.Product));
}

internal readonly record struct ArrivedLine(int Product, int Quantity, long Amount);
