using System.Text.Json;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Core.Learning.Fairness;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Learning.Fairness;

public sealed class FairnessTests
{
    [Fact]
    public void Of_Compas_GivesThePublishedFalsePositiveRates()
    {
        var rows = OpenData.Rows("compas/compas-scores-two-years_nonames.csv.gz");
        var report = FairnessReport.Of(rows.ConvertAll(x => (string?)x["race"]), rows.ConvertAll(x => x["score_text"] != "Low"), rows.ConvertAll(x => x["two_year_recid"] == "1"), rows.ConvertAll(x => x.Number("decile_score") / 10), "Caucasian");
        double Rate(string group) => Math.Round(100 * report.Groups.Single(x => x.Group == group).FalsePositiveRate!.Value, 2);
        Assert.Equal(44.85, Rate("African-American"));
        Assert.Equal(23.45, Rate("Caucasian"));
        Assert.Equal("African-American", report.Groups[0].Group);
        var gap = report.Gaps.Single(x => x.Group == "African-American");
        Assert.True(gap.StatisticalParity > 0.2 && gap.DisparateImpact > 1.5 && gap.EqualOpportunity > 0.15 && gap.AverageOdds > 0.15 && gap.Parity.Reliable);
        Assert.NotEmpty(report.TooSmall);
        Assert.All(report.Groups, x => Assert.Equal(x.Rows, x.Calibration.Sum(b => b.Count)));
        Assert.Equal(JsonSerializer.Serialize(report), JsonSerializer.Serialize(JsonSerializer.Deserialize<FairnessReport>(JsonSerializer.Serialize(report))));
    }

    [Fact]
    public void Of_SmallTable_EqualsHandCounts()
    {
        // a: 40 rows, 20 true (10 chosen), 20 false (5 chosen); b: 40 rows, 10 true (8 chosen), 30 false (6 chosen); c: 3 rows
        List<string?> groups = [.. Enumerable.Repeat("a", 40), .. Enumerable.Repeat("b", 40), .. Enumerable.Repeat("c", 3), null, ""];
        bool[] labels = [.. Enumerable.Range(0, 40).Select(i => i < 20), .. Enumerable.Range(0, 40).Select(i => i < 10), true, true, false, true, true];
        bool[] chosen = [.. Enumerable.Range(0, 40).Select(i => i < 10 || (i >= 20 && i < 25)), .. Enumerable.Range(0, 40).Select(i => i < 8 || (i >= 10 && i < 16)), true, false, false, true, true];
        var report = FairnessReport.Of(groups, chosen, labels);
        Assert.Equal("a", report.Reference);
        Assert.Equal(["c"], report.TooSmall);
        var b = Assert.Single(report.Gaps);
        Assert.Equal((14 / 40.0) - (15 / 40.0), b.StatisticalParity, 1e-12);
        Assert.Equal(14 / 15.0, b.DisparateImpact!.Value, 1e-12);
        Assert.Equal(0.8 - 0.5, b.EqualOpportunity!.Value, 1e-12);
        Assert.Equal((0.3 + (0.2 - 0.25)) / 2, b.AverageOdds!.Value, 1e-12);
        Assert.False(b.Parity.Reliable);
        Assert.Equal(8 / 14.0, report.Groups[1].Precision!.Value, 1e-12);
        Assert.Equal(0.2, report.Groups[1].FalseNegativeRate!.Value, 1e-12);
    }

    [Fact]
    public void Weights_AnyTable_MakeGroupAndOutcomeIndependentAndNarrowTheGap()
    {
        var random = new Random(1);
        List<string?> groups = [.. Enumerable.Range(0, 4000).Select(_ => random.NextDouble() < 0.3 ? "few" : "many")];
        List<double[]> rows = groups.ConvertAll(x => new[] { random.NextDouble() + (x == "few" ? 0 : 0.7), random.NextDouble(), x == "few" ? 1.0 : 0 });
        List<bool> labels = rows.ConvertAll(x => random.NextDouble() < LogisticRegression.Sigmoid((3 * x[0]) - 2.5 + x[1] - x[2]));
        var weights = Reweighing.Weights(groups, labels);
        double Rate(string g) => Enumerable.Range(0, 4000).Where(i => groups[i] == g).Sum(i => labels[i] ? weights[i] : 0) / Enumerable.Range(0, 4000).Where(i => groups[i] == g).Sum(i => weights[i]);
        Assert.Equal(Rate("few"), Rate("many"), 1e-9);
        Assert.Equal(4000, weights.Sum(), 1e-6);
        double Gap(double[]? w)
        {
            var model = LogisticRegression.Fit(rows, labels, 1, w);
            return FairnessReport.Of(groups, rows.ConvertAll(x => model.LogOdds(x) > 0), labels, reference: "many").Gaps[0].StatisticalParity;
        }

        Assert.True(Gap(null) < -0.3 && Math.Abs(Gap(weights)) < Math.Abs(Gap(null)) / 2, $"{Gap(null)} {Gap(weights)}");
    }

    [Fact]
    public void Of_BadInput_IsRefusedInWords()
    {
        bool[] some = [.. Enumerable.Range(0, 50).Select(i => i % 2 == 0)];
        Assert.Throws<LearningException>(() => FairnessReport.Of([.. Enumerable.Repeat((string?)"one", 50)], some, some));
        Assert.Throws<LearningException>(() => FairnessReport.Of([], some, some));
        Assert.Throws<LearningException>(() => FairnessReport.Of([.. some.Select((_, i) => i < 5 ? "a" : "b")], some, some));
        Assert.Throws<LearningException>(() => Reweighing.Weights([], []));
        var none = FairnessReport.Of([.. Enumerable.Range(0, 80).Select(i => i < 40 ? "a" : "b")], new bool[80], new bool[80]);
        Assert.Null(none.Gaps[0].DisparateImpact);
        Assert.Null(none.Gaps[0].AverageOdds);
    }
}
