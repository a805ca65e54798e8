namespace MarketingConsole.Core.Learning.Recommendation;

/// <summary>One thing a customer did with one item.</summary>
/// <param name="Item">From 0.</param>
/// <param name="Weight">How much, above 0: pieces, orders, or 1.</param>
/// <param name="Day">When, in days on any scale that all events share; 0 where unknown.</param>
public readonly record struct Bought(int Item, float Weight = 1, double Day = 0);

/// <summary>What every customer bought: a sparse matrix of customers × items. A customer's events stay apart, in the order of time; models that want one weight an item use <see cref="Merged"/>.</summary>
public sealed class Interactions
{
    private readonly int[] _starts;
    private readonly Bought[] _events;

    private Interactions(int items, int[] starts, Bought[] events) => (Items, _starts, _events) = (items, starts, events);

    public int Users => _starts.Length - 1;

    public int Items { get; }

    public int Count => _events.Length;

    /// <summary>The latest day of all events.</summary>
    public double Now => _events.Length == 0 ? 0 : _events.Max(x => x.Day);

    /// <summary>True when the events do not all share one day, so that "later" means something.</summary>
    public bool Timed => _events.Length > 0 && _events.Any(x => x.Day != _events[0].Day);

    /// <summary>The events of one customer, oldest first.</summary>
    public ReadOnlySpan<Bought> Of(int user) => _events.AsSpan(_starts[user], _starts[user + 1] - _starts[user]);

    /// <param name="events">User from 0 to users − 1, item from 0 to items − 1, weight above 0; in any order.</param>
    /// <exception cref="LearningException">No events, numbers out of range or not finite.</exception>
    public static Interactions From(IEnumerable<(int User, Bought Event)> events, int users, int items)
    {
        var all = events.ToArray();
        if (all.Length == 0)
        {
            throw new LearningException("There is nothing to learn recommendations from: no purchase or other event on a product.");
        }

        var starts = new int[users + 1];
        foreach (var (user, x) in all)
        {
            if (user < 0 || user >= users || x.Item < 0 || x.Item >= items)
            {
                throw new LearningException($"An event names customer {user} or item {x.Item}, which is not in the list.");
            }

            if (!(x.Weight > 0 && float.IsFinite(x.Weight) && double.IsFinite(x.Day)))
            {
                throw new LearningException("Each event needs a weight above 0 and a time that is a number.");
            }

            starts[user + 1]++;
        }

        for (var u = 0; u < users; u++)
        {
            starts[u + 1] += starts[u];
        }

        var (sorted, at) = (new Bought[all.Length], (int[])starts.Clone());
        foreach (var (user, x) in all)
        {
            sorted[at[user]++] = x;
        }

        for (var u = 0; u < users; u++)
        {
            sorted.AsSpan(starts[u], starts[u + 1] - starts[u]).Sort((x, y) => x.Day != y.Day ? x.Day.CompareTo(y.Day) : x.Item.CompareTo(y.Item));
        }

        return new(items, starts, sorted);
    }

    /// <summary>One weight a customer and item, the sum over the events, by customer: row u holds entries Starts[u] to Starts[u + 1] in the order of items.</summary>
    internal (int[] Starts, int[] Columns, float[] Weights) Merged()
    {
        var (starts, columns, weights) = (new int[Users + 1], new List<int>(Count), new List<float>(Count));
        for (var u = 0; u < Users; u++)
        {
            foreach (var (item, weight) in Merge(Of(u)))
            {
                columns.Add(item);
                weights.Add(weight);
            }

            starts[u + 1] = columns.Count;
        }

        return (starts, [.. columns], [.. weights]);
    }

    /// <summary>Sums the weights of each item, in the order of items.</summary>
    internal static List<(int Item, float Weight)> Merge(ReadOnlySpan<Bought> history)
    {
        var entries = new List<(int Item, float Weight)>(history.Length);
        foreach (var x in history)
        {
            entries.Add((x.Item, x.Weight));
        }

        entries.Sort((x, y) => x.Item.CompareTo(y.Item));
        var kept = 0;
        for (var i = 0; i < entries.Count; i++)
        {
            if (kept > 0 && entries[kept - 1].Item == entries[i].Item)
            {
                entries[kept - 1] = (entries[i].Item, entries[kept - 1].Weight + entries[i].Weight);
            }
            else
            {
                entries[kept++] = entries[i];
            }
        }

        entries.RemoveRange(kept, entries.Count - kept);
        return entries;
    }

    /// <summary>The matrix the other way round: row i holds the customers of item i.</summary>
    internal static (int[] Starts, int[] Columns, float[] Weights) Transpose((int[] Starts, int[] Columns, float[] Weights) by, int columns)
    {
        var starts = new int[columns + 1];
        foreach (var c in by.Columns)
        {
            starts[c + 1]++;
        }

        for (var c = 0; c < columns; c++)
        {
            starts[c + 1] += starts[c];
        }

        var (rows, weights, at) = (new int[by.Columns.Length], new float[by.Columns.Length], (int[])starts.Clone());
        for (var r = 0; r + 1 < by.Starts.Length; r++)
        {
            for (var k = by.Starts[r]; k < by.Starts[r + 1]; k++)
            {
                var place = at[by.Columns[k]]++;
                (rows[place], weights[place]) = (r, by.Weights[k]);
            }
        }

        return (starts, rows, weights);
    }
}
