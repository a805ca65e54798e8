using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Core.Learning.Explanation;

namespace MarketingConsole.Core.Workbench.Tasks;

/// <summary>Who will, who will not: a calibrated chance for each row, with its strongest reasons, judged on rows kept back.</summary>
internal static class ClassifyTask
{
    private const int Reasons = 3;

    public static WorkbenchTask Task { get; } = new(
        "classify", "Chance of a yes/no outcome (churn, response, purchase) for each row.",
        "one row a customer, an outcome with two values, any other columns",
        "the id, the chance, and the columns that moved it most",
        [
            new("label", "column of the outcome", Required: true, IsColumn: true),
            new("positive", "the value that counts as yes (default: 1, true, yes or the rarer one)"),
            new("id", "column that names the row (default: a column that looks like one)", IsColumn: true),
            new("time", "column of dates: the last rows by time are kept back instead of random ones", IsColumn: true),
            new("test", "share kept back to judge the model, 0.05 to 0.5 (default 0.25)"),
        ],
        input => Run(input, explain: false),
        TakesScore: true);

    public static WorkbenchTask Explain { get; } = Task with
    {
        Name = "explain",
        Summary = "Why each row gets its chance: the Shapley value of every column, and which columns matter overall.",
        Output = "the id, the chance, the base and one contribution a column, in log-odds: base + contributions = ln(chance / (1 − chance))",
        Run = input => Run(input, explain: true),
    };

    private static TaskResult Run(TaskInput input, bool explain)
    {
        var (train, label) = (input.Train, input.NeedColumn("label"));
        var kept = Enumerable.Range(0, train.Rows).Where(i => label.Cells[i].Length > 0).ToArray();
        var (yes, labels) = Outcome.Of(label, input.Option("positive"));
        var (id, time) = (input.Id, input.Column("time"));
        var features = FeatureTable.Of(train, label.Name, id?.Name, time?.Name);
        var test = RowSplit.Test(kept, labels, time, input.Number("test", 0.25, 0.05, 0.5), input.Seed);
        int[] learn = [.. kept.Except(test)];
        var judged = Fit(input, features, train.Take(learn), [.. learn.Select(i => labels[i])]);
        var held = train.Take(test);
        double[] chances = [.. judged.Probabilities(features.Values(held))];
        bool[] came = [.. test.Select(i => labels[i])];
        if (came.Distinct().Count() < 2)
        {
            throw new LearningException("The rows kept back have one outcome only: give more rows or a larger --test.");
        }

        var figures = ForecastMetrics.Of(chances, came);
        var scored = input.Score ?? held;
        var model = input.Score is null ? judged : Fit(input, features, train.Take(kept), [.. kept.Select(i => labels[i])]);
        List<string> notes =
        [
            $"“{yes}” counts as yes: {kept.Count(i => labels[i])} of {kept.Length} rows.{(kept.Length < train.Rows ? $" {train.Rows - kept.Length} rows without an outcome were left out." : "")}",
            $"Learnt from {learn.Length} rows, judged on {test.Length} {(time is null ? "random rows" : $"rows, the last by {time.Name}")}{(input.Score is null ? "; the output holds those" : "; then fitted on all for the output")}.",
            $"The forecast is {(model.TreeShare == 0 ? "a logistic regression" : model.TreeShare == 1 ? "boosted trees" : $"{1 - model.TreeShare:P0} logistic regression and {model.TreeShare:P0} boosted trees")}, chosen by cross-validation.",
            .. model.Suspicious.Select(j => $"{features.Names[j]} tells the outcome almost by itself: was it recorded after it? Leave it out to see what the rest can do."),
            .. features.Notes,
        ];
        return explain ? Explained(model, features, scored, id, figures, notes, input.Cancellation) : Scored(model, features, scored, id, figures, notes, input.Cancellation);
    }

    private static TaskResult Scored(BlendedClassifier model, FeatureTable features, Table table, Column? id, ForecastMetrics figures, List<string> notes, CancellationToken cancellation)
    {
        var values = features.Values(table);
        var rows = new List<string[]>(table.Rows);
        for (var i = 0; i < table.Rows; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = values.Select(x => x[i]).ToArray();
            var why = BlendedExplainer.Explain(model, row);
            rows.Add([table.NameOf(id, i), FeatureTable.Text(model.Probability(row)), .. why.Strongest(Reasons).Select(j => $"{(why.Contributions[j] > 0 ? "raised by" : "lowered by")} {features.Names[j]} = {FeatureTable.Words(table, features.Names[j], i)}").Concat(Enumerable.Repeat("", Reasons)).Take(Reasons)]);
        }

        return new(Figures(figures), notes, [id?.Name ?? "line", "chance", .. Enumerable.Range(1, Reasons).Select(x => $"reason_{x}")], rows);
    }

    private static TaskResult Explained(BlendedClassifier model, FeatureTable features, Table table, Column? id, ForecastMetrics figures, List<string> notes, CancellationToken cancellation)
    {
        var (values, rows, weight) = (features.Values(table), new List<string[]>(table.Rows), new double[features.Names.Count]);
        for (var i = 0; i < table.Rows; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            var row = values.Select(x => x[i]).ToArray();
            var why = BlendedExplainer.Explain(model, row);
            for (var j = 0; j < weight.Length; j++)
            {
                weight[j] += Math.Abs(why.Contributions[j]) / table.Rows;
            }

            rows.Add([table.NameOf(id, i), FeatureTable.Text(model.Probability(row)), FeatureTable.Text(why.Base), .. why.Contributions.Select(FeatureTable.Text)]);
        }

        var strongest = Enumerable.Range(0, weight.Length).OrderByDescending(j => weight[j]).Take(15).Select(j => new Figure($"weight of {features.Names[j]}", weight[j], "mean absolute contribution in log-odds"));
        return new([.. Figures(figures), .. strongest], notes, [id?.Name ?? "line", "chance", "base", .. features.Names], rows);
    }

    private static IReadOnlyList<Figure> Figures(ForecastMetrics x) =>
    [
        new("rows judged", x.Rows, "rows the model had not seen"),
        new("base rate", x.BaseRate, "share of yes among them"),
        new("AUC", x.Auc, "chance that a yes is ranked above a no; 0.5 is guessing, 1 perfect"),
        new("log loss", x.LogLoss, $"lower is better; always saying the base rate has {x.BaseLogLoss:0.####}"),
        new("Brier score", x.Brier, "mean squared error of the chances"),
        new("calibration error", x.CalibrationError, "mean gap between forecast and observed shares"),
    ];

    private static BlendedClassifier Fit(TaskInput input, FeatureTable features, Table table, bool[] labels) =>
        BlendedClassifier.Fit(features.Values(table), labels, features.Categorical, null, input.Seed, input.Progress, input.Cancellation);
}
