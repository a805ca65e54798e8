namespace MarketingConsole.Core.Twins.Store;

/// <summary>A column that takes no memory until a value other than the empty one is written.</summary>
/// <param name="empty">What rows hold that were never written.</param>
internal sealed class Growing<T>(T empty) where T : struct, IEquatable<T>
{
    private T[]? _values;
    private (Growing<T> Source, int[] Rows)? _later;

    /// <summary>True while every row holds the empty value.</summary>
    public bool IsEmpty => Read() is null;

    public T Empty => empty;

    public long Bytes => (_values?.LongLength ?? 0) * System.Runtime.CompilerServices.Unsafe.SizeOf<T>();

    /// <summary>May be shorter than there are rows, when the last ones are empty; call <see cref="Cover"/> first to read all.</summary>
    public ReadOnlySpan<T> Values => Read();

    public T this[int row]
    {
        get => Read() is { } values && row < values.Length ? values[row] : empty;
        set
        {
            if (_values is null || row >= _values.Length)
            {
                if (value.Equals(empty))
                {
                    return;
                }

                Cover(row + 1);
            }

            _values![row] = value;
        }
    }

    /// <summary>Makes room for at least <paramref name="rows"/>. Readers may call it at the same time: none sees an array that is not filled.</summary>
    public void Cover(int rows)
    {
        var old = Read();
        var have = old?.Length ?? 0;
        if (rows > have)
        {
            var values = new T[have == 0 ? rows : Math.Max(rows, (int)Math.Min(Array.MaxLength, have + (have / 4L) + 1024))];
            old?.CopyTo(values, 0);
            if (!empty.Equals(default))
            {
                Array.Fill(values, empty, have, values.Length - have);
            }

            Volatile.Write(ref _values, values);
        }
    }

    /// <summary>Row i becomes what row <paramref name="rows"/>[i] of another column is. Only while it is empty.</summary>
    public void Fill(Growing<T> source, ReadOnlySpan<int> rows)
    {
        if (source._values is not { } from || rows.Length == 0)
        {
            return;
        }

        var values = new T[rows.Length];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = rows[i] < from.Length ? from[rows[i]] : empty;
        }

        _values = values;
    }

    /// <summary>The same, but not before a value is read. The source must not change what it says of these rows, nor may several read this column at the same time.</summary>
    public void Later(Growing<T> source, int[] rows) => _later = source.IsEmpty ? null : (source, rows);

    /// <summary>Takes these values for the first rows. Only while it is empty.</summary>
    public void Fill(T[] values) => _values = values;

    private T[]? Read()
    {
        if (_later is var (source, rows))
        {
            _later = null;
            Fill(source, rows);
        }

        return _values;
    }

    /// <summary>Row i becomes what row <paramref name="order"/>[i] was.</summary>
    public void Reorder(int[] order)
    {
        if (_values is { } old)
        {
            var sorted = new T[order.Length];
            for (var i = 0; i < sorted.Length; i++)
            {
                sorted[i] = order[i] < old.Length ? old[order[i]] : empty;
            }

            _values = sorted;
        }
    }
}
