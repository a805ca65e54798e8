using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Core.Learning.Drift;
using MarketingConsole.Core.Learning.Fairness;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>Trains a yes/no forecast: fits on the older cut-offs, calibrates on the next and is judged on the last.</summary>
internal sealed class OutcomeTrainer : ModelTrainer
{
    public const int MinOfEachClass = 20;

    /// <summary>A model that ranks no better than this is not used.</summary>
    public const double MinAuc = 0.55;

    /// <summary>Rows fitted on at most; beyond it only some customers are learnt from, all are tested.</summary>
    private const int MaxRows = 19_000;
    private const int DriftSample = 1_000, TimeTestRows = 6_000, MinGroup = 30, ExplainedRows = 500;

    /// <summary>Share of the customers that a campaign is imagined to pick when fairness is checked.</summary>
    private const double Picked = 0.2;
    private readonly Outcome _outcome;
    private readonly TrainingData _data;
    private readonly CutOffs? _cutOffs;
    private readonly Dictionary<DateTime, ShopRhythm> _rhythms = [];
    private readonly Dictionary<DateTime, Rows> _rows = [];
    private readonly Rows _today = new();
    private readonly int _every;
    private int _seen;

    public OutcomeTrainer(Outcome outcome, TrainingData data) : base(outcome.Kind)
    {
        (_outcome, _data, _cutOffs) = (outcome, data, CutOffs.Of(data.From, data.To, outcome.Days));
        foreach (var cutOff in _cutOffs?.All.Append(data.To) ?? [])
        {
            (_rhythms[cutOff], _rows[cutOff]) = (data.RhythmAt(cutOff), new());
        }

        _every = Math.Max(1, (int)Math.Ceiling((double)data.Customers * (_cutOffs?.Train.Count ?? 0) / MaxRows));
    }

    public override void Add(CustomerHistory history)
    {
        if (_cutOffs is null)
        {
            return;
        }

        var learn = _seen++ % _every == 0;
        foreach (var cutOff in _cutOffs.All)
        {
            if ((learn || cutOff >= _cutOffs.Calibration) && BehaviourFacts.Of(history, _rhythms[cutOff], cutOff) is { } facts && _outcome.Asks(facts))
            {
                _rows[cutOff].Add(history.CustomerId, facts, _outcome.CameTrue(history, cutOff));
            }
        }

        if (BehaviourFacts.Of(history, _rhythms[_data.To], _data.To) is { } now && _outcome.Asks(now))
        {
            _today.Add(history.CustomerId, now, false);
        }
    }

