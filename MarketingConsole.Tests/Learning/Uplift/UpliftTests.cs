using System.Text.Json;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Uplift;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Learning.Uplift;

public sealed class UpliftTests
{
    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    [Fact]
    public void Hillstrom_WomensMail_RanksReliably()
    {
        var (rows, exposed, visits) = Hillstrom("Womens E-Mail");
        var report = UpliftReport.CrossValidate(MetaLearner.X, rows, exposed, visits, cancel: Cancel);
        TestContext.Current.TestOutputHelper?.WriteLine(report.Verdict);
        Assert.True(report.Qini.Coefficient >= 0.05 && report.Reliable, report.Verdict);
        Assert.Equal(0.0467, report.Average.Value, 3);
        Assert.True(report.Qini.Top[2].Effect > report.Average.High);
    }

    [Theory, InlineData(MetaLearner.S, true), InlineData(MetaLearner.T, false), InlineData(MetaLearner.X, false), InlineData(MetaLearner.X, true)]
    public void Hillstrom_MensMail_HasNoReliableDifference(MetaLearner kind, bool boosted)
    {
        var (rows, exposed, visits) = Hillstrom("Mens E-Mail");
        var learner = boosted ? BaseLearners.Boosted() : null;
        var report = UpliftReport.CrossValidate(kind, rows, exposed, visits, learner, learner, cancel: Cancel);
        TestContext.Current.TestOutputHelper?.WriteLine(report.Verdict);
        Assert.False(report.Reliable, report.Verdict);
        Assert.StartsWith("No reliable difference", report.Verdict, StringComparison.Ordinal);
        Assert.True(report.Average.Reliable && report.Average.Value > 0.07);
    }

    [Theory, InlineData(MetaLearner.S), InlineData(MetaLearner.T), InlineData(MetaLearner.X)]
    public void Fit_KnownEffect_IsFoundAgain(MetaLearner kind)
    {
        var (rows, exposed, outcomes) = Trial(20_000, x => x[0] > 0.5 ? 0.3 : 0, 1);
        var learner = BaseLearners.Boosted();
        var model = UpliftModel.Fit(kind, rows, exposed, outcomes, learner, learner, Cancel);
        Assert.Equal(0.3, rows.Where(x => x[0] > 0.6).Average(model.Effect), 0.06);
        Assert.Equal(0, rows.Where(x => x[0] < 0.4).Average(model.Effect), 0.06);
    }

    [Fact]
    public void CrossValidate_KnownEffect_IsReliableAndOneForAllIsNot()
    {
        var (rows, exposed, outcomes) = Trial(6000, x => 0.4 * x[0], 2);
        Assert.True(UpliftReport.CrossValidate(MetaLearner.T, rows, exposed, outcomes, cancel: Cancel).Reliable);
        (rows, exposed, outcomes) = Trial(6000, _ => 0.2, 3);
        var same = UpliftReport.CrossValidate(MetaLearner.X, rows, exposed, outcomes, cancel: Cancel);
        Assert.False(same.Reliable);
        Assert.InRange(0.2, same.Average.Low, same.Average.High);
    }

    [Fact]
    public void CrossValidate_AmountsAsOutcome_Works()
    {
        var (rows, exposed, outcomes) = Trial(4000, x => 0.5 * x[0], 4);
        double[] amounts = [.. outcomes.Select((y, i) => y * (20 + (5 * rows[i][1])))];
        var report = UpliftReport.CrossValidate(MetaLearner.X, rows, exposed, amounts, cancel: Cancel);
        Assert.True(report.Reliable && report.Average.Reliable, report.Verdict);
    }

    [Fact]
    public void CrossValidate_ExposureThatWasChosen_SaysThatNothingFollows()
    {
        var (rows, _, outcomes) = Trial(2000, _ => 0, 5);
        var report = UpliftReport.CrossValidate(MetaLearner.X, rows, [.. rows.Select(x => x[0] > 0.5)], outcomes, cancel: Cancel);
        Assert.True(!report.Randomised && !report.Reliable);
        Assert.Contains("differ from those who did not", report.Verdict, StringComparison.Ordinal);
    }

