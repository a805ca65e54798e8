using System.Globalization;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <summary>Turns sent messages into events of the customers.</summary>
internal sealed class DispatchEvents(IDbContextFactory<ConsoleDb> dbs, EventWriter events)
{
    /// <summary>Id of an event about a dispatch: the same occasion always has the same one.</summary>
    public static long Id(DispatchKey key, string occasion) =>
        MessageIds.Hash(string.Create(CultureInfo.InvariantCulture, $"dispatch:{key.CampaignId}:{key.Occurrence}:{key.CustomerId}:{occasion}"));

    /// <summary>Writes a "sent" event for each sent message of the occurrence that has none yet.</summary>
    public async Task WriteSentAsync(int campaignId, long occurrence, CancellationToken cancellationToken)
    {
        for (var last = int.MinValue; ;)
        {
            await using var db = await dbs.CreateDbContextAsync(cancellationToken);
            var rows = await db.Dispatches.AsNoTracking().Where(x => x.CampaignId == campaignId && x.Occurrence == occurrence && x.Status == DispatchStatus.Sent && x.CustomerId > last)
                .OrderBy(x => x.CustomerId).Take(5000).Select(x => new { x.CustomerId, x.SentAt, x.Channel }).ToListAsync(cancellationToken);
            if (rows.Count == 0)
            {
                return;
            }

            last = rows[^1].CustomerId;
            await events.WriteAsync(rows.ConvertAll(x => new Event
            {
                CustomerId = x.CustomerId,
                Id = Id(new DispatchKey(campaignId, occurrence, x.CustomerId), "sent"),
                Type = x.Channel == Channel.Email ? EventType.EmailSent : EventType.MessageSent,
                At = x.SentAt ?? DateTime.UnixEpoch.AddSeconds(occurrence),
                Channel = x.Channel,
                CampaignId = campaignId,
            }), [], cancellationToken);
        }
    }
}
