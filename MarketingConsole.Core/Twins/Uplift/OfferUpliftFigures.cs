using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Fairness;
using MarketingConsole.Core.Learning.Uplift;
using MarketingConsole.Core.Twins.Forecast;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Twins.Uplift;

/// <summary>What is known of a trained uplift model, by effects of models that did not see the customer.</summary>
internal sealed class OfferUpliftFigures(TrainingData data, OfferUpliftRows rows, UpliftReport judged)
{
    private const int MinGroup = 30, ExplainedRows = 500;

    /// <summary>Share of the customers that a campaign is imagined to pick when fairness is checked.</summary>
    private const double Picked = 0.2;

    /// <param name="since">Trials after it the champion has not seen.</param>
    public ModelReport Report(OfferUpliftModel model, string method, OfferUpliftModel? champion, DateTime since, CancellationToken cancellationToken)
    {
        var heldOut = rows.Exposed.Count(x => !x);
        return new ModelReport(
            Reason(), method, data.Purchases, data.Customers, rows.Count,
            Figures: [.. champion is null ? [] : Against(champion, since, cancellationToken), .. Figures(heldOut)],
            Groups: data.ByGroup(rows.Customers, MinGroup, OfGroup).Where(x => double.IsFinite(x.Actual)).ToList(),
            Fairness: [.. CustomerGroups.Attributes.Select(x => new AttributeFairness(x.Name, Fair(data.GroupsOf(rows.Customers, x.Of))))],
            Inputs: Inputs(model),
            Parameters:
            [
                string.Create(CultureInfo.InvariantCulture, $"Campaigns: {rows.Campaigns.Count}, {rows.At.Min():yyyy-MM-dd} to {rows.At.Max():yyyy-MM-dd}; an order counts for {rows.Days.Average():0.#} days on average"),
                string.Create(CultureInfo.InvariantCulture, $"Customers: {rows.Customers.Distinct().Count():#,0}; written to {rows.Count - heldOut:#,0}, held out {heldOut:#,0}, the same share in every campaign"),
                string.Create(CultureInfo.InvariantCulture, $"Bought: {Mean(Enumerable.Range(0, rows.Count).Where(i => rows.Exposed[i])):P1} of those written to, {Mean(Enumerable.Range(0, rows.Count).Where(i => !rows.Exposed[i])):P1} of those held out"),
            ]);
    }

    private string? Reason() => judged.Reliable ? null
        : !judged.Randomised ? string.Create(CultureInfo.InvariantCulture, $"Those written to differ from those held out in what they did before (AUC {judged.ExposureAuc:0.00}), so the difference need not be the offer's: the holdout was not drawn by lot.")
        : string.Create(CultureInfo.InvariantCulture, $"Nobody can be told apart yet: in {rows.Count:#,0} lots an offer changed the chance to buy by {Points(judged.Average.Value)} points on average ({Points(judged.Average.Low)} to {Points(judged.Average.High)}), and whom it changes more is not reliably known (Qini {judged.Qini.Coefficient:0.000}, {judged.Qini.Low:0.000} to {judged.Qini.High:0.000}; it must be three standard errors above 0). More customers held out would tell.");

    private ModelFigure[] Figures(int heldOut)
    {
        var fifth = judged.Qini.Top.First(x => x.Share == Picked);
        var mean = rows.Exposed.Index().Where(x => !x.Item).Average(x => rows.Bought[x.Index]);
        return
        [
            new("Qini", judged.Qini.Coefficient, "How well the effects rank customers: 0 is chance, 1 cannot be reached, .05 to .1 is useful; in use only when three standard errors above 0", "", 0, "by lot", null, false, judged.Qini.Low, judged.Qini.High),
            new("Average effect", judged.Average.Value, "What an offer changes in the chance to buy, on average", "points", Low: judged.Average.Low, High: judged.Average.High),
            new("Best fifth", fifth.Effect, "The same among the fifth whom models that did not see them put first", "points", judged.Average.Value, "everybody", null, false, fifth.Low, fifth.High),
            new("Lots", rows.Count, $"Customers written to or, {heldOut.ToString("#,0", CultureInfo.InvariantCulture)} of them, held out by a campaign with an offer, once a campaign", "#"),
            new("Bought without", mean, "Share of those held out who bought all the same", "%"),
            new("Told apart (AUC)", judged.ExposureAuc, "How well what customers did before tells who was written to: about 0.5 after a fair lot", "", 0.5, "a fair lot"),
        ];
    }

    /// <summary>Both models on what the champion has not seen, where that is enough to tell.</summary>
    private IEnumerable<ModelFigure> Against(OfferUpliftModel champion, DateTime since, CancellationToken cancellationToken)
    {
        int[] later = [.. Enumerable.Range(0, rows.Count).Where(i => rows.At[i] > since)];
        var exposed = later.Count(i => rows.Exposed[i]);
        if (Math.Min(exposed, later.Length - exposed) < OfferUpliftTrainer.MinEach)
        {
            return [];
        }

        double Of(Func<int, double> effect) => QiniCurve.Of([.. later.Select(effect)], [.. later.Select(i => rows.Exposed[i])], [.. later.Select(i => rows.Bought[i])], cancel: cancellationToken).Coefficient;
        return [new("Qini, new lots", Of(i => judged.Effects[i]), "The same on lots that the model in use has not seen", "", 0, "by lot", Of(i => champion.Effect(rows.Features[i])), false)];
    }

    private GroupAccuracy OfGroup(string attribute, string group, int[] own)
    {
        var (exposed, heldOut) = (own.Where(i => rows.Exposed[i]).ToList(), own.Where(i => !rows.Exposed[i]).ToList());
        var actual = exposed.Count < MinGroup || heldOut.Count < MinGroup ? double.NaN : Mean(exposed) - Mean(heldOut);
        var forecast = own.Average(i => judged.Effects[i]);
        return new(attribute, group, own.Length, forecast, actual, Math.Abs(forecast - actual), null);
    }

    private FairnessReport? Fair(IReadOnlyList<string?> groups)
    {
        try
        {
            var bound = judged.Effects.OrderDescending().ElementAt((int)(judged.Effects.Length * Picked));
            return FairnessReport.Of(groups, [.. judged.Effects.Select(x => x > bound)], [.. rows.Bought.Select(x => x > 0)]);
        }
        catch (LearningException)
        {
            return null; // too few groups to compare
        }
    }

    private List<ModelInput> Inputs(OfferUpliftModel model)
    {
        var step = Math.Max(1, (rows.Count + ExplainedRows - 1) / ExplainedRows);
        var parts = rows.Features.Where((_, i) => i % step == 0).Select(x => BehaviourFeatures.ByTopic(model.Contributions(x)).ToDictionary(y => y.Topic, y => y.Sum)).ToList();
        return [.. Enum.GetValues<Topic>().Select(t => new ModelInput(t.ToString(), MathNet.Numerics.Statistics.Statistics.PopulationStandardDeviation(parts.Select(x => x[t])))).OrderByDescending(x => x.Weight)];
    }

    private double Mean(IEnumerable<int> own) => own.Average(i => rows.Bought[i]);

    private static string Points(double share) => (share * 100).ToString("+0.0;−0.0;0.0", CultureInfo.InvariantCulture);
}
