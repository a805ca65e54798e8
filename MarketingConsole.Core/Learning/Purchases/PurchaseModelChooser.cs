namespace MarketingConsole.Core.Learning.Purchases;

/// <summary>How a candidate forecast the later period.</summary>
/// <param name="Model">Its name.</param>
/// <param name="LogLikelihood">Mean log density of what then happened, per customer: higher is better.</param>
/// <param name="MeanError">Mean absolute error of the number of purchases.</param>
/// <param name="Correlation">Of forecast and actual number of purchases; null when one does not vary.</param>
/// <param name="ForecastTotal">Purchases forecast for all customers.</param>
/// <param name="ActualTotal">Purchases they made.</param>
/// <param name="Problem">Why its parameters should not be read as facts; null when all is well.</param>
public sealed record PurchaseCandidate(string Model, double LogLikelihood, double MeanError, double? Correlation, double ForecastTotal, double ActualTotal, string? Problem);

/// <param name="Model">The best candidate, fitted anew on all the data.</param>
/// <param name="Candidates">Every candidate's figures on the later period, best first; empty when the history is too short for a test.</param>
/// <param name="Reason">Why this one, in a sentence.</param>
public sealed record PurchaseChoice(PurchaseModel Model, IReadOnlyList<PurchaseCandidate> Candidates, string Reason);

/// <summary>Fits BG/NBD, MBG/NBD, Pareto/NBD and NBD on the earlier part of the histories and takes the one that gives what then happened the highest density.
/// The density of the later purchases given the earlier ones is exact: the likelihood of the whole history over that of its beginning. A fit that ran off is taken only when nothing else is left; NBD, in which nobody leaves, is always left.
/// Without a later period (summaries, a short history) Akaike's information criterion decides: Akaike, A new look at the statistical model identification, 1974.</summary>
public static class PurchaseModelChooser
{
    /// <summary>A model with dropout must beat NBD by this much log likelihood in all, or nobody is said to leave.</summary>
    private const double MinGain = 2;

    /// <param name="customers">Each customer's purchases (day and amount), in any order.</param>
    /// <param name="asOf">End of the data.</param>
    /// <param name="daysPerUnit">7 for weeks, 1 for days.</param>
    /// <exception cref="LearningException">Too few customers or repeat purchases.</exception>
    public static PurchaseChoice Choose(IReadOnlyList<IReadOnlyList<(DateTime At, double Amount)>> customers, DateTime asOf, double daysPerUnit = 7, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        var days = customers.Where(x => x.Count > 0).SelectMany(x => x).Select(x => x.At).Where(x => x <= asOf).ToList();
        if (days.Count == 0)
        {
            throw new LearningException("There are no purchases to learn from.");
        }

        var cutOff = asOf.Date.AddDays(-Math.Floor((asOf.Date - days.Min().Date).TotalDays / 3)); // two thirds to learn, one to judge
        var (splits, all) = (new List<PurchaseSplit>(), new List<PurchaseHistory>());
        foreach (var purchases in customers)
        {
            if (PurchaseHistory.Of(purchases, asOf, daysPerUnit) is { } after)
            {
                all.Add(after);
                if (PurchaseHistory.Of(purchases, cutOff, daysPerUnit) is { } before)
                {
                    splits.Add(new(before, after));
                }
            }
        }

        return Choose(splits, all, progress, ct);
    }

