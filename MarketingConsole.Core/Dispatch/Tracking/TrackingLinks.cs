using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Dispatch.Tracking;

/// <summary>The public addresses in messages: open pixel, tracked click, one-click unsubscribe, preferences.</summary>
public sealed class TrackingLinks(IDbContextFactory<ConsoleDb> dbs, IOptions<ShopOptions> shop, IServiceProvider services)
{
    private const string KeyName = "links";
    private readonly ConcurrentDictionary<string, int> _ids = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<int, string> _targets = new();
    private volatile LinkTokens? _tokens;

    public async ValueTask<LinkTokens> TokensAsync(CancellationToken cancellationToken)
    {
        if (_tokens is { } known)
        {
            return known;
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        for (var attempt = 0; ; attempt++)
        {
            if (await db.SigningKeys.AsNoTracking().FirstOrDefaultAsync(x => x.Name == KeyName, cancellationToken) is { } row)
            {
                return _tokens = new LinkTokens(row.Secret);
            }

            try
            {
                db.SigningKeys.Add(new SigningKey { Name = KeyName, Secret = RandomNumberGenerator.GetBytes(32) });
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException) when (attempt == 0)
            {
                db.ChangeTracker.Clear(); // another node made it first
            }
        }
    }

    /// <summary>Address customers reach the console at, without a trailing slash.</summary>
    public string BaseUrl => (shop.Value.PublicUrl ?? services.GetService<IServer>()?.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault() ?? "http://localhost:5080")
        .Replace("[::]", "localhost", StringComparison.Ordinal).Replace("0.0.0.0", "localhost", StringComparison.Ordinal).Replace("//+", "//localhost", StringComparison.Ordinal).TrimEnd('/');

    public string Url(LinkTokens tokens, LinkKind kind, DispatchKey key, int linkId = 0) =>
        $"{BaseUrl}/{kind switch { LinkKind.Open => "t/o", LinkKind.Click => "t/c", LinkKind.Unsubscribe => "t/u", _ => "preferences" }}/{tokens.Write(new LinkToken(kind, key, linkId))}";

    /// <summary>Number of a target; the same address always has the same one.</summary>
    public async ValueTask<int> LinkIdAsync(string url, CancellationToken cancellationToken)
    {
        if (_ids.TryGetValue(url, out var id))
        {
            return id;
        }

        var hash = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(url)));
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        for (var attempt = 0; ; attempt++)
        {
            if (await db.TrackedLinks.AsNoTracking().Where(x => x.Hash == hash).Select(x => (int?)x.Id).FirstOrDefaultAsync(cancellationToken) is { } found)
            {
                return _ids[url] = found;
            }

            try
            {
                db.TrackedLinks.Add(new TrackedLink { Hash = hash, Url = url });
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException) when (attempt == 0)
            {
                db.ChangeTracker.Clear();
            }
        }
    }

    /// <returns>Null when there is no such link.</returns>
    public async ValueTask<string?> TargetAsync(int linkId, CancellationToken cancellationToken)
    {
        if (_targets.TryGetValue(linkId, out var known))
        {
            return known;
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var url = await db.TrackedLinks.AsNoTracking().Where(x => x.Id == linkId).Select(x => x.Url).FirstOrDefaultAsync(cancellationToken);
        return url is null ? null : _targets[linkId] = url;
    }
}
