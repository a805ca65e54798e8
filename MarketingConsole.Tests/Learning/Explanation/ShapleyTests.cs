using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Classification;
using MarketingConsole.Core.Learning.Explanation;
using MarketingConsole.Tests.Support;

namespace MarketingConsole.Tests.Learning.Explanation;

public sealed class ShapleyTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private sealed record TelcoModel(string[] Features, double[] Mean, double[] Std_pop, double Intercept, double[] Coef);

    [Fact]
    public void Interventional_TelcoModel_GivesTheExactValues()
    {
        var given = JsonSerializer.Deserialize<TelcoModel>(File.ReadAllText(OpenData.Path("telco_churn/shap_telco_model.json")), JsonSerializerOptions.Web)!;
        var model = new LogisticRegression(given.Mean, given.Std_pop, given.Coef, given.Intercept);
        var rows = OpenData.Rows("telco_churn/Telco-Customer-Churn.csv.gz").ConvertAll(x => new[]
        {
            x.Number("tenure"), x.Number("MonthlyCharges"), string.IsNullOrWhiteSpace(x["TotalCharges"]) ? 0 : x.Number("TotalCharges"), x.Number("SeniorCitizen"), x["InternetService"] == "Fiber optic" ? 1 : 0,
            x["Contract"] == "Month-to-month" ? 1 : 0, x["PaymentMethod"] == "Electronic check" ? 1 : 0, x["PaperlessBilling"] == "Yes" ? 1 : 0,
        });
        var background = rows[..100];
        foreach (var exact in OpenData.Rows("telco_churn/shap_telco_exact.csv"))
        {
            var row = rows[(int)exact.Number("row")];
            var (probability, logOdds) = (InterventionalShapley.OfProbability(model, row, background), InterventionalShapley.OfLogOdds(model, row, background));
            var general = InterventionalShapley.Of(x => LogisticRegression.Sigmoid(model.LogOdds(x)), row, background[..5]);
            Assert.Equal(exact.Number("base_prob"), probability.Base, 1e-6);
            Assert.Equal(exact.Number("pred_prob"), probability.Forecast, 1e-6);
            Assert.Equal(LogisticRegression.Sigmoid(model.LogOdds(row)), general.Forecast, 1e-9);
            Assert.Equal(model.LogOdds(row), logOdds.Forecast, 1e-9);
            for (var j = 0; j < 8; j++)
            {
                Assert.Equal(exact.Number("phi_prob_" + given.Features[j]), probability.Contributions[j], 1e-6);
                Assert.Equal(exact.Number("phi_logit_" + given.Features[j]), logOdds.Contributions[j], 1e-6);
            }
        }
    }

    private static (List<double[]> Rows, double[] Targets) Draw(int seed, int n)
    {
        var random = new Random(seed);
        List<double[]> rows = [.. Enumerable.Range(0, n).Select(i => new[] { random.NextDouble(), random.Next(5), random.Next(6), i % 7 == 0 ? double.NaN : random.NextDouble(), 3 })];
        return (rows, [.. rows.Select(x => random.NextDouble() < LogisticRegression.Sigmoid((x[0] * 3) - 2 + (x[1] > 2 && x[2] % 2 == 0 ? 2 : 0) + (double.IsNaN(x[3]) ? 1 : 0)) ? 1.0 : 0)]);
    }

    /// <summary>E of a tree when only the columns of a set are known: unknown ones follow the training rows.</summary>
    private static double Expected(BoostedTree tree, float[]?[] categories, float[] row, int set, int node) =>
        tree.Feature[node] < 0 ? tree.Value[node]
        : (set >> tree.Feature[node] & 1) == 1 ? Expected(tree, categories, row, set, tree.GoesLeft(node, row[tree.Feature[node]], categories[tree.Feature[node]]) ? tree.Left[node] : tree.Right[node])
        : ((tree.Cover[tree.Left[node]] * Expected(tree, categories, row, set, tree.Left[node])) + (tree.Cover[tree.Right[node]] * Expected(tree, categories, row, set, tree.Right[node]))) / tree.Cover[node];

    [Fact]
    public void TreeShap_AnyTrees_EqualTheDefinitionOverAllSetsOfColumns()
    {
        Prop.ForAll(Gen.Choose(0, 10_000).ToArbitrary(), seed =>
        {
            var (rows, targets) = Draw(seed, 300);
            targets[0] = 1 - targets[1];
            var model = GradientBoosting.Fit(rows, targets, new(Trees: 4, MaxLeaves: 12, MinRowsPerLeaf: 5) { Categorical = [2] }, ct: Ct);
            float[] row = [.. rows[seed % 300].Select(x => (float)x)];
            var values = TreeShap.Explain(model, row);
            double[] factorial = [1, 1, 2, 6, 24, 120];
            for (var j = 0; j < 5; j++)
            {
                var phi = 0.0;
                for (var set = 0; set < 32; set++)
                {
                    if ((set >> j & 1) == 0)
                    {
                        var size = System.Numerics.BitOperations.PopCount((uint)set);
                        phi += factorial[size] * factorial[4 - size] / 120 * model.Trees.Sum(t => Expected(t, model.Categories, row, set | (1 << j), 0) - Expected(t, model.Categories, row, set, 0));
                    }
                }

                Assert.Equal(phi, values.Contributions[j], 1e-10);
            }

            Assert.Equal(model.RawScore(row), values.Forecast, 1e-8);
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(30));
    }

    [Fact]
    public void TreeShap_DeepTrees_SumToTheForecastAndLeaveUnusedColumnsAtZero()
    {
        var (rows, targets) = Draw(1, 4000);
        var model = GradientBoosting.Fit(rows, targets, new(MinRowsPerLeaf: 2, MaxLeaves: 60) { Categorical = [2] }, ct: Ct);
        foreach (var x in rows.Take(150))
        {
            float[] row = [.. x.Select(v => (float)v)];
            var values = TreeShap.Explain(model, row);
            Assert.Equal(model.RawScore(row), values.Forecast, 1e-8);
            Assert.Equal(0, values.Contributions[4]);
            Assert.DoesNotContain(4, values.Strongest(5));
        }
    }

    [Fact]
    public void Blended_AnyRow_SumsToTheCalibratedLogOdds()
    {
        var (rows, targets) = Draw(2, 900);
        var model = BlendedClassifier.Fit(GradientBoosting.ToColumns(rows), [.. targets.Select(x => x > 0)], [2], ct: Ct);
        foreach (var x in rows.Take(60))
        {
            float[] row = [.. x.Select(v => (float)v)];
            Assert.Equal(model.LogOdds(row), BlendedExplainer.Explain(model, row).Forecast, 1e-8);
        }
    }

    [Fact]
    public void Exact_TooManyColumnsOrNoBackground_IsRefusedInWords()
    {
        Assert.Throws<LearningException>(() => InterventionalShapley.Of(_ => 0, new double[20], [new double[20]]));
        Assert.Throws<LearningException>(() => InterventionalShapley.Of(_ => 0, new double[2], []));
    }
}