    /// <param name="splits">Histories of the customers known at the cut-off.</param>
    /// <param name="all">Histories of all customers at the end: what the chosen model is fitted on.</param>
    public static PurchaseChoice Choose(IReadOnlyList<PurchaseSplit> splits, IReadOnlyList<PurchaseHistory> all, IProgress<double>? progress = null, CancellationToken ct = default)
    {
        PurchaseHistory[] before = [.. splits.Select(x => x.Before)];
        var judged = splits.Where(x => x.Horizon > 0).ToList();
        if (before.Length < PurchaseFitter.MinCustomers || before.Count(x => x.Repeats > 0) < PurchaseFitter.MinRepeaters || judged.Count == 0)
        {
            var usable = Fits.Select((fit, i) => (Model: Usable(fit(all, ct), all, ct), Parameters: i == Fits.Length - 1 ? 2 : 4)).ToList();
            progress?.Report(1);
            var only = usable.OrderBy(x => x.Model.Fit.Problem is not null).ThenBy(x => x.Parameters - x.Model.Fit.LogLikelihood).First().Model;
            return new(only, [], $"No later part of the data is there to test a forecast on; {only.Name} makes the data most likely for its number of parameters (AIC).");
        }

        var models = new List<PurchaseModel>();
        foreach (var fit in Fits)
        {
            models.Add(fit(before, ct));
            progress?.Report(models.Count / 5.0);
        }

        var plain = models[^1].Fit.LogLikelihood;
        var candidates = models.Select(x => Judge(x is NbdModel || x.Fit.LogLikelihood - plain >= MinGain ? x : x with { Fit = x.Fit with { Problem = NoDropout } }, judged)).ToList();
        var order = Enumerable.Range(0, models.Count).OrderBy(i => candidates[i].Problem is not null && models[i] is not NbdModel).ThenByDescending(i => candidates[i].LogLikelihood).ToList();
        var best = Usable(Fits[order[0]](all, ct), all, ct);
        progress?.Report(1);
        var reason = best.Name == candidates[order[0]].Model
            ? $"{best.Name} gave what customers then did the highest probability of the models that could be fitted."
            : $"{candidates[order[0]].Model} forecast best, but fitted on all the data its parameters ran off; {best.Name} stands in.";
        return new(best, [.. order.Select(i => candidates[i])], reason);
    }

    /// <summary>A model of the same kind, fitted on other histories.</summary>
    /// <exception cref="LearningException">Too few customers or repeat purchases.</exception>
    public static PurchaseModel Refit(PurchaseModel like, IReadOnlyList<PurchaseHistory> rows, CancellationToken ct = default) => like switch
    {
        BgNbdModel => BgNbdModel.FitTo(rows, null, ct),
        MbgNbdModel => MbgNbdModel.FitTo(rows, null, ct),
        ParetoNbdModel => ParetoNbdModel.FitTo(rows, null, ct),
        _ => NbdModel.FitTo(rows, null, ct),
    };

    private static string NoDropout => "Customers show no sign of leaving: the model is not more likely than one in which nobody does.";

    private static Func<IReadOnlyList<PurchaseHistory>, CancellationToken, PurchaseModel>[] Fits =>
        [(x, ct) => BgNbdModel.FitTo(x, null, ct), (x, ct) => MbgNbdModel.FitTo(x, null, ct), (x, ct) => ParetoNbdModel.FitTo(x, null, ct), (x, ct) => NbdModel.FitTo(x, null, ct)];

    /// <summary>The model itself, or NBD where its dropout ran off and says nothing beyond NBD.</summary>
    private static PurchaseModel Usable(PurchaseModel model, IReadOnlyList<PurchaseHistory> rows, CancellationToken ct)
    {
        if (model is NbdModel || model.Fit.Problem is null)
        {
            return model;
        }

        var plain = NbdModel.FitTo(rows, null, ct);
        return model.Fit.LogLikelihood - plain.Fit.LogLikelihood < MinGain ? plain : model;
    }

    private static PurchaseCandidate Judge(PurchaseModel model, List<PurchaseSplit> splits)
    {
        double[] forecast = [.. splits.Select(x => model.ExpectedPurchases(x.Before, x.Horizon))], actual = [.. splits.Select(x => (double)x.Purchases)];
        var correlation = MathNet.Numerics.Statistics.Correlation.Pearson(forecast, actual);
        return new(
            model.Name,
            splits.Average(x => model.LogLikelihood(x.After) - model.LogLikelihood(x.Before)),
            forecast.Zip(actual, (f, a) => Math.Abs(f - a)).Average(),
            double.IsFinite(correlation) ? correlation : null,
            forecast.Sum(),
            actual.Sum(),
            model.Fit.Problem);
    }
}