    public override TrainingResult Fit(Champion? champion, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        var rival = champion?.Model as OutcomeModel is { Fits: true } fits && fits.Outcome == _outcome ? fits : null;
        var method = $"A logistic regression and boosted trees, blended by cross-validation and calibrated on a later period: {Question(_outcome)}";
        ModelReport None(string reason) => new(reason, method, _data.Purchases, _data.Customers);
        if (_cutOffs is null)
        {
            return new(null, None($"The shop's history is too short: {(_data.To - _data.From).Days} days of orders, {CutOffs.MinDays(_outcome.Days)} needed to learn from one period and test on a later one."), null, rival is null);
        }

        var (train, calibration, test) = (Rows.Of(_cutOffs.Train.Select(x => _rows[x])), _rows[_cutOffs.Calibration], _rows[_cutOffs.Test]);
        foreach (var (rows, name) in new[] { (train, "learning"), (calibration, "calibration"), (test, "test") })
        {
            var yes = rows.Labels.Count(x => x);
            if (Math.Min(yes, rows.Labels.Count - yes) < MinOfEachClass)
            {
                return new(null, None($"Too little to learn from: in the {name} period it came true for {yes} customers and not for {rows.Labels.Count - yes}; {MinOfEachClass} of each are needed."), null, rival is null);
            }
        }

        var columns = OutcomeModel.Columns(train.Features);
        var classifier = BlendedClassifier.Fit(columns, train.Labels, [], progress: progress, ct: cancellationToken);
        var platt = PlattScaling.Fit(classifier.LogOdds(OutcomeModel.Columns(calibration.Features)), calibration.Labels);
        var model = new OutcomeModel(_outcome, BehaviourFeatures.Names, classifier, platt, OutcomeModel.Columns(Thin(test.Features, DriftSample)));
        var chances = model.Chances(OutcomeModel.Columns(test.Features));
        var judged = ForecastMetrics.Of(chances, test.Labels);
        var judgedRival = rival is null ? null : ForecastMetrics.Of(rival.Chances(OutcomeModel.Columns(test.Features)), test.Labels);
        var time = TimeTest(train, cancellationToken);
        List<string> warnings = [.. classifier.Suspicious.Select(j => $"“{BehaviourFeatures.Names[j]}” tells the outcome almost perfectly by itself: it may have been recorded after it.")];
        if (time?.Warning is { } warning)
        {
            warnings.Add(warning);
        }

        var report = new ModelReport(
            judged.Auc >= MinAuc ? null : string.Create(CultureInfo.InvariantCulture, $"What customers did before does not tell what comes: the model ranks little better than chance (AUC {judged.Auc:0.00}, {MinAuc:0.00} needed)."),
            method, _data.Purchases, _data.Customers, train.Labels.Count, _cutOffs.Test, _cutOffs.Test.AddDays(_outcome.Days),
            Figures(judged, judgedRival, test), judged, judgedRival,
            _data.ByGroup(test.Customers, MinGroup, (attribute, group, rows) => OfGroup(attribute, group, rows, chances, test.Labels)),
            [.. CustomerGroups.Attributes.Select(x => new AttributeFairness(x.Name, Fairness(_data.GroupsOf(test.Customers, x.Of), chances, test.Labels)))],
            Inputs(model, test), time,
            [
                string.Create(CultureInfo.InvariantCulture, $"Share of the trees in the blend: {classifier.TreeShare:0.00}; L2 penalty of the regression: {classifier.Penalty:0}"),
                string.Create(CultureInfo.InvariantCulture, $"Calibration: slope {platt.Slope:0.00}, offset {platt.Offset:0.00}"),
                string.Create(CultureInfo.InvariantCulture, $"Cut-offs learnt from: {_cutOffs.Train.Count}, {_cutOffs.Train[0]:yyyy-MM-dd} to {_cutOffs.Train[^1]:yyyy-MM-dd}; calibrated on {_cutOffs.Calibration:yyyy-MM-dd}"),
            ],
            warnings);
        return new(report.Reason is null ? model : null, report, rival is null ? null : Drift(rival, champion!.Since), rival is null);
    }

    public static string Question(Outcome outcome) => outcome.Kind == ModelKind.Churn ? $"will a customer who still comes stay away for {outcome.Days} days?" : $"will the customer buy within {outcome.Days} days?";

    private static List<ModelFigure> Figures(ForecastMetrics judged, ForecastMetrics? champion, Rows test)
    {
        var due = BehaviourFeatures.Names.Index().First(x => x.Item.StartsWith("due by gaps", StringComparison.Ordinal)).Index;
        var plain = ForecastMetrics.AreaUnderCurve([.. test.Features.Select(x => (double)x[due])], test.Labels);
        return
        [
            new("Log loss", judged.LogLoss, "Mean negative log-likelihood of what came true, in nats", "", judged.BaseLogLoss, "the share of all customers", champion?.LogLoss, true),
            new("Ranking (AUC)", judged.Auc, "Chance that a customer for whom it came true was ranked above one for whom it did not; 0.5 is guessing", "", Math.Max(plain, 1 - plain), "each customer's own mean gap", champion?.Auc, false),
            new("Calibration error", judged.CalibrationError, "Mean distance between chance and share that came true, over ten groups", "%", null, null, champion?.CalibrationError, true),
            new("Brier score", judged.Brier, "Mean squared error of the chances", "", judged.BaseRate * (1 - judged.BaseRate), "the share of all customers", champion?.Brier, true),
            new("Came true", judged.BaseRate, "Share of the tested customers for whom it came true", "%"),
        ];
    }

    private static GroupAccuracy OfGroup(string attribute, string group, int[] rows, double[] chances, List<bool> labels)
    {
        bool[] came = [.. rows.Select(i => labels[i])];
        double[] said = [.. rows.Select(i => chances[i])];
        var yes = came.Count(x => x);
        return new(attribute, group, rows.Length, said.Average(), yes / (double)rows.Length, said.Zip(came, (p, y) => -Math.Log(Math.Clamp(y ? p : 1 - p, 1e-15, 1))).Average(),
            yes == 0 || yes == rows.Length ? null : ForecastMetrics.AreaUnderCurve(said, came));
    }

