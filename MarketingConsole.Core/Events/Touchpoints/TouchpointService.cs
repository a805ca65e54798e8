using System.Globalization;
using System.Text.Json;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Customers;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events.Intake;
using MarketingConsole.Core.Events.Intake.People;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Events.Touchpoints;

/// <param name="Counted">Readings that were taken, with or without a customer.</param>
/// <param name="Repeated">Readings that had been taken before: they changed nothing.</param>
/// <param name="Dropped">Recognised people of whom nothing was kept, by reason.</param>
public sealed record TouchpointAnswer(int Counted, int Repeated, IReadOnlyDictionary<string, int> Dropped, IReadOnlyList<IntakeRefusal> Rejected);

/// <summary>People in the stores came, went or moved.</summary>
/// <param name="Arrived">Customers who just came in.</param>
public sealed record StoresChanged(IReadOnlyList<int> Arrived);

/// <summary>Turns readings of devices into visits and events of customers who allow to be recognised in stores, and into counts without names of everybody.</summary>
public sealed class TouchpointService(IDbContextFactory<ConsoleDb> dbs, EventWriter writer, ConsentGate gate, SuppressionList hashes, IntakeMeter meter, ChangeFeed feed, IOptions<StoreOptions> options, TimeProvider time) : IDisposable
{
    public const string IdentityKind = "touchpoint";
    public const string NobodyKnown = "Nobody the console knows", NoConsent = "No consent to be recognised in stores";
    private static readonly TimeSpan Oldest = TimeSpan.FromDays(7);
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private readonly SemaphoreSlim _one = new(1);
    private readonly Lock _telling = new();
    private readonly HashSet<int> _arrived = [];
    private bool _untold;
    private long _toldAt;

    public void Dispose() => _one.Dispose();

