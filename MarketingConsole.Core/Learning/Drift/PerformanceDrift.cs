namespace MarketingConsole.Core.Learning.Drift;

/// <summary>How well a model ranked in a period.</summary>
/// <param name="Auc">Null when only one outcome occurred.</param>
/// <param name="Error">Standard error of the AUC.</param>
/// <param name="LogLoss">Mean negative log-likelihood.</param>
/// <param name="Forecast">Mean chance.</param>
/// <param name="Observed">Share for whom it came true.</param>
/// <param name="Fell">Whether the AUC lies below that of the first period by more than chance explains (one-sided, 1 in 100).</param>
public sealed record PeriodPerformance(DateTime From, int Rows, double? Auc, double? Error, double LogLoss, double Forecast, double Observed, bool Fell);

/// <summary>Whether a model still forecasts as well as when it was made.</summary>
/// <param name="Periods">In time order; the first is the yardstick.</param>
/// <param name="Warning">What is wrong, in words; null when all is well.</param>
public sealed record PerformanceDrift(IReadOnlyList<PeriodPerformance> Periods, string? Warning)
{
    private const double OneInHundred = 2.326347874;

    /// <param name="forecasts">Instant, chance and outcome of each forecast; the outcome must be known.</param>
    /// <param name="days">Length of a period.</param>
    /// <exception cref="LearningException">No forecasts, or a chance that is no probability.</exception>
    public static PerformanceDrift Of(IReadOnlyList<(DateTime At, double Chance, bool Outcome)> forecasts, int days)
    {
        if (forecasts.Count == 0 || days < 1 || forecasts.Any(x => !(x.Chance >= 0 && x.Chance <= 1)))
        {
            throw new LearningException("Judging forecasts needs at least one with a known outcome, chances between 0 and 1 and periods of at least a day.");
        }

        var first = forecasts.Min(x => x.At).Date;
        var periods = new List<PeriodPerformance>();
        foreach (var group in forecasts.GroupBy(x => (int)((x.At - first).TotalDays / days)).OrderBy(x => x.Key))
        {
            double[] chances = [.. group.Select(x => x.Chance)];
            bool[] outcomes = [.. group.Select(x => x.Outcome)];
            var (auc, error) = Auc(chances, outcomes);
            var start = periods.Find(x => x.Auc is not null);
            var fell = start is not null && auc is not null && start.Auc - auc > OneInHundred * Math.Sqrt((start.Error!.Value * start.Error.Value) + (error!.Value * error.Value));
            var loss = chances.Zip(outcomes, (p, y) => -Math.Log(Math.Clamp(y ? p : 1 - p, 1e-15, 1))).Average();
            periods.Add(new(first.AddDays(group.Key * (double)days), chances.Length, auc, error, loss, chances.Average(), outcomes.Average(x => x ? 1.0 : 0), fell));
        }

        var last = periods.FindLast(x => x.Auc is not null);
        return new(periods, last is { Fell: true } ? FormattableString.Invariant($"The model ranks worse than at first: AUC {last.Auc:0.000} since {last.From:yyyy-MM-dd}, {periods.First(x => x.Auc is not null).Auc:0.000} at the start. Train it again.") : null);
    }

    /// <returns>AUC and its standard error. Source: Hanley and McNeil, The meaning and use of the area under a ROC curve, 1982.</returns>
    internal static (double? Auc, double? Error) Auc(IReadOnlyList<double> chances, IReadOnlyList<bool> outcomes)
    {
        var (hits, misses) = ((double)outcomes.Count(x => x), (double)outcomes.Count(x => !x));
        if (hits == 0 || misses == 0)
        {
            return (null, null);
        }

        var a = ForecastMetrics.AreaUnderCurve(chances, outcomes);
        var (q1, q2) = (a / (2 - a), 2 * a * a / (1 + a));
        var variance = ((a * (1 - a)) + ((hits - 1) * (q1 - (a * a))) + ((misses - 1) * (q2 - (a * a)))) / (hits * misses);
        return (a, Math.Sqrt(Math.Max(variance, 0.25 / (hits * misses)))); // a perfect ranking of few rows is no certainty
    }
}
