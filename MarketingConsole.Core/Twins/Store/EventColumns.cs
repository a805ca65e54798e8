using System.Numerics.Tensors;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Twins.Store;

/// <summary>One event, or one line of a purchase or return with what it takes from its event.</summary>
/// <param name="At">Unix milliseconds.</param>
/// <param name="Day">The shop's day as it was when the event was written, see <see cref="Event.Day"/>.</param>
/// <param name="Order">Lines of one event share it and stand together; no other event has it.</param>
/// <param name="Product">Product id; 0 = none. Store, campaign alike.</param>
/// <param name="Whole">Amount of the whole event, in cents; the same as <paramref name="Amount"/> for an event.</param>
public readonly record struct EventRow(long At, int Day, int Slot, int Order, Channel Channel, int Product, long Amount, int Quantity, int Store, int Campaign, long Whole);

/// <summary>Events of one type, or their lines, in columns in the order of arrival, which at the start is the order of time. Blocks of rows know their
/// earliest and latest instant, so that a window reads the blocks it touches only. Rows never move while the store lives, and are not removed but emptied.</summary>
public sealed class EventColumns
{
    /// <summary>Rows of a block.</summary>
    public const int BlockSize = 4096;

    private readonly Growing<long> _at = new(0);
    private readonly Growing<int> _slot = new(NoSlot), _order = new(0), _product = new(0), _quantity = new(0), _store = new(0), _campaign = new(0), _amount = new(0), _whole = new(0);
    private readonly Growing<byte> _channel = new(0);
    private readonly Growing<sbyte> _dayShift = new(0); // from the UTC day
    private readonly Dictionary<int, (long Amount, long Whole)> _large = []; // amounts beyond 32 bits
    private readonly List<(long First, long Last)> _blocks = [];
    private readonly Growing<int> _newest = new(0), _before = new(0); // row + 1; 0 = none
    private readonly Dictionary<int, List<int>> _byProduct = []; // rows of lines
    private readonly bool _lines;
    private bool _linked;

    /// <param name="lines">True for lines, which say what their whole event came to.</param>
    public EventColumns(bool lines = false) => _lines = lines;

    /// <summary>Slot of a row that was emptied.</summary>
    public const int NoSlot = -1;

    public int Count { get; private set; }

    /// <summary>Rows that were emptied.</summary>
    public int Gone { get; private set; }

    public long Bytes => _at.Bytes + _slot.Bytes + _order.Bytes + _product.Bytes + _quantity.Bytes + _store.Bytes + _campaign.Bytes + _amount.Bytes + _whole.Bytes + _channel.Bytes + _dayShift.Bytes + _newest.Bytes + _before.Bytes + _byProduct.Values.Sum(x => x.Capacity * 4L);

    internal int Blocks => _blocks.Count;
    internal ReadOnlySpan<long> At => _at.Values;
    internal ReadOnlySpan<int> Slot => _slot.Values;
    internal Growing<int> Order => _order;
    internal Growing<int> Product => _product;
    internal Growing<int> Quantity => _quantity;
    internal Growing<int> Store => _store;
    internal Growing<int> Campaign => _campaign;
    internal Growing<byte> Channel => _channel;

    /// <summary>True when an amount may need <see cref="AmountOf"/> instead of <see cref="SmallAmounts"/>.</summary>
    internal bool AnyLarge => _large.Count > 0;
    internal Growing<int> SmallAmounts => _amount;

    internal (long First, long Last) Block(int block) => _blocks[block];

    /// <summary>True when all events lie between two instants, both included.</summary>
    internal bool Within(long from, long to) => _blocks.TrueForAll(x => x.First >= from && x.Last <= to);

    internal long AmountOf(int row) => _large.Count > 0 && _large.TryGetValue(row, out var large) ? large.Amount : _amount[row];

    internal int DayOf(int row) => UtcDay(_at[row]) + _dayShift[row];

    private static int UtcDay(long at) => (int)Math.Floor(at / 86_400_000.0);

