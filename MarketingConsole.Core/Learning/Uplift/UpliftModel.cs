using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Learning.Uplift;

public enum MetaLearner
{
    /// <summary>One model with the exposure as a column; its effect is the difference of its two forecasts. Cautious: may find no effect at all.</summary>
    S,

    /// <summary>One model for the exposed, one for the others.</summary>
    T,

    /// <summary>As T, then a model of each row's own difference from what the other group's model expects. Best where groups differ in size or the effect is simpler than the outcome.</summary>
    X,
}

/// <summary>Whom an offer changes: the effect of an exposure on each row, learned from a randomised trial. τ(x) = E[Y(1) − Y(0) | x].
/// Source: Künzel, Sekhon, Bickel, Yu, Metalearners for estimating heterogeneous treatment effects using machine learning, 2019.</summary>
/// <param name="First">S: μ(x, w); T: μ₀; X: τ₀, learned from the unexposed.</param>
/// <param name="Second">S: null; T: μ₁; X: τ₁, learned from the exposed.</param>
/// <param name="Exposure">e: the share exposed, above 0 and below 1; for X τ = e·τ₀ + (1 − e)·τ₁.</param>
public sealed record UpliftModel(MetaLearner Kind, ScoreModel First, ScoreModel? Second, double Exposure)
{
    private const int FewestRows = 20;

    /// <param name="rows">What was known before the exposure.</param>
    /// <param name="exposed">Drawn by lot.</param>
    /// <param name="outcomes">0 or 1, or amounts.</param>
    /// <param name="outcome">Learns the outcome; null for logistic regression or, for amounts, ridge.</param>
    /// <param name="effect">Learns the effect (X only); null for ridge.</param>
    /// <exception cref="LearningException">Fewer than 20 exposed or unexposed, or numbers missing.</exception>
    public static UpliftModel Fit(MetaLearner kind, IReadOnlyList<double[]> rows, IReadOnlyList<bool> exposed, IReadOnlyList<double> outcomes, BaseLearner? outcome = null, BaseLearner? effect = null, CancellationToken cancel = default)
    {
        Check(rows, exposed, outcomes);
        outcome ??= BaseLearners.Linear();
        effect ??= BaseLearners.Linear();
        var share = exposed.Count(x => x) / (double)exposed.Count;
        if (kind == MetaLearner.S)
        {
            return new(kind, outcome([.. rows.Select((x, i) => With(x, exposed[i]))], outcomes), null, share);
        }

        var (zeroRows, zero) = Part(false);
        var (oneRows, one) = Part(true);
        var mu0 = outcome(zeroRows, zero);
        cancel.ThrowIfCancellationRequested();
        var mu1 = outcome(oneRows, one);
        cancel.ThrowIfCancellationRequested();
        return kind == MetaLearner.T
            ? new(kind, mu0, mu1, share)
            : new(kind, effect(zeroRows, [.. zeroRows.Select((x, i) => mu1.Score(x) - zero[i])]), effect(oneRows, [.. oneRows.Select((x, i) => one[i] - mu0.Score(x))]), share);

        (List<double[]> Rows, List<double> Outcomes) Part(bool of)
        {
            int[] own = [.. Enumerable.Range(0, rows.Count).Where(i => exposed[i] == of)];
            return ([.. own.Select(i => rows[i])], [.. own.Select(i => outcomes[i])]);
        }
    }

    /// <summary>How much the exposure changes the expected outcome of a row: e.g. 0.03 is three more visits a hundred customers.</summary>
    public double Effect(double[] row) => Kind switch
    {
        MetaLearner.S => First.Score(With(row, true)) - First.Score(With(row, false)),
        MetaLearner.T => Second!.Score(row) - First.Score(row),
        _ => (Exposure * First.Score(row)) + ((1 - Exposure) * Second!.Score(row)),
    };

    internal static void Check(IReadOnlyList<double[]> rows, IReadOnlyList<bool> exposed, IReadOnlyList<double> outcomes)
    {
        Standardisation.Check(rows);
        ArgumentNullException.ThrowIfNull(exposed);
        ArgumentNullException.ThrowIfNull(outcomes);
        if (exposed.Count != rows.Count || outcomes.Count != rows.Count || outcomes.Any(x => !double.IsFinite(x)))
        {
            throw new LearningException("Each customer needs one outcome that is a number, and whether they were exposed.");
        }

        var count = exposed.Count(x => x);
        if (count < FewestRows || rows.Count - count < FewestRows)
        {
            throw new LearningException($"At least {FewestRows} customers who got the offer and {FewestRows} who did not are needed; there are {count} and {rows.Count - count}.");
        }
    }

    private static double[] With(double[] row, bool exposed) => [.. row, exposed ? 1 : 0];
}
