using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Uplift;
using MarketingConsole.Core.Twins.Forecast;

namespace MarketingConsole.Core.Twins.Uplift;

/// <summary>What an offer changes in a customer's chance to buy, as it is stored and used.</summary>
/// <param name="Features">Names of the features it was fitted on; a model of other features is not used.</param>
/// <param name="Effects">Linear in the features.</param>
/// <param name="Means">Of the features in the trials.</param>
/// <param name="Low">Their least values there: a customer beyond what the trials saw counts as at the edge.</param>
/// <param name="Average">Mean effect in the trials.</param>
/// <param name="Days">Mean length of the windows in which an order counted.</param>
/// <param name="Sample">Features of some of the customers of that day, one array a feature: what drift is measured against.</param>
public sealed record OfferUpliftModel(IReadOnlyList<string> Features, UpliftModel Effects, double[] Means, double[] Low, double[] High, Difference Average, double Days, float[][] Sample)
{
    public bool Fits => Features.SequenceEqual(BehaviourFeatures.Names);

    /// <returns>Difference in the chance to buy, −1 to 1.</returns>
    public double Effect(BehaviourFacts facts) => Effect(Row(facts));

    internal double Effect(double[] row) => Math.Clamp(Effects.Effect(Within(row)), -1, 1);

    /// <summary>What each feature adds to the effect against the average of the trials. Exact, for the effect is a sum over features.</summary>
    public double[] Contributions(BehaviourFacts facts) => Contributions(Row(facts));

    internal double[] Contributions(double[] features)
    {
        var row = Within(features);
        var whole = Effects.Effect(row);
        return [.. row.Select((x, j) =>
        {
            row[j] = Means[j];
            var without = Effects.Effect(row);
            row[j] = x;
            return whole - without;
        })];
    }

    /// <summary>The groups of facts that move this customer's effect most, strongest first.</summary>
    public IReadOnlyList<ForecastReason> Reasons(BehaviourFacts facts, int count) => BehaviourFeatures.Explain(facts, Contributions(facts), count);

    internal static double[] Row(BehaviourFacts facts) => Array.ConvertAll(BehaviourFeatures.Of(facts), x => (double)x);

    private double[] Within(double[] row) => [.. row.Select((x, j) => Math.Clamp(x, Low[j], High[j]))];
}
