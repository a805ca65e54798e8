using MarketingConsole.Core.Events;
using MarketingConsole.Core.Twins.Forecast;
using static MarketingConsole.Core.Simulation.WorldTally;

namespace MarketingConsole.Core.Simulation;

/// <summary>Lives a plan through in many possible worlds. A world draws the shop's rates once, then each customer's future; the same future serves “do nothing” and the plan,
/// so that what differs between them is the plan's doing. Pure: the same input gives the same answer.</summary>
public sealed class Simulator
{
    private readonly SimulationInput _input;
    private readonly WorldRates[] _worlds;
    private readonly WorldTally _tally;
    private readonly double _window, _horizon, _anyway;
    private readonly List<bool> _kept = [];
    private readonly List<double> _caused = [], _rights = [], _sent = [];

    private Simulator(SimulationInput input)
    {
        _input = input;
        _window = input.Rates.Effect.WindowDays / PurchasesModel.DaysPerUnit;
        _horizon = Math.Max(input.Weeks, input.SendTimes.DefaultIfEmpty(0).Max() + _window);
        _anyway = Math.Clamp(input.Twins.Where(x => x.Reached).Select(x => input.Model.Orders.ProbabilityOfPurchase(x.History, _window)).DefaultIfEmpty(0).Average(), 1e-4, 0.95);
        _worlds = input.Rates.Draw(input.Worlds, _anyway, input.Seed);
        _tally = new WorldTally(input.Worlds, (int)Math.Ceiling(_horizon - 1e-9));
    }

    /// <param name="progress">0 to 1.</param>
    public static Simulated Run(SimulationInput input, IProgress<double>? progress = null, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(input);
        var simulator = new Simulator(input);
        for (var i = 0; i < input.Twins.Count; i++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            simulator.Live(input.Twins[i]);
            progress?.Report((i + 1.0) / input.Twins.Count);
        }

        return simulator._tally.Figures(input);
    }

    private void Live(SimulatedTwin twin)
    {
        var (life, answers) = (Chance(twin, "life"), Chance(twin, "answers"));
        for (var world = 0; world < _worlds.Length; world++)
        {
            var future = _input.Model.SampleFuture(twin.History, _horizon, life);
            foreach (var (at, cents) in future.Orders)
            {
                _tally.Order(world, at, (long)Math.Round(cents));
            }

            Clear(future.Orders.Count);
            if (twin.Reached)
            {
                Send(twin, world, future, answers);
            }

            Keep(twin, world, future, answers);
        }
    }

    /// <summary>The messages of one world: each may cause an order, or keep one from coming where messages do harm, and may be the last the customer wants.</summary>
    private void Send(SimulatedTwin twin, int world, PossibleFuture future, Random random)
    {
        var rates = _worlds[world];
        foreach (var t in _input.SendTimes.TakeWhile(x => twin.Offer is null || x < twin.Offer.EndsAt))
        {
            var earlier = _sent.Count(x => x > t - _window);
            var effect = rates.Effect * twin.Response * Math.Pow(_input.RepeatEffect, earlier);
            _sent.Add(t);
            _tally.Add(Sum.Messages, world, t);
            var first = Anyway(future.Orders, t);
            var buys = first >= 0 || _caused.Any(x => x > t && x <= t + _window);
            var (chance, leaves, when) = (random.NextDouble(), random.NextDouble(), random.NextDouble());
            var causes = !buys && chance < effect / (1 - _anyway);
            if (causes)
            {
                var at = t + (_window * (1 - when));
                _caused.Add(at);
                var cents = (long)Math.Round(_input.Model.Spend?.SampleAmount(future.MeanCents, random) ?? 0);
                _tally.PlanOrder(world, at, cents);
                if (twin.Offer is not null && at < twin.Offer.EndsAt)
                {
                    Redeem(twin.Offer, world, at, cents);
                }
            }
            else
            {
                _rights.Add(t);
            }

            if (first >= 0 && chance < -effect / _anyway)
            {
                _kept[first] = false;
            }

            if (leaves < rates.Unsubscribe)
            {
                _tally.Add(Sum.Unsubscribes, world, t);
                break;
            }
        }
    }

    /// <returns>Index of the first order that comes anyway in the window of a message; −1 when none does.</returns>
    private int Anyway(IReadOnlyList<(double At, double Cents)> orders, double t)
    {
        for (var i = 0; i < orders.Count && orders[i].At <= t + _window; i++)
        {
            if (_kept[i] && orders[i].At > t)
            {
                return i;
            }
        }

        return -1;
    }

    /// <summary>The orders that come anyway. Each message that caused none lets one of them have the offer.</summary>
    private void Keep(SimulatedTwin twin, int world, PossibleFuture future, Random random)
    {
        var taken = 0;
        foreach (var (i, order) in future.Orders.Index().Where(x => _kept[x.Index]))
        {
            var cents = (long)Math.Round(order.Cents);
            _tally.PlanOrder(world, order.At, cents);
            if (twin.Offer is { } offer && order.At < offer.EndsAt && _rights.Count(x => x < order.At) > taken && random.NextDouble() < _worlds[world].Redeem)
            {
                taken++;
                Redeem(offer, world, order.At, cents);
            }
        }
    }

    private void Redeem(TwinOffer offer, int world, double at, long cents)
    {
        _tally.Add(Sum.Discount, world, at, offer.DiscountOn(cents));
        _tally.Add(Sum.OfferCosts, world, at, offer.CostCents);
    }

    private void Clear(int orders)
    {
        _kept.Clear();
        _kept.AddRange(Enumerable.Repeat(true, orders));
        _caused.Clear();
        _rights.Clear();
        _sent.Clear();
    }

    /// <summary>A customer's own stream of chance, whoever else is simulated.</summary>
    private Random Chance(SimulatedTwin twin, string stream) => new((int)MessageIds.Hash(FormattableString.Invariant($"simulation/{_input.Seed}/{twin.CustomerId}/{stream}")));
}
