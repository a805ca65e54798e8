using MarketingConsole.Core.Campaigns;
using MarketingConsole.Core.Consent;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Dispatch;
using MarketingConsole.Core.Events;
using Microsoft.EntityFrameworkCore;

namespace MarketingConsole.Core.Simulation;

/// <summary>Measures from past messages how customers answer them. Only customers who allow profiling are looked at.</summary>
public sealed class RatesReader(IDbContextFactory<ConsoleDb> dbs, ConsentGate gate, TimeProvider time)
{
    private const int MinGroup = 20, MinOrders = 20, MaxOrders = 5_000, MaxCustomers = 20_000, MessageDays = 365;

    /// <param name="withOffers">Campaigns with offers say most about a plan with offers; the others are used where those are too few.</param>
    public async Task<ResponseRates> ReadAsync(Channel channel, bool withOffers, CancellationToken cancellationToken)
    {
        var rules = await gate.RulesAsync(cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        await using var db = await dbs.CreateDbContextAsync(cancellationToken);
        var profiled = db.Customers.Where(x => x.ErasedAt == null).Where(rules.Allowed(db, Purpose.Profiling, now)).Select(x => x.Id);
        var evidence = await CampaignsAsync(db, profiled, channel, now, cancellationToken);
        List<CampaignEvidence> alike = [.. evidence.Where(x => x.WithOffers == withOffers)];
        return new(Effect(alike) ?? Effect(evidence) ?? MessageEffect.Unknown, await UnsubscribesAsync(db, profiled, channel, now, cancellationToken), withOffers ? await RedeemedAsync(db, profiled, cancellationToken) : null);
    }

    private static MessageEffect? Effect(IReadOnlyList<CampaignEvidence> campaigns) => campaigns.Sum(x => x.HeldOut.Tries) < MessageEffect.MinHeldOut ? null
        : new(campaigns, campaigns.Sum(x => (double)x.AttributionDays * x.Treated.Tries) / campaigns.Sum(x => x.Treated.Tries));

    /// <summary>Campaigns whose attribution windows are over.</summary>
    private static async Task<IReadOnlyList<CampaignEvidence>> CampaignsAsync(ConsoleDb db, IQueryable<int> profiled, Channel channel, DateTime now, CancellationToken cancellationToken)
    {
        var cells = await db.Dispatches.Where(x => x.Channel == channel && (x.Status == DispatchStatus.Sent || x.Status == DispatchStatus.Failed || x.Status == DispatchStatus.HeldOut) && profiled.Contains(x.CustomerId))
            .GroupBy(x => new { x.CampaignId, x.Occurrence, HeldOut = x.Status == DispatchStatus.HeldOut }).Select(g => new { g.Key.CampaignId, g.Key.Occurrence, g.Key.HeldOut, Count = g.Count(), Bought = g.Sum(x => x.ConvertedAt != null ? 1 : 0) }).ToListAsync(cancellationToken);
        int[] ids = [.. cells.Select(x => x.CampaignId).Distinct()];
        var plans = (await db.Campaigns.Where(x => ids.Contains(x.Id)).Select(x => new { x.Id, x.PlanJson }).ToListAsync(cancellationToken)).ToDictionary(x => x.Id, x => CampaignPlan.FromJson(x.PlanJson));
        var over = cells.Where(x => plans.TryGetValue(x.CampaignId, out var plan) && DateTime.UnixEpoch.AddSeconds(x.Occurrence).AddDays(plan.AttributionDays + 1) <= now).GroupBy(x => x.CampaignId);
        return
        [
            .. over.OrderBy(x => x.Key).Select(g =>
            {
                Tried Of(bool heldOut) => new(g.Where(x => x.HeldOut == heldOut).Sum(x => x.Bought), g.Where(x => x.HeldOut == heldOut).Sum(x => x.Count));
                return new CampaignEvidence(g.Key, Of(false), Of(true), plans[g.Key].AttributionDays, plans[g.Key].OfferIds.Count > 0);
            }).Where(x => x.Treated.Tries >= MinGroup && x.HeldOut.Tries >= MinGroup),
        ];
    }

    private static async Task<UnsubscribeRate> UnsubscribesAsync(ConsoleDb db, IQueryable<int> profiled, Channel channel, DateTime now, CancellationToken cancellationToken)
    {
        var (since, step) = (now.AddDays(-MessageDays), Math.Max(1, await db.Customers.CountAsync(cancellationToken) / MaxCustomers));
        var counts = await db.Events.Where(x => (x.Type == EventType.EmailSent || x.Type == EventType.MessageSent || x.Type == EventType.Unsubscribe) && x.At > since && x.CustomerId % step == 0 && profiled.Contains(x.CustomerId))
            .GroupBy(x => new { x.Type, x.Channel }).Select(g => new { g.Key.Type, g.Key.Channel, Count = g.Count() }).ToListAsync(cancellationToken);
        Tried Of(Func<Channel, bool> mine) => counts.Where(x => mine(x.Type == EventType.EmailSent || x.Channel == Channel.Other ? Channel.Email : x.Channel)).ToLookup(x => x.Type == EventType.Unsubscribe, x => (long)x.Count) is var mail
            ? new(Math.Min(mail[true].Sum(), mail[false].Sum()), mail[false].Sum()) : default;
        return new(Of(x => x == channel), Of(_ => true));
    }

    /// <summary>Of the newest orders that followed a message with an offer, those with a discount.</summary>
    private static async Task<Tried?> RedeemedAsync(ConsoleDb db, IQueryable<int> profiled, CancellationToken cancellationToken)
    {
        var orders = await (from d in db.Dispatches
                            where d.OfferId != null && d.Status == DispatchStatus.Sent && d.ConvertedAt != null && profiled.Contains(d.CustomerId)
                            orderby d.ConvertedAt descending
                            join e in db.Events on new { d.CustomerId, At = d.ConvertedAt!.Value } equals new { e.CustomerId, e.At }
                            where e.Type == EventType.Purchase
                            select db.EventItems.Any(x => x.CustomerId == e.CustomerId && x.EventId == e.Id && x.DiscountCents > 0)).Take(MaxOrders).ToListAsync(cancellationToken);
        var hits = orders.Count(x => x);
        return orders.Count < MinOrders || hits == 0 ? null : new Tried(hits, orders.Count);
    }
}
