using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>What a forecast looks at: facts of one customer's behaviour up to an instant, never later.</summary>
/// <param name="AsOf">Nothing later was looked at.</param>
/// <param name="DaysSinceOrder">Since the last order.</param>
/// <param name="GapDays">The usual gap: own median from three order days on, else the shop's.</param>
/// <param name="DueChance">Chance that the next order falls into the next 30 days by the gaps alone, 0 to 1.</param>
/// <param name="OrderDays">Days with an order, ever.</param>
/// <param name="TenureDays">Since the first order.</param>
/// <param name="AverageBasketCents">Mean paid a purchase.</param>
/// <param name="ReturnShare">Returns per purchase.</param>
/// <param name="DaysSinceSeen">Since the customer last did anything.</param>
public sealed record BehaviourFacts(DateTime AsOf, double DaysSinceOrder, double GapDays, double DueChance, int OrderDays, int Orders90, int Orders365, double TenureDays,
    double AverageBasketCents, double ReturnShare, int Views30, int Carts30, int Sessions30, double DaysSinceSeen, int Opens90, int Clicks90, int StoreVisits90)
{
    /// <summary>How far ahead the chance to buy looks, in days.</summary>
    public const int Horizon = 30;

    /// <returns>Null for a customer without an order: there is nothing to repeat yet.</returns>
    public static BehaviourFacts? Of(CustomerHistory history, ShopRhythm rhythm, DateTime asOf)
    {
        var days = history.OrderDays(asOf);
        if (days.Count == 0)
        {
            return null;
        }

        var (orders, paid, returns, orders90, orders365) = (0, 0L, 0, 0, 0);
        var (views, carts, sessions, opens, clicks, visits) = (0, 0, 0, 0, 0, 0);
        var (lastOrder, lastSeen) = (days[^1].At, days[0].At);
        var (since30, since90, since365) = (asOf.AddDays(-30), asOf.AddDays(-90), asOf.AddDays(-365));
        foreach (var e in history.Events)
        {
            if (e.At > asOf)
            {
                break;
            }

            if (CustomerHistory.IsOwnAct(e.Type, e.Machine))
            {
                lastSeen = e.At;
            }

            switch (e.Type)
            {
                case EventType.Purchase:
                    orders++;
                    paid += e.AmountCents;
                    lastOrder = e.At;
                    orders90 += e.At > since90 ? 1 : 0;
                    orders365 += e.At > since365 ? 1 : 0;
                    break;
                case EventType.Return: returns++; break;
                case EventType.View: views += e.At > since30 ? 1 : 0; break;
                case EventType.Cart: carts += e.At > since30 ? 1 : 0; break;
                case EventType.AppSession or EventType.KioskSession: sessions += e.At > since30 ? 1 : 0; break;
                case EventType.EmailOpen when !e.Machine: opens += e.At > since90 ? 1 : 0; break;
                case EventType.EmailClick when !e.Machine: clicks += e.At > since90 ? 1 : 0; break;
                case EventType.StoreVisit: visits += e.At > since90 ? 1 : 0; break;
            }
        }

        var gaps = CustomerHistory.Gaps(days);
        var waited = Math.Max(0, (asOf - lastOrder).TotalDays);
        var due = GapDistribution.Fit(gaps, rhythm.LogMean, rhythm.LogDeviation).Within(Horizon, waited);
        var gap = rhythm.TypicalGapDays;
        if (days.Count >= Lifecycle.MinOrderDays)
        {
            Array.Sort(gaps);
            gap = ShopRhythm.Median(gaps);
        }

        return new(asOf, waited, gap, due, days.Count, orders90, orders365, (asOf - days[0].At).TotalDays, (double)paid / orders, (double)returns / orders,
            views, carts, sessions, (asOf - lastSeen).TotalDays, opens, clicks, visits);
    }
}
