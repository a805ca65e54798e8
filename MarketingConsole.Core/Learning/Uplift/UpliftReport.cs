using System.Globalization;
using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Core.Learning.Uplift;

/// <summary>What a trial says about whom an offer changes, judged on rows each model did not see.</summary>
/// <param name="Average">Mean effect of the exposure on all, with its 95 % interval.</param>
/// <param name="Qini">Whether the forecast effects rank customers.</param>
/// <param name="ExposureAuc">How well the columns tell who was exposed, about 0.5 after a fair lot.</param>
/// <param name="Randomised">False when the columns tell the exposed from the others: the effects then may be those of the choice, not of the offer.</param>
/// <param name="Effects">Each row's forecast effect.</param>
public sealed record UpliftReport(Difference Average, QiniCurve Qini, double ExposureAuc, bool Randomised, double[] Effects)
{
    private const int Folds = 5;
    private const double Tolerated = 0.55;
    private const double Errors = 4;

    /// <summary>True when the customers' effects differ reliably: the Qini coefficient is more than three standard errors above 0 and the exposure was random.</summary>
    public bool Reliable => Randomised && Qini.SurelyAbove > 0;

    /// <summary>For a person.</summary>
    public string Verdict => string.Create(CultureInfo.InvariantCulture, $"{(!Randomised ? $"Those who got the offer differ from those who did not (the columns tell them apart, AUC {ExposureAuc:0.00}), so nothing reliable can be said about its effect." : Reliable ? "Reliable difference: the offer changes some customers more than others, and the model knows which." : "No reliable difference between customers: send by the average effect, not by the model.")} Average effect {Average.Value:0.####} ({Average.Low:0.####} to {Average.High:0.####}){(Average.Reliable ? "" : ", which may be none")}; Qini {Qini.Coefficient:0.000} ({Qini.Low:0.000} to {Qini.High:0.000}).");

    /// <param name="fit">Fits an <see cref="UpliftModel"/> to rows, exposures and outcomes and gives the effect of a row.</param>
    /// <param name="units">Whose row each is, where somebody has several: rows of one are judged together, by a model that saw none of them. Null = each its own.</param>
    public static UpliftReport CrossValidate(IReadOnlyList<double[]> rows, IReadOnlyList<bool> exposed, IReadOnlyList<double> outcomes, Func<IReadOnlyList<double[]>, IReadOnlyList<bool>, IReadOnlyList<double>, Func<double[], double>> fit, IReadOnlyList<int>? units = null, int seed = 1, IProgress<double>? progress = null, CancellationToken cancel = default)
    {
        UpliftModel.Check(rows, exposed, outcomes);
        ArgumentNullException.ThrowIfNull(fit);
        var (n, random) = (rows.Count, new Random(seed));
        int[][] order = [.. Enumerable.Range(0, n).GroupBy(i => units?[i] ?? i, (_, own) => own.ToArray())];
        random.Shuffle(order);

        // Folds with the same mix of exposure and outcome.
        order = [.. order.OrderBy(x => exposed[x[0]]).ThenBy(x => outcomes[x[0]])];
        var (effects, lots) = (new double[n], new double[n]);
        for (var fold = 0; fold < Folds; fold++)
        {
            cancel.ThrowIfCancellationRequested();
            int[] train = [.. order.Where((_, k) => k % Folds != fold).SelectMany(x => x)];
            List<double[]> own = [.. train.Select(i => rows[i])];
            List<bool> groups = [.. train.Select(i => exposed[i])];
            var effect = fit(own, groups, [.. train.Select(i => outcomes[i])]);
            var lot = LogisticRegression.Fit(own, groups, 1);
            foreach (var i in order.Where((_, k) => k % Folds == fold).SelectMany(x => x))
            {
                (effects[i], lots[i]) = (effect(rows[i]), lot.LogOdds(rows[i]));
            }

            progress?.Report(0.8 * (fold + 1) / Folds);
        }

        if (!effects.All(double.IsFinite))
        {
            throw new LearningException("The model gave an effect that is not a number.");
        }

        var auc = ForecastMetrics.AreaUnderCurve(lots, exposed);
        var count = (double)exposed.Count(x => x);
        var error = Math.Sqrt((n + 1) / (12 * count * (n - count)));
        var qini = QiniCurve.Of(effects, exposed, outcomes, units, seed, cancel);
        progress?.Report(1);
        return new(MeanEffect(exposed, outcomes), qini, auc, auc <= Math.Max(Tolerated, 0.5 + (Errors * error)), effects);
    }

    /// <summary>The same for one of the meta-learners.</summary>
    public static UpliftReport CrossValidate(MetaLearner kind, IReadOnlyList<double[]> rows, IReadOnlyList<bool> exposed, IReadOnlyList<double> outcomes, BaseLearner? outcome = null, BaseLearner? effect = null, IReadOnlyList<int>? units = null, int seed = 1, IProgress<double>? progress = null, CancellationToken cancel = default) =>
        CrossValidate(rows, exposed, outcomes, (x, w, y) => UpliftModel.Fit(kind, x, w, y, outcome, effect, cancel).Effect, units, seed, progress, cancel);

    private static Difference MeanEffect(IReadOnlyList<bool> exposed, IReadOnlyList<double> outcomes)
    {
        double[] with = [.. outcomes.Where((_, i) => exposed[i])], without = [.. outcomes.Where((_, i) => !exposed[i])];
        return outcomes.All(x => x is 0 or 1)
            ? DifferenceInterval.OfProportions((long)with.Sum(), with.Length, (long)without.Sum(), without.Length)!
            : DifferenceInterval.OfMeans(with.Sum(), with.Sum(x => x * x), with.Length, without.Sum(), without.Sum(x => x * x), without.Length)!;
    }
}
