using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <param name="Given">Messages sent, or about to be, that carry the offer.</param>
/// <param name="Taken">Of them, those followed by a purchase in the attribution window.</param>
public sealed record OfferUse(int Given, int Taken);

/// <summary>How often offers have been given out, for limits and the offers page.</summary>
public static class OfferUsage
{
    public static async Task<IReadOnlyDictionary<int, OfferUse>> CountAsync(ConsoleDb db, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(db);
        var rows = await db.Dispatches.AsNoTracking().Where(x => x.OfferId != null && (x.Status == DispatchStatus.Planned || x.Status == DispatchStatus.Sending || x.Status == DispatchStatus.Sent))
            .GroupBy(x => x.OfferId!.Value).Select(g => new { g.Key, Given = g.Count(), Taken = g.Count(x => x.ConvertedAt != null) }).ToListAsync(cancellationToken);
        return rows.ToDictionary(x => x.Key, x => new OfferUse(x.Given, x.Taken));
    }
}
