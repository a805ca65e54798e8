using System.Globalization;
using System.Text.Json;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Learning.Classification;

public sealed class BlendedClassifierTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    /// <summary>Columns by looking: a column whose values are nearly all numbers is numeric, dates count days, others are categories.</summary>
    private static (float[][] Columns, List<int> Categorical, bool[] Labels) Table(string file, string label, string positive, params string[] leftOut)
    {
        var rows = OpenData.Rows(file);
        var names = rows[0].Keys.Where(x => x != label && !leftOut.Contains(x)).ToList();
        var categorical = new List<int>();
        var columns = names.Select((name, j) =>
        {
            float Number(string x) => float.TryParse(x, CultureInfo.InvariantCulture, out var v) ? v
                : DateTime.TryParseExact(x, "dd-MM-yyyy", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? (float)(day - new DateTime(2000, 1, 1)).TotalDays : float.NaN;
            float[] values = [.. rows.Select(x => Number(x[name]))];
            if (values.Count(float.IsFinite) >= 0.9 * values.Length)
            {
                return values;
            }

            categorical.Add(j);
            var codes = rows.Select(x => x[name]).Distinct().Order(StringComparer.Ordinal).ToList();
            return [.. rows.Select(x => (float)codes.IndexOf(x[name]))];
        }).ToArray();
        return (columns, categorical, [.. rows.Select(x => x[label] == positive)]);
    }

    [Theory]
    [InlineData("telco_churn/Telco-Customer-Churn.csv.gz", "Churn", "Yes", "customerID", 0.845)]
    [InlineData("marketing_campaign/marketing_campaign.csv.gz", "Response", "1", "ID", 0.898)]
    public void Fit_OpenData_RanksAsWellAsTheBestOfBothParts(string file, string label, string positive, string id, double limit)
    {
        var (columns, categorical, labels) = Table(file, label, positive, id);
        var random = new Random(3);
        var fold = new int[labels.Length];
        foreach (var outcome in new[] { false, true })
        {
            int[] of = [.. Enumerable.Range(0, labels.Length).Where(i => labels[i] == outcome)];
            random.Shuffle(of);
            for (var i = 0; i < of.Length; i++)
            {
                fold[of[i]] = i % 5;
            }
        }

        var scores = new double[labels.Length];
        var aucs = new List<double>();
        for (var k = 0; k < 5; k++)
        {
            int[] train = [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] != k)], test = [.. Enumerable.Range(0, fold.Length).Where(i => fold[i] == k)];
            var model = BlendedClassifier.Fit([.. columns.Select(x => train.Select(i => x[i]).ToArray())], [.. train.Select(i => labels[i])], categorical, ct: Ct);
            var p = model.Probabilities([.. columns.Select(x => test.Select(i => x[i]).ToArray())]);
            aucs.Add(ForecastMetrics.AreaUnderCurve(p, [.. test.Select(i => labels[i])]));
            for (var i = 0; i < test.Length; i++)
            {
                scores[test[i]] = p[i];
            }

            Assert.Empty(model.Suspicious);
        }

        var all = ForecastMetrics.Of(scores, labels);
        TestContext.Current.TestOutputHelper?.WriteLine($"{label}: mean of folds {aucs.Average():0.0000}, pooled {all.Auc:0.0000}, calibration error {all.CalibrationError:0.000}");
        Assert.True(aucs.Average() >= limit && all.Auc >= limit, $"{aucs.Average()} {all.Auc}");
        Assert.True(all.CalibrationError < 0.02);
    }

    private static (float[][] Columns, bool[] Labels) Draw(int seed, int n)
    {
        var random = new Random(seed);
        float[] a = [.. Enumerable.Range(0, n).Select(i => i % 17 == 0 ? float.NaN : (float)random.NextDouble())], b = [.. Enumerable.Range(0, n).Select(_ => (float)random.Next(4))];
        return ([a, b, new float[n]], [.. a.Zip(b, (x, c) => random.NextDouble() < LogisticRegression.Sigmoid((float.IsNaN(x) ? 0.5 : x * 4) - 2 + (c == 2 ? 2 : 0)))]);
    }

    [Fact]
    public void Probabilities_StoredAndReadAgain_AreTheSameRowByRowAndTogether()
    {
        var (columns, labels) = Draw(1, 900);
        var model = BlendedClassifier.Fit(columns, labels, [1], ct: Ct);
        var read = JsonSerializer.Deserialize<BlendedClassifier>(JsonSerializer.Serialize(model))!;
        var all = read.Probabilities(columns);
        Assert.All(Enumerable.Range(0, 900), i => Assert.Equal(model.Probability([columns[0][i], columns[1][i], columns[2][i]]), all[i], 1e-12));
        Assert.True(model.CrossValidated.Auc > 0.7);
        Assert.InRange(model.Probability([float.NaN, 99, float.PositiveInfinity]), 0.001, 0.999);
    }

    [Fact]
    public void Fit_ColumnThatKnowsTheOutcome_IsNamed()
    {
        var (columns, labels) = Draw(2, 600);
        Assert.Equal([2], BlendedClassifier.Fit([columns[0], columns[1], [.. labels.Select((x, i) => x ? 5f + (i % 3) : i % 4)]], labels, [1], ct: Ct).Suspicious);
    }

    [Fact]
    public void Fit_OneOutcomeOrNothing_IsRefusedInWords()
    {
        var (columns, labels) = Draw(3, 200);
        Assert.Contains("at least 10", Assert.Throws<LearningException>(() => BlendedClassifier.Fit(columns, [.. labels.Select(_ => true)], [], ct: Ct)).Message);
        Assert.Throws<LearningException>(() => BlendedClassifier.Fit([], labels, [], ct: Ct));
    }

    [Fact]
    public void Fit_WeightsAndManyColumns_LogisticRegressionCountsWeightsLikeRepeatedRows()
    {
        var random = new Random(4);
        List<double[]> rows = [.. Enumerable.Range(0, 300).Select(_ => Enumerable.Range(0, 7).Select(_ => random.NextDouble()).ToArray())];
        List<bool> labels = [.. rows.Select(x => random.NextDouble() < x[0])];
        var order = Enumerable.Range(0, 300).SelectMany(i => Enumerable.Repeat(i, i % 3)).ToList();
        var weighted = LogisticRegression.Fit(rows, labels, 2, [.. Enumerable.Range(0, 300).Select(i => (double)(i % 3))]);
        var repeated = LogisticRegression.Fit(order.ConvertAll(i => rows[i]), order.ConvertAll(i => labels[i]), 2);
        Assert.All(rows, x => Assert.Equal(repeated.LogOdds(x), weighted.LogOdds(x), 1e-6));
        Assert.Contains("gap", Assert.Throws<LearningException>(() => LogisticRegression.Fit([[1, 2], [double.NaN, 3]], [true, false], 1)).Message);
        var twins = LogisticRegression.Fit([.. rows.Select(x => new[] { x[0], x[0], 1 - x[0] })], labels, 0); // the same column three times, no penalty
        Assert.All(twins.Coefficients, x => Assert.True(double.IsFinite(x)));
    }
}