    [Fact]
    public void CrossValidate_SeveralRowsOfOne_AreJudgedByAModelThatSawNoneOfThem()
    {
        var (rows, exposed, outcomes) = Trial(600, x => 0.3 * x[0], 6);
        var units = Enumerable.Range(0, 600).Select(i => i / 3).ToArray();
        var unitOf = rows.Select((x, i) => (x, units[i])).ToDictionary(x => x.x, x => x.Item2, ReferenceEqualityComparer.Instance as IEqualityComparer<double[]>);
        var judged = 0;
        UpliftReport.CrossValidate(rows, exposed, outcomes, (learnt, _, _) =>
        {
            var seen = learnt.Select(x => unitOf[x]).ToHashSet();
            return x =>
            {
                Assert.DoesNotContain(unitOf[x], seen);
                judged++;
                return x[0];
            };
        }, units, cancel: Cancel);
        Assert.Equal(600, judged);
    }

    [Fact]
    public void Qini_RowsOfOneDrawnTogether_AreLessCertainThanAsManyOfTheirOwn()
    {
        var (rows, exposed, outcomes) = Trial(500, x => 0.4 * x[0], 7);
        T[] Four<T>(IEnumerable<T> all) => [.. all.SelectMany(x => Enumerable.Repeat(x, 4))];
        var units = Four(Enumerable.Range(0, 500));
        double[] effects = Four(rows.Select(x => x[0])), bought = Four(outcomes);
        var (own, together) = (QiniCurve.Of(effects, Four(exposed), bought, cancel: Cancel), QiniCurve.Of(effects, Four(exposed), bought, units, cancel: Cancel));
        Assert.Equal(own.Coefficient, together.Coefficient, 12);
        Assert.InRange((together.High - together.Low) / (own.High - own.Low), 1.6, 2.5); // copies tell nothing new: twice as wide
    }

    [Fact]
    public void Qini_FourRows_IsThatByHand()
    {
        // Ranked: unexposed does not buy, exposed buys, exposed does not, unexposed buys: gains 0, 1, 1, 0 → area (0 + 0.5 + 1 + 0.5) / 4 = 0.5; all together gain nothing.
        // The best order (exposed buys, then the two without a purchase together, unexposed buys): gains 1, 1, 0 → (0.5 + 2 + 0.5) / 4 = 0.75.
        var curve = QiniCurve.Of([3, 4, 2, 1], [true, false, true, false], [1, 0, 0, 1], cancel: Cancel);
        Assert.Equal([new QiniPoint(0, 0), new(0.25, 0), new(0.5, 1), new(0.75, 1), new(1, 0)], curve.Points);
        Assert.Equal(0.5 / 0.75, curve.Coefficient, 12);
    }

    [Fact]
    public void Qini_AnyTrial_IsTheSameInAnyOrderAndZeroWithoutRanking()
    {
        var (rows, exposed, outcomes) = Trial(500, x => 0.3 * x[0], 6);
        double[] effects = [.. rows.Select(x => Math.Round(x[0], 1))];
        var order = Enumerable.Range(0, 500).ToArray();
        new Random(1).Shuffle(order);
        var one = QiniCurve.Of(effects, exposed, outcomes, cancel: Cancel);
        var two = QiniCurve.Of([.. order.Select(i => effects[i])], [.. order.Select(i => exposed[i])], [.. order.Select(i => outcomes[i])], cancel: Cancel);
        Assert.Equal(one.Coefficient, two.Coefficient, 12);
        Assert.Equal(one.Points, two.Points);
        Assert.Equal(0, QiniCurve.Of(new double[500], exposed, outcomes, cancel: Cancel).Coefficient, 12);
        Assert.True(one.Low < one.Coefficient && one.Coefficient < one.High && one.SurelyAbove <= one.Low);
    }

