using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>What customers did or did not do, and one thing after another.</summary>
internal sealed partial class EventClauses(Cursor cursor, Quantities quantities, Periods periods, ShopNames names, FieldValues values, TimeZoneInfo zone)
{
    public const string Boundary = ",|;|(|)|and|or|but|nor|who|whose|that|which|with|without|except|not|never|then|in|on|at|by|via|from|for|since|after|before|between|during|within|over|the|this|last|twice|once|at|least|most|more|less|exactly|priced|costing|worth|where|of|to|online|regularly|again|until|up|only|online|ever|a|an|no|nothing";
    private const int StoppedDays = 60, RestartedDays = 30; // as in the templates of these names
    private readonly EventAmounts _amounts = new(cursor, quantities);
    private EventType? _verb; // of the clause before: "bought tea but not coffee"
    private EventFilter? _products; // of the clause before: "viewed tea but did not buy it"

    public EventAmounts Amounts => _amounts;

    public EventRule In(EventRule rule, Period period) => rule with
    {
        Days = period.Days,
        Minutes = period.Minutes,
        Window = period.Window,
        From = Instant(period.From),
        Until = Instant(period.Until),
    };

    /// <param name="not">A "not" stands before.</param>
    /// <returns>The rule with the "not" already in it.</returns>
    public SegmentRule? Clause(bool not) => cursor.Try(() => Spent(not)) ?? cursor.Try(() => Habit(not)) ?? cursor.Try(() => Happened(not)) ?? cursor.Try(() => Ellipsis(not));

    /// <summary>"bought Tea in the last 30 days" as what a ranking counts or adds up.</summary>
    public EventRule? Ranked() => cursor.Try(() => Started() is { } rule && Parts(rule, false) is ({ } whole, false, false) ? whole : null);

    private SegmentRule? Spent(bool not)
    {
        cursor.Take("have|has");
        if (!cursor.Take("spent|spend|spending|spends"))
        {
            return null;
        }

        var start = new EventRule { Event = EventType.Purchase };
        if (cursor.Take("nothing"))
        {
            return Parts(start, true) is ({ } none, _, _) ? Turned(none, !not) : null;
        }

        var (rule, _, _) = Parts(start, not);
        return rule is null ? null : rule.IsOfNumbers ? Turned(rule, not) : _amounts.Spent(rule) is { } spent && Parts(spent, not) is ({ } whole, _, _) ? Turned(whole, not) : null;
    }

    /// <summary>"last bought more than 60 days ago", "first ordered in the last month", "abandoned a cart".</summary>
    private SegmentRule? Habit(bool not)
    {
        if (cursor.Take("abandoned/abandon/abandoning a/their/the? cart/carts|left/leave/leaving a/their/something? cart? behind"))
        {
            return Parts(new EventRule { Event = EventType.Cart, Since = new EventPattern { Event = EventType.Purchase } }, not) is ({ } left, _, _) ? Turned(left, not) : null;
        }

        if (cursor.Try(Changed) is { } changed)
        {
            return Turned(changed, not);
        }

        cursor.Take("made|placed|had");
        cursor.Take("the|their|her|his");
        var first = cursor.Take("first");
        if ((!first && !cursor.Take("last|most recently")) || (EventVerbs.Verb(cursor) ?? EventVerbs.Noun(cursor)) is not { } type)
        {
            return null;
        }

        cursor.Take("was|is");
        var (rule, _, _) = Parts(new EventRule { Event = type }, not);
        var measure = first ? EventMeasure.DaysSinceFirst : EventMeasure.DaysSinceLast;
        return rule switch
        {
            { Measure: EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast } => Turned(rule with { Measure = measure }, not),
            { Days: { } days, Op: EventOperator.Performed } => Turned(rule with { Measure = measure, Op = EventOperator.Below, Value = days, Days = null }, not),
            _ => null,
        };
    }

    /// <summary>"stopped buying tea", "started buying again".</summary>
    private EventRule? Changed()
    {
        cursor.Take("have|has");
        var stopped = cursor.Take("stopped/quit/ceased");
        if (!(stopped || cursor.Take("started/began/begun")) || EventVerbs.Verb(cursor) is not { } type)
        {
            return null;
        }

        var again = cursor.Take("again");
        if (Parts(new EventRule { Event = type }, false) is not ({ Op: EventOperator.Performed, Minutes: null, Window: null, From: null, Until: null, Since: null } rule, false, false) || !(stopped || again || cursor.Take("again")))
        {
            return null;
        }

        if (stopped)
        {
            var days = rule.Days ?? StoppedDays;
            cursor.Note($"“stopped” is read as: at least 3 times in {4 * days} days, and not in the {days} days since.");
            return rule with { Op = EventOperator.Stopped, Value = 3, Periods = 4, Days = days };
        }

        var lately = rule.Days ?? RestartedDays;
        cursor.Note($"“again” is read as: in the last {lately} days, after {6 * lately} days without.");
        return rule with { Op = EventOperator.Restarted, Periods = 6, Days = lately };
    }

