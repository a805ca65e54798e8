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
        RuleOperator.EndsWith => "ends with",
        RuleOperator.HasAll => "includes all of",
        RuleOperator.During => "falls in",
        RuleOperator.AnniversaryIn => "has its day in the next",
        _ => "was not in the last",
    };

    /// <summary>As <see cref="Operator(RuleOperator)"/>, in the words of dates where the field is one.</summary>
    public static string Operator(RuleOperator op, FieldKind kind) => (op, kind) switch
    {
        (RuleOperator.Below, FieldKind.Date or FieldKind.Instant) => "is before",
        (RuleOperator.AtLeast, FieldKind.Date or FieldKind.Instant) => "is on or after",
        _ => Operator(op),
    };

    /// <summary>Which end of a ranking: "top", "latest", "youngest".</summary>
    public static string End(RankRule rule) => (rule.Field is { } name ? RuleFields.FindRanked(name) : null, rule.Top) switch
    {
        ({ Kind: FieldKind.Years }, true) => "oldest",
        ({ Kind: FieldKind.Years }, false) => "youngest",
        ({ IsTime: true }, true) => "latest",
        ({ IsTime: true }, false) => "earliest",
        (_, var top) => top ? "top" : "bottom",
    };

    public static string Operator(EventOperator op) => op switch
    {
        EventOperator.Performed => "at least once",
        EventOperator.NotPerformed => "never",
        EventOperator.AtLeast => "at least",
        EventOperator.AtMost => "at most",
        EventOperator.Above => "more than",
        EventOperator.Below => "less than",
        EventOperator.Between => "between",
        EventOperator.Regularly => "regularly",
        EventOperator.Stopped => "stopped",
        EventOperator.Restarted => "again",
        _ => "exactly",
    };

    public static string Window(CalendarWindow window) => window switch
    {
        CalendarWindow.ThisWeek => "this week",
        CalendarWindow.LastWeek => "last week",
        CalendarWindow.ThisMonth => "this month",
        CalendarWindow.LastMonth => "last month",
        CalendarWindow.ThisQuarter => "this quarter",
        CalendarWindow.LastQuarter => "last quarter",
        CalendarWindow.ThisYear => "this year",
        _ => "last year",
    };

    /// <summary>What is measured: "how often", "total amount", "different products".</summary>
    public static string Measure(EventRule rule)
    {
        var of = rule.Property is { } property ? $"“{property}”" : rule.Of ?? "amount";
        return rule.Measure switch
        {
            EventMeasure.Sum => $"total {of}",
            EventMeasure.Average => $"average {of}",
            EventMeasure.Minimum => $"smallest {of}",
            EventMeasure.Maximum => $"largest {of}",
            EventMeasure.Distinct => rule.Property is null ? $"different {Different(rule.Of, 2)}" : $"different values of {of}",
            EventMeasure.DaysSinceFirst => "days since the first time",
            EventMeasure.DaysSinceLast => "days since the last time",
            _ => "how often",
        };
    }

    /// <summary>The noun for what is told apart: "category", "categories".</summary>
    public static string Different(string? of, double? count) => count == 1 ? of ?? "…" : of switch { "category" => "categories", null => "…", _ => of + "s" };

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
