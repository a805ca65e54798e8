using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>A fitted chance-to-buy model as it is stored and used.</summary>
/// <param name="Features">Names of the features it was fitted on; a model of other features is not used.</param>
public sealed record ChanceModel(IReadOnlyList<string> Features, LogisticRegression Regression, PlattScaling Calibration)
{
    public const string Kind = "chance-to-buy";

    public bool Fits => Features.SequenceEqual(ChanceFeatures.Names);

    /// <returns>Chance of a purchase within <see cref="BehaviourFacts.Horizon"/> days, 0 to 1.</returns>
    public double Chance(BehaviourFacts facts) => Calibration.Probability(Regression.LogOdds(ChanceFeatures.Of(facts)));

    public IReadOnlyList<ChanceReason> Reasons(BehaviourFacts facts, int count) =>
        ChanceFeatures.Explain(facts, [.. Regression.Contributions(ChanceFeatures.Of(facts)).Select(x => x * Calibration.Slope)], count);
}

/// <summary>What is known of a training: its windows and its figures on the later period, or why there is no model.</summary>
/// <param name="Reason">Why no model came of it; null when one did.</param>
/// <param name="Purchases">Purchases in the database when it was trained.</param>
/// <param name="Customers">Customers it learnt from or would have.</param>
/// <param name="TrainedRows">(customer, cut-off) pairs fitted on.</param>
/// <param name="TestCutOff">The test forecasts were made as of this instant and judged by the 30 days after it.</param>
/// <param name="Penalty">L2 penalty chosen on the calibration period.</param>
/// <param name="Test">Figures on the test period.</param>
/// <param name="Topics">Spread (standard deviation) of each topic's contribution, log-odds: what the model relies on.</param>
public sealed record TrainingReport(string? Reason, int Purchases, int Customers, int TrainedRows = 0, IReadOnlyList<DateTime>? CutOffs = null, DateTime? CalibrationCutOff = null,
    DateTime? TestCutOff = null, double Penalty = 0, ForecastMetrics? Test = null, IReadOnlyDictionary<string, double>? Topics = null);
