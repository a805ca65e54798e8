using MarketingConsole.Core.Data;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Simulation;

/// <summary>One measure over the worlds: mean, and the interval that holds it in 80 of 100.</summary>
/// <param name="Difference">With the plan less without, world by world; the same chance served both.</param>
public sealed record SimulatedFigure(Expectation Nothing, Expectation Plan, Expectation Difference);

/// <summary>What comes in a stretch of time. Money in cents.</summary>
/// <param name="Revenue">Before the discounts of the plan.</param>
/// <param name="Discount">Given away by the plan's offers.</param>
/// <param name="Costs">Messages, gifts, free delivery and points.</param>
/// <param name="Margin">Revenue × margin share − discount − costs.</param>
/// <param name="Unsubscribes">After the plan's messages.</param>
public sealed record SimulatedFigures(SimulatedFigure Purchases, SimulatedFigure Revenue, SimulatedFigure Discount, SimulatedFigure Costs, SimulatedFigure Margin, SimulatedFigure Messages, SimulatedFigure Unsubscribes);

/// <param name="PaysOff">Share of the worlds in which the plan leaves more margin than doing nothing.</param>
/// <param name="Loses">Share of the worlds in which it leaves less; in the rest it makes no difference.</param>
/// <param name="Weeks">Week by week; one past the plan's is the part in which purchases still count for the last message.</param>
public sealed record Simulated(SimulatedFigures Total, IReadOnlyList<SimulatedFigures> Weeks, double PaysOff, double Loses);

/// <summary>Who a plan is for. Members = simulated customers, by <see cref="Scale"/>, + NoProfiling + NeverOrdered.</summary>
/// <param name="NoProfiling">Left out: they do not allow profiling.</param>
/// <param name="NeverOrdered">Left out: the models of purchases begin with the first order.</param>
/// <param name="Simulated">Twins lived through.</param>
/// <param name="Scale">Customers each of them stands for.</param>
/// <param name="Unreachable">Of the simulated: no address, no consent for the channel or suppressed. They get no message.</param>
/// <param name="NoOffer">Of the simulated: none of the offers applies, so they get no message.</param>
public sealed record AudienceSummary(string Name, int Members, int NoProfiling, int NeverOrdered, int Simulated, double Scale, int Unreachable, int NoOffer)
{
    /// <summary>Customers who get messages.</summary>
    public int Reached => (int)Math.Round((Simulated - Unreachable - NoOffer) * Scale);
}

/// <param name="Measured">From the shop's own past; else taken to be so.</param>
public sealed record Assumption(string About, string Text, bool Measured);

/// <summary>What a simulation found.</summary>
/// <param name="Plan">With every default filled in.</param>
/// <param name="OfferNames">In the plan's order.</param>
/// <param name="Worlds">Possible worlds lived through.</param>
/// <param name="WindowDays">Days after a message in which purchases count for it.</param>
/// <param name="Spread">The purchase model's variance between customers, as a share of the observed one; null when it was never tested.</param>
public sealed record SimulationResult(SimulationPlan Plan, AudienceSummary Audience, IReadOnlyList<string> OfferNames, Simulated Outcome, ResponseRates Rates, ModelFigure? Spread, IReadOnlyList<Assumption> Assumptions, IReadOnlyList<string> Warnings, int Worlds, double WindowDays);

/// <summary>A result, the faults of the plan by field, or the reason why there can be none.</summary>
public sealed record SimulationAnswer(SimulationResult? Result, IReadOnlyList<FieldError> Errors, string? Reason);
