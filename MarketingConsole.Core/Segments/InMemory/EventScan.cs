using System.Text.Json;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Store;

namespace MarketingConsole.Core.Segments.InMemory;

/// <summary>A stretch of time in unix milliseconds, both ends included.</summary>
internal readonly record struct Stretch(long From, long To)
{
    public static Stretch Until(long to) => new(long.MinValue, to);
}

/// <summary>Takes the rows of one block that a scan found.</summary>
internal interface IRowSink
{
    void Take(EventColumns events, ReadOnlySpan<int> rows);

    /// <summary>Takes all rows from one to before another; false where only a list will do.</summary>
    bool TakeAll(EventColumns events, int start, int end) => false;
}

/// <summary>Which events of a pattern count, as lists of rows: a block at a time, each filter leaving fewer.</summary>
internal sealed class EventScan
{
    private readonly List<EventColumns> _sources;
    private const int MostFew = 5;
    private readonly bool[]? _products;
    private readonly int[]? _few;
    private readonly bool[]? _channels;
    private readonly HashSet<int>? _stores, _campaigns;
    private readonly bool _filters;
    private readonly long _least = long.MinValue, _most = long.MaxValue;

    /// <param name="lines">Lines of purchases and returns are wanted even without a filter on products.</param>
    public EventScan(TwinStore store, EventType type, string? name, EventFilter? where, bool lines = false)
    {
        ByLine = (lines || where is { OnProducts: true }) && type is (EventType.Purchase or EventType.Return);
        _sources = ByLine ? [store.Lines(type)] : [.. store.Events(type, name)];
        if (where is null)
        {
            return;
        }

        if (where.OnProducts)
        {
            var chosen = Products(store, where);
            (_products, _few) = (chosen.Wanted, chosen.Ids.Length <= MostFew ? chosen.Ids : null);
        }

        if (where.Channels is { } channels)
        {
            _channels = new bool[256];
            foreach (var channel in channels)
            {
                _channels[(byte)channel] = true;
            }
        }

        _filters = _products is not null || _channels is not null || where is { Stores: not null } or { Campaigns: not null } or { AmountAtLeast: not null } or { AmountAtMost: not null };
        (_stores, _campaigns) = (where.Stores?.ToHashSet(), where.Campaigns?.ToHashSet());
        _least = where.AmountAtLeast is { } low ? FieldConditions.Cents(low) : _least;
        _most = where.AmountAtMost is { } high ? FieldConditions.Cents(high) : _most;
    }

    /// <summary>True when rows are lines, and a line's amount and quantity are asked for.</summary>
    public bool ByLine { get; }

    /// <summary>True when an amount may be beyond 32 bits.</summary>
    public bool AnyLarge => _sources.Exists(x => x.AnyLarge);

    /// <param name="after">For some slots the instant after which their events count; null = no such bound.</param>
    public void Run<TSink>(Stretch span, SlotValues? after, ref TSink sink) where TSink : struct, IRowSink
    {
        Span<int> buffer = stackalloc int[EventColumns.BlockSize];
        foreach (var events in _sources)
        {
            if (_few is not null && events.RowsOf(_few) is { } listed)
            {
                Run(events, listed, span, after, ref sink);
                continue;
            }

            for (var block = 0; block < events.Blocks; block++)
            {
                var (first, last) = events.Block(block);
                if (last < span.From || first > span.To)
                {
                    continue;
                }

                var (start, end) = (block * EventColumns.BlockSize, Math.Min((block + 1) * EventColumns.BlockSize, events.Count));
                var inside = first >= span.From && last <= span.To;
                if (inside && !_filters && after is null && events.Gone == 0 && sink.TakeAll(events, start, end))
                {
                    continue;
                }

                var rows = InTime(events, start, end, inside ? null : span, buffer);
                rows = Filter(events, rows, after);
                if (rows.Length > 0)
                {
                    sink.Take(events, rows);
                }
            }
        }
    }

    /// <summary>Rows that are known by their product.</summary>
    private void Run<TSink>(EventColumns events, Span<int> listed, Stretch span, SlotValues? after, ref TSink sink) where TSink : struct, IRowSink
    {
        var at = events.At;
        var all = events.Within(span.From, span.To);
        for (var start = 0; start < listed.Length; start += EventColumns.BlockSize)
        {
            var n = 0;
            var rows = listed[start..Math.Min(start + EventColumns.BlockSize, listed.Length)];
            foreach (var row in all ? [] : rows)
            {
                rows[n] = row;
                n += at[row] >= span.From && at[row] <= span.To ? 1 : 0;
            }

            rows = Filter(events, all ? rows : rows[..n], after);
            if (rows.Length > 0)
            {
                sink.Take(events, rows);
            }
        }
    }

