using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>How often or how much of an event clause: "at least 3 times", "for more than 100 EUR in all", "of 4 different categories".</summary>
internal sealed class EventAmounts(Cursor cursor, Quantities quantities)
{
    private static readonly (string Phrase, string Of)[] Told = [("product/products", "product"), ("category/categories", "category"), ("brand/brands", "brand"), ("store/stores|shop/shops", "store"), ("channel/channels", "channel"), ("day/days", "day"), ("campaign/campaigns", "campaign")];
    private static readonly (string Phrase, EventMeasure Measure)[] Named =
        [("total", EventMeasure.Sum), ("average|mean", EventMeasure.Average), ("smallest|minimum|lowest", EventMeasure.Minimum), ("largest|maximum|highest|biggest", EventMeasure.Maximum)];

    /// <returns>The rule with its amount; null when none stands here.</returns>
    public EventRule? Part(EventRule rule) => rule.Op is not EventOperator.Performed || rule.Measure is not EventMeasure.Count ? null
        : cursor.Try(() => Different(rule)) ?? cursor.Try(() => Ago(rule)) ?? cursor.Try(() => Times(rule)) ?? cursor.Try(() => Pieces(rule)) ?? cursor.Try(() => With(rule)) ?? cursor.Try(() => Total(rule));

    /// <summary>"at least 100 EUR per order on average", "more than 500 EUR", after "spent".</summary>
    public EventRule? Spent(EventRule rule)
    {
        cursor.Take("a total of");
        var start = cursor.At;
        var average = cursor.Take("an average of|on average");
        if (quantities.Compare(quantities.Money, EventOperator.AtLeast) is not { } amount)
        {
            return null;
        }

        Bare(amount, start);
        cursor.Take("in all|in total|altogether");
        average |= cursor.Take("per order/purchase on average|an/each order/purchase on average|on average per order/purchase|on average an order|on average|a/per/each order/purchase");
        return Compared(rule with { Measure = average ? EventMeasure.Average : EventMeasure.Sum }, amount);
    }

    /// <summary>What is measured, without a comparison: "total amount", "average “stars”", "different products", "days since the first time".</summary>
    public EventRule? Measured()
    {
        if (cursor.Take("days since the first time") || cursor.Take("days since the last time"))
        {
            return new EventRule { Measure = cursor.Ahead(-2)!.Value.Word == "first" ? EventMeasure.DaysSinceFirst : EventMeasure.DaysSinceLast };
        }

        if (cursor.Take("different values of"))
        {
            return Of() is { } property ? new EventRule { Measure = EventMeasure.Distinct, Of = property } : null;
        }

        return cursor.Take("different") ? Told.Where(x => cursor.Take(x.Phrase)).Select(x => new EventRule { Measure = EventMeasure.Distinct, Of = x.Of }).FirstOrDefault()
            : Measure() is { } measure && Of() is { } of ? new EventRule { Measure = measure, Of = of } : null;
    }

    private EventRule? Different(EventRule rule)
    {
        cursor.Take("of|in|by|on|from|with|via");
        var start = cursor.At;
        if (quantities.Compare(quantities.Number, EventOperator.AtLeast) is not { } amount || !cursor.Take("different|distinct"))
        {
            return null;
        }

        Bare(amount, start);
        if (cursor.Take("value/values of"))
        {
            return Of() is { } property ? Compared(rule with { Measure = EventMeasure.Distinct, Of = property }, amount) : null;
        }

        return Told.Where(x => cursor.Take(x.Phrase)).Select(x => Compared(rule with { Measure = EventMeasure.Distinct, Of = x.Of }, amount)).FirstOrDefault();
    }

    /// <summary>"3 times", "twice", "3 or more times", "at least once".</summary>
    private EventRule? Times(EventRule rule)
    {
        var said = false;
        double? Read()
        {
            var word = cursor.Take("once") ? 1 : cursor.Take("twice") ? 2 : cursor.Take("thrice") ? 3 : default(double?);
            var number = word ?? quantities.Number();
            said |= word is not null || (number is not null && cursor.Take("separate? time/times|x|occasions"));
            return number;
        }

        var start = cursor.At;
        if (quantities.Compare(Read, EventOperator.AtLeast) is not { } amount || (!said && !cursor.Take("separate? time/times|x|occasions")))
        {
            return null;
        }

        Bare(amount, start);
        return Compared(rule, amount);
    }