    internal long WholeOf(int row) => !_lines ? AmountOf(row) : _large.Count > 0 && _large.TryGetValue(row, out var large) ? large.Whole : _whole[row];

    public void Add(in EventRow e)
    {
        var row = Count++;
        _at[row] = e.At;
        _at.Cover(Count);
        _slot[row] = e.Slot;
        _product[row] = e.Product;
        _quantity[row] = e.Quantity;
        _store[row] = e.Store;
        _campaign[row] = e.Campaign;
        _channel[row] = (byte)e.Channel;
        _dayShift[row] = checked((sbyte)(e.Day - UtcDay(e.At)));
        if (_lines)
        {
            _order[row] = e.Order;
        }

        if ((int)e.Amount == e.Amount && (int)e.Whole == e.Whole)
        {
            _amount[row] = (int)e.Amount;
            _whole[row] = _lines ? (int)e.Whole : 0;
        }
        else
        {
            _large[row] = (e.Amount, e.Whole);
        }

        if (_linked)
        {
            Link(row);
        }

        var block = row / BlockSize;
        if (block == _blocks.Count)
        {
            _blocks.Add((e.At, e.At));
        }
        else
        {
            var (first, last) = _blocks[block];
            _blocks[block] = (Math.Min(first, e.At), Math.Max(last, e.At));
        }
    }

    /// <summary>Empties the rows of a slot. Rows must have been sorted once.</summary>
    public void Remove(int slot)
    {
        for (var row = Newest(slot); row >= 0; row = _before[row] - 1)
        {
            _slot[row] = NoSlot;
            Gone++;
        }

        _newest[slot] = 0;
    }

    /// <summary>Fills empty columns with the rows of some slots, where slots[i] is slot i; each slot's in the order of arrival. Columns but slot and instant are copied when they are first read,
    /// which may be after the lock was left: what a row says never changes.</summary>
    internal void CopyTo(EventColumns other, IReadOnlyList<int> slots)
    {
        var (rows, owners) = RowsOf(slots);
        other.Count = rows.Length;
        other._at.Fill(_at, rows);
        other._slot.Fill(owners);
        other._product.Later(_product, rows);
        other._quantity.Later(_quantity, rows);
        other._store.Later(_store, rows);
        other._campaign.Later(_campaign, rows);
        other._channel.Later(_channel, rows);
        other._dayShift.Later(_dayShift, rows);
        other._order.Later(_order, rows);
        other._amount.Later(_amount, rows);
        other._whole.Later(_whole, rows);
        for (var row = 0; row < rows.Length && _large.Count > 0; row++)
        {
            if (_large.TryGetValue(rows[row], out var large))
            {
                other._large[row] = large;
            }
        }

        for (var row = 0; row < rows.Length; row += BlockSize)
        {
            var at = other._at.Values[row..Math.Min(row + BlockSize, rows.Length)];
            other._blocks.Add((TensorPrimitives.Min(at), TensorPrimitives.Max(at)));
        }
    }

    /// <summary>The rows of some slots, and of which of them each is.</summary>
    private (int[] Rows, int[] Owners) RowsOf(IReadOnlyList<int> slots)
    {
        // All slots go back one row at a time, side by side: each step waits for memory, and so they wait together.
        var (at, alive, counts) = (new int[slots.Count], new int[slots.Count], new int[slots.Count]);
        var (found, n) = (new List<(int Owner, int Row)>(slots.Count), 0);
        for (var i = 0; i < slots.Count; i++)
        {
            at[i] = Newest(slots[i]);
            alive[n] = i;
            n += at[i] >= 0 ? 1 : 0;
        }

        while (n > 0)
        {
            var left = 0;
            for (var k = 0; k < n; k++)
            {
                var owner = alive[k];
                found.Add((owner, at[owner]));
                counts[owner]++;
                at[owner] = _before[at[owner]] - 1;
                alive[left] = owner;
                left += at[owner] >= 0 ? 1 : 0;
            }

            n = left;
        }

        var (rows, owners, end) = (new int[found.Count], new int[found.Count], 0);
        for (var i = 0; i < counts.Length; i++)
        {
            counts[i] = end += counts[i];
        }

        foreach (var (owner, row) in found)
        {
            var to = --counts[owner]; // from the newest back
            (rows[to], owners[to]) = (row, owner);
        }

        return (rows, owners);
    }

