using MarketingConsole.Core.Access;
using MarketingConsole.Core.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MarketingConsole.Core.Segments.Webhooks;

/// <summary>How a segment's webhook is doing. The secret is never shown again.</summary>
/// <param name="Waiting">Moves not delivered yet.</param>
public sealed record WebhookState(string Url, string SetBy, DateTime SetAt, DateTime? DeliveredAt, DateTime? FailingSince, DateTime? NextTryAt, string? LastError, DateTime? PausedAt, int Waiting);

/// <summary>What came of setting a webhook.</summary>
/// <param name="Secret">The signing secret, this once; null when the one before stays, or nothing was saved.</param>
public sealed record WebhookSaved(string? Secret, IReadOnlyList<FieldError> Errors);

/// <summary>Asks the sender to look at the webhooks at once.</summary>
public sealed record WebhookChanged(int SegmentId);

/// <summary>A webhook was called, with or without success.</summary>
public sealed record WebhookCalled(int SegmentId);

/// <summary>Sets, shows and takes away the webhooks of segments.</summary>
public sealed class SegmentWebhooks(IDbContextFactory<ConsoleDb> dbs, IDataProtectionProvider protection, IOptions<SegmentWebhookOptions> options, AuditLog audit, ChangeFeed feed, TimeProvider time)
{
    public const int MaxUrl = 2000;

    private readonly IDataProtector _protector = protection.CreateProtector("segment-webhook");

    /// <returns>Null when the segment has no webhook.</returns>
    public async Task<WebhookState?> GetAsync(int segmentId, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        return await db.SegmentWebhooks.AsNoTracking().Where(x => x.SegmentId == segmentId)
            .Select(x => new WebhookState(x.Url, x.SetBy, x.SetAt, x.DeliveredAt, x.FailingSince, x.NextTryAt, x.LastError, x.PausedAt, db.SegmentMoves.Count(m => m.SegmentId == segmentId && m.Id > x.Delivered)))
            .SingleOrDefaultAsync(cancellationToken);
    }

    /// <summary>Sets the address. Moves are told from now on; another address goes on where the one before stopped.</summary>
    /// <param name="newSecret">Makes a new secret where there is one; the first one is always made.</param>
    public async Task<WebhookSaved> SetAsync(int segmentId, string? url, bool newSecret, string actor, CancellationToken cancellationToken)
    {
        url = url?.Trim() ?? "";
        if (Fault(url) is { } fault)
        {
            return new(null, [new FieldError("url", fault)]);
        }

        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var hook = await db.SegmentWebhooks.SingleOrDefaultAsync(x => x.SegmentId == segmentId, cancellationToken);
        var secret = hook is null || newSecret ? SegmentMessage.NewSecret() : null;
        if (hook is null)
        {
            var newest = await db.SegmentMoves.Where(x => x.SegmentId == segmentId).MaxAsync(x => (long?)x.Id, cancellationToken) ?? 0;
            db.SegmentWebhooks.Add(hook = new SegmentWebhook { SegmentId = segmentId, Url = url, Secret = "", SetBy = actor, Since = newest, Delivered = newest });
        }

        (hook.Url, hook.SetBy, hook.SetAt, hook.Secret) = (url, actor, time.GetUtcNow().UtcDateTime, secret is null ? hook.Secret : _protector.Protect(secret));
        Start(hook);
        await db.SaveChangesAsync(cancellationToken);
        await audit.WriteAsync(actor, "segment.webhook.set", $"segment {segmentId}", $"{new Uri(url).Host}{(secret is null ? "" : ", new secret")}", cancellationToken);
        feed.Publish(new WebhookChanged(segmentId));
        return new(secret, []);
    }

    /// <summary>Tries again at once, also where it was paused.</summary>
    public async Task ResumeAsync(int segmentId, string actor, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.SegmentWebhooks.SingleOrDefaultAsync(x => x.SegmentId == segmentId, cancellationToken) is { } hook)
        {
            Start(hook);
            await db.SaveChangesAsync(cancellationToken);
            await audit.WriteAsync(actor, "segment.webhook.resume", $"segment {segmentId}", "", cancellationToken);
            feed.Publish(new WebhookChanged(segmentId));
        }
    }

    public async Task RemoveAsync(int segmentId, string actor, CancellationToken cancellationToken)
    {
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (await db.SegmentWebhooks.Where(x => x.SegmentId == segmentId).ExecuteDeleteAsync(cancellationToken) > 0)
        {
            await audit.WriteAsync(actor, "segment.webhook.remove", $"segment {segmentId}", "", cancellationToken);
        }
    }

    internal string Reveal(SegmentWebhook hook) => _protector.Unprotect(hook.Secret);

    private static void Start(SegmentWebhook hook) => (hook.FailingSince, hook.NextTryAt, hook.Tries, hook.LastError, hook.PausedAt) = (null, null, 0, null, null);

    private string? Fault(string url)
    {
        if (url.Length > MaxUrl || !Uri.TryCreate(url, UriKind.Absolute, out var address) || address.Scheme is not ("https" or "http") || address.UserInfo.Length > 0)
        {
            return "Enter a whole address, such as https://example.com/hooks/segments, without a user name in it.";
        }

        if (address.Scheme == "http" && !address.IsLoopback)
        {
            return "Must begin with https://; http:// is for this machine only.";
        }

        var own = address.IsLoopback || (System.Net.IPAddress.TryParse(address.Host.Trim('[', ']'), out var ip) && !PublicAddress.Is(ip));
        return own && !options.Value.PrivateWebhooks ? "This is a private address. An admin can allow those with Segments:PrivateWebhooks." : null;
    }
}
