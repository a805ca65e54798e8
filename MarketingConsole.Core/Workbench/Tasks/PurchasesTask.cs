using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Purchases;

namespace MarketingConsole.Core.Workbench.Tasks;

/// <summary>Who will buy again, when, how often and for how much, from a list of purchases or from summaries of them.</summary>
internal static class PurchasesTask
{
    private static readonly string[] CustomerNames = ["customer", "customer_id", "customerid", "id", "user", "user_id"];
    private static readonly string[] TimeNames = ["time", "date", "at", "timestamp", "invoicedate", "order_date"];
    private static readonly string[] AmountNames = ["amount", "revenue", "total", "spend", "value", "monetary_value", "monetary"];

    private static readonly TaskOption[] Options =
    [
        new("id", "column of the customer (default: one called customer, customer_id or id)", IsColumn: true),
        new("time", "column of the purchase's date", IsColumn: true),
        new("amount", "column of the purchase's amount", IsColumn: true),
        new("horizon", "days to forecast (default 90)"),
        new("model", "model: bg, mbg, pareto or nbd (default: the one that forecasts the later part of the data best)", Choices: ["bg", "mbg", "pareto", "nbd"]),
        new("unit", "days in a unit of recency and T of a summary (default 7: weeks)"),
    ];

    public static WorkbenchTask Task { get; } = new(
        "purchases", "Each customer's chance to be still a customer, expected purchases, and when the next is due.",
        "purchases (customer, date, optionally amount), or summaries (id, frequency, recency, T, optionally monetary_value)",
        "customer, history, P(alive), expected purchases, chance of at least one, days in which the next is due",
        Options, input => Run(input, withValue: false));

    public static WorkbenchTask Value { get; } = Task with
    {
        Name = "value",
        Summary = "What each customer is expected to spend within the horizon.",
        Output = "as purchases, with expected spend a purchase and within the horizon",
        Run = input => Run(input, withValue: true),
    };

    private static TaskResult Run(TaskInput input, bool withValue)
    {
        var horizon = input.Number("horizon", 90, 1, 3650);
        var data = input.Train.Find("frequency") is { } frequency && input.Train.Find("recency") is not null && input.Train.Find("T") is not null ? Summaries(input, frequency) : Transactions(input);
        var (choice, unit) = (Chosen(input, data), data.DaysPerUnit);
        GammaGammaModel? spend = null;
        List<Figure> figures = [new("customers", data.Customers.Count, "with at least one purchase"), .. choice.Candidates.SelectMany(x => new[]
        {
            new Figure($"{x.Model}: log density", x.LogLikelihood, "mean per customer of what they did in the later part of the data; higher is better"),
            new Figure($"{x.Model}: mean error", x.MeanError, $"purchases a customer; {x.ForecastTotal:N0} forecast in all, {x.ActualTotal:N0} came"),
            new Figure($"{x.Model}: correlation", x.Correlation, "of forecast and actual purchases"),
        })];
        figures.Add(new("log likelihood", choice.Model.Fit.LogLikelihood, $"of {choice.Model.Name} fitted on all the data"));
        figures.AddRange(Parameters(choice.Model));
        List<string> notes = [choice.Reason, .. choice.Model.Fit.Problem is { } problem ? [problem] : Array.Empty<string>(), .. data.Notes];
        if (withValue)
        {
            PurchaseHistory[] spenders = [.. data.Customers.Select(x => x.History).Where(x => x.Repeats > 0 && x.MeanSpend > 0)];
            spend = GammaGammaModel.FitTo(spenders, input.Progress, input.Cancellation);
            figures.AddRange([new("spend p", spend.P, "Gamma-Gamma"), new("spend q", spend.Q, "Gamma-Gamma"), new("spend gamma", spend.Gamma, "Gamma-Gamma"), new("frequency and spend", GammaGammaModel.Dependence(spenders), "correlation; the model assumes it is small")]);
            notes.AddRange(spend.Fit.Problem is { } odd ? [odd] : []);
        }

        var rows = data.Customers.Select(x =>
        {
            input.Cancellation.ThrowIfCancellationRequested();
            var (h, model) = (x.History, choice.Model);
            var expected = model.ExpectedPurchases(h, horizon / unit);
            List<string> row = [x.Id, FeatureTable.Text(h.Repeats), FeatureTable.Text(h.Last), FeatureTable.Text(h.Age), FeatureTable.Text(model.ProbabilityAlive(h)), FeatureTable.Text(expected), FeatureTable.Text(model.ProbabilityOfPurchase(h, horizon / unit)),
                FeatureTable.Text(model.NextPurchase(h, 0.25) * unit), FeatureTable.Text(model.NextPurchase(h, 0.75) * unit)];
            if (spend is not null)
            {
                var each = spend.ExpectedSpend(h);
                row.AddRange([FeatureTable.Text(each), FeatureTable.Text(each * expected)]);
            }

            return row.ToArray();
        }).ToList();
        return new(figures, notes,
            [data.IdName, "frequency", "recency", "T", "p_alive", "expected_purchases", "chance_of_purchase", "next_due_from_days", "next_due_to_days", .. spend is null ? Array.Empty<string>() : ["expected_spend_each", "expected_spend"]], rows);
    }

