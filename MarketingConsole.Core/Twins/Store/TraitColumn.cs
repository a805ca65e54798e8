namespace MarketingConsole.Core.Twins.Store;

/// <summary>A trait the shop sends itself: any number of values a slot.</summary>
public sealed class TraitColumn
{
    private const int Free = -1, NoCode = -1;
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<(string Text, double? Number)> _values = [];
    private readonly CodeColumn _first = new(); // one value of each slot: code + 1
    private readonly Growing<int> _slot = new(Free), _code = new(NoCode), _before = new(0), _newest = new(0); // what does not fit there, as pairs; links: pair + 1; 0 = none
    private readonly Stack<int> _free = [];
    private int _count;

    public long Bytes => _first.Bytes + _slot.Bytes + _code.Bytes + _before.Bytes + _newest.Bytes + (_free.Count * 4L) + _values.Sum(x => 64L + (2 * x.Text.Length));

    public void Add(int slot, string text, double? number)
    {
        if (!_codes.TryGetValue(text, out var code))
        {
            _codes[text] = code = _values.Count;
            _values.Add((text, number));
        }

        if (code < CodeColumn.Most && _first[slot] == 0)
        {
            _first[slot] = code + 1;
            return;
        }

        var pair = _free.TryPop(out var free) ? free : _count++;
        (_slot[pair], _code[pair], _before[pair]) = (slot, code, _newest[slot]);
        _newest[slot] = pair + 1;
    }

    public void Remove(int slot)
    {
        _first[slot] = 0;
        for (var pair = _newest[slot] - 1; pair >= 0; pair = _before[pair] - 1)
        {
            _slot[pair] = Free;
            _free.Push(pair);
        }

        _newest[slot] = 0;
    }

    /// <summary>Slots with at least one value that passes.</summary>
    public SlotSet Where(Func<string, double?, bool> test, int slots)
    {
        bool[] passes = [false, .. _values.Select(x => test(x.Text, x.Number))];
        var set = _first.Where(passes.AsSpan(0, Math.Min(passes.Length, CodeColumn.Most + 1)), slots);
        for (var pair = 0; pair < _count; pair++)
        {
            if (_slot[pair] is >= 0 and var slot && passes[_code[pair] + 1])
            {
                set.Add(slot);
            }
        }

        return set;
    }

    public void Each(Action<int, string, double?> read)
    {
        for (var slot = 0; slot < _first.Slots; slot++)
        {
            if (_first[slot] - 1 is >= 0 and var code)
            {
                read(slot, _values[code].Text, _values[code].Number);
            }
        }

        for (var pair = 0; pair < _count; pair++)
        {
            if (_slot[pair] is >= 0 and var slot)
            {
                read(slot, _values[_code[pair]].Text, _values[_code[pair]].Number);
            }
        }
    }

    /// <summary>Adds the values of some slots to another column, where slots[i] is slot i.</summary>
    internal void CopyTo(TraitColumn other, IReadOnlyList<int> slots)
    {
        for (var i = 0; i < slots.Count; i++)
        {
            if (_first[slots[i]] - 1 is >= 0 and var code)
            {
                other.Add(i, _values[code].Text, _values[code].Number);
            }

            for (var pair = _newest[slots[i]] - 1; pair >= 0; pair = _before[pair] - 1)
            {
                other.Add(i, _values[_code[pair]].Text, _values[_code[pair]].Number);
            }
        }
    }
}
