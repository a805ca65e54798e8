using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <param name="Reply">The mail server's: its code comes first.</param>
internal sealed record Bounce(DispatchKey Key, string Address, string Reply);

/// <summary>Remembers addresses that do not exist, so that nobody writes to them again.</summary>
internal sealed class BounceRecorder(EventWriter events, ChangeFeed feed, TimeProvider time)
{
    /// <summary>Adds suppressions and events within the caller's transaction.</summary>
    /// <returns>The new events, to publish after the commit.</returns>
    public async Task<IReadOnlyList<Event>> AppendAsync(ConsoleDb db, IReadOnlyList<Bounce> bounces)
    {
        if (bounces.Count == 0)
        {
            return [];
        }

        var now = time.GetUtcNow().UtcDateTime;
        foreach (var bounce in bounces)
        {
            await SuppressAsync(db, SuppressionList.Normal(bounce.Address), $"bounced: {bounce.Reply[..Math.Min(3, bounce.Reply.Length)]}", now);
        }

        return await events.AppendAsync(db, [.. bounces.Select(x => new Event
        {
            CustomerId = x.Key.CustomerId, Id = DispatchEvents.Id(x.Key, "bounce"), Type = EventType.EmailBounce, At = now, Channel = Channel.Email, CampaignId = x.Key.CampaignId,
        })], [], CancellationToken.None);
    }

    public void Publish(IReadOnlyList<Event> written)
    {
        if (written.Count > 0)
        {
            feed.Publish(EventsWritten.Of(written.Select(x => x.CustomerId).ToHashSet()));
        }
    }

    private static async Task SuppressAsync(ConsoleDb db, string address, string reason, DateTime now)
    {
        Task<bool> KnownAsync() => db.Suppressions.AnyAsync(x => x.Purpose == Purpose.Email && x.Address == address);
        if (await KnownAsync())
        {
            return;
        }

        var row = db.Suppressions.Add(new Suppression { Purpose = Purpose.Email, Address = address, Reason = reason, At = now });
        try
        {
            await db.SaveChangesAsync();
        }
        catch (DbUpdateException)
        {
            row.State = EntityState.Detached;
            if (!await KnownAsync())
            {
                throw; // not because another campaign suppressed it in this moment
            }
        }

        row.State = EntityState.Detached;
    }
}
