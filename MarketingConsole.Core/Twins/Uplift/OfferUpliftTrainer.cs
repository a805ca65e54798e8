using System.Globalization;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Drift;
using MarketingConsole.Core.Learning.Uplift;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Twins.Uplift;

/// <summary>Learns from the shop's own campaigns with a holdout whom an offer changes. In use only where customers differ reliably, see <see cref="UpliftReport.Reliable"/>.</summary>
internal sealed class OfferUpliftTrainer : ModelTrainer
{
    /// <summary>Written to and held out: fewer tell nothing of differences between customers.</summary>
    public const int MinEach = 100;

    public const int MinBuyers = 20;
    private const int MaxTrials = 60_000, DriftSample = 1_000;
    private readonly TrainingData _data;
    private readonly ILookup<int, OfferTrial> _trials;
    private readonly int _found;
    private readonly Dictionary<int, ShopRhythm> _rhythms = [];
    private readonly OfferUpliftRows _rows = new();
    private readonly List<float[]> _today = [];
    private readonly ShopRhythm _rhythm;

    public OfferUpliftTrainer(TrainingData data, IReadOnlyList<OfferTrial> trials) : base(ModelKind.OfferUplift)
    {
        (_data, _rhythm) = (data, data.RhythmAt(data.To));
        var over = trials.Where(x => data.Groups.ContainsKey(x.CustomerId) && x.At.AddDays(x.Days) <= data.To).ToList();
        (_found, _trials) = (over.Count, OfferTrials.Balance(over, MaxTrials).ToLookup(x => x.CustomerId));
    }

    public override void Add(CustomerHistory history)
    {
        foreach (var trial in _trials[history.CustomerId])
        {
            if (BehaviourFacts.Of(history, RhythmAt(trial.At), trial.At) is { } facts)
            {
                _rows.Add(trial, facts, history.Events.Any(x => x.Type == EventType.Purchase && x.At > trial.At && x.At <= trial.At.AddDays(trial.Days)));
            }
        }

        if (BehaviourFacts.Of(history, _rhythm, _data.To) is { } now)
        {
            _today.Add(BehaviourFeatures.Of(now));
        }
    }

    public override TrainingResult Fit(Champion? champion, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        const string Method = "An X-learner with logistic and ridge regressions on the first lot that each campaign with an offer drew for a customer, written to against held out, judged by cross-validation that keeps a customer's lots together: how much does an offer change whether they buy?";
        var rival = champion?.Model as OfferUpliftModel is { Fits: true } fits ? fits : null;
        TrainingResult None(string reason) => new(null, new(reason, Method, _data.Purchases, _data.Customers, _rows.Count), null, rival is null);
        var (heldOut, buyers) = (_rows.Exposed.Count(x => !x), _rows.Bought.Count(x => x > 0));
        if (_found == 0)
        {
            return None("Nothing tells yet what an offer changes: no campaign with an offer held customers out whose time to answer is over.");
        }

        if (Math.Min(heldOut, _rows.Count - heldOut) < MinEach || Math.Min(buyers, _rows.Count - buyers) < MinBuyers)
        {
            return None(string.Create(CultureInfo.InvariantCulture, $"Too little to learn from: of customers who had ordered before, {_rows.Count - heldOut:#,0} written to and {heldOut:#,0} held out are comparable, {buyers:#,0} of them bought; {MinEach} of each and {MinBuyers} who bought are needed."));
        }

        try
        {
            var judged = UpliftReport.CrossValidate(MetaLearner.X, _rows.Features, _rows.Exposed, _rows.Bought, units: _rows.Customers, progress: progress, cancel: cancellationToken);
            var effects = UpliftModel.Fit(MetaLearner.X, _rows.Features, _rows.Exposed, _rows.Bought, cancel: cancellationToken);
            var columns = BehaviourFeatures.Names.Count;
            double[] Of(Func<IEnumerable<double>, double> of) => [.. Enumerable.Range(0, columns).Select(j => of(_rows.Features.Select(x => x[j])))];
            var model = new OfferUpliftModel(BehaviourFeatures.Names, effects, Of(x => x.Average()), Of(x => x.Min()), Of(x => x.Max()), judged.Average, _rows.Days.Average(), OutcomeModel.Columns(Thin(_today, DriftSample)));
            var report = new OfferUpliftFigures(_data, _rows, judged).Report(model, Method, rival, champion?.Since ?? default, cancellationToken);
            return new(report.Reason is null ? model : null, report, rival is null ? null : Drift(rival), rival is null);
        }
        catch (LearningException exception)
        {
            return None(exception.Message);
        }
    }

    /// <summary>As known on that day.</summary>
    private ShopRhythm RhythmAt(DateTime at)
    {
        var day = ShopCalendar.DayOf(DateOnly.FromDateTime(at));
        return _rhythms.TryGetValue(day, out var rhythm) ? rhythm : _rhythms[day] = _data.RhythmAt(at);
    }

    private ModelDrift Drift(OfferUpliftModel champion)
    {
        var today = OutcomeModel.Columns(Thin(_today, 5 * DriftSample));
        return new(_data.To,
        [
            .. champion.Sample.Select((x, j) => new FeatureDrift(champion.Features[j], PopulationStability.OfAmounts(Array.ConvertAll(x, y => (double)y), Array.ConvertAll(today[j], y => (double)y)))).OrderByDescending(x => x.Stability.Index),
        ], null);
    }

    private static List<float[]> Thin(List<float[]> all, int most)
    {
        var step = Math.Max(1, (all.Count + most - 1) / most);
        return [.. all.Where((_, i) => i % step == 0)];
    }
}

/// <summary>Trials with what was known before and what came.</summary>
internal sealed class OfferUpliftRows
{
    public List<int> Customers { get; } = [];
    public List<DateTime> At { get; } = [];
    public List<double> Days { get; } = [];
    public HashSet<int> Campaigns { get; } = [];
    public List<double[]> Features { get; } = [];
    public List<bool> Exposed { get; } = [];

    /// <summary>0 or 1.</summary>
    public List<double> Bought { get; } = [];

    public int Count => Customers.Count;

    public void Add(OfferTrial trial, BehaviourFacts facts, bool bought)
    {
        Customers.Add(trial.CustomerId);
        At.Add(trial.At);
        Days.Add(trial.Days);
        Campaigns.Add(trial.CampaignId);
        Features.Add(OfferUpliftModel.Row(facts));
        Exposed.Add(trial.Exposed);
        Bought.Add(bought ? 1 : 0);
    }
}
