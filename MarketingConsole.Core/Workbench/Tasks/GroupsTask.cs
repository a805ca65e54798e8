using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Anomalies;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Core.Learning.Clusters;
using MarketingConsole.Core.Learning.Numerics;

namespace MarketingConsole.Core.Workbench.Tasks;

/// <summary>Questions about rows without an outcome: which belong together, which resemble some, which stand out.</summary>
internal static class GroupsTask
{
    private const int Reasons = 3;

    private static readonly TaskOption Id = new("id", "column that names the row (default: a column that looks like one)", IsColumn: true);

    public static WorkbenchTask Cluster { get; } = new(
        "cluster", "Groups of rows that resemble each other, each described by what sets it apart.",
        "one row a customer, any columns", "the id and its group (-1: none, with --method dbscan)",
        [
            Id,
            new("method", "method: kmeans or dbscan (default kmeans)", Choices: ["kmeans", "dbscan"]),
            new("k", "number of groups for kmeans, 2 to 50 (default: the one with the best silhouette from 2 to 10)"),
            new("radius", "reach of a neighbourhood for dbscan, in standard deviations (default 2)"),
            new("minimum", "rows a neighbourhood needs for dbscan (default 20)"),
        ],
        RunCluster);

    public static WorkbenchTask Lookalike { get; } = new(
        "lookalike", "Which rows resemble the marked ones most.",
        "one row a customer, a column that marks the seeds with 1, true or yes, any other columns", "the id and its similarity of every row that is no seed, best first",
        [Id, new("seeds", "column that marks the seeds", Required: true, IsColumn: true)],
        RunLookalike);

    public static WorkbenchTask Anomalies { get; } = new(
        "anomalies", "Which rows stand out (fraud, coupon abuse, faulty data), and by what.",
        "one row a customer or order, any columns", "the id, its score (higher is odder), its rank and the columns that make it odd",
        [Id, new("label", "column that marks known cases, only to judge the ranking", IsColumn: true), new("method", "method: forest, histogram or distance (default forest)", Choices: ["forest", "histogram", "distance"])],
        RunAnomalies);

    private static TaskResult RunCluster(TaskInput input)
    {
        var (table, id) = (input.Train, input.Id);
        var features = FeatureTable.Of(table, id?.Name);
        var rows = Standardised(features, table);
        List<Figure> figures = [];
        int[] labels;
        if (input.Choice("method") == "dbscan")
        {
            labels = Dbscan.Fit(rows, input.Number("radius", 2, 1e-6, 1e6), (int)input.Number("minimum", 20, 2, 1e6), input.Progress, input.Cancellation);
            figures.AddRange([new("groups", labels.Max() + 1, "dense regions"), new("noise", labels.Count(x => x < 0) / (double)labels.Length, "share of rows in none")]);
        }
        else
        {
            var tried = input.Option("k") is null ? Silhouette.Choose(rows, 2, 10, input.Seed, null, input.Cancellation) : [];
            var k = tried.Count > 0 ? tried.MaxBy(x => x.Silhouette)!.K : (int)input.Number("k", 2, 2, 50);
            (var model, labels) = KMeans.Fit(rows, k, 10, input.Seed, input.Progress, input.Cancellation);
            figures.AddRange([new("groups", k, "clusters"), new("inertia", model.Inertia, "sum of squared distances to the centres, standardised columns"), .. tried.Select(x => new Figure($"silhouette of {x.K}", x.Silhouette, "−1 to 1: how much nearer rows are to their own group than to the next"))]);
        }

        var traits = ClusterDescription.Of(labels, Described(features, table));
        List<string> notes = [.. traits.Select((x, c) => $"Group {c}, {labels.Count(l => l == c)} rows: {(x.Count == 0 ? "like all others" : string.Join("; ", x))}."), .. features.Notes];
        return new(figures, notes, [id?.Name ?? "line", "group"], [.. labels.Select((x, i) => new[] { table.NameOf(id, i), x.ToString(CultureInfo.InvariantCulture) })]);
    }

