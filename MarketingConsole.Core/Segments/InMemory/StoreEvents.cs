using System.Buffers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>Event behaviour over the store's columns.</summary>
internal sealed class StoreEvents(TwinStore store, ShopCalendar calendar, DateTime asOf)
{
    private readonly long _now = Instants.Of(asOf);

    public SlotSet Where(EventRule rule)
    {
        var length = (rule.Days ?? 0) * Instants.Day;
        return rule.Op switch
        {
            EventOperator.Performed => Any(rule, Window(rule)),
            EventOperator.NotPerformed => Any(rule, Window(rule)).Not(),
            EventOperator.Regularly => Regularly(rule, length),
            EventOperator.Stopped => Often(rule, Ago(length * (rule.Periods!.Value + 1), length)).And(Any(rule, Ago(length, 0)).Not()),
            EventOperator.Restarted => Any(rule, Ago(length, 0)).And(Any(rule, Ago(length * (rule.Periods!.Value + 1), length)).Not()).And(Any(rule, Stretch.Until(_now - (length * (rule.Periods!.Value + 1))))),
            _ => Compared(rule),
        };
    }

    /// <summary>The measure of each slot that has something to measure. Give it back to the store.</summary>
    public SlotValues Measure(EventRule rule) => Measure(rule, Window(rule));

    private SlotValues Measure(EventRule rule, Stretch span)
    {
        var (values, scan, pieces) = (store.Rent(), Scan(rule), rule.Of == "quantity");
        var after = After(rule, span);
        switch (rule.Measure)
        {
            case EventMeasure.Sum:
                Sum(scan, span, after, pieces, values);
                break;
            case EventMeasure.Count when !scan.ByLine:
                var counts = new CountSink(values);
                scan.Run(span, after, ref counts);
                break;
            case EventMeasure.Distinct:
                Distinct(rule, scan, span, after, values);
                break;
            case EventMeasure.Average:
                Average(scan, span, after, pieces, values);
                break;
            default:
                Fold(scan, span, after, pieces, values, rule.Measure switch
                {
                    EventMeasure.Minimum => (least, x, _) => double.IsNaN(least) ? x : Math.Min(least, x),
                    EventMeasure.Maximum => (most, x, _) => double.IsNaN(most) ? x : Math.Max(most, x),
                    EventMeasure.DaysSinceFirst => (first, _, at) => double.IsNaN(first) ? at : Math.Min(first, at),
                    EventMeasure.DaysSinceLast => (last, _, at) => double.IsNaN(last) ? at : Math.Max(last, at),
                    _ => Counted,
                });
                break;
        }

        Return(after);
        return values;
    }

    private static void Sum(EventScan scan, Stretch span, SlotValues? after, bool pieces, SlotValues values)
    {
        var sums = new SumSink(values, pieces, scan.AnyLarge);
        scan.Run(span, after, ref sums);
        if (values.Overflown)
        {
            values.Clear();
            sums = new SumSink(values, pieces, wide: true);
            scan.Run(span, after, ref sums);
        }
    }

    private static double Counted(double count, long amount, long at) => double.IsNaN(count) ? 1 : count + 1;

    private void Average(EventScan scan, Stretch span, SlotValues? after, bool pieces, SlotValues values)
    {
        var counts = store.Rent();
        Fold(scan, span, after, pieces, counts, Counted);
        Fold(scan, span, after, pieces, values, (sum, x, _) => double.IsNaN(sum) ? x : sum + x);
        counts.Each((slot, count) => values.Of(slot) /= count);
        store.Return(counts);
    }

    private SlotSet Compared(EventRule rule)
    {
        var interval = MeasureInterval.Of(rule, asOf);
        if (rule.Measure == EventMeasure.Count && !interval.Holds(0) && interval.Wholes is var (low, high) && low is > 0 and <= byte.MaxValue && high is < byte.MaxValue or long.MaxValue && Scan(rule) is { ByLine: false } scan)
        {
            return Small(rule, scan, (byte)low, (byte)Math.Min(byte.MaxValue, high));
        }

        var values = Measure(rule);

        var set = interval.Where(values, rule.Measure is EventMeasure.Count or EventMeasure.Sum or EventMeasure.Distinct ? 0 : double.NaN, store.Slots); // of nothing, counts and sums are 0
        store.Return(values);
        return set;
    }

    private SlotSet Small(EventRule rule, EventScan scan, byte low, byte high)
    {
        var (set, span, counts) = (new SlotSet(store.Slots), Window(rule), ArrayPool<byte>.Shared.Rent(store.Slots));
        Array.Clear(counts);
        var after = After(rule, span);
        var sink = new SmallCountSink(counts);
        scan.Run(span, after, ref sink);
        Return(after);
        set.AddBetween(counts, low, high);
        ArrayPool<byte>.Shared.Return(counts);
        return set;
    }

