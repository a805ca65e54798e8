using MarketingConsole.Core.Learning.Purchases;
using MarketingConsole.Core.Offers;
using MarketingConsole.Core.Twins.Forecast;

namespace MarketingConsole.Core.Simulation;

/// <summary>The offer a customer is sent.</summary>
/// <param name="Value">Per cent or cents, by <paramref name="Kind"/>.</param>
/// <param name="Share">Part of the customer's spending it applies to, 0 to 1.</param>
/// <param name="EndsAt">Weeks from now.</param>
public sealed record TwinOffer(OfferKind Kind, int Value, double Share, long UnitCostCents, double EndsAt)
{
    /// <summary>What an order that takes it gets off, in cents.</summary>
    public long DiscountOn(long cents) => Kind switch
    {
        OfferKind.PercentOff => (long)Math.Round(cents * Share * Value / 100),
        OfferKind.AmountOff => (long)Math.Min(cents * Share, Value),
        _ => 0,
    };

    /// <summary>What taking it costs beside a discount; a discount's unit cost is the discount itself.</summary>
    public long CostCents => Kind is OfferKind.PercentOff or OfferKind.AmountOff ? 0 : UnitCostCents;
}

/// <summary>A customer as the simulation sees them.</summary>
/// <param name="Reached">May get messages.</param>
/// <param name="Response">How much they heed messages: 1 = as the crowd.</param>
/// <param name="Offer">Null when messages carry none.</param>
public sealed record SimulatedTwin(int CustomerId, PurchaseHistory History, bool Reached, double Response = 1, TwinOffer? Offer = null);

/// <summary>All a simulation needs.</summary>
/// <param name="Scale">Customers each twin stands for.</param>
/// <param name="SendTimes">Weeks from now, ascending.</param>
/// <param name="Weeks">Weeks that are looked at; more when the window of the last message ends later.</param>
/// <param name="RepeatEffect">What a further message in a window does, of what one does alone.</param>
public sealed record SimulationInput(PurchasesModel Model, IReadOnlyList<SimulatedTwin> Twins, ResponseRates Rates, IReadOnlyList<double> SendTimes, int Weeks, double MarginShare, double RepeatEffect = 0.5, double MessageCents = 0, double Scale = 1, int Worlds = 500, int Seed = 1);
