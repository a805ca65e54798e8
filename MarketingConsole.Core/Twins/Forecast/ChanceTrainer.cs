using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>The cut-offs of a training, each 30 days apart so that no label window meets another.</summary>
/// <param name="Train">Cut-offs fitted on, oldest first.</param>
public sealed record CutOffs(IReadOnlyList<DateTime> Train, DateTime Calibration, DateTime Test)
{
    private const int MaxTrain = 12, MinHistoryDays = 60;

    public IEnumerable<DateTime> All => [.. Train, Calibration, Test];

    /// <param name="first">First purchase of the shop.</param>
    /// <param name="last">Last purchase: the end of the test window.</param>
    /// <returns>Null when the shop's history is too short.</returns>
    public static CutOffs? Of(DateTime first, DateTime last)
    {
        DateTime Back(int windows) => last.AddDays(-windows * BehaviourFacts.Horizon);
        var train = Enumerable.Range(3, MaxTrain).Select(Back).Where(x => x >= first.AddDays(MinHistoryDays)).Reverse().ToList();
        return train.Count == 0 ? null : new(train, Back(2), Back(1));
    }

    public static int MinDays => MinHistoryDays + (3 * BehaviourFacts.Horizon);
}

/// <summary>Gathers rows customer by customer, then fits on the older cut-offs, calibrates on the next and is judged on the last.</summary>
public sealed class ChanceTrainer(CutOffs cutOffs, IReadOnlyDictionary<DateTime, ShopRhythm> rhythms)
{
    public const int MinOfEachClass = 20;

    /// <summary>A model that ranks no better than this is not used.</summary>
    public const double MinAuc = 0.55;
    private static readonly double[] Penalties = [1, 10, 100];
    private readonly Rows _train = new(), _calibration = new(), _test = new();

    /// <summary>Adds a customer's rows: their facts as of each cut-off, and whether they bought in the 30 days after it.</summary>
    public void Add(CustomerHistory history)
    {
        foreach (var cutOff in cutOffs.All)
        {
            if (BehaviourFacts.Of(history, rhythms[cutOff], cutOff) is { } facts)
            {
                var rows = cutOff == cutOffs.Test ? _test : cutOff == cutOffs.Calibration ? _calibration : _train;
                rows.Features.Add(ChanceFeatures.Of(facts));
                rows.Labels.Add(Buys(history, cutOff));
            }
        }
    }

    /// <returns>The model and its figures, or no model and the reason.</returns>
    public (ChanceModel? Model, TrainingReport Report) Fit(int purchases, int customers)
    {
        foreach (var (rows, name) in new[] { (_train, "learning"), (_calibration, "calibration"), (_test, "test") })
        {
            var bought = rows.Labels.Count(x => x);
            if (Math.Min(bought, rows.Labels.Count - bought) < MinOfEachClass)
            {
                return (null, new($"Too little to learn from: in the {name} period {bought} customers bought within 30 days and {rows.Labels.Count - bought} did not; {MinOfEachClass} of each are needed.", purchases, customers));
            }
        }

        var best = Penalties.Select(x => (Penalty: x, Model: LogisticRegression.Fit(_train.Features, _train.Labels, x)))
            .MinBy(x => ForecastMetrics.Of([.. _calibration.Features.Select(r => LogisticRegression.Sigmoid(x.Model.LogOdds(r)))], _calibration.Labels).LogLoss);
        var calibration = PlattScaling.Fit([.. _calibration.Features.Select(x => best.Model.LogOdds(x))], _calibration.Labels);
        var model = new ChanceModel(ChanceFeatures.Names, best.Model, calibration);
        var test = ForecastMetrics.Of([.. _test.Features.Select(x => calibration.Probability(best.Model.LogOdds(x)))], _test.Labels);
        var report = new TrainingReport(null, purchases, customers, _train.Labels.Count, cutOffs.Train, cutOffs.Calibration, cutOffs.Test, best.Penalty, test, ChanceFeatures.Spread([.. _test.Features.Select(x => best.Model.Contributions(x))]));
        return test.Auc >= MinAuc ? (model, report)
            : (null, report with { Reason = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"What customers did before does not tell who buys next: the model ranks little better than chance (AUC {test.Auc:0.00}, {MinAuc:0.00} needed).") });
    }

    private static bool Buys(CustomerHistory history, DateTime cutOff) =>
        history.Events.Any(x => x.Type == Events.EventType.Purchase && x.At > cutOff && x.At <= cutOff.AddDays(BehaviourFacts.Horizon));

    private sealed class Rows
    {
        public List<double[]> Features { get; } = [];
        public List<bool> Labels { get; } = [];
    }
}
