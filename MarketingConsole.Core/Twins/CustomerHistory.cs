using MarketingConsole.Core.Events;

namespace MarketingConsole.Core.Twins;

/// <summary>The part of an event that twins and forecasts are computed from.</summary>
public readonly record struct TwinEvent(long Id, DateTime At, int Day, byte HourOfWeek, EventType Type, Channel Channel, int? StoreId, long AmountCents, bool Machine, int? CampaignId, int? ProductId = null);

/// <summary>What a customer paid for one product in one purchase.</summary>
/// <param name="DiscountCents">Taken off the list price; 0 or more.</param>
public readonly record struct TwinItem(long EventId, int ProductId, long AmountCents, long DiscountCents = 0);

/// <summary>A day on which a customer bought, with the instant of its first order.</summary>
public readonly record struct OrderDay(DateTime At, int Day);

/// <summary>Everything known of one customer's behaviour, events in time order.</summary>
public sealed record CustomerHistory(int CustomerId, IReadOnlyList<TwinEvent> Events, IReadOnlyList<TwinItem> Items)
{
    /// <summary>Days with at least one purchase up to <paramref name="asOf"/>, in order: several orders on one day are one visit to the shop.</summary>
    public IReadOnlyList<OrderDay> OrderDays(DateTime asOf)
    {
        var days = new List<OrderDay>();
        foreach (var e in Events)
        {
            if (e.At > asOf)
            {
                break;
            }

            if (e.Type == EventType.Purchase && (days.Count == 0 || days[^1].Day != e.Day))
            {
                days.Add(new OrderDay(e.At, e.Day));
            }
        }

        return days;
    }

    /// <summary>Days from each order day to the next.</summary>
    public static double[] Gaps(IReadOnlyList<OrderDay> days)
    {
        var gaps = new double[Math.Max(0, days.Count - 1)];
        for (var i = 0; i < gaps.Length; i++)
        {
            gaps[i] = days[i + 1].Day - days[i].Day;
        }

        return gaps;
    }

    /// <summary>True for what the customer did; a message sent to them or a machine's opening is not their doing.</summary>
    public static bool IsOwnAct(EventType type, bool machine) => !machine && type is not (EventType.EmailSent or EventType.EmailBounce or EventType.MessageSent);
}
