using System.Collections.Concurrent;

namespace MarketingConsole.Core.Twins.Store;

public sealed record StoreProduct(string Sku, string Category, string Brand, long PriceCents);

/// <summary>Some products: as one flag for each id, and as the list of ids.</summary>
internal sealed record ProductChoice(bool[] Wanted, int[] Ids);

/// <summary>The products events refer to. For several threads: who looks at a part of the store holds no lock.</summary>
public sealed class StoreProducts
{
    private const int MostChoices = 200;
    private readonly ConcurrentDictionary<int, StoreProduct> _byId = [];
    private readonly ConcurrentDictionary<string, ProductChoice> _choices = new(StringComparer.Ordinal);
    private int _version;

    public StoreProduct? this[int id]
    {
        get => _byId.GetValueOrDefault(id);
        set
        {
            ArgumentNullException.ThrowIfNull(value);
            if (this[id] != value)
            {
                _byId[id] = value;
                Interlocked.Increment(ref _version);
                _choices.Clear();
            }
        }
    }

    public bool Has(int id) => _byId.ContainsKey(id);

    /// <summary>Products that pass, kept until a product changes.</summary>
    /// <param name="name">The test's: another test, another name.</param>
    internal ProductChoice Where(string name, Func<StoreProduct, bool> test)
    {
        if (_choices.TryGetValue(name, out var kept))
        {
            return kept;
        }

        var version = Volatile.Read(ref _version);
        int[] ids = [.. _byId.Where(x => test(x.Value)).Select(x => x.Key).Order()];
        var choice = new ProductChoice(new bool[ids.Length == 0 ? 0 : ids[^1] + 1], ids);
        foreach (var id in ids)
        {
            choice.Wanted[id] = true;
        }

        if (_choices.Count >= MostChoices)
        {
            _choices.Clear();
        }

        _choices[name] = choice;
        if (version != Volatile.Read(ref _version))
        {
            _choices.Clear(); // a product changed meanwhile
        }

        return choice;
    }
}
