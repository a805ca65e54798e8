using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Twins.Groups;

/// <summary>What groups of customers are made by and described with: few facts, each of which a marketer understands.</summary>
/// <param name="Basket">Mean paid a purchase, in the shop's currency.</param>
/// <param name="Discount">Share of the list price that was taken off, 0 to 1.</param>
/// <param name="Online">Share of the purchases made on the web or in the app, 0 to 1.</param>
/// <param name="Returns">Returns a purchase.</param>
public sealed record GroupFacts(double DaysSinceOrder, int Orders365, double Basket, double TenureDays, double Discount, double Online, double Returns, int Views30, int Opens90)
{
    /// <returns>Null for a customer without an order: there is too little to tell them by.</returns>
    public static GroupFacts? Of(CustomerHistory history, DateTime asOf)
    {
        var (orders, online, returns, year, views, opens) = (0, 0, 0, 0, 0, 0);
        var (paid, first, last) = (0L, DateTime.MaxValue, DateTime.MinValue);
        var bought = new HashSet<long>();
        foreach (var e in history.Events)
        {
            if (e.At > asOf)
            {
                break;
            }

            switch (e.Type)
            {
                case EventType.Purchase:
                    (orders, paid, last) = (orders + 1, paid + e.AmountCents, e.At);
                    first = first < e.At ? first : e.At;
                    year += e.At > asOf.AddDays(-365) ? 1 : 0;
                    online += e.Channel is Channel.Web or Channel.App ? 1 : 0;
                    bought.Add(e.Id);
                    break;
                case EventType.Return: returns++; break;
                case EventType.View: views += e.At > asOf.AddDays(-30) ? 1 : 0; break;
                case EventType.EmailOpen when !e.Machine: opens += e.At > asOf.AddDays(-90) ? 1 : 0; break;
            }
        }

        if (orders == 0)
        {
            return null;
        }

        var (amount, off) = (0L, 0L);
        foreach (var item in history.Items.Where(x => bought.Contains(x.EventId)))
        {
            (amount, off) = (amount + Math.Max(item.AmountCents, 0), off + item.DiscountCents);
        }

        return new((asOf - last).TotalDays, year, paid / 100.0 / orders, (asOf - first).TotalDays, off > 0 ? (double)off / (off + amount) : 0, (double)online / orders, (double)returns / orders, views, opens);
    }
}
