using System.Runtime.InteropServices;

namespace MarketingConsole.Core.Twins.Store;

/// <summary>A trait the shop sends itself: any number of values a slot.</summary>
public sealed class TraitColumn
{
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<(string Text, double? Number)> _values = [];
    private readonly List<(int Slot, int Code)> _pairs = [];

    public long Bytes => (_pairs.Capacity * 8L) + _values.Sum(x => 64L + (2 * x.Text.Length));

    public void Add(int slot, string text, double? number)
    {
        if (!_codes.TryGetValue(text, out var code))
        {
            _codes[text] = code = _values.Count;
            _values.Add((text, number));
        }

        _pairs.Add((slot, code));
    }

    public void Remove(SlotSet slots) => _pairs.RemoveAll(x => slots[x.Slot]);

    /// <summary>Slots with at least one value that passes.</summary>
    public SlotSet Where(Func<string, double?, bool> test, int slots)
    {
        var passes = _values.Select(x => test(x.Text, x.Number)).ToArray();
        var set = new SlotSet(slots);
        foreach (ref readonly var pair in CollectionsMarshal.AsSpan(_pairs))
        {
            if (passes[pair.Code])
            {
                set.Add(pair.Slot);
            }
        }

        return set;
    }

    public void Each(Action<int, string, double?> read)
    {
        foreach (var (slot, code) in _pairs)
        {
            read(slot, _values[code].Text, _values[code].Number);
        }
    }
}