    private SlotSet Any(EventRule rule, Stretch span)
    {
        var (set, after) = (new SlotSet(store.Slots), After(rule, span));
        var sink = new FlagSink(set);
        Scan(rule).Run(span, after, ref sink);
        Return(after);
        return set;
    }

    private SlotSet Often(EventRule rule, Stretch span)
    {
        var values = Measure(rule with { Measure = EventMeasure.Count, Of = null }, span);
        var set = values.Between(rule.Value!.Value, double.PositiveInfinity, store.Slots);
        store.Return(values);
        return set;
    }

    private SlotSet Regularly(EventRule rule, long length)
    {
        var (set, counts) = (new SlotSet(store.Slots), new byte[store.Slots]);
        for (var period = 0; period < rule.Periods!.Value; period++)
        {
            foreach (var slot in Any(rule, Ago(length * (period + 1), length * period)).Slots())
            {
                counts[slot] += counts[slot] < byte.MaxValue ? (byte)1 : (byte)0;
            }
        }

        set.AddBetween(counts, (byte)Math.Clamp(Math.Ceiling(rule.Value!.Value), 1, byte.MaxValue), byte.MaxValue);
        return set;
    }

    private static void Fold(EventScan scan, Stretch span, SlotValues? after, bool pieces, SlotValues values, Func<double, long, long, double> fold)
    {
        var sink = new EventFoldSink(values, pieces, fold);
        scan.Run(span, after, ref sink);
        sink.End();
    }

    private void Distinct(EventRule rule, EventScan scan, Stretch span, SlotValues? after, SlotValues values)
    {
        var names = new Dictionary<string, int>(StringComparer.Ordinal);
        int Code(string? name) => string.IsNullOrEmpty(name) ? int.MinValue : names.TryGetValue(name, out var code) ? code : names[name] = names.Count;
        var codes = new Dictionary<int, int>();
        int Of(int product, Func<StoreProduct, string> read) => codes.TryGetValue(product, out var code) ? code : codes[product] = Code(store.Products[product] is { } found ? read(found) : null);
        var pairs = new HashSet<long>(); // slot and key
        var sink = new DistinctSink(pairs, rule.Of switch
        {
            "product" => (e, row) => Known(e.Product[row]),
            "category" => (e, row) => Of(e.Product[row], x => x.Category),
            "brand" => (e, row) => Of(e.Product[row], x => x.Brand),
            "store" => (e, row) => Known(e.Store[row]),
            "campaign" => (e, row) => Known(e.Campaign[row]),
            "channel" => (e, row) => e.Channel[row],
            "day" => (e, row) => e.DayOf(row),
            _ => throw new InvalidOperationException($"{rule.Of} cannot be told apart."),
        });
        scan.Run(span, after, ref sink);
        foreach (var pair in pairs)
        {
            values.AddWhole((int)(pair >> 32), 1);
        }
    }

    private static int Known(int id) => id == 0 ? int.MinValue : id;

    private EventScan Scan(EventRule rule) => new(store, rule.Event!.Value, rule.Name, rule.Where, lines: rule is { Measure: EventMeasure.Distinct, Of: "product" or "category" or "brand" });

    /// <summary>The instant of each slot's last event of the kind after which events count. Those before the window cannot keep an event of the window out.</summary>
    private SlotValues? After(EventRule rule, Stretch span)
    {
        if (rule.Since is not { } since)
        {
            return null;
        }

        var last = store.Rent();
        var sink = new LastSink(last);
        new EventScan(store, since.Event!.Value, since.Name, since.Where).Run(new(span.From, _now), null, ref sink);
        return last;
    }

    private void Return(SlotValues? values)
    {
        if (values is not null)
        {
            store.Return(values);
        }
    }

    private Stretch Ago(long start, long end) => new(_now - start + 1, _now - end);

    private Stretch Window(EventRule rule)
    {
        if (rule.Window is { } window)
        {
            var (from, until) = CalendarDays.Of(window, asOf, calendar).Instants(calendar);
            return new(Instants.Of(from), Math.Min(_now, Instants.Of(until) - 1));
        }

        return rule switch
        {
            { Days: { } days } => Ago(days * Instants.Day, 0),
            { Minutes: { } minutes } => Ago(minutes * Instants.Minute, 0),
            _ => new(rule.From is { } start ? Instants.Of(start.UtcDateTime) : long.MinValue, rule.Until is { } end ? Math.Min(_now, Instants.Of(end.UtcDateTime) - 1) : _now),
        };
    }
}
