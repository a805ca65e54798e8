using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>What people call the things customers do.</summary>
internal static class EventVerbs
{
    private const string Email = "an/any/our/the/a? email", Cart = "in/to/into the/their/a/our? cart/carts/basket/baskets";

    private static readonly (EventType Type, string Phrases)[] Verbs =
    [
        (EventType.Purchase, "bought|buy|buys|buying|purchased|purchasing|ordered|ordering|shopped|shop|shopping|shops"),
        (EventType.View, "viewed|view|viewing|looked at|look at|looking at|browsed|browse|browsing|saw|seen the page of"),
        (EventType.Cart, $"put {Cart}|putting {Cart}|added {Cart}|add {Cart}|adding {Cart}|placed {Cart}|left {Cart}"),
        (EventType.Return, "returned|return|returning|sent back|send back|sending back"),
        (EventType.EmailSent, $"sent {Email}|received {Email}|receive {Email}|got {Email}|get {Email}|receiving {Email}"),
        (EventType.EmailOpen, "opened|open|opening|read|reading"),
        (EventType.EmailClick, $"clicked in/on/through? {Email}|click in/on/through? {Email}|clicking in/on/through? {Email}|clicked on? a/any? link/links?|click on? a/any? link/links?|clicked|click|clicking"),
        (EventType.EmailBounce, $"had {Email} bounce|have {Email} bounce|bounced"),
        (EventType.Unsubscribe, "unsubscribed|unsubscribe|unsubscribing"),
        (EventType.StoreVisit, "visited/visit/visiting a/any/our/the/one? of? our? store/stores/shop/shops|visited|visit|visiting|came/come/coming to/into a/any/our/the store/stores/shop"),
        (EventType.RfidRead, "carried/carry/carrying an? article/articles past a reader"),
        (EventType.KioskSession, "used/use/using a/the/our kiosk"),
        (EventType.CameraDwell, "lingered/linger/lingering before/at a/the display"),
        (EventType.AppSession, "used/use/using the/our app|opened/open/opening the/our app"),
        (EventType.MessageSent, "sent a/any message|received/receive/receiving a/any message|got/get a/any message"),
    ];

    private static readonly (EventType Type, string Phrases)[] Nouns =
    [
        (EventType.Purchase, "purchase/purchases|order/orders"),
        (EventType.Return, "return/returns"),
        (EventType.View, "product/page? view/views"),
        (EventType.EmailOpen, "email open/opens|email opening/openings|email opened"),
        (EventType.EmailClick, "email click/clicks|click/clicks"),
        (EventType.EmailBounce, "email? bounce/bounces"),
        (EventType.StoreVisit, "store visit/visits|visit/visits to a/any/our/the? store/stores/shop/shops?"),
        (EventType.KioskSession, "kiosk session/sessions"),
        (EventType.AppSession, "app session/sessions"),
    ];

    public static EventType? Verb(Cursor cursor) => Longest(cursor, Verbs);

    public static EventType? Noun(Cursor cursor) => Longest(cursor, Nouns);

    /// <summary>"added tea to the cart": the verb stands here, the cart after its object.</summary>
    public static bool Puts(Cursor cursor) => cursor.Take("put|putting|added|add|adding|placed|left|placing|leave|leaving|had|have");

    public static bool InCart(Cursor cursor) => cursor.Take(Cart);

    private static EventType? Longest(Cursor cursor, (EventType Type, string Phrases)[] table)
    {
        var (start, best) = (cursor.At, (Type: default(EventType?), End: cursor.At));
        foreach (var (type, phrases) in table)
        {
            cursor.At = start;
            if (cursor.Take(phrases) && cursor.At > best.End)
            {
                best = (type, cursor.At);
            }
        }

        cursor.At = best.End;
        return best.Type;
    }
}
