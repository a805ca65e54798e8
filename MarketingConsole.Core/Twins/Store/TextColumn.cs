using System.Text;

namespace MarketingConsole.Core.Twins.Store;

/// <summary>A question to a text.</summary>
public delegate bool TextTest(ReadOnlySpan<char> text);

/// <summary>A text for each slot: as codes into the list of different texts while there are at most 65,535 of them, packed one after the other beyond that.</summary>
public sealed class TextColumn
{
    private const int MostCodes = CodeColumn.Most;

    private Dictionary<string, ushort>? _codes = [];
    private List<string> _texts = [""]; // code 0 = not known
    private CodeColumn _coded = new();
    private byte[] _packed = [];
    private int _used = 1; // offset 0 = not known
    private readonly Growing<int> _offsets = new(0);

    public long Bytes => _coded.Bytes + _offsets.Bytes + _packed.Length + _texts.Sum(x => 40L + (2 * x.Length));

    public string? this[int slot]
    {
        get => _codes is not null ? _coded[slot] is > 0 and var code ? _texts[code] : null
            : _offsets[slot] is > 0 and var at ? Encoding.UTF8.GetString(At(at)) : null;
        set => Set(slot, value);
    }

    /// <summary>Writes the texts of some slots to another column, where slots[i] is slot i.</summary>
    internal void CopyTo(TextColumn other, IReadOnlyList<int> slots)
    {
        for (var i = 0; i < slots.Count; i++)
        {
            if (this[slots[i]] is { } text)
            {
                other[i] = text;
            }
        }
    }

    /// <summary>Slots whose text is known and passes.</summary>
    public SlotSet Where(TextTest test, int slots)
    {
        if (_codes is null)
        {
            return ScanPacked(test, slots);
        }

        var passes = new bool[_texts.Count];
        for (var code = 1; code < passes.Length; code++)
        {
            passes[code] = test(_texts[code]);
        }

        return _coded.Where(passes, slots);
    }

    /// <summary>How many of some slots have each text; null = not known.</summary>
    internal List<(string? Text, int Slots)> Counts(int[] slots)
    {
        if (_codes is null)
        {
            return [.. slots.CountBy(x => this[x] ?? "").Select(x => (x.Key.Length == 0 ? null : x.Key, x.Value))];
        }

        var counts = new int[_texts.Count];
        foreach (var slot in slots)
        {
            counts[_coded[slot]]++;
        }

        return [.. counts.Index().Where(x => x.Item > 0).Select(x => (x.Index == 0 ? null : _texts[x.Index], x.Item))];
    }

    private SlotSet ScanPacked(TextTest test, int slots)
    {
        var set = new SlotSet(slots);
        Span<char> buffer = stackalloc char[1024];
        for (var slot = 0; slot < set.Size; slot++)
        {
            if (_offsets[slot] is > 0 and var at)
            {
                var bytes = At(at);
                var text = bytes.Length <= buffer.Length ? buffer[..Encoding.UTF8.GetChars(bytes, buffer)] : Encoding.UTF8.GetString(bytes).AsSpan();
                if (test(text))
                {
                    set.Add(slot);
                }
            }
        }

        return set;
    }

    private void Set(int slot, string? text)
    {
        if (_codes is null)
        {
            _offsets[slot] = text is null ? 0 : Pack(text);
        }
        else if (text is null)
        {
            _coded[slot] = 0;
        }
        else if (_codes.TryGetValue(text, out var code))
        {
            _coded[slot] = code;
        }
        else if (_texts.Count <= MostCodes)
        {
            _codes[text] = (ushort)_texts.Count;
            _coded[slot] = _texts.Count;
            _texts.Add(text);
        }
        else
        {
            Unpack();
            _offsets[slot] = Pack(text);
        }
    }

    /// <summary>From codes to packed texts.</summary>
    private void Unpack()
    {
        for (var slot = 0; slot < _coded.Slots; slot++)
        {
            if (_coded[slot] is > 0 and var code)
            {
                _offsets[slot] = Pack(_texts[code]);
            }
        }

        (_codes, _texts, _coded) = (null, [], new());
    }

    private ReadOnlySpan<byte> At(int offset) => _packed.AsSpan(offset + 2, _packed[offset] | (_packed[offset + 1] << 8));

    private int Pack(string text)
    {
        var length = Encoding.UTF8.GetByteCount(text);
        if (length > ushort.MaxValue)
        {
            throw new ArgumentException($"A text of {length} bytes is too long for the twin store.", nameof(text));
        }

        if (_used + length + 2 > _packed.Length)
        {
            Array.Resize(ref _packed, Math.Max(_used + length + 2, _packed.Length + (_packed.Length / 2) + 4096));
        }

        var offset = _used;
        (_packed[offset], _packed[offset + 1]) = ((byte)length, (byte)(length >> 8));
        Encoding.UTF8.GetBytes(text, _packed.AsSpan(offset + 2));
        _used += length + 2;
        return offset;
    }
}