    private static FairnessReport? Fairness(IReadOnlyList<string?> groups, double[] chances, List<bool> labels)
    {
        try
        {
            var bound = chances.OrderDescending().ElementAt((int)(chances.Length * Picked));
            return FairnessReport.Of(groups, [.. chances.Select(x => x > bound)], labels, chances);
        }
        catch (LearningException)
        {
            return null; // too few groups to compare
        }
    }

    private static List<ModelInput> Inputs(OutcomeModel model, Rows test)
    {
        var parts = Thin(test.Facts, ExplainedRows).Select(x => BehaviourFeatures.ByTopic(model.Contributions(x)).ToDictionary(y => y.Topic, y => y.Sum)).ToList();
        return [.. Enum.GetValues<Topic>().Select(t => new ModelInput(t.ToString(), MathNet.Numerics.Statistics.Statistics.PopulationStandardDeviation(parts.Select(x => x[t])))).OrderByDescending(x => x.Weight)];
    }

    /// <summary>The regression alone, on some rows: enough to see whether the future is like the past.</summary>
    private static Backtest? TimeTest(Rows train, CancellationToken cancellationToken)
    {
        int[] some = [.. Thin([.. Enumerable.Range(0, train.Labels.Count)], TimeTestRows)];
        try
        {
            return Backtest.Run(
                [.. some.Select(i => train.At[i])], [.. some.Select(i => train.Labels[i])],
                (learn, judge) =>
                {
                    var line = LogisticRegression.Fit([.. learn.Select(i => Array.ConvertAll(train.Features[some[i]], x => (double)x))], [.. learn.Select(i => train.Labels[some[i]])], 10);
                    return [.. judge.Select(i => line.LogOdds(Array.ConvertAll(train.Features[some[i]], x => (double)x)))];
                },
                steps: 3, ct: cancellationToken);
        }
        catch (LearningException)
        {
            return null; // one cut-off only
        }
    }

    private ModelDrift Drift(OutcomeModel champion, DateTime since)
    {
        var today = OutcomeModel.Columns(Thin(_today.Features, 5 * DriftSample));
        List<FeatureDrift> features = today[0].Length == 0 ? [] :
        [
            .. champion.Sample.Select((x, j) => new FeatureDrift(champion.Features[j], PopulationStability.OfAmounts(Array.ConvertAll(x, y => (double)y), Array.ConvertAll(today[j], y => (double)y)))).OrderByDescending(x => x.Stability.Index),
        ];
        var later = Rows.Of(_cutOffs!.All.Where(x => x >= since).Select(x => _rows[x]));
        var chances = later.Labels.Count == 0 ? [] : champion.Chances(OutcomeModel.Columns(later.Features));
        return new(_data.To, features, chances.Length == 0 ? null : PerformanceDrift.Of([.. chances.Select((x, i) => (later.At[i], x, later.Labels[i]))], 30));
    }

    private static List<T> Thin<T>(List<T> all, int most)
    {
        var step = Math.Max(1, (all.Count + most - 1) / most);
        return step == 1 ? all : [.. all.Where((_, i) => i % step == 0)];
    }

    private sealed class Rows
    {
        public List<int> Customers { get; } = [];
        public List<DateTime> At { get; } = [];
        public List<BehaviourFacts> Facts { get; } = [];
        public List<float[]> Features { get; } = [];
        public List<bool> Labels { get; } = [];

        public void Add(int customerId, BehaviourFacts facts, bool label)
        {
            Customers.Add(customerId);
            At.Add(facts.AsOf);
            Facts.Add(facts);
            Features.Add(BehaviourFeatures.Of(facts));
            Labels.Add(label);
        }

        public static Rows Of(IEnumerable<Rows> parts)
        {
            var all = new Rows();
            foreach (var x in parts)
            {
                all.Customers.AddRange(x.Customers);
                all.At.AddRange(x.At);
                all.Facts.AddRange(x.Facts);
                all.Features.AddRange(x.Features);
                all.Labels.AddRange(x.Labels);
            }

            return all;
        }
    }
}
