using System.Collections.Concurrent;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Twins.Store;

/// <param name="PriceCents">List price.</param>
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
    private bool _sorted;

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

    /// <summary>True from when every move is noted in <see cref="Members"/>; before, they are those of when the store was read.</summary>
    public bool MembersKept { get; set; }

    /// <summary>0 to 1, by segment.</summary>
    public Dictionary<int, ValueColumn<double>> Similarities { get; } = [];

    public StoreProducts Products { get; private init; } = new();

    /// <summary>Where stores are, in degrees; those whose place is known.</summary>
    public Dictionary<int, (double Latitude, double Longitude)?> Places { get; private init; } = [];

    /// <summary>Start of the names of columns with features and scores, and of those with the shop's own traits.</summary>
    public const string TwinPrefix = "twin.", CustomPrefix = "custom.";

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

    /// <param name="gates">False: neither who exists nor what is allowed changes, so that sets made of these stay.</param>
    public void Write(Action write, bool gates = true)
    {
        _lock.EnterWriteLock();
        try
        {
            _version += gates ? 1 : 0;
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
            _version++;
        }

        return slot;
    }

    /// <returns>-1 when the store does not know the customer.</returns>
    public int KnownSlot(int customerId) => _slots.GetValueOrDefault(customerId, -1);

    public TextColumn Text(string field) => Texts.GetOrAdd(field, _ => new());

    public ValueColumn<double> Number(string field) => Numbers.GetOrAdd(field, _ => new(double.NaN));

    public ValueColumn<long> Whole(string field) => Wholes.GetOrAdd(field, _ => new(long.MinValue));

    public TraitColumn Trait(string name) => Traits.TryGetValue(name, out var column) ? column : Traits[name] = new();

    /// <param name="name">Of a <see cref="EventType.Custom"/> event; null = all of the type.</param>
    public IEnumerable<EventColumns> Events(EventType type, string? name = null) => _events.Where(x => x.Key.Type == type && (name is null || x.Key.Name == name)).Select(x => x.Value);

    /// <summary>Lines of purchases or returns.</summary>
    public EventColumns Lines(EventType type) => _lines.GetOrAdd(type, _ => Fresh(new(lines: true)));

    public EventColumns EventsToFill(EventType type, string? name) => _events.TryGetValue((type, name), out var events) ? events : _events[(type, name)] = Fresh(new());

    private EventColumns Fresh(EventColumns events)
    {
        if (_sorted)
        {
            events.Sort();
        }

        return events;
    }

    /// <summary>Brings the events into the order of time, once everything was read. Nobody else may see the store yet.</summary>
    public void Sort()
    {
        _sorted = true;
        Each(AllEvents, x => x.Sort());
    }

    /// <summary>True when so many rows of events were emptied that the store had better be built anew.</summary>
    public bool Wasted => AllEvents.Sum(x => (long)x.Gone) is > 100_000 and var gone && gone > AllEvents.Sum(x => (long)x.Count) / 5;

    /// <summary>Empties everything about some customers but their memberships; their slots stay.</summary>
    public void Forget(IReadOnlyCollection<int> customerIds)
    {
        ForgetTwins(customerIds);
        foreach (var slot in customerIds.Select(KnownSlot).Where(x => x >= 0))
        {
            Since[slot] = null;
            Each(Texts.Values, x => x[slot] = null);
            Each(Numbers.Values, x => x[slot] = null);
            Each(Wholes.Values, x => x[slot] = null);
            Each(Granted.Values.Concat(Refused.Values), x => x[slot] = null);
            Each(Traits.Values, x => x.Remove(slot));
            Each(AllEvents, x => x.Remove(slot));
        }
    }

    /// <summary>Empties features, scores and likeness.</summary>
    public void ForgetTwins(IEnumerable<int> customerIds)
    {
        foreach (var slot in customerIds.Select(KnownSlot).Where(x => x >= 0))
        {
            Each(Texts.Where(IsTwin), x => x.Value[slot] = null);
            Each(Numbers.Where(IsTwin), x => x.Value[slot] = null);
            Each(Wholes.Where(IsTwin), x => x.Value[slot] = null);
            Each(Similarities.Values, x => x[slot] = null);
        }

        static bool IsTwin<T>(KeyValuePair<string, T> column) => column.Key.StartsWith(TwinPrefix, StringComparison.Ordinal);
    }

    /// <summary>A store of a few customers, where slots[i] is slot i: what is asked of it costs by them alone. Call within <see cref="Read"/>.</summary>
    /// <param name="segments">Whose memberships are needed.</param>
    /// <param name="columns">Names of the columns of traits and features to copy..</param>
    /// <param name="wanted">Types of events to copy; null = all.</param>
    internal TwinStore Part(IReadOnlyList<int> slots, IEnumerable<int> segments, IReadOnlySet<string> columns, Func<EventType, bool>? wanted = null)
    {
        var part = new TwinStore { Products = Products, Places = Places };
        Each(slots, x => part.SlotOf(IdOf(x)));
        Since.CopyTo(part.Since, slots);
        Each(Texts.Where(x => columns.Contains(x.Key)), x => x.Value.CopyTo(part.Text(x.Key), slots));
        Each(Numbers.Where(x => columns.Contains(x.Key)), x => x.Value.CopyTo(part.Number(x.Key), slots));
        Each(Wholes.Where(x => columns.Contains(x.Key)), x => x.Value.CopyTo(part.Whole(x.Key), slots));
        Each(Granted, x => x.Value.CopyTo(part.Granted[x.Key], slots));
        Each(Refused, x => x.Value.CopyTo(part.Refused[x.Key], slots));
        Each(Similarities, x => x.Value.CopyTo(part.Similarities[x.Key] = new(double.NaN), slots));
        Each(Traits.Where(x => columns.Contains(CustomPrefix + x.Key)), x => x.Value.CopyTo(part.Trait(x.Key), slots));
        Each(_events.Where(x => wanted?.Invoke(x.Key.Type) ?? true), x => x.Value.CopyTo(part.EventsToFill(x.Key.Type, x.Key.Name), slots));
        Each(_lines.Where(x => wanted?.Invoke(x.Key) ?? true), x => x.Value.CopyTo(part.Lines(x.Key), slots));
        foreach (var segment in segments)
        {
            var (all, some) = (Members.GetValueOrDefault(segment), part.Members[segment] = []);
            for (var i = 0; i < slots.Count && all is not null; i++)
            {
                if (all.TryGetValue(slots[i], out var entered))
                {
                    some[i] = entered;
                }
            }
        }

        return part;
    }

    private static void Each<T>(IEnumerable<T> columns, Action<T> act)
    {
        foreach (var column in columns)
        {
            act(column);
        }
    }

    public IEnumerable<EventColumns> AllEvents => _events.Values.Concat(_lines.Values);

    /// <summary>Unix milliseconds: events written from here on that are later lie ahead, and happen by time alone. Where nobody says, all do.</summary>
    internal long Now { get; set; } = long.MinValue;

    /// <summary>Instants and slots of events that lay ahead when they were written.</summary>
    internal List<(long At, int Slot)> Ahead { get; } = [];

    /// <summary>Number of the last event, see <see cref="EventRow.Order"/>.</summary>
    public int LastOrder { get; set; }

    /// <summary>Takes an event in; its lines go to <see cref="Lines"/>. Openings and clicks by machines only tell that the customer exists.</summary>
    public void Add(EventType type, string? name, in EventRow e, bool machine)
    {
        if (!machine || type is not (EventType.EmailOpen or EventType.EmailClick))
        {
            EventsToFill(type, name).Add(e);
        }

        if (e.At > Now)
        {
            Ahead.Add((e.At, e.Slot));
        }

        if (Since[e.Slot] is { } since && e.At < since)
        {
            Since[e.Slot] = e.At;
            _version++;
        }
    }

    private sealed record CachedSet(long Version, long From, long Until, SlotSet Set);
}
