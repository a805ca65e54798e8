using MarketingConsole.Core.Twins.Forecast;

namespace MarketingConsole.Core.Simulation;

/// <summary>Sums by world and week, in whole numbers, so that they do not depend on the order of adding.</summary>
internal sealed class WorldTally(int worlds, int weeks)
{
    private readonly long[,,] _sums = new long[Enum.GetValues<Sum>().Length, worlds, weeks];

    internal enum Sum { Orders, Cents, PlanOrders, PlanCents, Discount, OfferCosts, Messages, Unsubscribes }

    public void Add(Sum what, int world, double at, long value = 1) => _sums[(int)what, world, Math.Min((int)at, weeks - 1)] += value;

    public void Order(int world, double at, long cents)
    {
        Add(Sum.Orders, world, at);
        Add(Sum.Cents, world, at, cents);
    }

    public void PlanOrder(int world, double at, long cents)
    {
        Add(Sum.PlanOrders, world, at);
        Add(Sum.PlanCents, world, at, cents);
    }

    public Simulated Figures(SimulationInput input)
    {
        var margin = Margins(input, 0, weeks);
        return new(Of(input, 0, weeks), [.. Enumerable.Range(0, weeks).Select(x => Of(input, x, x + 1))], Share(margin, x => x > 0), Share(margin, x => x < 0));
    }

    private double Share((double[] Nothing, double[] Plan) margin, Func<double, bool> counts) => margin.Plan.Zip(margin.Nothing, (plan, nothing) => plan - nothing).Count(counts) / (double)worlds;

    private SimulatedFigures Of(SimulationInput input, int from, int to)
    {
        var none = new double[worlds];
        double[] Of(Sum what) => Totals(what, from, to, input.Scale);
        var margin = Margins(input, from, to);
        double[] messages = Of(Sum.Messages);
        return new(
            Figure(Of(Sum.Orders), Of(Sum.PlanOrders)), Figure(Of(Sum.Cents), Of(Sum.PlanCents)), Figure(none, Of(Sum.Discount)),
            Figure(none, [.. Of(Sum.OfferCosts).Zip(messages, (offers, sent) => offers + (sent * input.MessageCents))]), Figure(margin.Nothing, margin.Plan), Figure(none, messages), Figure(none, Of(Sum.Unsubscribes)));
    }

    private (double[] Nothing, double[] Plan) Margins(SimulationInput input, int from, int to)
    {
        double[] Of(Sum what) => Totals(what, from, to, input.Scale);
        var (cents, discount, offers, messages) = (Of(Sum.PlanCents), Of(Sum.Discount), Of(Sum.OfferCosts), Of(Sum.Messages));
        return ([.. Of(Sum.Cents).Select(x => x * input.MarginShare)], [.. cents.Select((x, w) => (x * input.MarginShare) - discount[w] - offers[w] - (messages[w] * input.MessageCents))]);
    }

    private double[] Totals(Sum what, int from, int to, double scale)
    {
        var totals = new double[worlds];
        for (var world = 0; world < worlds; world++)
        {
            for (var week = from; week < to; week++)
            {
                totals[world] += scale * _sums[(int)what, world, week];
            }
        }

        return totals;
    }

    private static SimulatedFigure Figure(double[] nothing, double[] plan) => new(Expect(nothing), Expect(plan), Expect([.. plan.Zip(nothing, (p, n) => p - n)]));

    private static Expectation Expect(double[] values)
    {
        double[] sorted = [.. values.Order()];
        double At(double share) => sorted[(int)Math.Round(share * (sorted.Length - 1))];
        var mean = values.Average();
        return new(mean, Math.Min(At((1 - Twins.Forecast.PurchasesModel.Interval) / 2), mean), Math.Max(At((1 + Twins.Forecast.PurchasesModel.Interval) / 2), mean)); // of something rare the middle may be 0
    }
}