    private EventRule? Pieces(EventRule rule)
    {
        var start = cursor.At;
        if (quantities.Compare(quantities.Number, EventOperator.AtLeast) is not { } amount)
        {
            return null;
        }

        var email = rule.Event is EventType.EmailOpen or EventType.EmailClick or EventType.EmailSent && cursor.Take("of? our? email");
        var counted = !email && cursor.Take("product/products|item/items|article/articles|piece/pieces|unit/units|thing/things|page/pages");
        if (!email && !counted)
        {
            return null;
        }

        Bare(amount, start);
        cursor.Take("in all|in total|altogether");
        return rule.Event is EventType.Purchase or EventType.Return or EventType.Cart ? Compared(rule with { Measure = EventMeasure.Sum, Of = "quantity" }, amount) : Compared(rule, amount);
    }

    private EventRule? With(EventRule rule)
    {
        if (!cursor.Take("with|for|at"))
        {
            return null;
        }

        cursor.Take("a|an");
        if (Measure() is not { } measure)
        {
            return null;
        }

        var of = Of() ?? "amount";
        cursor.Take("basket|order|purchase");
        cursor.Take("of");
        var money = of == "amount";
        return quantities.Compare(money ? quantities.Money : quantities.Number, EventOperator.Exactly) is { } amount ? Compared(rule with { Measure = measure, Of = money ? null : of }, amount) : null;
    }

    private EventRule? Total(EventRule rule)
    {
        if (!cursor.Take("for|worth") || quantities.Compare(quantities.Money, EventOperator.AtLeast) is not { } amount)
        {
            return null;
        }

        if (cursor.Sees("each|apiece"))
        {
            return null;
        }

        cursor.Take("in all|in total|altogether");
        return Compared(rule with { Measure = EventMeasure.Sum }, amount);
    }

    /// <summary>"the last time at least 30 days ago", "more than 60 days ago".</summary>
    private EventRule? Ago(EventRule rule)
    {
        cursor.Take(",");
        cursor.Take("for");
        var named = cursor.Take("the first time") ? EventMeasure.DaysSinceFirst : cursor.Take("the last time") ? EventMeasure.DaysSinceLast : default(EventMeasure?);
        double? Read()
        {
            var at = cursor.At;
            if (quantities.Days() is { } days)
            {
                return days;
            }

            cursor.At = at;
            return quantities.Number();
        }

        if (named is not null && cursor.Take("in/within the last/past") && quantities.Days(one: true) is { } last)
        {
            return rule with { Op = EventOperator.Below, Measure = named.Value, Value = last };
        }

        if (quantities.Compare(Read, named is null ? null : EventOperator.Exactly) is not { } amount || !cursor.Take("days? ago"))
        {
            return null;
        }

        var measure = named ?? (amount.Op is EventOperator.Above or EventOperator.AtLeast ? EventMeasure.DaysSinceFirst : amount.Op is EventOperator.Below or EventOperator.AtMost ? EventMeasure.DaysSinceLast : default(EventMeasure?));
        return measure is null ? null : Compared(rule with { Measure = measure.Value }, amount);
    }

    private EventMeasure? Measure() => Named.Where(x => cursor.Take(x.Phrase)).Select(x => (EventMeasure?)x.Measure).FirstOrDefault();

    private string? Of()
    {
        if (cursor.Is(TokenKind.Quoted))
        {
            cursor.At++;
            return EventRule.Properties + cursor.Ahead(-1)!.Value.Word;
        }

        return cursor.Take("amount|order value|basket value") ? "amount" : cursor.Take("quantity|number of pieces") ? "quantity" : null;
    }

    /// <summary>A bare number is read as "at least": that is said.</summary>
    private void Bare(Compared amount, int start)
    {
        if (amount.Assumed)
        {
            var said = cursor.Raw(start, cursor.At);
            cursor.Note($"“{said}” is read as at least that; write “exactly {said}” for no more and no less.");
        }
    }

    private static EventRule Compared(EventRule rule, Compared amount) => amount is { Op: EventOperator.AtLeast, Value: 1 } && rule.Measure == EventMeasure.Count ? rule
        : rule with { Op = amount.Op, Value = amount.Value, To = amount.To };
}
