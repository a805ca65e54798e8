using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments;

/// <summary>Names people read for what rules are made of; sentence and editor share them.</summary>
public static class RuleWords
{
    public static string Operator(RuleOperator op) => op switch
    {
        RuleOperator.Is => "is",
        RuleOperator.IsNot => "is not",
        RuleOperator.In => "is one of",
        RuleOperator.NotIn => "is none of",
        RuleOperator.Contains => "contains",
        RuleOperator.StartsWith => "starts with",
        RuleOperator.Exists => "is known",
        RuleOperator.Missing => "is unknown",
        RuleOperator.Below => "is below",
        RuleOperator.AtMost => "is at most",
        RuleOperator.AtLeast => "is at least",
        RuleOperator.Above => "is above",
        RuleOperator.Between => "is between",
        RuleOperator.InLast => "was in the last",
        RuleOperator.InNext => "is in the next",
        _ => "was not in the last",
    };

    /// <summary>As <see cref="Operator(RuleOperator)"/>, in the words of dates where the field is one.</summary>
    public static string Operator(RuleOperator op, FieldKind kind) => (op, kind) switch
    {
        (RuleOperator.Below, FieldKind.Date or FieldKind.Instant) => "is before",
        (RuleOperator.AtLeast, FieldKind.Date or FieldKind.Instant) => "is on or after",
        _ => Operator(op),
    };

    public static string Operator(EventOperator op) => op switch
    {
        EventOperator.Performed => "at least once",
        EventOperator.NotPerformed => "never",
        EventOperator.AtLeast => "at least",
        EventOperator.AtMost => "at most",
        _ => "exactly",
    };

    /// <summary>What the customer did, in the past tense.</summary>
    public static string Did(EventType type) => type switch
    {
        EventType.View => "viewed",
        EventType.Cart => "put in the cart",
        EventType.Purchase => "bought",
        EventType.Return => "returned",
        EventType.EmailSent => "were sent an e-mail",
        EventType.EmailOpen => "opened an e-mail",
        EventType.EmailClick => "clicked in an e-mail",
        EventType.EmailBounce => "had an e-mail bounce",
        EventType.Unsubscribe => "unsubscribed",
        EventType.StoreVisit => "visited a store",
        EventType.RfidRead => "carried an article past a reader",
        EventType.KioskSession => "used a kiosk",
        EventType.CameraDwell => "lingered before a display",
        EventType.AppSession => "used the app",
        EventType.MessageSent => "were sent a message",
        _ => "did",
    };

    /// <summary>What follows <see cref="Not"/>: "did not buy", "was not sent an e-mail".</summary>
    public static string Do(EventType type) => type switch
    {
        EventType.View => "view",
        EventType.Cart => "put in the cart",
        EventType.Purchase => "buy",
        EventType.Return => "return",
        EventType.EmailSent => "sent an e-mail",
        EventType.EmailOpen => "open an e-mail",
        EventType.EmailClick => "click in an e-mail",
        EventType.EmailBounce => "have an e-mail bounce",
        EventType.Unsubscribe => "unsubscribe",
        EventType.StoreVisit => "visit a store",
        EventType.RfidRead => "carry an article past a reader",
        EventType.KioskSession => "use a kiosk",
        EventType.CameraDwell => "linger before a display",
        EventType.AppSession => "use the app",
        EventType.MessageSent => "sent a message",
        _ => "do",
    };

    public static string Not(EventType type) => type is EventType.EmailSent or EventType.MessageSent ? "were not " : "did not ";

    /// <summary>True when <see cref="Did"/> needs an object: "bought Tea", "viewed something".</summary>
    public static bool OfProducts(EventType type) => type is EventType.View or EventType.Cart or EventType.Purchase or EventType.Return;

    public static string Purpose(Purpose purpose) => purpose switch
    {
        Consent.Purpose.Email => "e-mail",
        Consent.Purpose.Sms => "SMS",
        Consent.Purpose.Push => "push messages",
        Consent.Purpose.Profiling => "profiling",
        Consent.Purpose.InStore => "recognition in store",
        _ => "sharing with ad platforms",
    };
}
