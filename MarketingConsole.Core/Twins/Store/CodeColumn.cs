namespace MarketingConsole.Core.Twins.Store;

/// <summary>A code from 1 to 65,535 for each slot, 0 = none: a byte each while no code is above 255, two from then on.</summary>
internal sealed class CodeColumn
{
    private const int FewCodes = 8;
    private Growing<byte>? _narrow = new(0);
    private readonly Growing<ushort> _wide = new(0);

    public const int Most = ushort.MaxValue;

    public long Bytes => (_narrow?.Bytes ?? 0) + _wide.Bytes;

    /// <summary>Slots there is room for; those beyond have no code.</summary>
    public int Slots => _narrow is { } narrow ? narrow.Values.Length : _wide.Values.Length;

    public int this[int slot]
    {
        get => _narrow is { } narrow ? narrow[slot] : _wide[slot];
        set
        {
            if (_narrow is { } narrow)
            {
                if (value <= byte.MaxValue)
                {
                    narrow[slot] = (byte)value;
                    return;
                }

                Widen(narrow.Values);
            }

            _wide[slot] = (ushort)value;
        }
    }

    private void Widen(ReadOnlySpan<byte> codes)
    {
        for (var slot = 0; slot < codes.Length; slot++)
        {
            _wide[slot] = codes[slot];
        }

        _narrow = null;
    }

    /// <summary>Slots whose code passes.</summary>
    /// <param name="passes">By code; 0 does not pass.</param>
    public SlotSet Where(ReadOnlySpan<bool> passes, int slots)
    {
        List<ushort> found = [], others = [];
        for (var code = 0; code < passes.Length; code++)
        {
            (passes[code] ? found : others).Add((ushort)code);
        }

        return found.Count <= FewCodes ? AnyOf(found, slots) : others.Count <= FewCodes ? AnyOf(others, slots).Not() : Looked(passes, slots);
    }

    private SlotSet AnyOf(List<ushort> codes, int slots)
    {
        var set = new SlotSet(slots);
        if (codes.Count == 0)
        {
            return set;
        }

        if (_narrow is { } narrow)
        {
            narrow.Cover(slots);
            Scan.AnyOf(narrow.Values[..slots], [.. codes.Select(x => (byte)x)], set.Words);
        }
        else
        {
            _wide.Cover(slots);
            Scan.AnyOf(_wide.Values[..slots], [.. codes], set.Words);
        }

        return set;
    }

    private SlotSet Looked(ReadOnlySpan<bool> passes, int slots)
    {
        var set = new SlotSet(slots);
        for (var slot = 0; slot < slots; slot++)
        {
            if (passes[this[slot]])
            {
                set.Add(slot);
            }
        }

        return set;
    }
}