    private SegmentRule? Happened(bool not) => Started(not) is { } rule ? Whole(rule, not) : null;

    /// <summary>A product alone after "and", "or", "but not": done as before.</summary>
    private SegmentRule? Ellipsis(bool not)
    {
        if (_verb is not { } verb || cursor.Ahead(-1)?.Word is not ("and" or "or" or "not" or "but" or "nor" or "," or "never"))
        {
            return null;
        }

        var at = cursor.At;
        return names.Products.Take(cursor) is not null && (cursor.At = at) >= 0 ? Whole(new EventRule { Event = verb }, not) : null;
    }

    private SegmentRule? Whole(EventRule begun, bool not)
    {
        var (rule, none, both) = Parts(begun, not);
        if (rule is null)
        {
            return null;
        }

        (_verb, _products) = (rule.Event, rule.Where is { OnProducts: true } filter ? new EventFilter { Categories = filter.Categories, Brands = filter.Brands, Skus = filter.Skus } : null);
        if (!none && !not && rule is { Op: EventOperator.Performed } && Sequence(rule) is { } sequence)
        {
            return sequence;
        }

        if (both && rule.Where is { } where && !none && !not)
        {
            return GroupRule.All([.. Split(where).Select(x => rule with { Where = x })]);
        }

        return Turned(rule, not || none);
    }

    /// <summary>The verb, or a noun with how many: "bought", "with 3 orders", "no purchase".</summary>
    private EventRule? Started(bool not = false)
    {
        if ((cursor.Take("did|do|does") | cursor.Take("the") || not) && cursor.Try(() => cursor.Is(TokenKind.Quoted) ? new EventRule { Event = EventType.Custom, Name = Quoted() } : names.CustomEvents.Take(cursor) is { } custom ? new EventRule { Event = EventType.Custom, Name = custom.Name } : null) is { } done)
        {
            return done;
        }

        var start = cursor.At;
        if (EventVerbs.Verb(cursor) is { } verb)
        {
            return new EventRule { Event = verb };
        }

        if (EventVerbs.Puts(cursor))
        {
            var put = cursor.At;
            while (!cursor.End && cursor.At < put + 8 && !cursor.Sees("who|whose|but"))
            {
                if (EventVerbs.InCart(cursor))
                {
                    cursor.At = put;
                    return new EventRule { Event = EventType.Cart };
                }

                cursor.At++;
            }
        }

        cursor.At = start;
        var lead = cursor.Take("made/make/making|placed/place/placing|had/have/has/having|with") || not;
        var any = cursor.Take("a|an|any|some|their");
        if (quantities.Compare(quantities.Number, EventOperator.AtLeast) is { } amount && EventVerbs.Noun(cursor) is { } many)
        {
            return new EventRule { Event = many, Op = amount is { Op: EventOperator.AtLeast, Value: 1 } ? EventOperator.Performed : amount.Op, Value = amount is { Op: EventOperator.AtLeast, Value: 1 } ? null : amount.Value, To = amount.To };
        }

        return (lead || any) && EventVerbs.Noun(cursor) is { } noun ? new EventRule { Event = noun } : null;
    }

    /// <summary>All that is said of the event, in any order.</summary>
    /// <returns>The rule, null when what was done could not be understood; whether none is meant; whether each of several products is.</returns>
    private (EventRule? Rule, bool None, bool Both) Parts(EventRule rule, bool not)
    {
        var (none, windowed, start, unknown) = (false, false, cursor.At, false);
        var item = new EventObject(cursor, quantities, names, values);
        while (!cursor.End)
        {
            var at = cursor.At;
            if (cursor.Take("nothing|none of our/the/them? email?|none|no|not a single|zero|not any"))
            {
                none = true;
            }
            else if (cursor.Try(() => Periodic(rule)) is { } regular)
            {
                (rule, windowed) = (regular, true);
            }
            else if (cursor.Try(() => Since(rule)) is { } since)
            {
                rule = since;
            }
            else if (!windowed && periods.Take(not || none) is { } period)
            {
                (rule, windowed) = (In(rule, period), true);
            }
            else if (_amounts.Part(rule) is { } counted)
            {
                rule = counted;
            }
            else if (_products is not null && RuleWords.OfProducts(rule.Event!.Value) && cursor.Take("it|them|any of it/them"))
            {
                rule = rule with { Where = _products };
            }
            else if (rule.Event == EventType.Cart && EventVerbs.InCart(cursor))
            {
            }
            else if (item.Part(rule.Where ?? new EventFilter(), rule.Event) is { } where)
            {
                rule = rule with { Where = where };
            }
            else if (Filler(rule.Event!.Value))
            {
            }
            else if (!unknown && Unknown(rule.Event.Value, start))
            {
                unknown = true;
            }
            else
            {
                cursor.At = at;
                break;
            }
        }

        return (unknown && (not || none) ? null : rule, none, item.Both); // "never bought shoes" must not become "never bought anything"
    }

