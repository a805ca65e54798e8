using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Touchpoints;

public sealed record DeviceLine(int Id, int StoreId, string Store, string Zone, DeviceKind Kind, string Name, string ExternalId, DateTime? LastSeenAt);

/// <param name="ExternalId">How the device calls itself.</param>
public sealed record DeviceDraft(int StoreId, string? Zone, DeviceKind Kind, string? Name, string? ExternalId);

/// <summary>The devices in the stores.</summary>
public sealed class DeviceService(IDbContextFactory<ConsoleDb> dbs, AuditLog audit, TimeProvider time)
{
    public async Task<IReadOnlyList<DeviceLine>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.Devices.AsNoTracking().Join(db.Stores, x => x.StoreId, x => x.Id, (d, s) => new { d, s.Name }).OrderBy(x => x.Name).ThenBy(x => x.d.Zone).ThenBy(x => x.d.Name)
            .Select(x => new DeviceLine(x.d.Id, x.d.StoreId, x.Name, x.d.Zone, x.d.Kind, x.d.Name, x.d.ExternalId, x.d.LastSeenAt)).ToListAsync(cancellationToken);
    }

    public async Task<SaveResult> RegisterAsync(DeviceDraft draft, string actor, CancellationToken cancellationToken)
    {
        var (zone, name, external) = (draft.Zone?.Trim() ?? "", draft.Name?.Trim() ?? "", draft.ExternalId?.Trim() ?? "");
        var errors = new List<FieldError>();
        Length("zone", zone, TouchpointConfiguration.MaxZone, "Name the zone, e.g. Entrance");
        Length("name", name, 100, "Give the device a name");
        Length("externalId", external, 100, "Say how the device calls itself in its readings");
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (!Enum.IsDefined(draft.Kind))
        {
            errors.Add(new("kind", "Choose beacon, RFID reader, camera, kiosk or geofence."));
        }

        if (!await db.Stores.AnyAsync(x => x.Id == draft.StoreId, cancellationToken))
        {
            errors.Add(new("storeId", "Choose a store."));
        }

        if (await db.Devices.AnyAsync(x => x.ExternalId == external, cancellationToken))
        {
            errors.Add(new("externalId", "Another device calls itself so."));
        }

        if (errors.Count > 0)
        {
            return SaveResult.Refused(errors);
        }

        var device = new Device { StoreId = draft.StoreId, Zone = zone, Kind = draft.Kind, Name = name, ExternalId = external, CreatedBy = actor, CreatedAt = time.GetUtcNow().UtcDateTime };
        db.Devices.Add(device);
        try
        {
            await db.SaveChangesAsync(cancellationToken);
        }
        catch (DbUpdateException)
        {
            return SaveResult.Refused(new FieldError("externalId", "Another device calls itself so."));
        }

        await audit.WriteAsync(actor, "device.register", $"device {device.Id}", $"{draft.Kind} in store {draft.StoreId}, {zone}", cancellationToken);
        return SaveResult.Saved(device.Id);

        void Length(string field, string text, int most, string say)
        {
            if (text.Length == 0 || text.Length > most)
            {
                errors.Add(new(field, $"{say}, in 1 to {most} characters."));
            }
        }
    }

    public async Task<bool> RemoveAsync(int id, string actor, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Devices.Where(x => x.Id == id).ExecuteDeleteAsync(cancellationToken) == 0)
        {
            return false;
        }

        await audit.WriteAsync(actor, "device.remove", $"device {id}", "", cancellationToken);
        return true;
    }
}