    private int Newest(int slot) => _linked ? _newest[slot] - 1 : throw new InvalidOperationException("The rows were not sorted yet.");

    /// <summary>Rows of lines of these products in the order of arrival, or null when they are not known by product.</summary>
    internal int[]? RowsOf(ReadOnlySpan<int> products)
    {
        if (!_lines || !_linked)
        {
            return null;
        }

        var rows = new List<int>();
        foreach (var product in products)
        {
            rows.AddRange(_byProduct.GetValueOrDefault(product) ?? []);
        }

        if (products.Length > 1)
        {
            rows.Sort(); // lines of one event stand together
        }

        return [.. rows];
    }

    private void Link(int row)
    {
        if (_lines)
        {
            (_byProduct.TryGetValue(_product[row], out var rows) ? rows : _byProduct[_product[row]] = []).Add(row);
        }

        if (_slot[row] is >= 0 and var slot)
        {
            _before[row] = _newest[slot];
            _newest[slot] = row + 1;
        }
    }

    /// <summary>Brings the rows into the order of time. Only before anything refers to their numbers; from then on each slot's rows are linked.</summary>
    public void Sort()
    {
        var (keys, order) = (_at.Values[..Count].ToArray(), new int[Count]);
        for (var i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        StableSort(keys, order);
        foreach (var column in new[] { _slot, _order, _product, _quantity, _store, _campaign, _amount, _whole })
        {
            column.Reorder(order);
        }

        _at.Reorder(order);
        _channel.Reorder(order);
        _dayShift.Reorder(order);
        if (_large.Count > 0)
        {
            var moved = order.Select((from, to) => (from, to)).Where(x => _large.ContainsKey(x.from)).Select(x => (x.to, _large[x.from])).ToList();
            _large.Clear();
            moved.ForEach(x => _large[x.to] = x.Item2);
        }

        for (var block = 0; block < _blocks.Count; block++)
        {
            _blocks[block] = (_at[block * BlockSize], _at[Math.Min((block + 1) * BlockSize, Count) - 1]);
        }

        _before.Cover(Count);
        _linked = true;
        for (var row = 0; row < Count; row++)
        {
            Link(row);
        }
    }

    /// <summary>Sorts by key; equal keys keep their order, so that the lines of an event stay together.</summary>
    private static void StableSort(long[] keys, int[] order)
    {
        // Radix sort by 16 bits from the lowest: stable, and four passes at most over the range there is.
        var least = keys.Length == 0 ? 0 : keys.Min();
        var range = keys.Length == 0 ? 0UL : (ulong)(keys.Max() - least);
        var (otherKeys, otherOrder) = (new long[keys.Length], new int[keys.Length]);
        var (fromKeys, fromOrder, toKeys, toOrder) = (keys, order, otherKeys, otherOrder);
        for (var shift = 0; shift < 64 && range >> shift != 0; shift += 16)
        {
            var starts = new int[65_537];
            foreach (var key in fromKeys)
            {
                starts[((int)((ulong)(key - least) >> shift) & 0xFFFF) + 1]++;
            }

            for (var i = 1; i < starts.Length; i++)
            {
                starts[i] += starts[i - 1];
            }

            for (var i = 0; i < fromKeys.Length; i++)
            {
                var to = starts[(int)((ulong)(fromKeys[i] - least) >> shift) & 0xFFFF]++;
                (toKeys[to], toOrder[to]) = (fromKeys[i], fromOrder[i]);
            }

            (fromKeys, fromOrder, toKeys, toOrder) = (toKeys, toOrder, fromKeys, fromOrder);
        }

        if (fromOrder != order)
        {
            fromOrder.CopyTo(order, 0);
        }
    }
}
