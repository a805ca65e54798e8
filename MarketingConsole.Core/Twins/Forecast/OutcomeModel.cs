using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Core.Learning.Explanation;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>A fitted yes/no forecast as it is stored and used.</summary>
/// <param name="Features">Names of the features it was fitted on; a model of other features is not used.</param>
/// <param name="Calibration">Corrects the classifier's log-odds by a later period than it was fitted on.</param>
/// <param name="Sample">Features of some of the customers it was judged on, one array a feature: what drift is measured against.</param>
public sealed record OutcomeModel(Outcome Outcome, IReadOnlyList<string> Features, BlendedClassifier Classifier, PlattScaling Calibration, float[][] Sample)
{
    public bool Fits => Features.SequenceEqual(BehaviourFeatures.Names);

    /// <returns>Chance that the outcome comes true, 0 to 1.</returns>
    public double Chance(BehaviourFacts facts) => Calibration.Probability(Classifier.LogOdds(BehaviourFeatures.Of(facts)));

    /// <param name="columns">One array a feature.</param>
    /// <returns>Chances of many.</returns>
    public double[] Chances(IReadOnlyList<float[]> columns) => Array.ConvertAll(Classifier.LogOdds(columns), Calibration.Probability);

    /// <summary>Shapley values by feature, in calibrated log-odds.</summary>
    public double[] Contributions(BehaviourFacts facts) => [.. BlendedExplainer.Explain(Classifier, BehaviourFeatures.Of(facts)).Contributions.Select(x => x * Calibration.Slope)];

    /// <summary>The groups of facts that move this customer's chance most, strongest first.</summary>
    public IReadOnlyList<ForecastReason> Reasons(BehaviourFacts facts, int count) => BehaviourFeatures.Explain(facts, Contributions(facts), count);

    /// <summary>Rows as columns.</summary>
    public static float[][] Columns(IReadOnlyList<float[]> rows) => [.. Enumerable.Range(0, BehaviourFeatures.Names.Count).Select(j => rows.Select(x => x[j]).ToArray())];
}
