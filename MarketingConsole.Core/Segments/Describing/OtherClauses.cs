using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Segments.Describing;

/// <summary>Consent, other segments, rankings, distances and random parts.</summary>
internal sealed class OtherClauses(Cursor cursor, Quantities quantities, ShopNames names, FieldClauses fields, EventClauses events, Periods periods)
{
    private static readonly (string Phrase, Purpose Purpose)[] Purposes =
    [
        .. Enum.GetValues<Purpose>().Select(x => (string.Join(' ', Token.Words(RuleWords.Purpose(x))), x)),
        ("email marketing?|being emailed", Purpose.Email), ("sms|text messages|texts", Purpose.Sms), ("push notifications?|notifications", Purpose.Push), ("being profiled|profiling", Purpose.Profiling), ("in-store recognition", Purpose.InStore), ("ad sharing|sharing with ads", Purpose.AdSharing),
    ];

    /// <summary>Words for the ends of a ranking, with the kind of field that words of time or age mean.</summary>
    private static readonly (string Words, bool Top, FieldKind? Kind)[] Ends =
    [
        ("top|best|highest|first", true, null), ("bottom|worst|lowest|last", false, null), ("latest|newest|most recent", true, FieldKind.Instant), ("earliest", false, FieldKind.Instant), ("oldest", true, FieldKind.Years), ("youngest", false, FieldKind.Years),
    ];

    public SegmentRule? Clause() => cursor.Try(Consent) ?? cursor.Try(Member) ?? cursor.Try<SegmentRule>(Alike) ?? cursor.Try(Rank) ?? cursor.Try<SegmentRule>(Near) ?? cursor.Try(Bucket);

    private SegmentRule? Consent()
    {
        var refused = cursor.Take("opted/opt out of|refuse/refused|object/objected to|withdrew/withdrawn consent for/to");
        if (!refused && !cursor.Take("allow/allows/allowed/allowing|accept/accepts/accepted|agree/agreed to|consent/consents/consented to|opted/opt in to|opted/opt into|optin to/for|with consent for/to|reachable by|may be reached by|can be reached by|can be contacted by|contactable by|permission for"))
        {
            return null;
        }

        cursor.Take("receive|receiving|get");
        cursor.Take("our|the");
        var all = new List<SegmentRule>();
        for (var at = cursor.At; Purposes.Where(x => cursor.Sees(x.Phrase)).Select(x => (Purpose?)x.Purpose).FirstOrDefault() is { } purpose; at = cursor.At)
        {
            _ = Purposes.Any(x => x.Purpose == purpose && cursor.Take(x.Phrase));
            all.Add(new PermissionRule { Purpose = purpose, Allowed = !refused });
            at = cursor.At;
            if (!cursor.Take("and|, and?") || !Purposes.Any(x => cursor.Sees(x.Phrase)))
            {
                cursor.At = at;
                break;
            }
        }

        return all.Count switch { 0 => null, 1 => all[0], _ => GroupRule.All(all) };
    }

    private MemberRule? Member()
    {
        var start = cursor.At;
        var not = false;
        if (cursor.Take("in/of/from the? segment") || cursor.Take("members/member of the? segment?") || (not = cursor.Take("not in the? segment")) || cursor.Take("in|from"))
        {
            if (names.Segments.Take(cursor) is { } named && (cursor.Ahead(-1)!.Value.Kind == TokenKind.Quoted || cursor.At - start > 2 || cursor.Ahead(start - cursor.At)!.Value.Word is "members" or "member"))
            {
                var at = cursor.At;
                cursor.Take("segment");
                int? days = cursor.Take("for at least|for more than|for") ? quantities.Days() : null;
                if (days is null && cursor.Ahead(-1)!.Value.Word is "least" or "than" or "for")
                {
                    cursor.At = at;
                }

                return new MemberRule { Segment = named.Value, Member = !not, Days = days };
            }
        }

        cursor.At = start;
        return Token.Words(cursor.End ? "" : cursor.Now.Text).Length > 0 && names.Segments.Take(cursor) is { } bare && (cursor.At - start > 1 || cursor.Ahead(-1)!.Value.Kind == TokenKind.Quoted) && !int.TryParse(bare.Name, out _) ? new MemberRule { Segment = bare.Value } : null;
    }

    private LookalikeRule? Alike()
    {
        if (!cursor.Take("resemble/resembles/resembling the?|similar to the?|look/looks/looking like the?|lookalikes/lookalike of|like those in"))
        {
            return null;
        }

        cursor.Take("segment|members of segment?|the segment");
        if (names.Segments.Take(cursor) is not { } named)
        {
            return null;
        }

        cursor.Take("by");
        return new LookalikeRule { Segment = named.Value, AtLeast = quantities.Compare(quantities.Percent, EventOperator.AtLeast) is { Op: EventOperator.AtLeast } least ? least.Value : 50 };
    }

