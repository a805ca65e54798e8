using System.Globalization;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Series;

namespace MarketingConsole.Core.Workbench.Tasks;

/// <summary>What a series will do next, with an interval, judged on its own last steps.</summary>
internal static class ForecastTask
{
    public static WorkbenchTask Task { get; } = new(
        "forecast", "The next values of one or many evenly spaced series (sales a week, visits a day).",
        "one row a step: a date, a number, and for several series their name",
        "series, step, forecast and the interval",
        [
            new("value", "column of the numbers", Required: true, IsColumn: true),
            new("time", "column of dates or step numbers (default: the order of the rows)", IsColumn: true),
            new("series", "column that names the series, where the file holds several", IsColumn: true),
            new("horizon", "steps to forecast, 1 to 1000 (default 12)"),
            new("period", "steps a season, e.g. 7, 12, 52 (default: found)"),
            new("coverage", "share of values the interval should hold, 0.5 to 0.99 (default 0.9)"),
        ],
        Run);

    private static TaskResult Run(TaskInput input)
    {
        var (value, time, by) = (input.NeedColumn("value"), input.Column("time"), input.Column("series"));
        var (horizon, coverage) = ((int)input.Number("horizon", 12, 1, 1000), input.Number("coverage", 0.9, 0.5, 0.99));
        var period = input.Option("period") is null ? (int?)null : (int)input.Number("period", 1, 1, 1000);
        var numbers = value.Numbers;
        var order = Order(time, input.Train.Rows);
        var groups = order.GroupBy(i => by?.Cells[i] ?? value.Name, StringComparer.Ordinal).ToList();
        var (rows, notes, actual, forecast, naive, low, high) = (new List<string[]>(), new List<string>(), new List<double>(), new List<double>(), new List<double>(), new List<double>(), new List<double>());
        for (var g = 0; g < groups.Count; g++)
        {
            input.Cancellation.ThrowIfCancellationRequested();
            double[] series = [.. groups[g].Select(i => numbers[i])];
            try
            {
                var model = SeriesForecaster.Fit(series, horizon, period, null, input.Cancellation);
                var next = model.Forecast(horizon, coverage);
                for (var h = 0; h < horizon; h++)
                {
                    rows.Add([groups[g].Key, (h + 1).ToString(CultureInfo.InvariantCulture), FeatureTable.Text(next.Mean[h]), FeatureTable.Text(next.Lower[h]), FeatureTable.Text(next.Upper[h]), model.Method]);
                }

                Judge(series, horizon, period, coverage, actual, forecast, naive, low, high, input.Cancellation);
            }
            catch (LearningException exception)
            {
                notes.Add($"{groups[g].Key}: {exception.Message}");
            }

            input.Progress?.Report((g + 1.0) / groups.Count);
        }

        if (rows.Count == 0)
        {
            throw new LearningException($"No series could be forecast. {string.Join(' ', notes.Take(3))}");
        }

        List<Figure> figures = [new("series", groups.Count - notes.Count, "series forecast")];
        if (actual.Count > 0)
        {
            figures.AddRange([
                new("WAPE", SeriesMetrics.Wape(actual, forecast), "sum of absolute errors by the sum of the values, on the last steps kept back"),
                new("WAPE of the naive forecast", SeriesMetrics.Wape(actual, naive), "of repeating the last season or value"),
                new("sMAPE", SeriesMetrics.Smape(actual, forecast), "symmetric mean absolute percentage error"),
                new("coverage", SeriesMetrics.Coverage(actual, low, high), $"share of kept-back values inside the interval; {coverage:0.##} was wanted"),
            ]);
        }

        return new(figures, [.. notes.Take(20), "Figures: the last steps of each series were kept back and forecast from the rest; the output is fitted on all."], ["series", "step", "forecast", "lower", "upper", "method"], rows);
    }

    private static void Judge(double[] series, int horizon, int? period, double coverage, List<double> actual, List<double> forecast, List<double> naive, List<double> low, List<double> high, CancellationToken cancellation)
    {
        var steps = Math.Min(horizon, series.Length / 4);
        if (steps < 1 || series[..^steps].Count(x => !double.IsNaN(x)) < 4)
        {
            return;
        }

        var model = SeriesForecaster.Fit(series[..^steps], steps, period, null, cancellation);
        var past = model.Forecast(steps, coverage);
        for (var h = 0; h < steps; h++)
        {
            var back = series.Length - steps + h - (model.Period * (1 + (h / model.Period)));
            if (!double.IsNaN(series[^(steps - h)]) && back >= 0 && !double.IsNaN(series[back]))
            {
                actual.Add(series[^(steps - h)]);
                forecast.Add(past.Mean[h]);
                naive.Add(series[back]);
                low.Add(past.Lower[h]);
                high.Add(past.Upper[h]);
            }
        }
    }

    private static IEnumerable<int> Order(Column? time, int rows)
    {
        var all = Enumerable.Range(0, rows);
        if (time is null)
        {
            return all;
        }

        var (numbers, dates) = (time.Numbers, time.Dates);
        return numbers.All(x => !double.IsNaN(x)) ? all.OrderBy(i => numbers[i]) : dates.All(x => x is not null) ? all.OrderBy(i => dates[i])
            : throw new LearningException($"{time.Name} holds a value that is neither a date nor a number: row {dates.TakeWhile(x => x is not null).Count() + 1}.");
    }
}
