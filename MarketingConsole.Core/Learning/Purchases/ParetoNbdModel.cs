using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Integration;

namespace MarketingConsole.Core.Learning.Purchases;

/// <summary>Pareto/NBD: purchases come at random at a rate λ ~ Gamma(r, α) until the customer leaves, unseen, at a rate μ ~ Gamma(s, β).
/// Sources: Schmittlein, Morrison and Colombo, Counting your customers, Management Science 33 (1987) 1–24; Fader and Hardie, A note on deriving the Pareto/NBD model, 2005.</summary>
/// <param name="R">r: shape of the purchase rates.</param>
/// <param name="Alpha">α: their scale, in time units.</param>
/// <param name="S">s: shape of the dropout rates.</param>
/// <param name="Beta">β: their scale, in time units.</param>
public sealed record ParetoNbdModel(double R, double Alpha, double S, double Beta, PurchaseFit Fit) : PurchaseModel(Fit)
{
    private static readonly string[] Names = ["r", "α", "s", "β"];
    private static readonly bool[] Times = [false, true, false, true];
    private static readonly (double[] Nodes, double[] Weights) Rule = Legendre(16);

    public override string Name => "Pareto/NBD";

    public override IReadOnlyList<(string Name, double Value)> Parameters => [("r", R), ("alpha", Alpha), ("s", S), ("beta", Beta)];

    /// <summary>Maximum likelihood.</summary>
    /// <exception cref="LearningException">Too few customers or repeat purchases, or a history that contradicts itself.</exception>
    public static ParetoNbdModel FitTo(IReadOnlyList<PurchaseHistory> rows, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        var (p, fit) = PurchaseFitter.Fit(rows, Total, Names, Times, progress, ct);
        return new(p[0], p[1], p[2], p[3], fit);
    }

    public override double LogLikelihood(PurchaseHistory history) => Total([R, Alpha, S, Beta], [history], [1]);

    public override double ProbabilityAlive(PurchaseHistory history)
    {
        var (x, tx, age) = (history.Repeats, history.Last, history.Age);
        var alive = -((R + x) * Math.Log(Alpha + age)) - (S * Math.Log(Beta + age));
        return 1 / (1 + Math.Exp(LogLeft(R + x, Alpha, S, Beta, tx, age) - alive));
    }

    private protected override double ExpectedIfAlive(PurchaseHistory history, double horizon) => Expected(R + history.Repeats, Alpha + history.Age, S, Beta + history.Age, horizon);

    public override double ExpectedPurchases(double horizon) => Expected(R, Alpha, S, Beta, horizon);

    private protected override double BuysIfAlive(PurchaseHistory history, double horizon) => Within(history, horizon);

    public override double NextPurchase(PurchaseHistory history, double quantile)
    {
        var (r, alpha) = (R + history.Repeats, Alpha + history.Age);
        double Lomax(double q) => alpha * NearZero.ExpM1(-NearZero.Log1P(-q) / r); // the quantile if nobody left
        var target = quantile * Within(history, double.PositiveInfinity);
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 60 && high - low > 1e-13; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Within(history, Lomax(middle)) < target ? (middle, high) : (low, middle);
        }

