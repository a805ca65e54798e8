using System.Collections.Concurrent;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Twins.Store;

/// <param name="PriceCents">List price.</param>
public sealed record StoreProduct(string Sku, string Category, string Brand, long PriceCents);

/// <summary>What is asked of all customers at once, in columns in memory: traits, features and scores, choices, events. A cache of the database, never the only copy.
/// <para>A customer is a slot, a number from 0 in the order of arrival, which never changes while the store lives. One writes at a time, readers share:
/// <see cref="Read"/> and <see cref="Write"/> take the lock, and what a reader sees is one state.</para></summary>
public sealed class TwinStore : IDisposable
{
    private readonly ReaderWriterLockSlim _lock = new();
    private readonly Dictionary<int, int> _slots = [];
    private readonly List<int> _ids = [];
    private readonly Dictionary<(EventType Type, string? Name), EventColumns> _events = [];
    private readonly ConcurrentDictionary<EventType, EventColumns> _lines = [];
    private readonly ConcurrentDictionary<string, CachedSet> _cache = new();
    private readonly ConcurrentBag<SlotValues> _pool = [];
    private long _version;

    /// <summary>Slots there are.</summary>
    public int Slots => _ids.Count;

    /// <summary>Unix milliseconds from which a customer exists: sign-up or first event, whichever is earlier; unknown when erased.</summary>
    public ValueColumn<long> Since { get; } = new(long.MinValue);

    // A rule may ask for a column nothing was written to yet, and several readers at once: they may make it.
    public ConcurrentDictionary<string, TextColumn> Texts { get; } = [];

    /// <summary>Counts, rates and scores; NaN where unknown.</summary>
    public ConcurrentDictionary<string, ValueColumn<double>> Numbers { get; } = [];

    /// <summary>Money in cents, instants in unix milliseconds, dates in days since 1970-01-01.</summary>
    public ConcurrentDictionary<string, ValueColumn<long>> Wholes { get; } = [];

    /// <summary>By name, without prefix.</summary>
    public Dictionary<string, TraitColumn> Traits { get; } = new(StringComparer.Ordinal);

    /// <summary>Instant of the newest choice where it grants.</summary>
    public IReadOnlyDictionary<Purpose, ValueColumn<long>> Granted { get; } = Enum.GetValues<Purpose>().ToDictionary(x => x, _ => new ValueColumn<long>(long.MinValue));

    /// <summary>Instant of the newest choice where it refuses.</summary>
    public IReadOnlyDictionary<Purpose, ValueColumn<long>> Refused { get; } = Enum.GetValues<Purpose>().ToDictionary(x => x, _ => new ValueColumn<long>(long.MinValue));

    /// <summary>Unix milliseconds at which each member entered, by segment and slot.</summary>
    public Dictionary<int, Dictionary<int, long>> Members { get; } = [];

    /// <summary>0 to 1, by segment.</summary>
    public Dictionary<int, ValueColumn<double>> Similarities { get; } = [];

    public Dictionary<int, StoreProduct> Products { get; } = [];

    /// <summary>Where stores are, in degrees; those whose place is known.</summary>
    public Dictionary<int, (double Latitude, double Longitude)?> Places { get; } = [];

    /// <summary>Names of the columns of <see cref="Numbers"/> that say where customers live.</summary>
    public const string Latitude = "latitude", Longitude = "longitude";

    public long Bytes => Since.Bytes + (_ids.Capacity * 4L) + (_slots.Count * 20L) + Texts.Values.Sum(x => x.Bytes) + Numbers.Values.Sum(x => x.Bytes) + Wholes.Values.Sum(x => x.Bytes) + Traits.Values.Sum(x => x.Bytes)
        + Granted.Values.Concat(Refused.Values).Sum(x => x.Bytes) + Members.Values.Sum(x => x.Count * 28L) + Similarities.Values.Sum(x => x.Bytes) + _events.Values.Concat(_lines.Values).Sum(x => x.Bytes);

    public T Read<T>(Func<T> read)
    {
        _lock.EnterReadLock();
        try
        {
            return read();
        }
        finally
        {
            _lock.ExitReadLock();
        }
    }

    public void Write(Action write)
    {
        _lock.EnterWriteLock();
        try
        {
            _version++;
            write();
        }
        finally
        {
            _lock.ExitWriteLock();
        }
    }

    public void Dispose() => _lock.Dispose();

