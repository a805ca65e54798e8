using MarketingConsole.Core.Learning.Numerics;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Learning.Purchases;

/// <summary>NBD: purchases come at random at a rate λ ~ Gamma(r, α), and nobody leaves. What remains of the other models where customers show no sign of leaving.
/// Source: Ehrenberg, The pattern of consumer purchases, Applied Statistics 8 (1959) 26–41.</summary>
/// <param name="R">r: shape of the rates.</param>
/// <param name="Alpha">α: their scale, in time units.</param>
public sealed record NbdModel(double R, double Alpha, PurchaseFit Fit) : PurchaseModel(Fit)
{
    private static readonly string[] Names = ["r", "α"];
    private static readonly bool[] Times = [false, true];

    public override string Name => "NBD";

    public override IReadOnlyList<(string Name, double Value)> Parameters => [("r", R), ("alpha", Alpha)];

    /// <summary>Maximum likelihood.</summary>
    /// <exception cref="LearningException">Too few customers or repeat purchases, or a history that contradicts itself.</exception>
    public static NbdModel FitTo(IReadOnlyList<PurchaseHistory> rows, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        var (p, fit) = PurchaseFitter.Fit(rows, Total, Names, Times, progress, ct);
        return new(p[0], p[1], fit);
    }

    public override double LogLikelihood(PurchaseHistory history) => Total([R, Alpha], [history], [1]);

    public override double ProbabilityAlive(PurchaseHistory history) => 1;

    private protected override double ExpectedIfAlive(PurchaseHistory history, double horizon) => (R + history.Repeats) / (Alpha + history.Age) * horizon;

    public override double ExpectedPurchases(double horizon) => R / Alpha * horizon;

    private protected override double BuysIfAlive(PurchaseHistory history, double horizon) => -NearZero.ExpM1(-(R + history.Repeats) * NearZero.Log1P(horizon / (Alpha + history.Age)));

    public override double NextPurchase(PurchaseHistory history, double quantile) => (Alpha + history.Age) * NearZero.ExpM1(-NearZero.Log1P(-quantile) / (R + history.Repeats));

    private protected override void SampleAlive(PurchaseHistory history, double horizon, Random random, double regularity, List<double> times)
    {
        var rate = Gamma.Sample(random, R + history.Repeats, Alpha + history.Age);
        times.AddRange(Regularity.Times(rate, regularity, random).TakeWhile(x => x <= horizon));
    }

    private static double Total(double[] parameters, PurchaseHistory[] rows, double[] counts)
    {
        var (r, alpha) = (parameters[0], parameters[1]);
        var rate = PurchaseFitter.LogRising(r, rows.Max(x => x.Repeats));
        var sum = 0.0;
        for (var i = 0; i < rows.Length; i++)
        {
            var x = rows[i].Repeats;
            sum += counts[i] * ((r * Math.Log(alpha)) + rate[x] - ((r + x) * Math.Log(alpha + rows[i].Age)));
        }

        return sum;
    }
}
