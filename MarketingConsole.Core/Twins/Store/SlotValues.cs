namespace MarketingConsole.Core.Twins.Store;

/// <summary>A number for those slots that have one, NaN for all others. Knows which have, so that a few among a million cost no pass over the million.</summary>
internal sealed class SlotValues(int size)
{
    private readonly double[] _values = Filled(size);
    private readonly int[] _known = new int[size];
    private int _count;

    public int Size => size;

    /// <summary>Slots that have a value, in no order.</summary>
    public ReadOnlySpan<int> Known => _known.AsSpan(0, _count);

    public double this[int slot] => _values[slot];

    /// <summary>The value to be changed; NaN when this is the slot's first.</summary>
    public ref double Of(int slot)
    {
        ref var value = ref _values[slot];
        if (double.IsNaN(value))
        {
            _known[_count++] = slot;
        }

        return ref value;
    }

    public void Clear()
    {
        foreach (var slot in Known)
        {
            _values[slot] = double.NaN;
        }

        _count = 0;
    }

    private static double[] Filled(int size)
    {
        var values = new double[size];
        Array.Fill(values, double.NaN);
        return values;
    }
}