        return Lomax(low);
    }

    private protected override void SampleAlive(PurchaseHistory history, double horizon, Random random, double regularity, List<double> times)
    {
        var rate = Gamma.Sample(random, R + history.Repeats, Alpha + history.Age);
        var leaves = -Math.Log(1 - random.NextDouble()) / Gamma.Sample(random, S, Beta + history.Age);
        var end = Math.Min(leaves, horizon);
        times.AddRange(Regularity.Times(rate, regularity, random).TakeWhile(x => x <= end));
    }

    /// <summary>r β / (α (s − 1)) · (1 − (β / (β + t))^(s − 1)), which at s = 1 is r β / α · ln(1 + t / β).</summary>
    private static double Expected(double r, double alpha, double s, double beta, double t)
    {
        var log = NearZero.Log1P(t / beta);
        var power = (1 - s) * log;
        return r * beta / alpha * log * (Math.Abs(power) < 1e-12 ? 1 : NearZero.ExpM1(power) / power);
    }

    /// <summary>Probability that an alive customer buys within t: ∫ r α^r / (α + y)^(r + 1) · (β / (β + y))^s dy, over u = (α / (α + y))^r.</summary>
    private double Within(PurchaseHistory h, double t)
    {
        var (r, alpha, beta) = (R + h.Repeats, Alpha + h.Age, Beta + h.Age);
        var (from, sum) = (double.IsInfinity(t) ? 0 : Math.Exp(-r * NearZero.Log1P(t / alpha)), 0.0);
        for (var low = Math.Max(from, 1e-12); low < 1;)
        {
            var high = Math.Min(1, low > 0.1 ? 1 : low * 10); // towards u = 0 the integrand falls like u^(s / r)
            for (var i = 0; i < Rule.Nodes.Length; i++)
            {
                var u = low + ((high - low) * Rule.Nodes[i]);
                sum += (high - low) * Rule.Weights[i] * Math.Exp(-S * NearZero.Log1P(alpha * NearZero.ExpM1(-Math.Log(u) / r) / beta));
            }

            low = high;
        }

        return sum;
    }

    /// <summary>ln of s ∫ from t_x to T of (α + y)^−(r + x) (β + y)^−(s + 1) dy: the customer left at y. Over w = ln((α + y) / (α + t_x)), in panels as wide as the
    /// integrand allows; all terms are positive, so nothing cancels, unlike in the textbook's difference of two hypergeometric functions.</summary>
    /// <param name="shape">r + x.</param>
    private static double LogLeft(double shape, double alpha, double s, double beta, double tx, double age)
    {
        if (age <= tx)
        {
            return double.NegativeInfinity;
        }

        var (start, logBeta, end) = (alpha + tx, Math.Log(beta + tx), Math.Log((alpha + age) / (alpha + tx)));
        double Ratio(double w) => start * Math.Exp(w) / ((start * Math.Exp(w)) - alpha + beta);
        double Exponent(double w) => ((1 - shape) * w) - ((s + 1) * (Math.Log((start * Math.Exp(w)) - alpha + beta) - logBeta));
        var (sum, top) = (0.0, double.NegativeInfinity);
        for (var low = 0.0; low < end;)
        {
            // 16 nodes are exact to 1e-15 where the exponent moves by up to 8 and the pole at y = −β is far enough
            var ratio = Math.Max(Ratio(low), Ratio(Math.Min(low + 1, end)));
            var width = Math.Min(Math.Min(1, 3 / ratio), Math.Min(8 / (Math.Abs(shape - 1) + ((s + 1) * ratio)), end - low));
            var here = Math.Max(Exponent(low), Exponent(low + width));
            if (here > top)
            {
                (sum, top) = (sum * Math.Exp(top - here), here);
            }

            var part = 0.0;
            for (var i = 0; i < Rule.Nodes.Length; i++)
            {
                part += Rule.Weights[i] * Math.Exp(Exponent(low + (width * Rule.Nodes[i])) - top);
            }

            sum += width * part;
            low = end - low <= width ? end : low + width;
            if (shape > 1 && (end - low) * Math.Exp(Exponent(low) - top) < 1e-17 * sum)
            {
                break; // from r + x = 1 on the integrand only falls
            }
        }

        return Math.Log(s) - ((shape - 1) * Math.Log(start)) - ((s + 1) * logBeta) + top + Math.Log(sum);
    }

    private static double Total(double[] parameters, PurchaseHistory[] rows, double[] counts)
    {
        var (r, alpha, s, beta) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var rate = PurchaseFitter.LogRising(r, rows.Max(x => x.Repeats));
        var (sum, start) = (0.0, (r * Math.Log(alpha)) + (s * Math.Log(beta)));
        for (var i = 0; i < rows.Length; i++)
        {
            var (x, age) = (rows[i].Repeats, rows[i].Age);
            var alive = (-(r + x) * Math.Log(alpha + age)) - (s * Math.Log(beta + age));
            sum += counts[i] * (start + rate[x] + NearZero.LogSumExp(alive, LogLeft(r + x, alpha, s, beta, rows[i].Last, age)));
        }

        return sum;
    }

    /// <summary>Gauss–Legendre on [0, 1].</summary>
    private static (double[] Nodes, double[] Weights) Legendre(int order)
    {
        var rule = new GaussLegendreRule(0, 1, order);
        return ([.. Enumerable.Range(0, order).Select(rule.GetAbscissa)], [.. Enumerable.Range(0, order).Select(rule.GetWeight)]);
    }
}
