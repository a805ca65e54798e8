using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Recommendation;

namespace MarketingConsole.Core.Workbench.Tasks;

/// <summary>What each customer may like next, and why.</summary>
internal static class RecommendTask
{
    private const double MillisecondsADay = 86_400_000;

    public static WorkbenchTask Task { get; } = new(
        "recommend", "The items each customer is most likely to want next, with the reason.",
        "one row a purchase or view: customer, item, optionally time and weight", "customer, place, item, score and why",
        [
            new("id", "column of the customer", Required: true, IsColumn: true),
            new("item", "column of the item", Required: true, IsColumn: true),
            new("time", "column of dates or numbers: lets habits be seen, and judges on each customer's last purchases", IsColumn: true),
            new("weight", "column of how much (pieces, rating; default 1)", IsColumn: true),
            new("k", "items a customer, 1 to 100 (default 10)"),
            new("repeat", "also what the customer bought before: yes or no (default no)", Choices: ["yes", "no"]),
        ],
        Run);

    private static TaskResult Run(TaskInput input)
    {
        var (who, what) = (input.NeedColumn("id"), input.NeedColumn("item"));
        var (time, weight) = (input.Column("time"), input.Column("weight")?.Numbers);
        var (k, repeat) = ((int)input.Number("k", 10, 1, 100), input.Choice("repeat") == "yes");
        int[] rows = [.. Enumerable.Range(0, input.Train.Rows).Where(i => who.Cells[i].Length > 0 && what.Cells[i].Length > 0 && !(weight?[i] <= 0) && !(weight is not null && double.IsNaN(weight[i])))];
        var (users, items) = (Codes(who, rows), Codes(what, rows));
        var days = time is null ? null : Days(time);
        if (days is not null && Array.Find(rows, i => double.IsNaN(days[i])) is var missing && rows.Any(i => double.IsNaN(days[i])))
        {
            throw new LearningException($"Line {input.Train.Lines[missing]}: {time!.Name} is neither a date nor a number.");
        }

        var data = Interactions.From(rows.Select(i => (users.Code[who.Cells[i]], new Bought(items.Code[what.Cells[i]], weight is null ? 1 : (float)weight[i], days?[i] ?? 0))), users.Names.Count, items.Names.Count);
        var model = HybridRecommender.Fit(data, new HybridOptions(repeat, k, Seed: input.Seed), input.Progress, input.Cancellation);
        var output = new List<string[]>();
        for (var u = 0; u < users.Names.Count; u++)
        {
            input.Cancellation.ThrowIfCancellationRequested();
            var place = 0;
            foreach (var next in model.Top(data.Of(u), data.Now, k, repeat))
            {
                output.Add([users.Names[u], (++place).ToString(CultureInfo.InvariantCulture), items.Names[next.Item], FeatureTable.Text(next.Score), string.Join("; ", model.Why(data.Of(u), data.Now, next.Item, 2).Select(x => Words(x, items.Names)))]);
            }
        }

        List<Figure> figures = [new("customers", users.Names.Count, ""), new("items", items.Names.Count, ""), new("events", rows.Length, "purchases or views used")];
        if (model.Judged is { } judged)
        {
            figures.AddRange([
                new($"nDCG@{k}", judged.Ndcg, $"on events kept back of {judged.Customers} customers; 1 = all wanted items on top"),
                new($"precision@{k}", judged.Precision, "share of recommended items that were then chosen"),
                new($"recall@{k}", judged.Recall, "share of the chosen items that were recommended"),
            ]);
        }

        figures.AddRange(model.Parts.Select(x => new Figure($"weight of {x.Name}", x.Weight, x.Alone is null ? "part of the blend" : $"alone it has nDCG {x.Alone.Ndcg:0.###}")));
        return new(figures, rows.Length < input.Train.Rows ? [$"{input.Train.Rows - rows.Length} rows were left out: no customer, no item, or a weight of 0 or less."] : [], [who.Name, "place", what.Name, "score", "why"], output);
    }

    private static string Words(Reason reason, List<string> names) => reason.Kind switch
    {
        ReasonKind.BoughtBefore => "bought before and due again",
        ReasonKind.Popular => "many customers choose it",
        ReasonKind.Similar when reason.Item is { } like => $"resembles {names[like]}",
        _ when reason.Item is { } item => $"bought together with {names[item]}",
        _ => "customers with the same traits choose it",
    };

    private static double[] Days(Column time)
    {
        var numbers = time.Numbers;
        return time.Kind != ColumnKind.Date && numbers.All(x => !double.IsNaN(x)) ? numbers.Max() > 1e8 ? [.. numbers.Select(x => x / (x > 1e11 ? MillisecondsADay : MillisecondsADay / 1000))] : [.. numbers] // unix time in seconds or milliseconds
            : [.. time.Dates.Select(x => x is { } day ? (day - DateTime.UnixEpoch).TotalDays : double.NaN)];
    }

    private static (Dictionary<string, int> Code, List<string> Names) Codes(Column column, int[] rows)
    {
        var (code, names) = (new Dictionary<string, int>(StringComparer.Ordinal), new List<string>());
        foreach (var i in rows)
        {
            if (code.TryAdd(column.Cells[i], names.Count))
            {
                names.Add(column.Cells[i]);
            }
        }

        return (code, names);
    }
}
