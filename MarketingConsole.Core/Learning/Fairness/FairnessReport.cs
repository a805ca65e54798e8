namespace MarketingConsole.Core.Learning.Fairness;

/// <summary>What decisions were made about a group, and how right they were. A rate is null where nobody is there to count.</summary>
/// <param name="Selected">Share chosen.</param>
/// <param name="BaseRate">Share for whom it came true.</param>
/// <param name="TruePositiveRate">Of those for whom it came true, the share chosen.</param>
/// <param name="FalsePositiveRate">Of those for whom it did not, the share chosen.</param>
/// <param name="FalseNegativeRate">Of those for whom it came true, the share not chosen.</param>
/// <param name="Precision">Of those chosen, the share for whom it came true.</param>
/// <param name="CalibrationError">Mean gap between chance and outcome over ten bins; null without chances or under <see cref="FairnessReport.MinRows"/> rows.</param>
/// <param name="Calibration">The bins; empty without chances.</param>
public sealed record GroupRates(
    string Group, int Rows, double Selected, double BaseRate, double? TruePositiveRate, double? FalsePositiveRate, double? FalseNegativeRate, double? Precision, double? CalibrationError, IReadOnlyList<CalibrationBin> Calibration);

/// <summary>A group beside the reference group. Differences are group less reference: 0 is fair, below 0 the group is worse off where being chosen is good.</summary>
/// <param name="StatisticalParity">Difference of the shares chosen.</param>
/// <param name="DisparateImpact">Their ratio; under 0.8 breaks the four-fifths rule. Null when nobody of the reference is chosen.</param>
/// <param name="EqualOpportunity">Difference of the true-positive rates.</param>
/// <param name="AverageOdds">Mean of the differences of true- and false-positive rates.</param>
/// <param name="Parity">Statistical parity with its 95 % interval: unreliable where chance alone explains it.</param>
public sealed record GroupGap(string Group, double StatisticalParity, double? DisparateImpact, double? EqualOpportunity, double? AverageOdds, Difference Parity);

/// <summary>Whether a model treats groups alike, by the usual measures. Sources: Feldman et al., Certifying and removing disparate impact, 2015; Hardt, Price and Srebro, Equality of opportunity in supervised learning, 2016;
/// Bellamy et al., AI Fairness 360, 2018; Chouldechova, Fair prediction with disparate impact, 2017 (why not all measures can be 0 at once).</summary>
/// <param name="Reference">The group that others are compared with.</param>
/// <param name="Groups">Largest first.</param>
/// <param name="Gaps">All groups but the reference.</param>
/// <param name="TooSmall">Groups left out because they have fewer than <see cref="MinRows"/> rows.</param>
public sealed record FairnessReport(string Reference, IReadOnlyList<GroupRates> Groups, IReadOnlyList<GroupGap> Gaps, IReadOnlyList<string> TooSmall)
{
    /// <summary>Smaller groups are named but not compared: their rates are mostly chance.</summary>
    public const int MinRows = 30;

    /// <param name="groups">The group of each row; null or empty where it is not known (left out).</param>
    /// <param name="chosen">What was decided.</param>
    /// <param name="labels">What came true.</param>
    /// <param name="chances">Forecast probabilities, for calibration; null when there are none.</param>
    /// <param name="reference">The group to compare with; null for the largest.</param>
    /// <exception cref="LearningException">Fewer than two groups of enough rows, or lists of different length.</exception>
    public static FairnessReport Of(IReadOnlyList<string?> groups, IReadOnlyList<bool> chosen, IReadOnlyList<bool> labels, IReadOnlyList<double>? chances = null, string? reference = null)
    {
        if (groups.Count != chosen.Count || groups.Count != labels.Count || (chances is not null && chances.Count != groups.Count))
        {
            throw new LearningException("Groups, decisions, outcomes and chances must have equally many rows.");
        }

        if (chances?.Any(x => !double.IsFinite(x)) == true)
        {
            throw new LearningException("A chance is missing or is no number.");
        }

        var all = Enumerable.Range(0, groups.Count).Where(i => !string.IsNullOrWhiteSpace(groups[i])).GroupBy(i => groups[i]!).OrderByDescending(x => x.Count()).ThenBy(x => x.Key, StringComparer.Ordinal).ToList();
        var rates = all.Where(x => x.Count() >= MinRows).Select(x => Rates(x.Key, [.. x], chosen, labels, chances)).ToList();
        if (rates.Count < 2)
        {
            throw new LearningException($"Fairness compares groups: at least two groups of {MinRows} rows or more are needed, there {(rates.Count == 1 ? "is one" : "is none")}.");
        }

        reference ??= rates[0].Group;
        var other = rates.FirstOrDefault(x => x.Group == reference) ?? throw new LearningException($"The group “{reference}” to compare with has fewer than {MinRows} rows.");
        return new(reference, rates, [.. rates.Where(x => x.Group != reference).Select(x => Gap(x, other))], [.. all.Where(x => x.Count() < MinRows).Select(x => x.Key)]);
    }

    private static GroupRates Rates(string group, int[] rows, IReadOnlyList<bool> chosen, IReadOnlyList<bool> labels, IReadOnlyList<double>? chances)
    {
        var (hits, picked) = (rows.Count(i => labels[i]), rows.Count(i => chosen[i]));
        var both = rows.Count(i => labels[i] && chosen[i]);
        double? truePositive = hits == 0 ? null : both / (double)hits;
        var bins = chances is null ? [] : ForecastMetrics.Calibration([.. rows.Select(i => chances[i])], [.. rows.Select(i => labels[i])]);
        return new(
            group, rows.Length, picked / (double)rows.Length, hits / (double)rows.Length, truePositive, hits == rows.Length ? null : (picked - both) / (double)(rows.Length - hits), 1 - truePositive,
            picked == 0 ? null : both / (double)picked, bins.Count == 0 ? null : bins.Sum(x => x.Count * Math.Abs(x.Forecast - x.Observed)) / rows.Length, bins);
    }

    private static GroupGap Gap(GroupRates group, GroupRates reference)
    {
        var (opportunity, alarms) = (group.TruePositiveRate - reference.TruePositiveRate, group.FalsePositiveRate - reference.FalsePositiveRate);
        var parity = DifferenceInterval.OfProportions((long)Math.Round(group.Selected * group.Rows), group.Rows, (long)Math.Round(reference.Selected * reference.Rows), reference.Rows)!;
        return new(group.Group, group.Selected - reference.Selected, reference.Selected == 0 ? null : group.Selected / reference.Selected, opportunity, (opportunity + alarms) / 2, parity);
    }
}
