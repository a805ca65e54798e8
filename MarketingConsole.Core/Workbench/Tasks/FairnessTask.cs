using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Fairness;

namespace MarketingConsole.Core.Workbench.Tasks;

/// <summary>Whether scores or decisions treat groups alike.</summary>
internal static class FairnessTask
{
    public static WorkbenchTask Task { get; } = new(
        "fairness", "Compares how a score or decision treats groups.",
        "one row a person: a score or decision, what then happened, and the group",
        "one row a group with its rates and its gaps to the reference group",
        [
            new("group", "column of the group", Required: true, IsColumn: true),
            new("label", "column of what then happened, two values", Required: true, IsColumn: true),
            new("decision", "column of the score or decision", Required: true, IsColumn: true),
            new("threshold", "scores at least this high count as chosen (default 0.5)"),
            new("positive", "the label's value that counts as yes"),
            new("reference", "group to compare with (default: the largest)"),
        ],
        Run);

    private static TaskResult Run(TaskInput input)
    {
        var (group, label, decision) = (input.NeedColumn("group"), input.NeedColumn("label"), input.NeedColumn("decision"));
        var (yes, labels) = Outcome.Of(label, input.Option("positive"));
        var scores = decision.Numbers;
        int[] kept = [.. Enumerable.Range(0, input.Train.Rows).Where(i => label.Cells[i].Length > 0 && group.Cells[i].Length > 0 && decision.Cells[i].Length > 0)];
        if (kept.Length > 0 && kept.All(i => double.IsNaN(scores[i])))
        {
            scores = [.. Outcome.Of(decision, null).Labels.Select(x => x ? 1.0 : 0)];
        }

        var threshold = input.Number("threshold", 0.5, -1e9, 1e9);
        var chances = kept.All(i => scores[i] is >= 0 and <= 1) && kept.Any(i => scores[i] is > 0 and < 1) ? kept.Select(i => scores[i]).ToArray() : null;
        var report = FairnessReport.Of([.. kept.Select(i => group.Cells[i])], [.. kept.Select(i => scores[i] >= threshold)], [.. kept.Select(i => labels[i])], chances, input.Option("reference"));
        var worst = report.Gaps.Where(x => x.Parity.Reliable).MinBy(x => x.DisparateImpact ?? 1);
        return new(
            [
                new("rows", kept.Length, "with a group, a decision and an outcome"),
                .. report.Gaps.SelectMany(x => new[]
                {
                    new Figure($"{x.Group}: statistical parity", x.StatisticalParity, $"share chosen less that of {report.Reference}; 95 % interval {x.Parity.Low:0.###} to {x.Parity.High:0.###}"),
                    new Figure($"{x.Group}: disparate impact", x.DisparateImpact, "ratio of the shares; under 0.8 breaks the four-fifths rule"),
                    new Figure($"{x.Group}: equal opportunity", x.EqualOpportunity, "difference of the true-positive rates"),
                    new Figure($"{x.Group}: average odds", x.AverageOdds, "mean difference of true- and false-positive rates"),
                }),
            ],
            [
                $"“{yes}” counts as yes; compared with {report.Reference}.",
                worst is null ? "No group is reliably chosen more or less often than the reference." : $"{worst.Group} differs most from {report.Reference}.",
                .. report.TooSmall.Count > 0 ? [$"Too small to compare (under {FairnessReport.MinRows} rows): {string.Join(", ", report.TooSmall)}."] : Array.Empty<string>(),
            ],
            ["group", "rows", "selected", "base_rate", "true_positive_rate", "false_positive_rate", "false_negative_rate", "precision", "calibration_error"],
            [.. report.Groups.Select(x => new[] { x.Group, FeatureTable.Text(x.Rows), Text(x.Selected), Text(x.BaseRate), Text(x.TruePositiveRate), Text(x.FalsePositiveRate), Text(x.FalseNegativeRate), Text(x.Precision), Text(x.CalibrationError) })]);
    }

    private static string Text(double? value) => FeatureTable.Text(value ?? double.NaN);
}
