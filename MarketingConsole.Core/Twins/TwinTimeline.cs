using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Twins;

/// <summary>What happened with a customer, newest first.</summary>
public sealed class TwinTimeline(IDbContextFactory<ConsoleDb> dbs)
{
    private static readonly Dictionary<TimelineKind, EventType[]> Kinds = new()
    {
        [TimelineKind.Orders] = [EventType.Purchase, EventType.Return],
        [TimelineKind.Browsing] = [EventType.View, EventType.Cart, EventType.AppSession, EventType.Custom],
        [TimelineKind.Store] = [EventType.StoreVisit, EventType.RfidRead, EventType.KioskSession, EventType.CameraDwell],
        [TimelineKind.Messages] = [EventType.EmailSent, EventType.EmailOpen, EventType.EmailClick, EventType.EmailBounce, EventType.Unsubscribe, EventType.MessageSent],
        [TimelineKind.Consent] = [],
        [TimelineKind.Segments] = [],
        [TimelineKind.All] = Enum.GetValues<EventType>(),
    };

    /// <returns>The newest <paramref name="take"/> entries of a kind, and whether there are more.</returns>
    public async Task<(IReadOnlyList<TimelineEntry> Entries, bool More)> NewestAsync(int customerId, TimelineKind kind, int take, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var types = Kinds[kind];
        var events = types.Length == 0 ? [] : await db.Events.AsNoTracking().Where(x => x.CustomerId == customerId && types.Contains(x.Type)).OrderByDescending(x => x.At).ThenBy(x => x.Id).Take(take + 1).ToListAsync(cancellationToken);
        var consents = kind is TimelineKind.All or TimelineKind.Consent
            ? await db.ConsentEntries.AsNoTracking().Where(x => x.CustomerId == customerId).OrderByDescending(x => x.At).ThenBy(x => x.Id).Take(take + 1).ToListAsync(cancellationToken) : [];
        var orders = events.Where(x => x.Type is EventType.Purchase or EventType.Return).Select(x => x.Id).ToList();
        var lines = new List<(long EventId, OrderLine Line)>();
        foreach (var chunk in orders.Chunk(100))
        {
            lines.AddRange((await db.EventItems.Where(x => x.CustomerId == customerId && chunk.Contains(x.EventId)).Join(db.Products, x => x.ProductId, x => x.Id, (i, p) => new { i, p.Name, p.Category })
                .OrderBy(x => x.i.Line).ToListAsync(cancellationToken)).Select(x => (x.i.EventId, new OrderLine(x.Name, x.Category, x.i.Quantity, x.i.AmountCents, x.i.DiscountCents))));
        }

        var byOrder = lines.ToLookup(x => x.EventId, x => x.Line);
        var stores = await db.Stores.ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken);
        var viewed = events.Where(x => x.ProductId is not null).Select(x => x.ProductId!.Value).Distinct().ToList();
        var names = await db.Products.Where(x => viewed.Contains(x.Id)).ToDictionaryAsync(x => x.Id, x => x.Name, cancellationToken);
        List<TimelineEntry> entries =
        [
            .. events.Select(x => new TimelineEntry(x.At, KindOf(x.Type), Say(x.Type, x.Name, x.ProductId is { } id ? names.GetValueOrDefault(id) : null), x.Channel,
                x.StoreId is { } store ? stores.GetValueOrDefault(store) : null, x.Reference, x.Type == EventType.Purchase ? x.AmountCents : x.Type == EventType.Return ? -x.AmountCents : null, x.Machine, [.. byOrder[x.Id]])),
            .. consents.Select(x => new TimelineEntry(x.At, TimelineKind.Consent, $"{(x.Granted ? "Allowed" : "Refused")} {PurposeName(x.Purpose)}", Channel.Other, x.Source, null, null, false, [])),
        ];
        entries = [.. entries.OrderByDescending(x => x.At)];
        return ([.. entries.Take(take)], entries.Count > take);
    }

    public static string PurposeName(Purpose purpose) => purpose switch
    {
        Purpose.Email => "e-mail",
        Purpose.Sms => "SMS",
        Purpose.Push => "push messages",
        Purpose.Profiling => "profiling",
        Purpose.InStore => "in-store recognition",
        _ => "sharing with ad platforms",
    };

    private static TimelineKind KindOf(EventType type) => Kinds.First(x => x.Key != TimelineKind.All && x.Value.Contains(type)).Key;

    private static string Say(EventType type, string? name, string? product) => type switch
    {
        EventType.View => product is null ? "Viewed a page" : $"Viewed {product}",
        EventType.Cart => product is null ? "Added to the cart" : $"Added {product} to the cart",
        EventType.Purchase => "Order",
        EventType.Return => "Return",
        EventType.EmailSent => "E-mail sent",
        EventType.EmailOpen => "Opened an e-mail",
        EventType.EmailClick => "Clicked in an e-mail",
        EventType.EmailBounce => "E-mail bounced",
        EventType.Unsubscribe => "Unsubscribed",
        EventType.StoreVisit => "Visited a store",
        EventType.RfidRead => product is null ? "Took an article to hand" : $"Took {product} to hand",
        EventType.KioskSession => "Used a kiosk",
        EventType.CameraDwell => "Lingered in a store",
        EventType.AppSession => "Used the app",
        EventType.MessageSent => "Message sent",
        _ => name ?? "Event",
    };
}