    private bool Filler(EventType type) => type is EventType.EmailOpen or EventType.EmailClick or EventType.EmailSent ? cursor.Take("in/of/from? an/any/our/the/a? email|any|an") && !cursor.Sees("who")
        : type == EventType.StoreVisit ? cursor.Take("a/any/our/the? store/stores|anything")
        : RuleWords.OfProducts(type) && cursor.Take("something|anything|of? any/the/our/your/some? products/product/items/item/goods/articles/things/stuff|from us|with us|of|some|any|a|an|both");

    /// <summary>Names what was done with, when the shop has no such thing.</summary>
    private bool Unknown(EventType type, int start)
    {
        var from = cursor.At;
        if (!RuleWords.OfProducts(type) || from > start + 3 || cursor.Sees(Boundary) || cursor.Sees(SentenceParser.Vague) || !(cursor.Is(TokenKind.Word) || cursor.Is(TokenKind.Quoted)))
        {
            return false;
        }

        var at = cursor.At;
        if (EventVerbs.Verb(cursor) is not null && (cursor.At = at) >= 0)
        {
            return false;
        }

        do
        {
            cursor.At++;
        }
        while (cursor.Is(TokenKind.Word) && !cursor.Sees(Boundary));
        cursor.Miss(from, cursor.At, "There is no category, brand or product of this name.");
        return true;
    }

    /// <summary>Regularly, stopped, restarted.</summary>
    private EventRule? Periodic(EventRule rule)
    {
        var start = cursor.At;
        cursor.Take("regularly|,");
        cursor.Take("in|on");
        if (quantities.Compare(quantities.Number, EventOperator.AtLeast) is { Op: EventOperator.AtLeast } amount && cursor.Take("of the last/past") && quantities.Number() is { } count)
        {
            int? days = cursor.Take("periods of") ? quantities.Days() : cursor.Take("days") ? 1 : cursor.Take("weeks") ? 7 : cursor.Take("months") ? 30 : null;
            return days is null ? null : rule with { Op = EventOperator.Regularly, Value = amount.Value, Periods = (int)count, Days = days };
        }

        cursor.At = start;
        if (rule.Op is EventOperator.AtLeast or EventOperator.Performed && rule.Days is null && cursor.Take("in|within") && quantities.Days() is { } before && cursor.Take(",? but not in the") && quantities.Days() is { } after && cursor.Take("after that|since") && before % after == 0)
        {
            return rule with { Op = EventOperator.Stopped, Value = rule.Value ?? 1, Periods = before / after, Days = after };
        }

        cursor.At = start;
        return rule is { Op: EventOperator.Performed, Days: { } lately } && cursor.Take(",? again? after") && quantities.Days() is { } gap && cursor.Take("without|without buying|of silence|off") && gap % lately == 0
            ? rule with { Op = EventOperator.Restarted, Periods = gap / lately } : null;
    }

    /// <summary>"since they last bought Tea", "after their last purchase".</summary>
    private EventRule? Since(EventRule rule)
    {
        if (rule.Since is not null || !cursor.Take("since|after"))
        {
            return null;
        }

        if (cursor.Take("they/she/he last"))
        {
            return Pattern() is { } pattern ? rule with { Since = pattern } : null;
        }

        return cursor.Take("their/the/her/his last") && EventVerbs.Noun(cursor) is { } noun ? rule with { Since = new EventPattern { Event = noun } } : null;
    }

    private string Quoted()
    {
        cursor.At++;
        return cursor.Ahead(-1)!.Value.Word;
    }

    private static EventPattern Bare(EventRule rule) => new() { Event = rule.Event, Name = rule.Name, Where = rule.Where };

    private static SegmentRule Turned(EventRule rule, bool not) => not ? Negation.Of(rule) : rule;

    private static IEnumerable<EventFilter> Split(EventFilter where) => where switch
    {
        { Categories.Count: > 1 } => where.Categories.Select(x => where with { Categories = [x] }),
        { Brands.Count: > 1 } => where.Brands.Select(x => where with { Brands = [x] }),
        { Skus.Count: > 1 } => where.Skus.Select(x => where with { Skus = [x] }),
        _ => [where],
    };

    private DateTimeOffset? Instant(DateOnly? day) => day is { } date ? ShopCalendar.StartOf(date, zone) : null;
}
