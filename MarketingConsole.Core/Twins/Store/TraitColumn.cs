namespace MarketingConsole.Core.Twins.Store;

/// <summary>A trait the shop sends itself: any number of values a slot.</summary>
public sealed class TraitColumn
{
    private const int Free = -1, NoCode = -1;
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<(string Text, double? Number)> _values = [];
    private readonly Growing<int> _slot = new(Free), _code = new(NoCode), _before = new(0), _newest = new(0); // links: pair + 1; 0 = none
    private readonly Stack<int> _free = [];
    private int _count;

    public long Bytes => _slot.Bytes + _code.Bytes + _before.Bytes + _newest.Bytes + (_free.Count * 4L) + _values.Sum(x => 64L + (2 * x.Text.Length));

    public void Add(int slot, string text, double? number)
    {
        if (!_codes.TryGetValue(text, out var code))
        {
            _codes[text] = code = _values.Count;
            _values.Add((text, number));
        }

        var pair = _free.TryPop(out var free) ? free : _count++;
        (_slot[pair], _code[pair], _before[pair]) = (slot, code, _newest[slot]);
        _newest[slot] = pair + 1;
    }

    public void Remove(int slot)
    {
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
        var passes = _values.Select(x => test(x.Text, x.Number)).ToArray();
        var set = new SlotSet(slots);
        _slot.Cover(_count);
        _code.Cover(_count);
        var owners = _slot.Values;
        var codes = _code.Values;
        var words = set.Words;
        var (at, word) = (0, 0UL);
        for (var pair = 0; pair < _count; pair++)
        {
            var owner = owners[pair];
            if (owner >> 6 != at)
            {
                if (owner < 0)
                {
                    continue;
                }

                words[at] |= word; // mostly sixty-four slots one after the other
                (at, word) = (owner >> 6, 0);
            }

            word |= (passes[codes[pair]] ? 1UL : 0UL) << owner;
        }

        if (word != 0)
        {
            words[at] |= word;
        }

        return set;
    }

    public void Each(Action<int, string, double?> read)
    {
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
            for (var pair = _newest[slots[i]] - 1; pair >= 0; pair = _before[pair] - 1)
            {
                other.Add(i, _values[_code[pair]].Text, _values[_code[pair]].Number);
            }
        }
    }
}
