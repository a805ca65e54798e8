namespace MarketingConsole.Core.Learning;

/// <summary>One tenth of the customers, from the lowest to the highest chances.</summary>
/// <param name="From">Lowest chance in the bin.</param>
/// <param name="To">Highest chance in the bin.</param>
/// <param name="Count">Rows in the bin.</param>
/// <param name="Forecast">Mean chance forecast.</param>
/// <param name="Observed">Share for whom it came true.</param>
public sealed record CalibrationBin(double From, double To, int Count, double Forecast, double Observed);

/// <summary>How good yes/no forecasts were.</summary>
/// <param name="Rows">Forecasts judged.</param>
/// <param name="BaseRate">Share for whom it came true.</param>
/// <param name="Auc">Probability that a random positive was ranked above a random negative; 0.5 is chance, 1 perfect.</param>
/// <param name="LogLoss">Mean negative log-likelihood in nats; lower is better.</param>
/// <param name="BaseLogLoss">Log loss of always forecasting <paramref name="BaseRate"/>.</param>
/// <param name="Brier">Mean squared error of the chances.</param>
/// <param name="CalibrationError">Expected calibration error: mean gap between forecast and observed over the bins, weighted by rows.</param>
/// <param name="Bins">Ten bins of about equal size.</param>
public sealed record ForecastMetrics(int Rows, double BaseRate, double Auc, double LogLoss, double BaseLogLoss, double Brier, double CalibrationError, IReadOnlyList<CalibrationBin> Bins)
{
    private const int BinCount = 10;

    /// <param name="chances">Forecast probabilities.</param>
    /// <param name="labels">What came true; both classes must occur.</param>
    public static ForecastMetrics Of(IReadOnlyList<double> chances, IReadOnlyList<bool> labels)
    {
        var rate = labels.Count(x => x) / (double)labels.Count;
        var bins = Calibration(chances, labels);
        return new(
            labels.Count,
            rate,
            AreaUnderCurve(chances, labels),
            chances.Zip(labels, (p, y) => -Math.Log(Math.Clamp(y ? p : 1 - p, 1e-15, 1))).Average(),
            -(rate * Math.Log(rate)) - ((1 - rate) * Math.Log(1 - rate)),
            chances.Zip(labels, (p, y) => Math.Pow(p - (y ? 1 : 0), 2)).Average(),
            bins.Sum(x => x.Count * Math.Abs(x.Forecast - x.Observed)) / labels.Count,
            bins);
    }

    /// <summary>Area under the ROC curve by ranks; ties count half. Source: Mann and Whitney, 1947; Fawcett, An introduction to ROC analysis, 2006.</summary>
    public static double AreaUnderCurve(IReadOnlyList<double> scores, IReadOnlyList<bool> labels)
    {
        var order = Enumerable.Range(0, scores.Count).OrderBy(i => scores[i]).ToArray();
        double rankSum = 0;
        long positives = 0;
        for (var i = 0; i < order.Length;)
        {
            var j = i;
            while (j < order.Length && scores[order[j]] == scores[order[i]])
            {
                j++;
            }

            var meanRank = (i + j + 1) / 2.0; // ranks i+1 to j share their mean
            for (; i < j; i++)
            {
                if (labels[order[i]])
                {
                    rankSum += meanRank;
                    positives++;
                }
            }
        }

        var negatives = order.Length - positives;
        return (rankSum - (positives * (positives + 1) / 2.0)) / ((double)positives * negatives);
    }

    /// <summary>Bins of equal size by rank; rows with the same chance stay in one bin. Source: Naeini, Cooper, Hauskrecht, Obtaining well calibrated probabilities, 2015.</summary>
    public static IReadOnlyList<CalibrationBin> Calibration(IReadOnlyList<double> chances, IReadOnlyList<bool> labels)
    {
        var order = Enumerable.Range(0, chances.Count).OrderBy(i => chances[i]).ToArray();
        var bins = new List<CalibrationBin>();
        for (var i = 0; i < order.Length;)
        {
            var end = Math.Max(i + 1, (int)((long)order.Length * (bins.Count + 1) / BinCount));
            while (end < order.Length && chances[order[end]] == chances[order[end - 1]])
            {
                end++;
            }

            var rows = order[i..Math.Min(end, order.Length)];
            bins.Add(new(chances[rows[0]], chances[rows[^1]], rows.Length, rows.Average(x => chances[x]), rows.Count(x => labels[x]) / (double)rows.Length));
            i = end;
        }

        return bins;
    }
}