    private static PurchaseChoice Chosen(TaskInput input, Data data)
    {
        PurchaseHistory[] histories = [.. data.Customers.Select(x => x.History)];
        PurchaseModel? model = input.Choice("model") switch
        {
            null => null,
            "bg" => BgNbdModel.FitTo(histories, input.Progress, input.Cancellation),
            "mbg" => MbgNbdModel.FitTo(histories, input.Progress, input.Cancellation),
            "pareto" => ParetoNbdModel.FitTo(histories, input.Progress, input.Cancellation),
            _ => NbdModel.FitTo(histories, input.Progress, input.Cancellation),
        };
        return model is null ? data.Choice.Value : new(model, [], $"{model.Name}, as asked for.");
    }

    private static IEnumerable<Figure> Parameters(PurchaseModel model) =>
        model.Parameters.Select((x, i) => new Figure(x.Name, x.Value, model.Fit.StandardErrors is { } errors ? $"standard error {errors[i].ToString("0.####", CultureInfo.InvariantCulture)}" : "no standard error: the likelihood is flat"));

    private static Data Summaries(TaskInput input, Column frequency)
    {
        var (recency, age, unit) = (input.Train.Need("recency"), input.Train.Need("T"), input.Number("unit", 7, 0.01, 366));
        var (id, spend) = (input.ColumnOr("id", CustomerNames), input.ColumnOr("amount", AmountNames));
        var (x, last, total, mean) = (frequency.Numbers, recency.Numbers, age.Numbers, spend?.Numbers);
        var customers = Enumerable.Range(0, input.Train.Rows).Select(i => double.IsNaN(x[i]) || double.IsNaN(last[i]) || double.IsNaN(total[i]) || x[i] != Math.Floor(x[i])
            ? throw new LearningException($"Line {input.Train.Lines[i]}: frequency, recency and T must be numbers, frequency a whole one.")
            : (input.Train.NameOf(id, i), new PurchaseHistory((int)x[i], last[i], total[i], mean is null || double.IsNaN(mean[i]) ? 0 : mean[i]))).ToList();
        var choice = new Lazy<PurchaseChoice>(() => PurchaseModelChooser.Choose([], [.. customers.Select(c => c.Item2)], input.Progress, input.Cancellation));
        return new(id?.Name ?? "line", customers, choice, unit, []);
    }

    private static Data Transactions(TaskInput input)
    {
        var id = input.ColumnOr("id", CustomerNames) ?? throw new OptionException("id", $"must name the customer's column: {input.Train.ColumnNames}.");
        var time = input.ColumnOr("time", TimeNames) ?? input.Train.Columns.FirstOrDefault(c => c.Kind == ColumnKind.Date) ?? throw new OptionException("time", $"must name the column of the purchase's date: {input.Train.ColumnNames}.");
        var amount = input.ColumnOr("amount", AmountNames);
        var (dates, amounts) = (time.Dates, amount?.Numbers);
        int[] rows = [.. Enumerable.Range(0, input.Train.Rows).Where(i => id.Cells[i].Length > 0 && dates[i] is not null && !(amounts?[i] < 0))];
        if (rows.Length == 0)
        {
            throw new LearningException($"No row has both a customer in {id.Name} and a date in {time.Name}.");
        }

        var asOf = rows.Max(i => dates[i]!.Value).Date;
        var bought = rows.GroupBy(i => id.Cells[i], StringComparer.Ordinal).Select(g => (g.Key, Purchases: (IReadOnlyList<(DateTime, double)>)[.. g.Select(i => (dates[i]!.Value, amounts is null || double.IsNaN(amounts[i]) ? 0 : amounts[i]))])).ToList();
        var choice = new Lazy<PurchaseChoice>(() => PurchaseModelChooser.Choose([.. bought.Select(x => x.Purchases)], asOf, 7, input.Progress, input.Cancellation));
        var left = input.Train.Rows - rows.Length;
        return new(id.Name, [.. bought.Select(x => (x.Key, PurchaseHistory.Of(x.Purchases, asOf)!.Value))], choice, 7,
            [$"{rows.Length} purchases up to {asOf:yyyy-MM-dd}; recency and T are in weeks since the first purchase.", .. left > 0 ? [$"{left} rows were left out: no customer, no date, or an amount below 0."] : Array.Empty<string>()]);
    }

    private sealed record Data(string IdName, IReadOnlyList<(string Id, PurchaseHistory History)> Customers, Lazy<PurchaseChoice> Choice, double DaysPerUnit, IReadOnlyList<string> Notes);
}
