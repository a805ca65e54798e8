using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Core.Learning.Uplift;

namespace MarketingConsole.Core.Workbench.Tasks;

/// <summary>Whom an offer changes, from a randomised experiment.</summary>
internal static class UpliftTask
{
    public static WorkbenchTask Task { get; } = new(
        "uplift", "Whom an offer or message changes: the effect on each customer, and whether effects differ reliably at all.",
        "one row a customer of a randomised experiment: who got it, what then happened, any columns known before", "the id and the effect expected",
        [
            new("treatment", "column of who got what", Required: true, IsColumn: true),
            new("treated", "the value of those who got it (default: 1, true, yes or the rarer of two)"),
            new("control", "the value of those who did not (default: the other one)"),
            new("label", "column of what then happened: yes/no or an amount", Required: true, IsColumn: true),
            new("id", "column that names the row (default: a column that looks like one)", IsColumn: true),
            new("ignore", "columns known only afterwards, separated by commas"),
            new("learner", "meta-learner: s, t or x (default x)", Choices: ["s", "t", "x"]),
        ],
        Run,
        TakesScore: true);

    private static TaskResult Run(TaskInput input)
    {
        var (treatment, label, id) = (input.NeedColumn("treatment"), input.NeedColumn("label"), input.Id);
        var kind = Enum.Parse<MetaLearner>(input.Choice("learner") ?? "x", ignoreCase: true);
        var ignored = (input.Option("ignore") ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(x => input.Train.Need(x).Name).ToList();
        var control = input.Option("control");
        int[] kept = [.. Enumerable.Range(0, input.Train.Rows).Where(i => label.Cells[i].Length > 0 && treatment.Cells[i].Length > 0
            && (control is null || treatment.Cells[i].Equals(control, StringComparison.OrdinalIgnoreCase) || treatment.Cells[i].Equals(input.Option("treated"), StringComparison.OrdinalIgnoreCase)))];
        if (kept.Length == 0)
        {
            throw new LearningException($"No row has a value in both {treatment.Name} and {label.Name}{(control is null ? "" : $" and is “{control}” or “{input.Option("treated")}”: name both --treated and --control")}.");
        }

        var table = input.Train.Take(kept);
        var (yes, exposed) = Outcome.Of(table.Need(treatment.Name), input.Option("treated"));
        var amounts = table.Need(label.Name).Numbers;
        var outcomes = amounts.All(x => !double.IsNaN(x)) ? amounts : [.. Outcome.Of(table.Need(label.Name), null).Labels.Select(x => x ? 1.0 : 0)];
        var features = FeatureTable.Of(table, [treatment.Name, label.Name, id?.Name, .. ignored]);
        var encoding = LinearEncoding.Fit(features.Values(table), features.Categorical);
        var rows = encoding.Encode(features.Values(table));
        var report = UpliftReport.CrossValidate(kind, rows, exposed, outcomes, null, null, null, input.Seed, input.Progress, input.Cancellation);
        var (target, effects) = (table, report.Effects);
        if (input.Score is not null)
        {
            var model = UpliftModel.Fit(kind, rows, exposed, outcomes, null, null, input.Cancellation);
            (target, effects) = (input.Score, [.. encoding.Encode(features.Values(input.Score)).Select(model.Effect)]);
        }

        return new(
            [
                new("rows", kept.Length, $"{exposed.Count(x => x)} with {treatment.Name} = {yes}"),
                new("average effect", report.Average.Value, $"on {label.Name}; 95 % interval {report.Average.Low:0.####} to {report.Average.High:0.####}"),
                new("Qini", report.Qini.Coefficient, $"cross-validated; 0: effects cannot be told apart, 1: perfectly; interval {report.Qini.Low:0.###} to {report.Qini.High:0.###}"),
                .. report.Qini.Top.Select(x => new Figure($"uplift@{100 * x.Share:0}%", x.Effect, $"effect on those ranked highest; interval {x.Low:0.####} to {x.High:0.####}")),
            ],
            [report.Verdict, input.Score is null ? "The output holds effects from cross-validation: each row's comes from a model that had not seen it." : "The output is scored by a model fitted on all rows.", .. features.Notes],
            [id?.Name ?? "line", "effect"],
            [.. effects.Select((x, i) => new[] { target.NameOf(id, i), FeatureTable.Text(x) })]);
    }
}