    private RankRule? Rank()
    {
        cursor.Take("among|amongst|in|belong to");
        cursor.Take("the|our");
        if (Ends.FirstOrDefault(x => cursor.Take(x.Words)) is not { Words: not null } end || quantities.Number() is not { } many)
        {
            return null;
        }

        var top = end.Top;
        var rule = cursor.Take("%|per cent") ? new RankRule { Top = top, Percent = many } : new RankRule { Top = top, Count = (int)Math.Min(many, int.MaxValue) };
        cursor.Take("of|of our|of the|of all");
        cursor.Take(PersonClauses.People);
        cursor.Take("spenders");
        var spenders = cursor.Ahead(-1)!.Value.Word == "spenders";
        if (spenders || cursor.Take("by|in terms of|ranked by|measured by"))
        {
            var by = spenders ? By(rule, Spend()) : By(rule);
            var field = by?.Field is { } name ? RuleFields.FindRanked(name) : null;
            return end.Kind is null || field?.Kind == end.Kind ? by : field is not { IsTime: true } ? null : end.Kind == FieldKind.Years ? by! with { Top = !top } : by; // the oldest by a date are the earliest
        }

        if (end.Kind is { } kind)
        {
            return rule with { Field = kind == FieldKind.Years ? RuleFields.Age : "signUp" };
        }

        cursor.Note($"What “{(top ? "top" : "bottom")}” goes by is not said: read as revenue of the last 12 months.");
        return rule with { Field = "revenue12Months" };
    }

    private RankRule? By(RankRule rule)
    {
        if (cursor.Take("how often they|how often"))
        {
            return events.Ranked() is { } counted ? rule with { Event = counted } : null;
        }

        var start = cursor.At;
        if (fields.Ranked() is { } field && (periods.Take(never: false) is null || (cursor.At = start) < 0))
        {
            return rule with { Field = field };
        }

        cursor.At = start;
        if (cursor.Take("spend|spending|amount spent|money spent|total spend|revenue|turnover|sales"))
        {
            return By(rule, Spend());
        }

        if (cursor.Take("number of? purchases/orders"))
        {
            return By(rule, new EventRule { Event = EventType.Purchase });
        }

        return events.Amounts.Measured() is { } measured && cursor.Take("(") && events.Ranked() is { } happened && cursor.Take(")")
            ? rule with { Event = happened with { Measure = measured.Measure, Of = measured.Of } } : null;
    }

    private static EventRule Spend() => new() { Event = EventType.Purchase, Measure = EventMeasure.Sum };

    private RankRule By(RankRule rule, EventRule happened) => rule with { Event = periods.Take(never: false) is { } period ? events.In(happened, period) : happened };

    private NearRule? Near()
    {
        cursor.Take("live/lives/living");
        if (!cursor.Take("within|less than|at most|up to|closer than") || quantities.Number() is not { } many || !cursor.Take("km|miles|mile"))
        {
            return null;
        }

        var near = new NearRule { Kilometres = cursor.Ahead(-1)!.Value.Word == "km" ? many : Math.Round(many * 1.609344, 2) };
        cursor.Take("of|from|to|around");
        cursor.Take("the|our");
        cursor.Take("store|shop");
        if (names.Stores.Take(cursor) is { } store)
        {
            cursor.Take("store|shop");
            return near with { Store = store.Value };
        }

        return Degrees() is { } north && cursor.Take(",") && Degrees() is { } east ? near with { Latitude = north, Longitude = east } : null;
    }

    private double? Degrees()
    {
        var minus = cursor.Take("-|−");
        return quantities.Number() is { } degrees ? minus ? -degrees : degrees : null;
    }

    private BucketRule? Bucket()
    {
        if (cursor.Take("drawn at random from|at random from") && quantities.Number() is { } from && cursor.Take("to") && quantities.Percent() is { } to)
        {
            return new BucketRule { From = from, To = to, Salt = Draw() };
        }

        cursor.Take("a|the");
        return cursor.Take("random") && (cursor.Take("half") ? 50 : quantities.Percent()) is { } part ? new BucketRule { From = 0, To = part, Salt = Draw() } : null;
    }

    private string Draw()
    {
        cursor.Take("part|share|sample");
        if (cursor.Take("of the draw") && cursor.Is(TokenKind.Quoted))
        {
            cursor.At++;
            return cursor.Ahead(-1)!.Value.Word;
        }

        return "";
    }
}
