using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Purchases;
using MathNet.Numerics;
using MathNet.Numerics.Distributions;
using MathNet.Numerics.Statistics;

namespace MarketingConsole.Tests.Learning.Purchases;

public sealed class PurchaseModelTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static readonly PurchaseFit NoFit = new(0, 0, null, null);
    private static readonly PurchaseModel[] Models =
    [
        new BgNbdModel(0.243, 4.414, 0.793, 2.426, NoFit), new MbgNbdModel(0.525, 6.183, 0.891, 1.614, NoFit),
        new ParetoNbdModel(0.553, 10.578, 0.606, 11.669, NoFit), new NbdModel(0.385, 12.07, NoFit), new BgNbdModel(0.9, 30, 1, 1.5, NoFit), new ParetoNbdModel(2, 3, 1, 50, NoFit),
    ];

    [Fact]
    public void Of_CdNowTransactions_GiveThePublishedSummary()
    {
        var summary = Support.OpenData.Rows("cdnow/cdnow_customers_summary.csv.gz");
        var histories = CdNow.Histories();
        Assert.Equal(summary.Count, histories.Count);
        Assert.All(summary.Zip(histories), x =>
        {
            Assert.Equal((int)Support.OpenData.Number(x.First, "frequency"), x.Second.Repeats);
            Assert.Equal(Support.OpenData.Number(x.First, "recency"), x.Second.Last, 0.006);
            Assert.Equal(Support.OpenData.Number(x.First, "T"), x.Second.Age, 0.006);
        });
    }

    [Fact]
    public void FitTo_CdNow_ReachesThePublishedParametersAndForecasts()
    {
        var splits = CdNow.Splits();
        var rows = splits.ConvertAll(x => x.Before);
        var bg = BgNbdModel.FitTo(rows, ct: Ct);
        Near([0.243, 4.414, 0.793, 2.426], [bg.R, bg.Alpha, bg.A, bg.B], bg.Fit, -9582.43);
        var pareto = ParetoNbdModel.FitTo(rows, ct: Ct);
        Near([0.553, 10.578, 0.606, 11.669], [pareto.R, pareto.Alpha, pareto.S, pareto.Beta], pareto.Fit, -9594.98);
        var mbg = MbgNbdModel.FitTo(rows, ct: Ct);
        Near([0.525, 6.183, 0.891, 1.614], [mbg.R, mbg.Alpha, mbg.A, mbg.B], mbg.Fit, null);
        foreach (var (model, correlation, error) in new (PurchaseModel, double, double)[] { (bg, 0.626, 0.786), (pareto, 0.630, 0.755) })
        {
            double[] forecast = [.. splits.Select(x => model.ExpectedPurchases(x.Before, 39))], actual = [.. splits.Select(x => (double)x.Purchases)];
            var (r, mae) = (Correlation.Pearson(forecast, actual), forecast.Zip(actual, (f, a) => Math.Abs(f - a)).Average());
            TestContext.Current.TestOutputHelper?.WriteLine($"{model.Name} {model} r {r:0.0000} MAE {mae:0.0000}");
            Assert.True(Math.Round(r, 3) >= correlation && Math.Round(mae, 3) <= error, $"{model.Name}: correlation {r:0.0000}, mean absolute error {mae:0.0000}");
        }
    }

    private static void Near(double[] expected, double[] actual, PurchaseFit fit, double? logLikelihood)
    {
        Assert.All(expected.Zip(actual), x => Assert.InRange(x.Second / x.First, 0.995, 1.005));
        Assert.Equal(logLikelihood ?? fit.LogLikelihood, fit.LogLikelihood, 0.01);
        Assert.Null(fit.Problem);
        Assert.All(fit.StandardErrors!.Zip(actual), x => Assert.InRange(x.First / x.Second, 0.001, 0.6));
    }

    [Fact]
    public void FitTo_CdNow_LeavesNoSlopeInAnyParameter()
    {
        var rows = CdNow.Histories();
        var (bg, mbg, pareto, nbd) = (BgNbdModel.FitTo(rows, ct: Ct), MbgNbdModel.FitTo(rows, ct: Ct), ParetoNbdModel.FitTo(rows, ct: Ct), NbdModel.FitTo(rows, ct: Ct));
        const double Up = 1.001, Down = 1 / Up;
        (PurchaseModel Up, PurchaseModel Down, double Error)[] moves =
        [
            (bg with { R = bg.R * Up }, bg with { R = bg.R * Down }, bg.Fit.StandardErrors![0] / bg.R), (bg with { B = bg.B * Up }, bg with { B = bg.B * Down }, bg.Fit.StandardErrors[3] / bg.B),
            (mbg with { A = mbg.A * Up }, mbg with { A = mbg.A * Down }, mbg.Fit.StandardErrors![2] / mbg.A), (mbg with { Alpha = mbg.Alpha * Up }, mbg with { Alpha = mbg.Alpha * Down }, mbg.Fit.StandardErrors[1] / mbg.Alpha),
            (pareto with { S = pareto.S * Up }, pareto with { S = pareto.S * Down }, pareto.Fit.StandardErrors![2] / pareto.S), (pareto with { Beta = pareto.Beta * Up }, pareto with { Beta = pareto.Beta * Down }, pareto.Fit.StandardErrors[3] / pareto.Beta),
            (nbd with { R = nbd.R * Up }, nbd with { R = nbd.R * Down }, nbd.Fit.StandardErrors![0] / nbd.R),
        ];
        double Sum(PurchaseModel m) => rows.Sum(m.LogLikelihood);
        Assert.All(moves, x =>
        {
            // slope by ln(parameter), in units of what one standard error would change
            Assert.Equal(0, (Sum(x.Up) - Sum(x.Down)) / (2 * Math.Log(Up)) * x.Error, 0.01);
            Assert.True(Sum(x.Up) <= x.Up.Fit.LogLikelihood + 1e-4 && Sum(x.Down) <= x.Up.Fit.LogLikelihood + 1e-4);
        });
    }

    [Theory, InlineData(1, 0.02), InlineData(2, 3.0)]
    public void FitTo_TenYearsInDaysAndThousandsOfPurchases_FindsTheParametersAgain(int seed, double r)
    {
        var random = new Random(seed);
        var truth = new BgNbdModel(r, r * 8, 0.4, 30, NoFit);
        List<PurchaseHistory> rows = [.. Enumerable.Range(0, 700).Select(i =>
        {
            var age = 200.0 + (i * 4.9);
            var times = truth.Sample(new(0, 0, 0), age, random);
            return new PurchaseHistory(times.Count, times.Count == 0 ? 0 : times[^1], age);
        })];
        Assert.True(rows.Max(x => x.Repeats) > (r > 1 ? 300 : 50));
        foreach (var model in new PurchaseModel[] { BgNbdModel.FitTo(rows, ct: Ct), MbgNbdModel.FitTo(rows, ct: Ct), ParetoNbdModel.FitTo(rows, ct: Ct) })
        {
            Assert.True(double.IsFinite(model.Fit.LogLikelihood), model.ToString());
            Assert.All(rows.Take(200), h => Assert.True(model.ExpectedPurchases(h, 365) is >= 0 and < 4000));
            if (model is BgNbdModel bg)
            {
                Assert.InRange(bg.R / r, 0.7, 1.4);
                Assert.InRange(bg.A / (bg.A + bg.B) / (0.4 / 30.4), 0.6, 1.6);
            }
        }
    }

    [Fact]
    public void FitTo_BgOnCdNow_StandardErrorsMatchTheSpreadOverResampledCustomers()
    {
        var rows = CdNow.Histories();
        var random = new Random(1);
        var fit = BgNbdModel.FitTo(rows, ct: Ct);
        var bootstrap = Enumerable.Range(0, 12).Select(_ => BgNbdModel.FitTo([.. rows.Select(_ => rows[random.Next(rows.Count)])], ct: Ct)).ToList();
        Assert.InRange(bootstrap.Select(x => x.R).StandardDeviation() / fit.Fit.StandardErrors![0], 0.5, 1.8);
        Assert.InRange(bootstrap.Select(x => x.Alpha).StandardDeviation() / fit.Fit.StandardErrors[1], 0.5, 1.8);
    }

    [Fact]
    public void LogLikelihood_Pareto_EqualsTheTextbookIntegralOverBothRates()
    {
        // P(x purchases at given times, last at t_x | λ, μ) = λ^x (μ e^(−(λ+μ) t_x) + λ e^(−(λ+μ) T)) / (λ + μ), averaged over both gammas by brute force
        var model = new ParetoNbdModel(1.4, 9, 1.7, 15, NoFit);
        foreach (var h in new PurchaseHistory[] { new(0, 0, 20), new(3, 12, 20), new(9, 19, 20), new(2, 20, 20) })
        {
            double Inner(double l, double m) => Math.Pow(l, h.Repeats) * ((m * Math.Exp(-(l + m) * h.Last)) + (l * Math.Exp(-(l + m) * h.Age))) / (l + m) * Gamma.PDF(1.4, 9, l) * Gamma.PDF(1.7, 15, m);
            var sum = 0.0;
            const int N = 800;
            for (var i = 0; i < N; i++)
            {
                for (var j = 0; j < N; j++)
                {
                    var (u, v) = ((i + 0.5) / N, (j + 0.5) / N);
                    sum += Inner(3 * u * u * u, 2 * v * v * v) * 9 * u * u * 6 * v * v / ((double)N * N);
                }
            }

            Assert.Equal(Math.Log(sum), model.LogLikelihood(h), 1e-5);
        }
    }

    [Fact]
    public void LogLikelihood_Nested_PredictsTheTimeOfTheNextPurchase()
    {
        // The density of "next purchase at y" over all y plus the probability of none is 1, and agrees with ProbabilityOfPurchase
        foreach (var model in Models)
        {
            var h = new PurchaseHistory(4, 20, 26);
            var before = model.LogLikelihood(h);
            var bought = Integrate.OnClosedInterval(y => Math.Exp(model.LogLikelihood(new(5, 26 + y, 26 + y)) - before), 1e-9, 30, 1e-10);
            var none = Math.Exp(model.LogLikelihood(h with { Age = 56 }) - before);
            Assert.Equal(model.ProbabilityOfPurchase(h, 30), bought, 1e-6);
            Assert.Equal(1, bought + none, 1e-6);
        }
    }

    [Fact]
    public void ExpectedPurchases_Simulated_AgreeWithManyDraws()
    {
        var random = new Random(7);
        foreach (var model in Models)
        {
            var h = new PurchaseHistory(6, 30, 36);
            var draws = Enumerable.Range(0, 40_000).Select(_ => model.Sample(h, 52, random)).ToList();
            var counts = draws.Select(x => (double)x.Count).ToList();
            var error = 4.5 * counts.StandardDeviation() / Math.Sqrt(draws.Count);
            Assert.Equal(model.ExpectedPurchases(h, 52), counts.Mean(), error);
            Assert.Equal(model.ProbabilityOfPurchase(h, 52), draws.Average(x => x.Count > 0 ? 1.0 : 0), 0.012);
            Assert.All(draws, x => Assert.True(x.SequenceEqual(x.Order()) && (x.Count == 0 || (x[0] > 0 && x[^1] <= 52))));
            var forecast = model.Forecast(h, 10, 52);
            Assert.Equal((model.ProbabilityAlive(h), model.ExpectedPurchases(h, 52), model.ProbabilityOfPurchase(h, 10)), (forecast.Alive, forecast.Expected[1], forecast.Buys[0]));
            var median = model.NextPurchase(h, 0.5);
            var first = Enumerable.Range(0, 10_000).Select(_ => model.Sample(h, 2_000, random)).Where(x => x.Count > 0).Select(x => x[0]).ToList();
            Assert.Equal(0.5, first.Average(x => x <= median ? 1.0 : 0), 0.03);
        }
    }

    [Fact]
    public void ExpectedPurchases_NewCustomer_EqualsTheClosedFormOfTheArticle()
    {
        // Fader, Hardie and Lee (2005), equation 9, with the hypergeometric series summed directly
        double F(double a, double b, double c, double z)
        {
            var (sum, term) = (1.0, 1.0);
            for (var k = 0; k < 3000; k++)
            {
                sum += term *= (a + k) * (b + k) / (c + k) / (k + 1) * z;
            }

            return sum;
        }

        var bg = new BgNbdModel(0.243, 4.414, 0.793, 2.426, NoFit);
        foreach (var t in new[] { 0.5, 4, 39, 78 })
        {
            var expected = (bg.A + bg.B - 1) / (bg.A - 1) * (1 - (Math.Pow(bg.Alpha / (bg.Alpha + t), bg.R) * F(bg.R, bg.B, bg.A + bg.B - 1, t / (bg.Alpha + t))));
            Assert.Equal(expected, bg.ExpectedPurchases(t), 1e-9);
        }

        Assert.Equal(bg.ExpectedPurchases(39), new BgNbdModel(0.243, 4.414, 0.793, 2.426, NoFit).ExpectedPurchases(new PurchaseHistory(0, 0, 0), 39), 1e-12);
    }

    [Fact]
    public void Expected_SeriesAndIntegration_AgreeWhereBothHold()
    {
        var random = new Random(3);
        double Draw(double low, double high) => Math.Exp(Math.Log(low) + (random.NextDouble() * Math.Log(high / low)));
        for (var i = 0; i < 3000; i++)
        {
            var alive = new BetaDropout(Draw(0.05, 3000), Draw(0.1, 4000), Draw(0.05, 20), Draw(0.1, 3000));
            var t = Draw(0.01, 1000);
            var (one, other) = (alive.Expected(t), alive.Integrated(t));
            Assert.True(Math.Abs(one - other) <= 1e-7 * other, $"{alive} {t}: {one} {other}");
        }
    }

    [Fact]
    public void AnyModel_LongAndExtremeHistories_StaysFiniteAndInBounds()
    {
        var history = from x in Gen.Choose(0, 5000)
                      from age in Gen.Choose(1, 3650)
                      from share in Gen.Choose(1, 1000)
                      select new PurchaseHistory(x, x == 0 ? 0 : age * share / 1000.0, age);
        PurchaseModel[] models = [.. Models, new BgNbdModel(500, 4000, 1e-4, 900, NoFit), new ParetoNbdModel(1e-4, 1e-2, 9000, 1e6, NoFit), new ParetoNbdModel(50, 2000, 1e-4, 0.5, NoFit), new MbgNbdModel(1e-4, 1e-3, 9000, 1e-4, NoFit)];
        Prop.ForAll(history.ToArbitrary(), h =>
        {
            foreach (var m in models)
            {
                var (alive, month, year, buys) = (m.ProbabilityAlive(h), m.ExpectedPurchases(h, 30), m.ExpectedPurchases(h, 365), m.ProbabilityOfPurchase(h, 365));
                Assert.True(double.IsFinite(m.LogLikelihood(h)), $"{m} {h}");
                Assert.True(alive is >= 0 and <= 1 && month >= 0 && year >= month * (1 - 1e-9) && double.IsFinite(year), $"{m} {h}: {alive} {month} {year}");
                Assert.True(buys >= 0 && buys <= alive + 1e-9 && buys <= year + 1e-7, $"{m} {h}: {buys} {alive} {year}");
                var (early, late) = (m.NextPurchase(h, 0.25), m.NextPurchase(h, 0.75));
                Assert.True(early >= 0 && late >= early, $"{m} {h}: {early} {late}");
            }
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void ProbabilityAlive_LongerSilence_FallsAndScalesWithTheUnit()
    {
        foreach (var model in Models.Where(x => x is not NbdModel))
        {
            var chances = Enumerable.Range(0, 60).Select(w => model.ProbabilityAlive(new(5, 30, 30 + w))).ToList();
            Assert.Equal(chances.OrderDescending(), chances);
            Assert.True(chances[^1] < 0.3);
        }

        var (weeks, days) = (new ParetoNbdModel(0.553, 10.578, 0.606, 11.669, NoFit), new ParetoNbdModel(0.553, 10.578 * 7, 0.606, 11.669 * 7, NoFit));
        Assert.Equal(weeks.ExpectedPurchases(new PurchaseHistory(2, 20, 30), 10), days.ExpectedPurchases(new PurchaseHistory(2, 140, 210), 70), 1e-9);
    }

    [Fact]
    public void FitTo_DrawnFromTheModel_FindsTheParametersAgain()
    {
        var random = new Random(5);
        var truth = new ParetoNbdModel(0.8, 20, 1.2, 60, NoFit);
        List<PurchaseHistory> rows = [.. Enumerable.Range(0, 3000).Select(_ =>
        {
            var age = 100 + (random.NextDouble() * 50);
            var times = truth.Sample(new(0, 0, 0), age, random);
            return new PurchaseHistory(times.Count, times.Count == 0 ? 0 : times[^1], age);
        })];
        var fit = ParetoNbdModel.FitTo(rows, ct: Ct);
        double[] expected = [0.8, 20, 1.2, 60], actual = [fit.R, fit.Alpha, fit.S, fit.Beta];
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal(expected[i], actual[i], 4 * fit.Fit.StandardErrors![i]));
    }

    [Fact]
    public void Choose_NobodyEverLeaves_FallsBackToNbd()
    {
        var random = new Random(11);
        var truth = new NbdModel(1.1, 15, NoFit);
        List<PurchaseSplit> splits = [.. Enumerable.Range(0, 1500).Select(_ =>
        {
            var times = truth.Sample(new(0, 0, 0), 90, random);
            PurchaseHistory At(double t) => new(times.Count(x => x <= t), times.LastOrDefault(x => x <= t), t);
            return new PurchaseSplit(At(60), At(90));
        })];
        var choice = PurchaseModelChooser.Choose(splits, [.. splits.Select(x => x.After)], ct: Ct);
        Assert.IsType<NbdModel>(choice.Model);
        Assert.Equal(1.1, ((NbdModel)choice.Model).R, 0.15);
        Assert.Equal(4, choice.Candidates.Count);
        Assert.All(choice.Candidates, x => Assert.True(double.IsFinite(x.LogLikelihood) && double.IsFinite(x.MeanError)));
    }

    [Fact]
    public void FitTo_EveryoneTheSameRate_SaysWhatRanOffAndStaysFinite()
    {
        List<PurchaseHistory> rows = [.. Enumerable.Range(0, 200).Select(i => new PurchaseHistory(10, 50 + (i % 3), 53))];
        foreach (var model in new PurchaseModel[] { BgNbdModel.FitTo(rows, ct: Ct), MbgNbdModel.FitTo(rows, ct: Ct), ParetoNbdModel.FitTo(rows, ct: Ct) })
        {
            Assert.NotNull(model.Fit.Problem);
            Assert.InRange(model.ExpectedPurchases(rows[0], 53), 8.5, 11.5);
        }
    }

    [Fact]
    public void Choose_CdNow_TakesADropoutModelAndIsStoredAsJson()
    {
        var choice = PurchaseModelChooser.Choose(CdNow.Customers(), CdNow.End, ct: Ct);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Join("\n", choice.Candidates) + choice.Reason);
        Assert.IsNotType<NbdModel>(choice.Model);
        Assert.Equal("NBD", choice.Candidates[^1].Model);
        var read = JsonSerializer.Deserialize<PurchaseModel>(JsonSerializer.Serialize(choice.Model))!;
        Assert.IsType(choice.Model.GetType(), read);
        Assert.Equal(choice.Model.ExpectedPurchases(new(3, 20, 70), 39), read.ExpectedPurchases(new PurchaseHistory(3, 20, 70), 39));
    }

    [Fact]
    public void FitTo_BadData_IsRefusedInWords()
    {
        Assert.Contains("Too few", Assert.Throws<LearningException>(() => BgNbdModel.FitTo([], ct: Ct)).Message.Replace("Too little", "Too few"));
        Assert.Throws<LearningException>(() => ParetoNbdModel.FitTo([.. Enumerable.Repeat(new PurchaseHistory(0, 0, 30), 100)], ct: Ct));
        Assert.Contains("contradicts", Assert.Throws<LearningException>(() => MbgNbdModel.FitTo([new(1, 40, 30)], ct: Ct)).Message);
        Assert.Throws<LearningException>(() => NbdModel.FitTo([new(1, double.NaN, 30)], ct: Ct));
        Assert.Throws<LearningException>(() => PurchaseModelChooser.Choose([], CdNow.End, ct: Ct));
    }

    [Fact]
    public void FitTo_Cancelled_Stops()
    {
        using var source = new CancellationTokenSource();
        source.Cancel();
        Assert.Throws<OperationCanceledException>(() => BgNbdModel.FitTo([.. Enumerable.Range(0, 100).Select(i => new PurchaseHistory(i % 4, i % 4 * 5, 30))], ct: source.Token));
    }
}