    /// <summary>Values to fill, NaN for every slot. Give them back with <see cref="Return"/>.</summary>
    internal SlotValues Rent()
    {
        while (_pool.TryTake(out var values))
        {
            if (values.Size >= Slots)
            {
                return values;
            }
        }

        return new SlotValues(Slots + (Slots / 16) + 64); // customers who come soon shall not make it too small
    }

    internal void Return(SlotValues values)
    {
        values.Clear();
        if (_pool.Count < Environment.ProcessorCount * 2)
        {
            _pool.Add(values);
        }
    }

    /// <summary>A set that is asked for again and again, made anew only after the store was written to or time has passed beyond what it holds for. Do not change it.</summary>
    /// <param name="make">The set and the unix milliseconds from which it no longer holds.</param>
    internal SlotSet Cached(string name, DateTime asOf, Func<(SlotSet Set, long Until)> make)
    {
        var at = new DateTimeOffset(asOf).ToUnixTimeMilliseconds();
        if (_cache.TryGetValue(name, out var kept) && kept.Version == _version && at >= kept.From && at < kept.Until)
        {
            return kept.Set;
        }

        var (set, until) = make();
        _cache[name] = new(_version, at, until, set);
        return set;
    }

    public int IdOf(int slot) => _ids[slot];

    public int SlotOf(int customerId)
    {
        if (!_slots.TryGetValue(customerId, out var slot))
        {
            _slots[customerId] = slot = _ids.Count;
            _ids.Add(customerId);
        }

        return slot;
    }

    public TextColumn Text(string field) => Texts.GetOrAdd(field, _ => new());

    public ValueColumn<double> Number(string field) => Numbers.GetOrAdd(field, _ => new(double.NaN));

    public ValueColumn<long> Whole(string field) => Wholes.GetOrAdd(field, _ => new(long.MinValue));

    public TraitColumn Trait(string name) => Traits.TryGetValue(name, out var column) ? column : Traits[name] = new();

    /// <param name="name">Of a <see cref="EventType.Custom"/> event; null = all of the type.</param>
    public IEnumerable<EventColumns> Events(EventType type, string? name = null) => _events.Where(x => x.Key.Type == type && (name is null || x.Key.Name == name)).Select(x => x.Value);

    /// <summary>Lines of purchases or returns.</summary>
    public EventColumns Lines(EventType type) => _lines.GetOrAdd(type, _ => new(lines: true));

    public EventColumns EventsToFill(EventType type, string? name) => _events.TryGetValue((type, name), out var events) ? events : _events[(type, name)] = new();

    /// <summary>True when so many rows of events were emptied that the store had better be built anew.</summary>
    public bool Wasted => AllEvents.Sum(x => (long)x.Gone) is > 100_000 and var gone && gone > AllEvents.Sum(x => (long)x.Count) / 5;

    /// <summary>Empties everything about some customers, whose slots stay.</summary>
    public void Forget(IReadOnlyCollection<int> customerIds)
    {
        var known = customerIds.Where(_slots.ContainsKey).Select(SlotOf).ToList();
        var slots = new SlotSet(Slots);
        known.ForEach(slots.Add);
        foreach (var slot in known)
        {
            Since[slot] = null;
            Each(Texts.Values, x => x[slot] = null);
            Each(Numbers.Values, x => x[slot] = null);
            Each(Wholes.Values, x => x[slot] = null);
            Each(Granted.Values.Concat(Refused.Values), x => x[slot] = null);
            Each(Similarities.Values, x => x[slot] = null);
            Each(Members.Values, x => x.Remove(slot));
        }

        Each(Traits.Values, x => x.Remove(slots));
        Each(AllEvents, x => x.Remove(slots));
    }

    private static void Each<T>(IEnumerable<T> columns, Action<T> act)
    {
        foreach (var column in columns)
        {
            act(column);
        }
    }

    public IEnumerable<EventColumns> AllEvents => _events.Values.Concat(_lines.Values);

    /// <summary>Number of the last event, see <see cref="EventRow.Order"/>.</summary>
    public int LastOrder { get; set; }

    /// <summary>Takes an event in; its lines go to <see cref="Lines"/>. Openings and clicks by machines only tell that the customer exists.</summary>
    public void Add(EventType type, string? name, in EventRow e, bool machine)
    {
        if (!machine || type is not (EventType.EmailOpen or EventType.EmailClick))
        {
            EventsToFill(type, name).Add(e);
        }

        if (Since[e.Slot] is { } since && e.At < since)
        {
            Since[e.Slot] = e.At;
        }
    }

    private sealed record CachedSet(long Version, long From, long Until, SlotSet Set);
}
