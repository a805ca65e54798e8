using System.Globalization;
using MarketingConsole.Core.Data;
using MarketingConsole.Core.Events;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Purchases;
using MarketingConsole.Core.Twins.Models;

namespace MarketingConsole.Core.Twins.Forecast;

/// <summary>Trains the purchase models, and the same model as of past cut-offs to judge it by what then happened.</summary>
internal sealed class PurchasesTrainer(TrainingData data) : ModelTrainer(ModelKind.Purchases)
{
    private const int MaxCustomers = 20_000, PastCutOffs = 12, StepDays = 30, JudgedDays = 90, Simulated = 2_000, Futures = 200, MinGroup = 30;
    private readonly int _every = Math.Max(1, (data.Customers + MaxCustomers - 1) / MaxCustomers);
    private readonly List<Buyer> _buyers = [];
    private int _seen;

    public override void Add(CustomerHistory history)
    {
        if (_seen++ % _every != 0)
        {
            return;
        }

        var days = history.Events.Where(x => x.Type == EventType.Purchase && x.At <= data.To).GroupBy(x => x.Day).Select(x => (At: ShopCalendar.DateOf(x.Key).ToDateTime(TimeOnly.MinValue), Amount: (double)x.Sum(y => y.AmountCents))).ToList();
        if (days.Count > 0)
        {
            _buyers.Add(new(history.CustomerId, days));
        }
    }

    public override TrainingResult Fit(Champion? champion, IProgress<double>? progress, CancellationToken cancellationToken)
    {
        const string Method = "The purchase model (BG/NBD, MBG/NBD, Pareto/NBD or NBD) that gave a later period the highest probability, and Gamma-Gamma for spend";
        try
        {
            var choice = PurchaseModelChooser.Choose([.. _buyers.Select(x => x.Days)], data.To, PurchasesModel.DaysPerUnit, progress, cancellationToken);
            var now = _buyers.Select(x => x.AsOf(data.To)).OfType<PurchaseHistory>().ToList();
            var spend = Spend(now, cancellationToken);
            var model = new PurchasesModel(choice.Model, spend, RegularityAsOf(data.To), Past(choice.Model, cancellationToken));
            return new(model, Report(model, choice, champion?.Model as PurchasesModel, Method, now.Count));
        }
        catch (LearningException exception)
        {
            return new(null, new(exception.Message, Method, data.Purchases, data.Customers));
        }
    }

    private static GammaGammaModel? Spend(List<PurchaseHistory> now, CancellationToken cancellationToken)
    {
        try
        {
            return GammaGammaModel.FitTo(now, null, cancellationToken);
        }
        catch (LearningException)
        {
            return null; // too few repeat customers who paid something
        }
    }

    private double RegularityAsOf(DateTime cutOff) => Regularity.Of([.. _buyers.Select(x => x.LastGaps(cutOff)).OfType<(double, double)>()]);

    private List<PastPurchases> Past(PurchaseModel like, CancellationToken cancellationToken)
    {
        var past = new List<PastPurchases>();
        for (var k = 1; k <= PastCutOffs; k++)
        {
            var cutOff = data.To.AddDays(-k * StepDays);
            try
            {
                past.Add(new(cutOff, PurchaseModelChooser.Refit(like, [.. _buyers.Select(x => x.AsOf(cutOff)).OfType<PurchaseHistory>()], cancellationToken)));
            }
            catch (LearningException)
            {
                break; // too little was known so early
            }
        }

        return past;
    }

    private ModelReport Report(PurchasesModel model, PurchaseChoice choice, PurchasesModel? champion, string method, int rows)
    {
        List<string> parameters = [Describe(model.Orders)];
        if (model.Spend is { } spend)
        {
            parameters.Add(string.Create(CultureInfo.InvariantCulture, $"Gamma-Gamma: p {spend.P:0.###}, q {spend.Q:0.###}, γ {spend.Gamma / 100:0.##}; a customer of whom nothing is known spends {spend.PopulationMean / 100:0.##} an order day"));
        }

        parameters.Add(string.Create(CultureInfo.InvariantCulture, $"Regularity (Wheat and Morrison) {model.Regularity:0.00}: 1 is pure chance, more is more even"));
        parameters.AddRange(choice.Candidates.Select(x => string.Create(CultureInfo.InvariantCulture, $"{x.Model} on the later third: log likelihood {x.LogLikelihood:0.0000} a customer, {x.ForecastTotal:0} order days forecast, {x.ActualTotal:0} came{(x.Problem is null ? "" : $" ({x.Problem})")}")));
        List<string> warnings = [.. new[] { model.Orders.Fit.Problem, model.Spend?.Fit.Problem }.OfType<string>()];
        var report = new ModelReport(null, $"{method}. {choice.Reason}", data.Purchases, data.Customers, rows, Parameters: parameters, Warnings: warnings);
        return model.Past.FirstOrDefault(x => x.CutOff <= data.To.AddDays(-JudgedDays)) is { } past ? Judge(report, past, champion) : report;
    }