    private static TaskResult RunLookalike(TaskInput input)
    {
        var (table, id, mark) = (input.Train, input.Id, input.NeedColumn("seeds"));
        bool[] seeds = [.. mark.Cells.Select(Outcome.Affirms)];
        var features = FeatureTable.Of(table, id?.Name, mark.Name);
        var rows = Encoded(features, table);
        var model = Lookalikes.Fit(rows, seeds, input.Seed, input.Cancellation);
        return new(
            [new("seeds", seeds.Count(x => x), "rows marked"), new("AUC", model.Auc, "how well held-back seeds are told from the others; 0.5: they have nothing in common")],
            features.Notes,
            [id?.Name ?? "line", "similarity"],
            [.. model.Rank(rows, seeds, rows.Length).Select(x => new[] { table.NameOf(id, x.Row), FeatureTable.Text(x.Similarity) })]);
    }

    private static TaskResult RunAnomalies(TaskInput input)
    {
        var (table, id, label) = (input.Train, input.Id, input.Column("label"));
        var features = FeatureTable.Of(table, id?.Name, label?.Name);
        var encoding = LinearEncoding.Fit(features.Values(table), features.Categorical);
        var (rows, names) = (features.Categorical.Count == 0 ? Rows(features.Values(table)) : encoding.Encode(features.Values(table)), new List<string>());
        for (var j = 0; j < features.Names.Count; j++)
        {
            names.AddRange(Enumerable.Repeat(features.Names[j], features.Categorical.Count == 0 ? 1 : encoding.Columns[j].Width));
        }

        Func<double[], IReadOnlyList<AnomalyReason>> why;
        double[] scores;
        switch (input.Choice("method"))
        {
            case "histogram":
                var histogram = HistogramOutliers.Fit(rows, null, input.Cancellation);
                (scores, why) = ([.. rows.Select(histogram.Score)], x => histogram.Why(x, Reasons));
                break;
            case "distance":
                var distance = RobustDistance.Fit(rows, input.Seed, input.Progress, input.Cancellation);
                (scores, why) = ([.. rows.Select(distance.Score)], x => distance.Why(x, Reasons));
                break;
            default:
                var forest = IsolationForest.Fit(rows, 100, 256, input.Seed, input.Progress, input.Cancellation);
                (scores, why) = (forest.Score(rows, input.Cancellation), x => forest.Why(x, Reasons));
                break;
        }

        List<Figure> figures = [new("rows", rows.Length, "scored")];
        if (label is not null)
        {
            var (yes, known) = Outcome.Of(label, null);
            figures.Add(new("AUROC", ForecastMetrics.AreaUnderCurve(scores, known), $"chance that a known case ({label.Name} = {yes}) ranks above another row"));
        }

        var order = Enumerable.Range(0, scores.Length).OrderByDescending(i => scores[i]).ToArray();
        return new(figures, features.Notes, [id?.Name ?? "line", "score", "rank", .. Enumerable.Range(1, Reasons).Select(x => $"reason_{x}")],
            [.. order.Select((i, rank) => new[] { table.NameOf(id, i), FeatureTable.Text(scores[i]), (rank + 1).ToString(CultureInfo.InvariantCulture) }
                .Concat(why(rows[i]).Select(x => $"{names[x.Column]} = {FeatureTable.Words(table, names[x.Column], i)}").Distinct().Concat(Enumerable.Repeat("", Reasons)).Take(Reasons)).ToArray())]);
    }

    private static double[][] Encoded(FeatureTable features, Table table)
    {
        var values = features.Values(table);
        return LinearEncoding.Fit(values, features.Categorical).Encode(values);
    }

    private static double[][] Standardised(FeatureTable features, Table table)
    {
        var rows = Encoded(features, table);
        var scale = Standardisation.Fit(rows);
        return [.. rows.Select(x => scale.Apply(x))];
    }

    private static double[][] Rows(float[][] columns) => [.. Enumerable.Range(0, columns[0].Length).Select(i => columns.Select(x => (double)x[i]).ToArray())];

    private static List<DescribedColumn> Described(FeatureTable features, Table table)
    {
        var values = features.Values(table);
        return [.. features.Names.Select((name, j) => features.Categorical.Contains(j)
            ? new DescribedColumn(name, Categories: [.. table.Need(name).Cells.Select(x => x.Length > 0 ? x : null)])
            : new DescribedColumn(name, [.. values[j].Select(x => (double)x)]))];
    }
}
