using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Whom time alone may move between two instants: those who have an event, a date or a choice that crosses an edge of one of a rule's windows then. The columns in the order
/// of time are the queue of what expires: nothing else has to be kept. Finds at least those who move. Call within <see cref="TwinStore.Read"/>.</summary>
/// <param name="from">UTC; rules were looked at as of then.</param>
/// <param name="to">UTC, later.</param>
internal sealed class StoreMoments(TwinStore store, ConsentRuleSet consent, ShopCalendar calendar, DateTime from, DateTime to)
{
    private readonly long _from = Instants.Of(from) - 1, _to = Instants.Of(to) + 1;
    private readonly bool _newDay = from.Date != to.Date || DateOnly.FromDateTime(calendar.ToLocal(from)) != DateOnly.FromDateTime(calendar.ToLocal(to));
    private readonly Dictionary<(string Column, long Offset), SlotSet> _fields = [];
    private SlotSet? _ahead;

    /// <returns>Null = anybody.</returns>
    public SlotSet? Of(SegmentRule rule)
    {
        var set = Crossing(store.Since, 0);
        set.Or(_ahead ??= Ahead());
        if (RuleTree.UsesProfile(rule))
        {
            Choices(set, Purpose.Profiling);
        }

        foreach (var node in RuleTree.Counted(rule))
        {
            if (!Add(set, node))
            {
                return null;
            }
        }

        return set;
    }

    /// <returns>False = anybody.</returns>
    private bool Add(SlotSet set, SegmentRule rule)
    {
        switch (rule)
        {
            case FieldRule field:
                return Field(set, field);
            case EventRule happened:
                return Event(set, happened);
            case SequenceRule sequence:
                foreach (var pattern in new[] { sequence.First, sequence.Then, sequence.Without }.OfType<EventPattern>())
                {
                    Events(set, pattern.Event!.Value, pattern.Name, pattern.Where, sequence.Days is { } days ? [days * Instants.Day] : []);
                }

                return true;
            case PermissionRule { Purpose: { } purpose }:
                Choices(set, purpose);
                return true;
            case MemberRule { Days: { } days, Segment: { } segment }:
                Members(set, segment, days * Instants.Day);
                return true;
            case HeldRule { Watch: { } watch } held:
                Members(set, watch, (long)held.Time.TotalMilliseconds);
                return true;
            default:
                return rule is not RankRule;
        }
    }

    private bool Field(SlotSet set, FieldRule rule)
    {
        var kind = RuleFields.Find(rule)?.Kind;
        if (kind is FieldKind.Years || rule.Window is not null || (kind is not FieldKind.Instant && rule.Days is not null))
        {
            return !_newDay; // these move at midnight only
        }

        if (kind is FieldKind.Instant && rule.Days is { } days)
        {
            var length = days * Instants.Day;
            foreach (var offset in rule.Op switch { RuleOperator.InLast => new[] { 0, length }, RuleOperator.InNext => [0, -length], _ => [length] })
            {
                set.Or(Column(StoreFields.Column(rule), offset));
            }
        }

        return true;
    }

    private bool Event(SlotSet set, EventRule rule)
    {
        if (rule.Window is not null && _newDay)
        {
            return false;
        }

        Events(set, rule.Event!.Value, rule.Name, rule.Where, Offsets(rule));
        return true;
    }

    /// <summary>How long after an event it may change what the rule says of its customer: at the end of each window, and where days since it are counted, then.
    /// 0, when it happens, needs no look: it was looked at when it was written, or lay ahead.</summary>
    private static HashSet<long> Offsets(EventRule rule)
    {
        var offsets = new HashSet<long>();
        if (rule.Op is EventOperator.Regularly or EventOperator.Stopped or EventOperator.Restarted)
        {
            for (var period = 1; period <= rule.Periods + 1; period++)
            {
                offsets.Add(period * (rule.Days ?? 0) * Instants.Day);
            }

            return offsets;
        }

        offsets.Add((rule.Days ?? 0) * Instants.Day);
        offsets.Add((rule.Minutes ?? 0) * Instants.Minute);
        if (rule.Measure is EventMeasure.DaysSinceFirst or EventMeasure.DaysSinceLast)
        {
            foreach (var days in new[] { rule.Value, rule.Value + 1, rule.To, rule.To + 1 }.OfType<double>())
            {
                offsets.Add((long)(days * Instants.Day));
            }
        }

        return offsets;
    }

    private void Events(SlotSet set, EventType type, string? name, EventFilter? where, IEnumerable<long> offsets)
    {
        var (scan, sink) = (new EventScan(store, type, name, where), new FlagSink(set));
        foreach (var offset in offsets.Where(x => x > 0))
        {
            scan.Run(new Stretch(_from - offset, _to - offset), null, ref sink);
        }
    }

    /// <summary>Grants that run out, by the terms of any place.</summary>
    private void Choices(SlotSet set, Purpose purpose)
    {
        foreach (var days in Jurisdictions.All.Select(x => consent.For(purpose, x).RetentionDays).OfType<int>().Distinct())
        {
            set.Or(Crossing(store.Granted[purpose], days * Instants.Day));
        }
    }

    private SlotSet Ahead()
    {
        var set = new SlotSet(store.Slots);
        foreach (var (at, slot) in store.Ahead)
        {
            if (at >= _from && at <= _to)
            {
                set.Add(slot);
            }
        }

        return set;
    }

    private SlotSet Column(string column, long offset) => _fields.TryGetValue((column, offset), out var known) ? known : _fields[(column, offset)] = Crossing(store.Whole(column), offset);

    private SlotSet Crossing(ValueColumn<long> column, long offset) => column.Between(_from - offset, _to - offset, store.Slots);

    private void Members(SlotSet set, int segment, long length)
    {
        foreach (var (slot, entered) in store.Members.GetValueOrDefault(segment) ?? [])
        {
            if (Crosses(entered, length))
            {
                set.Add(slot);
            }
        }
    }

    private bool Crosses(long at, long offset) => at >= _from - offset && at <= _to - offset;
}
