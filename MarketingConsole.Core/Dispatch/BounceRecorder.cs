using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Remembers an address that does not exist, so that nobody writes to it again.</summary>
internal sealed class BounceRecorder(IDbContextFactory<ConsoleDb> dbs, EventWriter events, TimeProvider time)
{
    public async Task RecordAsync(DispatchKey key, string address, string reply, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        var folded = address.Trim().ToLowerInvariant();
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        if (!await db.Suppressions.AnyAsync(x => x.Purpose == Purpose.Email && x.Address == folded, cancellationToken))
        {
            db.Suppressions.Add(new Suppression { Purpose = Purpose.Email, Address = folded, Reason = $"bounced: {reply[..Math.Min(3, reply.Length)]}", At = now });
            try
            {
                await db.SaveChangesAsync(cancellationToken);
            }
            catch (DbUpdateException) when (!cancellationToken.IsCancellationRequested)
            {
                // another connection recorded it in this moment
            }
        }

        await events.WriteAsync([new Event { CustomerId = key.CustomerId, Id = DispatchEvents.Id(key, "bounce"), Type = EventType.EmailBounce, At = now, Channel = Channel.Email, CampaignId = key.CampaignId }], [], cancellationToken);
    }
}