    private Span<int> InTime(EventColumns events, int start, int end, Stretch? span, Span<int> rows)
    {
        var n = 0;
        if (span is { } limits)
        {
            var at = events.At;
            for (var row = start; row < end; row++)
            {
                rows[n] = row;
                n += at[row] >= limits.From && at[row] <= limits.To ? 1 : 0;
            }

            return _products is null ? rows[..n] : OfProducts(events, rows[..n]);
        }

        if (_products is { } wanted)
        {
            events.Product.Cover(events.Count);
            var products = events.Product.Values;
            if (_few is { } few)
            {
                return Few(products, start, end, few, rows);
            }

            for (var row = start; row < end; row++)
            {
                rows[n] = row;
                n += (uint)products[row] < (uint)wanted.Length && wanted[products[row]] ? 1 : 0;
            }

            return rows[..n];
        }

        for (var row = start; row < end; row++)
        {
            rows[n++] = row;
        }

        return rows[..n];
    }

    /// <summary>Looks for a handful of products many rows at a time.</summary>
    private static Span<int> Few(ReadOnlySpan<int> products, int start, int end, int[] few, Span<int> rows)
    {
        var (n, row) = (0, start);
        while (row < end && products[row..end].IndexOfAny(few) is >= 0 and var next)
        {
            rows[n++] = row + next;
            row += next + 1;
        }

        return rows[..n];
    }

    private Span<int> OfProducts(EventColumns events, Span<int> rows)
    {
        events.Product.Cover(events.Count);
        var (n, wanted) = (0, _products!);
        var products = events.Product.Values;
        foreach (var row in rows)
        {
            rows[n] = row;
            n += (uint)products[row] < (uint)wanted.Length && wanted[products[row]] ? 1 : 0;
        }

        return rows[..n];
    }

    private Span<int> Filter(EventColumns events, Span<int> rows, SlotValues? after)
    {
        if (events.Gone > 0)
        {
            rows = Present(events, rows);
        }

        if (_channels is { } channels)
        {
            rows = Where(rows, row => channels[events.Channel[row]]);
        }

        if (_stores is { } stores)
        {
            rows = Where(rows, row => stores.Contains(events.Store[row]));
        }

        if (_campaigns is { } campaigns)
        {
            rows = Where(rows, row => campaigns.Contains(events.Campaign[row]));
        }

        if (_least > long.MinValue || _most < long.MaxValue)
        {
            rows = Where(rows, row => events.WholeOf(row) >= _least && events.WholeOf(row) <= _most);
        }

        return after is null ? rows : after.Above(events.Slot, events.At, rows);
    }

    private static Span<int> Present(EventColumns events, Span<int> rows)
    {
        var n = 0;
        var slots = events.Slot;
        foreach (var row in rows)
        {
            rows[n] = row;
            n += slots[row] >= 0 ? 1 : 0;
        }

        return rows[..n];
    }

    private static Span<int> Where(Span<int> rows, Func<int, bool> test)
    {
        var n = 0;
        foreach (var row in rows)
        {
            rows[n] = row;
            n += test(row) ? 1 : 0;
        }

        return rows[..n];
    }

    private static ProductChoice Products(TwinStore store, EventFilter where)
    {
        var (least, most) = (where.PriceAtLeast is { } low ? FieldConditions.Cents(low) : long.MinValue, where.PriceAtMost is { } high ? FieldConditions.Cents(high) : long.MaxValue);
        return store.Products.Where($"{Name(where.Categories)}/{Name(where.Brands)}/{Name(where.Skus)}/{least}/{most}", x =>
            (where.Categories?.Contains(x.Category) ?? true) && (where.Brands?.Contains(x.Brand) ?? true) && (where.Skus?.Contains(x.Sku) ?? true) && x.PriceCents >= least && x.PriceCents <= most);

        static string Name(IReadOnlyList<string>? values) => values is null ? "" : JsonSerializer.Serialize(values);
    }
}
