using MarketingConsole.Core.Data;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Dispatch;

/// <param name="Given">Messages sent, or about to be, that carry the offer.</param>
/// <param name="Taken">Of them, those followed by a purchase in the attribution window.</param>
public sealed record OfferUse(int Given, int Taken);

/// <summary>How often offers have been given out, for limits and the offers page.</summary>
public static class OfferUsage
{
    /// <param name="offerIds">Null = every offer.</param>
    public static async Task<IReadOnlyDictionary<int, OfferUse>> CountAsync(ConsoleDb db, IReadOnlyList<int>? offerIds = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(db);
        var carrying = db.Dispatches.AsNoTracking().Where(x => x.OfferId != null);
        if (offerIds is not null)
        {
            carrying = carrying.Where(x => offerIds.Contains(x.OfferId!.Value));
        }

        var rows = await carrying.Where(x => x.Status == DispatchStatus.Planned || x.Status == DispatchStatus.Sending || x.Status == DispatchStatus.Sent)
            .GroupBy(x => x.OfferId!.Value).Select(g => new { g.Key, Given = g.Count(), Taken = g.Sum(x => x.ConvertedAt != null ? 1 : 0) }).ToListAsync(cancellationToken);
        return rows.ToDictionary(x => x.Key, x => new OfferUse(x.Given, x.Taken));
    }
}
