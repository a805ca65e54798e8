using System.Buffers.Text;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Events.Intake;

public sealed record SourceLine(int Id, string Name, SourceKind Kind, string Prefix, bool Enabled, string CreatedBy, DateTime CreatedAt, DateTime? LastSeenAt);

/// <param name="Key">The write key, never to be seen again.</param>
public sealed record SourceKey(int Id, string Key);

/// <summary>The sources of events: create, rotate the key, switch off; and who a write key belongs to.</summary>
public sealed class SourceService(IDbContextFactory<ConsoleDb> dbs, AuditLog audit, TimeProvider time)
{
    public const string Mark = "mcw_";

    /// <summary>How long another node may go on taking events for a source that was switched off here.</summary>
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(10), SeenNoted = TimeSpan.FromSeconds(30);
    private const int MostRemembered = 10_000;
    private readonly ConcurrentDictionary<string, (SourceLine? Source, long At)> _known = new(StringComparer.Ordinal);

    /// <returns>What is wrong with a source someone wants to create.</returns>
    public static IReadOnlyList<FieldError> Check(string? name, SourceKind kind)
    {
        var errors = new List<FieldError>();
        if (string.IsNullOrWhiteSpace(name) || name.Trim().Length > 100)
        {
            errors.Add(new("name", "Say in 1 to 100 characters what sends the events."));
        }

        if (!Enum.IsDefined(kind))
        {
            errors.Add(new("kind", "Choose server, web, app or device."));
        }

        return errors;
    }

    public async Task<IReadOnlyList<SourceLine>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await Lines(db.Sources.OrderBy(x => x.Name).ThenBy(x => x.Id)).ToListAsync(cancellationToken);
    }

    public async Task<SourceKey> CreateAsync(string name, SourceKind kind, string actor, CancellationToken cancellationToken)
    {
        var key = NewKey();
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var source = new Source { Name = name.Trim(), Kind = kind, Prefix = key[..9], Hash = Hash(key), CreatedBy = actor, CreatedAt = time.GetUtcNow().UtcDateTime };
        db.Sources.Add(source);
        await db.SaveChangesAsync(cancellationToken);
        _known.Clear();
        await audit.WriteAsync(actor, "source.create", $"source {source.Id}", $"{source.Name}, {kind}", cancellationToken);
        return new(source.Id, key);
    }

    /// <summary>Gives the source a new key; the old one is refused at once.</summary>
    /// <returns>null when there is no such source.</returns>
    public async Task<SourceKey?> RotateAsync(int id, string actor, CancellationToken cancellationToken)
    {
        var key = NewKey();
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var (prefix, hash) = (key[..9], Hash(key));
        if (await db.Sources.Where(x => x.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Prefix, prefix).SetProperty(x => x.Hash, hash), cancellationToken) == 0)
        {
            return null;
        }

        _known.Clear();
        await audit.WriteAsync(actor, "source.rotate", $"source {id}", "", cancellationToken);
        return new(id, key);
    }

    public async Task<bool> EnableAsync(int id, bool enabled, string actor, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.Sources.Where(x => x.Id == id).ExecuteUpdateAsync(s => s.SetProperty(x => x.Enabled, enabled), cancellationToken) == 0)
        {
            return false;
        }

        _known.Clear();
        await audit.WriteAsync(actor, enabled ? "source.enable" : "source.disable", $"source {id}", "", cancellationToken);
        return true;
    }

    /// <returns>The enabled source of a write key; null when there is none.</returns>
    public async ValueTask<SourceLine?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var hash = Hash(key);
        if (_known.TryGetValue(hash, out var known) && time.GetElapsedTime(known.At) < Remembered)
        {
            return known.Source;
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var found = await Lines(db.Sources.Where(x => x.Hash == hash && x.Enabled)).SingleOrDefaultAsync(cancellationToken);
        if (_known.Count >= MostRemembered)
        {
            _known.Clear(); // guesses must not fill the memory
        }

        _known[hash] = (found, time.GetTimestamp());
        if (found is not null && (found.LastSeenAt is null || time.GetUtcNow().UtcDateTime - found.LastSeenAt > SeenNoted))
        {
            var now = time.GetUtcNow().UtcDateTime;
            await db.Sources.Where(x => x.Id == found.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastSeenAt, now), cancellationToken);
        }

        return found;
    }

    private static IQueryable<SourceLine> Lines(IQueryable<Source> sources) => sources.AsNoTracking().Select(x => new SourceLine(x.Id, x.Name, x.Kind, x.Prefix, x.Enabled, x.CreatedBy, x.CreatedAt, x.LastSeenAt));

    private static string NewKey() => Mark + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(24));

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