    [Fact]
    public void Fit_FaultyInput_SaysWhat()
    {
        var (rows, exposed, outcomes) = Trial(100, _ => 0, 7);
        Assert.Contains("who got the offer", Assert.Throws<LearningException>(() => UpliftModel.Fit(MetaLearner.T, rows, [.. exposed.Select((_, i) => i < 3)], outcomes, cancel: Cancel)).Message, StringComparison.Ordinal);
        Assert.Throws<LearningException>(() => UpliftModel.Fit(MetaLearner.T, rows, exposed, [.. outcomes.Select(_ => double.NaN)], cancel: Cancel));
        Assert.Throws<LearningException>(() => UpliftModel.Fit(MetaLearner.T, [], [], [], cancel: Cancel));

        // Nobody buys: no effect, no fault. A column that is the outcome itself keeps the numbers finite.
        var none = UpliftReport.CrossValidate(MetaLearner.X, rows, exposed, new double[100], cancel: Cancel);
        Assert.True(!none.Reliable && none.Effects.All(x => Math.Abs(x) < 1e-9));
        Assert.All(UpliftReport.CrossValidate(MetaLearner.X, [.. outcomes.Select(y => new[] { y, 3.0 })], exposed, outcomes, cancel: Cancel).Effects, x => Assert.True(double.IsFinite(x)));
    }

    [Fact]
    public void Json_ThereAndBack_ForecastsAlike()
    {
        var (rows, exposed, outcomes) = Trial(600, x => 0.3 * x[0], 8);
        foreach (var learner in new[] { BaseLearners.Linear(), BaseLearners.Boosted() })
        {
            var model = UpliftModel.Fit(MetaLearner.X, rows, exposed, outcomes, learner, learner, Cancel);
            Assert.Equal(model.Effect(rows[5]), JsonSerializer.Deserialize<UpliftModel>(JsonSerializer.Serialize(model))!.Effect(rows[5]), 12);
        }

        var report = UpliftReport.CrossValidate(MetaLearner.T, rows, exposed, outcomes, cancel: Cancel);
        Assert.Equal(report.Verdict, JsonSerializer.Deserialize<UpliftReport>(JsonSerializer.Serialize(report))!.Verdict);
    }

    [Fact]
    public void Fit_LearnerOfOnesOwn_IsUsed()
    {
        var (rows, exposed, outcomes) = Trial(100, _ => 0, 9);
        var model = UpliftModel.Fit(MetaLearner.T, rows, exposed, outcomes, (_, y) => new CountScore(y.Count), cancel: Cancel);
        Assert.Equal(exposed.Count(x => x) - exposed.Count(x => !x), model.Effect(rows[0]));
    }

    /// <summary>Half exposed by lot; base rate 0.2 to 0.4.</summary>
    private static (double[][] Rows, bool[] Exposed, double[] Outcomes) Trial(int n, Func<double[], double> effect, int seed)
    {
        var random = new Random(seed);
        double[][] rows = [.. Enumerable.Range(0, n).Select(_ => new[] { random.NextDouble(), random.NextDouble(), random.NextDouble() })];
        bool[] exposed = [.. rows.Select(_ => random.Next(2) == 1)];
        return (rows, exposed, [.. rows.Select((x, i) => random.NextDouble() < 0.2 + (0.2 * x[1]) + (exposed[i] ? effect(x) : 0) ? 1.0 : 0)]);
    }

    private static (double[][] Rows, bool[] Exposed, double[] Visits) Hillstrom(string segment)
    {
        var rows = OpenData.Rows("hillstrom/hillstrom_train.csv.gz").Where(x => x["segment"] == segment || x["segment"] == "No E-Mail").ToList();
        return (
            [.. rows.Select(x => new[] { x.Number("recency"), Math.Log(x.Number("history")), x.Number("mens"), x.Number("womens"), x.Number("newbie"), x["zip_code"] == "Urban" ? 1 : 0, x["zip_code"] == "Rural" ? 1 : 0, x["channel"] == "Web" ? 1 : 0, x["channel"] == "Phone" ? 1 : 0 })],
            [.. rows.Select(x => x["segment"] == segment)],
            [.. rows.Select(x => x.Number("visit"))]);
    }

    private sealed record CountScore(int Count) : ScoreModel
    {
        public override double Score(double[] row) => Count;
    }
}