    /// <summary>Compares what the model of a past cut-off said of the 90 days after it with what came.</summary>
    private ModelReport Judge(ModelReport report, PastPurchases past, PurchasesModel? champion)
    {
        const double Horizon = JudgedDays / PurchasesModel.DaysPerUnit;
        var judged = _buyers.Select(x => (x.Id, Before: x.AsOf(past.CutOff), Actual: (double)x.Between(past.CutOff, past.CutOff.AddDays(JudgedDays)))).Where(x => x.Before is not null).ToList();
        PurchaseHistory[] before = [.. judged.Select(x => x.Before!.Value)];
        double[] actual = [.. judged.Select(x => x.Actual)], forecast = [.. before.Select(x => past.Orders.ExpectedPurchases(x, Horizon))];
        double[] buys = [.. before.Select(x => past.Orders.ProbabilityOfPurchase(x, Horizon))];
        bool[] bought = [.. actual.Select(x => x > 0)];
        var gap = data.RhythmAt(past.CutOff).TypicalGapDays;
        double[] plain = [.. before.Select(x => JudgedDays / (x.Repeats > 0 ? x.Last * PurchasesModel.DaysPerUnit / x.Repeats : gap))];
        double Error(double[] said) => said.Zip(actual, (f, a) => Math.Abs(f - a)).Average();
        var rival = champion?.Past.FirstOrDefault(x => Math.Abs((x.CutOff - past.CutOff).TotalDays) < StepDays) is { } old ? Error([.. before.Select(x => old.Orders.ExpectedPurchases(x, Horizon))]) : (double?)null;
        var (coverage, ratio) = Spread(past.Orders, RegularityAsOf(past.CutOff), before, actual, Horizon);
        var both = bought.Any(x => x) && bought.Any(x => !x);
        return report with
        {
            TestFrom = past.CutOff,
            TestTo = past.CutOff.AddDays(JudgedDays),
            Chances = both ? ForecastMetrics.Of(buys, bought) : null,
            Figures =
            [
                new("Mean error", Error(forecast), $"Mean absolute error of the number of order days in {JudgedDays} days", "", Error(plain), "each customer's own mean gap", rival, true),
                new("Orders forecast", forecast.Sum() / Math.Max(1, actual.Sum()), "Order days forecast for all customers, as a share of those that came", "%", plain.Sum() / Math.Max(1, actual.Sum()), "each customer's own mean gap"),
                new("Interval holds", coverage, $"Share of the customers whose number of order days lay in their {PurchasesModel.Interval:P0} interval; counts are whole numbers, so it may exceed it", "%", PurchasesModel.Interval, "as promised"),
                new("Spread", ratio, "Variance between customers in simulated futures, as a share of the variance observed: 100 % when the simulation differs as much as the customers do; it moves with the square of the orders forecast, which a season moves", "%", 1, "as observed"),
            ],
            Groups = data.ByGroup([.. judged.Select(x => x.Id)], MinGroup, (attribute, group, rows) =>
                new(attribute, group, rows.Length, rows.Average(i => forecast[i]), rows.Average(i => actual[i]), rows.Average(i => Math.Abs(forecast[i] - actual[i])), null)),
        };
    }

    /// <returns>No ratio where all customers did the same.</returns>
    private static (double Coverage, double? Ratio) Spread(PurchaseModel model, double regularity, PurchaseHistory[] before, double[] actual, double horizon)
    {
        var (random, step) = (new Random(1), Math.Max(1, (before.Length + Simulated - 1) / Simulated));
        int[] some = [.. Enumerable.Range(0, before.Length).Where(i => i % step == 0)];
        var inside = 0;
        var (sums, squares) = (new double[Futures], new double[Futures]);
        foreach (var i in some)
        {
            var futures = new double[Futures];
            for (var f = 0; f < Futures; f++)
            {
                futures[f] = model.Sample(before[i], horizon, random, regularity).Count;
                sums[f] += futures[f];
                squares[f] += futures[f] * futures[f];
            }

            Array.Sort(futures);
            var tail = (1 - PurchasesModel.Interval) / 2;
            inside += actual[i] >= futures[(int)(tail * (Futures - 1))] && actual[i] <= futures[(int)Math.Ceiling((1 - tail) * (Futures - 1))] ? 1 : 0;
        }

        double Variance(double sum, double square) => (square / some.Length) - Math.Pow(sum / some.Length, 2);
        var observed = Variance(some.Sum(i => actual[i]), some.Sum(i => actual[i] * actual[i]));
        return (inside / (double)some.Length, observed > 0 ? Enumerable.Range(0, Futures).Average(f => Variance(sums[f], squares[f])) / observed : null);
    }

    private static string Describe(PurchaseModel model) => string.Create(CultureInfo.InvariantCulture, $"{model.Name}, time in weeks: {string.Join(", ", model.Parameters.Select((x, i) => model.Fit.StandardErrors is { } errors
        ? string.Create(CultureInfo.InvariantCulture, $"{x.Name} {x.Value:0.####} (± {errors[i]:0.####})") : string.Create(CultureInfo.InvariantCulture, $"{x.Name} {x.Value:0.####}")))}");

    private sealed record Buyer(int Id, List<(DateTime At, double Amount)> Days)
    {
        public PurchaseHistory? AsOf(DateTime cutOff) => PurchaseHistory.Of(Days, cutOff, PurchasesModel.DaysPerUnit);

        public (double First, double Second)? LastGaps(DateTime cutOff)
        {
            var known = Days.TakeWhile(x => x.At <= cutOff.Date).TakeLast(3).ToList();
            return known.Count < 3 ? null : ((known[1].At - known[0].At).TotalDays, (known[2].At - known[1].At).TotalDays);
        }

        public int Between(DateTime from, DateTime to) => Days.Count(x => x.At > from.Date && x.At <= to.Date);
    }
}
