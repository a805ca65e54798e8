using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>One thing after another.</summary>
internal sealed partial class EventClauses
{
    /// <summary>The second half of "viewed tea and then bought within 3 days", after the first.</summary>
    private SegmentRule? Sequence(EventRule first) => cursor.Try<SegmentRule>(() =>
    {
        if (first.Minutes is not null || first.Window is not null || first.From is not null || first.Until is not null || first.Since is not null || first.Measure != EventMeasure.Count)
        {
            return null;
        }

        var not = false;
        (int? Days, int? Minutes)? within = null;
        cursor.Take(",");
        if (cursor.Take("and within") && quantities.Time() is { } early)
        {
            within = early;
        }
        else if (cursor.Take("and/but? then|followed by|and/but? afterwards|and/but? after that"))
        {
            not = cursor.Take("did/do/have/has? not|never|without|no");
        }
        else
        {
            return null;
        }

        if (Pattern(true) is not { } then)
        {
            return null;
        }

        within ??= cursor.Take("within|in|in the next|for") ? quantities.Time() : null;
        if (within is not { } time)
        {
            return null;
        }

        var without = cursor.Try(() => cursor.Take(",? and? did not|,? and? were not|,? and? without|,? with no") && Pattern(true) is { } between && cursor.Take("in between|in-between|between") ? between : null);
        var rule = new SequenceRule { First = Bare(first), Then = then, Without = without, WithinDays = time.Days, WithinMinutes = time.Minutes, Days = first.Days };
        if (!not)
        {
            return rule;
        }

        cursor.Note("“and then did not” is read as: did the first, and never the second within that time after it.");
        return GroupRule.All(first, GroupRule.None(rule));
    });

    /// <summary>A kind of event with its filters, without how often and when.</summary>
    private EventPattern? Pattern(bool noun = false)
    {
        var rule = Started(not: true);
        if (rule is null || rule.Op != EventOperator.Performed || (!noun && rule.Event is null))
        {
            return null;
        }

        var item = new EventObject(cursor, quantities, names, values);
        while (!cursor.End)
        {
            if (rule.Event == EventType.Cart && EventVerbs.InCart(cursor))
            {
                continue;
            }

            if (item.Part(rule.Where ?? new EventFilter(), rule.Event) is { } where)
            {
                rule = rule with { Where = where };
            }
            else if (!Filler(rule.Event!.Value))
            {
                break;
            }
        }

        return Bare(rule);
    }
}
