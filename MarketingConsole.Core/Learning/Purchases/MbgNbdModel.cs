using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Learning.Purchases;

/// <summary>MBG/NBD: as <see cref="BgNbdModel"/>, but the customer may leave right after the first purchase too, so that one-time buyers need not count as alive.
/// Sources: Batislam, Denizel and Filiztekin, Empirical validation and comparison of models for customer base analysis, 2007; Hoppe and Wagner, Customer base analysis: the case for a central variant of the Betageometric/NBD model, 2007.</summary>
/// <param name="R">r: shape of the rates.</param>
/// <param name="Alpha">α: their scale, in time units.</param>
/// <param name="A">a of the dropout probabilities.</param>
/// <param name="B">b of the dropout probabilities.</param>
public sealed record MbgNbdModel(double R, double Alpha, double A, double B, PurchaseFit Fit) : PurchaseModel(Fit)
{
    private static readonly string[] Names = ["r", "α", "a", "b"];
    private static readonly bool[] Times = [false, true, false, false];

    public override string Name => "MBG/NBD";

    public override IReadOnlyList<(string Name, double Value)> Parameters => [("r", R), ("alpha", Alpha), ("a", A), ("b", B)];

    /// <summary>Maximum likelihood.</summary>
    /// <exception cref="LearningException">Too few customers or repeat purchases, or a history that contradicts itself.</exception>
    public static MbgNbdModel FitTo(IReadOnlyList<PurchaseHistory> rows, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        var (p, fit) = PurchaseFitter.Fit(rows, Total, Names, Times, progress, ct);
        return new(p[0], p[1], p[2], p[3], fit);
    }

    public override double LogLikelihood(PurchaseHistory history) => Total([R, Alpha, A, B], [history], [1]);

    public override double ProbabilityAlive(PurchaseHistory history)
    {
        var (x, tx, age) = (history.Repeats, history.Last, history.Age);
        return 1 / (1 + Math.Exp(Math.Log(A / (B + x)) + ((R + x) * NearZero.Log1P((age - tx) / (Alpha + tx)))));
    }

    private protected override double ExpectedIfAlive(PurchaseHistory history, double horizon) => Alive(history).Expected(horizon);

    public override double ExpectedPurchases(double horizon) => B / (A + B) * new BetaDropout(R, Alpha, A, B + 1).Expected(horizon);

    private protected override double BuysIfAlive(PurchaseHistory history, double horizon) => Alive(history).Within(horizon);

    public override double NextPurchase(PurchaseHistory history, double quantile) => Alive(history).NextPurchase(quantile);

    private protected override void SampleAlive(PurchaseHistory history, double horizon, Random random, double regularity, List<double> times) => Alive(history).Sample(horizon, random, regularity, times);

    private BetaDropout Alive(PurchaseHistory h) => new(R + h.Repeats, Alpha + h.Age, A, B + h.Repeats + 1);

    private static double Total(double[] parameters, PurchaseHistory[] rows, double[] counts)
    {
        var (r, alpha, a, b) = (parameters[0], parameters[1], parameters[2], parameters[3]);
        var max = rows.Max(x => x.Repeats) + 1;
        var (rate, stay, all) = (PurchaseFitter.LogRising(r, max), PurchaseFitter.LogRising(b, max), PurchaseFitter.LogRising(a + b, max));
        var (sum, start) = (0.0, r * Math.Log(alpha));
        for (var i = 0; i < rows.Length; i++)
        {
            var x = rows[i].Repeats;
            var either = NearZero.LogSumExp(-(r + x) * Math.Log(alpha + rows[i].Age), Math.Log(a / (b + x)) - ((r + x) * Math.Log(alpha + rows[i].Last)));
            sum += counts[i] * (start + rate[x] + stay[x + 1] - all[x + 1] + either);
        }

        return sum;
    }
}