    /// <exception cref="System.Text.Json.JsonException">It is not JSON.</exception>
    public async Task<TouchpointAnswer> TakeAsync(ReadOnlyMemory<byte> body, int sourceId, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken); // two readings at once would begin two visits, or the same hour of a zone twice
        try
        {
            return await TakeInTurnAsync(body, sourceId, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    private async Task<TouchpointAnswer> TakeInTurnAsync(ReadOnlyMemory<byte> body, int sourceId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var (readings, refused) = ReadingReader.Read(body);
        readings = await HashedAsync(readings, cancellationToken);
        var marks = await MarksAsync(readings, cancellationToken);
        var rules = await gate.RulesAsync(cancellationToken);
        var (events, arrived, dropped, taken) = (new List<Event>(), new List<int>(), new Dictionary<string, int>(), new List<(Reading Reading, Device Device, DateTime At, SeenReading? Seen)>());
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        await using var transaction = await db.Database.BeginTransactionAsync(cancellationToken);
        var names = readings.Select(x => x.Device).Distinct().ToList();
        var devices = await db.Devices.Where(x => names.Contains(x.ExternalId)).ToDictionaryAsync(x => x.ExternalId, cancellationToken);
        foreach (var reading in readings)
        {
            var at = reading.At is { } said && said < now ? said : now;
            if (!devices.TryGetValue(reading.Device, out var device) || at < now - Oldest)
            {
                refused.Add(device is null ? new(reading.Index, "device", "No device of this external id is registered.") : new(reading.Index, "at", "A reading is at most seven days old."));
                continue;
            }

            device.LastSeenAt = now;
            taken.Add((reading, device, at, marks[reading] is { } mark ? new SeenReading { DeviceId = device.Id, Hash = mark, SeenAt = now } : null));
        }

        var fresh = await NewAsync(db, [.. taken.Select(x => x.Seen).OfType<SeenReading>()], cancellationToken);
        var repeated = taken.RemoveAll(x => x.Seen is not null && !fresh.Contains(x.Seen));
        foreach (var (reading, device, at, _) in taken.OrderBy(x => x.At))
        {
            await CountAsync(db, device, reading, at, cancellationToken);
            if ((reading.UserId ?? reading.Subject) is null)
            {
                continue;
            }

            var customer = await FindAsync(db, reading, cancellationToken);
            if (customer is null || !await db.Customers.Where(rules.Allowed(db, Purpose.InStore, now)).AnyAsync(x => x.Id == customer, cancellationToken))
            {
                var reason = customer is null ? NobodyKnown : NoConsent;
                dropped[reason] = dropped.GetValueOrDefault(reason) + 1;
                continue;
            }

            await RememberAsync(db, customer.Value, reading, at, cancellationToken);
            await VisitAsync(db, customer.Value, device, reading, at, events, arrived, cancellationToken);
        }

        await db.SaveChangesAsync(cancellationToken);
        var added = await writer.AppendAsync(db, events, [], cancellationToken); // together with what says that the reading was seen
        await transaction.CommitAsync(cancellationToken);
        if (added.Count > 0)
        {
            feed.Publish(EventsWritten.Of(added.Select(x => x.CustomerId).ToHashSet()));
        }

        meter.Received(sourceId, taken.Count, refused);
        foreach (var (reason, times) in dropped)
        {
            meter.Dropped(sourceId, reason, times);
        }

        Tell(arrived);
        return new(taken.Count, repeated, dropped, refused);
    }

    /// <summary>Ends the visits of customers who were not noticed for a while.</summary>
    public async Task<int> EndSilentAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow().UtcDateTime.AddMinutes(-options.Value.SilenceMinutes);
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var ended = await db.StoreVisits.Where(x => x.LeftAt == null && x.LastAt < before).ExecuteUpdateAsync(s => s.SetProperty(x => x.LeftAt, x => x.LastAt), cancellationToken);
        if (ended > 0)
        {
            Tell([]);
        }

        return ended;
    }

    /// <summary>Forgets readings that are too old to be sent again.</summary>
    public async Task<int> ForgetAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow().UtcDateTime - Oldest;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.SeenReadings.Where(x => x.SeenAt < before).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Publishes <see cref="StoresChanged"/> if something happened that was not told, at most once a second.</summary>
    internal void TellDue()
    {
        StoresChanged changed;
        lock (_telling)
        {
            if (!_untold || (_toldAt != 0 && time.GetElapsedTime(_toldAt) < Pause))
            {
                return;
            }

            changed = new([.. _arrived]);
            _arrived.Clear();
            (_untold, _toldAt) = (false, time.GetTimestamp());
        }

        feed.Publish(changed);
    }

    private void Tell(IReadOnlyList<int> arrived)
    {
        lock (_telling)
        {
            _arrived.UnionWith(arrived);
            _untold = true;
        }

        TellDue();
    }

    /// <summary>By its own id, otherwise by all it says: two readings of an instant that differ in anything are two. Without id and instant nothing tells a repetition from a second reading.</summary>
    private async Task<Dictionary<Reading, long?>> MarksAsync(List<Reading> readings, CancellationToken cancellationToken)
    {
        var marks = new Dictionary<Reading, long?>();
        foreach (var reading in readings)
        {
            var says = MessageIds.Hash(reading.Id ?? JsonSerializer.Serialize(reading with { Index = 0 }));
            marks[reading] = reading is { Id: null, At: null } ? null : MessageIds.Hash(await hashes.HashAsync(says.ToString(CultureInfo.InvariantCulture), cancellationToken));
        }

        return marks;
    }

    private static async Task<HashSet<SeenReading>> NewAsync(ConsoleDb db, List<SeenReading> readings, CancellationToken cancellationToken)
    {
        if (!db.Database.IsSqlServer())
        {
            return [.. await db.BulkInsertNewAsync(readings, x => (x.DeviceId, x.Hash), cancellationToken)];
        }

        var (devices, hashes) = (readings.Select(x => x.DeviceId).Distinct().ToList(), readings.ConvertAll(x => x.Hash));
        var known = (await db.SeenReadings.Where(x => devices.Contains(x.DeviceId) && hashes.Contains(x.Hash)).Select(x => new { x.DeviceId, x.Hash }).ToListAsync(cancellationToken)).Select(x => (x.DeviceId, x.Hash)).ToHashSet();
        var fresh = readings.FindAll(x => known.Add((x.DeviceId, x.Hash)));
        await db.BulkInsertAsync(fresh, cancellationToken);
        return [.. fresh];
    }

    /// <summary>From here on nothing is left of what a device recognised somebody by but its hash.</summary>
    private async Task<List<Reading>> HashedAsync(List<Reading> readings, CancellationToken cancellationToken)
    {
        var hashed = new List<Reading>(readings.Count);
        foreach (var reading in readings)
        {
            hashed.Add(reading.Subject is null ? reading : reading with { Subject = await hashes.HashAsync(reading.Subject, cancellationToken) });
        }

        return hashed;
    }

    private static async Task<int?> FindAsync(ConsoleDb db, Reading reading, CancellationToken cancellationToken)
    {
        if (reading.UserId is { } user)
        {
            return await db.Customers.Where(x => x.Key == user && x.ErasedAt == null).Select(x => (int?)x.Id).FirstOrDefaultAsync(cancellationToken)
                ?? await db.CustomerIdentities.Where(x => x.Kind == IdentityKinds.User && x.Value == user).Select(x => (int?)x.CustomerId).FirstOrDefaultAsync(cancellationToken);
        }

        return await db.CustomerIdentities.Where(x => x.Kind == IdentityKind && x.Value == reading.Subject).Select(x => (int?)x.CustomerId).FirstOrDefaultAsync(cancellationToken);
    }

    /// <summary>A reading that names the customer and what the device recognised ties the two together for later readings.</summary>
    private static async Task RememberAsync(ConsoleDb db, int customerId, Reading reading, DateTime at, CancellationToken cancellationToken)
    {
        if (reading is not { UserId: not null, Subject: { } hash })
        {
            return;
        }

        if (!await db.CustomerIdentities.AnyAsync(x => x.Kind == IdentityKind && x.Value == hash, cancellationToken))
        {
            db.CustomerIdentities.Add(new CustomerIdentity { CustomerId = customerId, Kind = IdentityKind, Value = hash, FirstSeenAt = at });
            await db.SaveChangesAsync(cancellationToken);
        }
    }

    /// <summary>Makes a reading part of a visit: of one that has ended too, where it happened before that end and only came in later.</summary>
    /// <param name="events">What happened so far in this request; this reading's are added.</param>
    private async Task VisitAsync(ConsoleDb db, int customerId, Device device, Reading reading, DateTime at, List<Event> events, List<int> arrived, CancellationToken cancellationToken)
    {
        var silent = at.AddMinutes(-options.Value.SilenceMinutes);
        var latest = at.AddMinutes(options.Value.SilenceMinutes);
        var visit = await db.StoreVisits.Where(x => x.CustomerId == customerId && x.StoreId == device.StoreId && x.EnteredAt <= latest && (x.LeftAt == null ? x.LastAt >= silent : x.LeftAt > at))
            .OrderBy(x => x.LeftAt == null).ThenBy(x => x.EnteredAt).FirstOrDefaultAsync(cancellationToken);
        if (visit is null)
        {
            if (reading.Leaves)
            {
                return;
            }

            visit = new StoreVisit { CustomerId = customerId, StoreId = device.StoreId, Zone = device.Zone, EnteredAt = at, LastAt = at };
            db.StoreVisits.Add(visit);
            arrived.Add(customerId);
            events.Add(New(EventType.StoreVisit, $"visit/{customerId}/{device.StoreId}/{at.Ticks}"));
        }

        (visit.Zone, visit.LastAt) = at >= visit.LastAt ? (device.Zone, at) : (visit.Zone, visit.LastAt);
        visit.EnteredAt = at < visit.EnteredAt ? at : visit.EnteredAt;
        visit.LeftAt ??= reading.Leaves ? visit.LastAt : null;
        await db.SaveChangesAsync(cancellationToken);
        var id = reading.Id ?? $"{reading.Device}/{customerId}/{at.Ticks}";
        if (device.Kind is DeviceKind.Kiosk or DeviceKind.Camera && !reading.Leaves)
        {
            events.Add(New(device.Kind == DeviceKind.Kiosk ? EventType.KioskSession : EventType.CameraDwell, id));
        }

        if (reading.Articles.Count > 0)
        {
            // A reader tells of the same tag every few seconds: an article is read once a visit.
            var (visitId, skus) = (visit.Id, reading.Articles);
            var reads = skus.ToDictionary(x => MessageIds.Hash($"rfid/{visitId}/{x}"));
            var known = await db.Events.Where(x => x.CustomerId == customerId && reads.Keys.Contains(x.Id)).Select(x => x.Id).ToListAsync(cancellationToken);
            foreach (var read in known.Concat(events.Where(x => x.CustomerId == customerId).Select(x => x.Id).ToList()))
            {
                reads.Remove(read);
            }

            var products = await db.Products.Where(x => skus.Contains(x.Sku)).ToDictionaryAsync(x => x.Sku, x => x.Id, cancellationToken);
            foreach (var (read, sku) in reads)
            {
                var e = New(EventType.RfidRead, "");
                (e.Id, e.ProductId, e.Quantity) = (read, products.TryGetValue(sku, out var product) ? product : null, 1);
                events.Add(e);
            }

            visit.Articles += reads.Count;
        }

        Event New(EventType type, string message) => new() { CustomerId = customerId, Id = MessageIds.Hash(message), Type = type, At = at, Channel = Channel.Store, StoreId = device.StoreId, Name = device.Zone };
    }

    private static async Task CountAsync(ConsoleDb db, Device device, Reading reading, DateTime at, CancellationToken cancellationToken)
    {
        var people = reading.People > 0 ? reading.People : device.Kind == DeviceKind.Camera || reading.Leaves || (reading.UserId ?? reading.Subject) is null ? 0 : 1;
        if (people == 0 && reading.DwellSeconds == 0)
        {
            return;
        }

        var hour = (int)(at - DateTime.UnixEpoch).TotalHours;
        var (store, zone) = (device.StoreId, device.Zone);
        if (await db.ZoneCounts.Where(x => x.StoreId == store && x.Zone == zone && x.Hour == hour).ExecuteUpdateAsync(s => s.SetProperty(x => x.People, x => x.People + people).SetProperty(x => x.DwellSeconds, x => x.DwellSeconds + reading.DwellSeconds), cancellationToken) == 0)
        {
            db.ZoneCounts.Add(new ZoneCount { StoreId = store, Zone = zone, Hour = hour, People = people, DwellSeconds = reading.DwellSeconds });
            await db.SaveChangesAsync(cancellationToken);
        }
    }
}
