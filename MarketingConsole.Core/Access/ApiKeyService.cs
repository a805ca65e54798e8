using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Access;

public sealed record ApiKeyLine(int Id, string Name, string Prefix, IReadOnlyList<string> Scopes, string CreatedBy, DateTime CreatedAt, DateTime? LastUsedAt, DateTime? RevokedAt);

/// <param name="Name">Shown in the audit log.</param>
/// <param name="Role">Only the key from the configuration acts with a role.</param>
public sealed record ApiCaller(string Name, IReadOnlyList<string> Scopes, string? Role = null);

/// <summary>Keys of the HTTP API. A key is shown once; afterwards only its SHA-256 is known, which suffices because it has 256 random bits.</summary>
public sealed class ApiKeyService(IDbContextFactory<ConsoleDb> dbs, IOptions<AccessOptions> options, AuditLog audit, TimeProvider time)
{
    public const string Mark = "mc_";
    private static readonly TimeSpan UseNoted = TimeSpan.FromMinutes(1);

    /// <returns>What is wrong with a key someone wants to create.</returns>
    public static IReadOnlyList<FieldError> Check(string name, IReadOnlyCollection<string> scopes)
    {
        var errors = new List<FieldError>();
        if (string.IsNullOrWhiteSpace(name) || name.Trim().Length > 100)
        {
            errors.Add(new("name", "Say in 1 to 100 characters what uses the key."));
        }

        if (scopes.Count == 0)
        {
            errors.Add(new("scopes", "Choose at least one scope."));
        }

        errors.AddRange(scopes.Where(x => Access.Scopes.LeastRole(x) is null).Select(x => new FieldError("scopes", $"There is no scope “{x}”.")));
        return errors;
    }

    /// <returns>The key itself, never to be seen again.</returns>
    public async Task<string> CreateAsync(string name, IReadOnlyCollection<string> scopes, string actor, CancellationToken cancellationToken)
    {
        var key = Mark + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var row = new ApiKey { Name = name, Prefix = key[..8], Hash = Hash(key), Scopes = string.Join(' ', scopes.Order(StringComparer.Ordinal)), CreatedBy = actor, CreatedAt = time.GetUtcNow().UtcDateTime };
        db.ApiKeys.Add(row);
        await db.SaveChangesAsync(cancellationToken);
        await audit.WriteAsync(actor, "api-key.create", $"API key {row.Id}", $"{name}: {row.Scopes}", cancellationToken);
        return key;
    }

    public async Task<bool> RevokeAsync(int id, string actor, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        if (await db.ApiKeys.Where(x => x.Id == id && x.RevokedAt == null).ExecuteUpdateAsync(s => s.SetProperty(x => x.RevokedAt, now), cancellationToken) == 0)
        {
            return false;
        }

        await audit.WriteAsync(actor, "api-key.revoke", $"API key {id}", "", cancellationToken);
        return true;
    }

    public async Task<IReadOnlyList<ApiKeyLine>> ListAsync(CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var rows = await db.ApiKeys.AsNoTracking().OrderBy(x => x.RevokedAt != null).ThenBy(x => x.Name).ToListAsync(cancellationToken);
        return [.. rows.Select(x => new ApiKeyLine(x.Id, x.Name, x.Prefix, x.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries), x.CreatedBy, x.CreatedAt, x.LastUsedAt, x.RevokedAt))];
    }

    /// <returns>null when the key is unknown or revoked.</returns>
    public async Task<ApiCaller?> FindAsync(string key, CancellationToken cancellationToken)
    {
        var hash = Hash(key);
        if (options.Value.BootstrapApiKey is { Length: > 0 } bootstrap && CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(Hash(bootstrap))))
        {
            return new("key:bootstrap", Scopes.All, Roles.Admin);
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var found = await db.ApiKeys.AsNoTracking().Where(x => x.Hash == hash && x.RevokedAt == null)
            .Select(x => new { x.Id, x.Name, x.Scopes, x.LastUsedAt }).SingleOrDefaultAsync(cancellationToken);
        if (found is null)
        {
            return null;
        }

        var now = time.GetUtcNow().UtcDateTime;
        if (found.LastUsedAt is null || now - found.LastUsedAt > UseNoted)
        {
            await db.ApiKeys.Where(x => x.Id == found.Id).ExecuteUpdateAsync(s => s.SetProperty(x => x.LastUsedAt, now), cancellationToken);
        }

        return new("key:" + found.Name, found.Scopes.Split(' ', StringSplitOptions.RemoveEmptyEntries));
    }

    private static string Hash(string key) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)));
}
