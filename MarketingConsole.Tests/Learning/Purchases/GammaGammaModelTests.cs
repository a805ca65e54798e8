using System.Text.Json;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Purchases;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Tests.Learning.Purchases;

public sealed class GammaGammaModelTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public void FitTo_CdNow_ReachesThePublishedParameters()
    {
        var model = GammaGammaModel.FitTo(CdNow.Histories(), ct: Ct);
        TestContext.Current.TestOutputHelper?.WriteLine($"{model}");
        Assert.InRange(model.P / 6.25, 0.995, 1.005);
        Assert.InRange(model.Q / 3.74, 0.995, 1.005);
        Assert.InRange(model.Gamma / 15.44, 0.995, 1.005);
        Assert.Null(model.Fit.Problem);
        Assert.All(model.Fit.StandardErrors!, x => Assert.InRange(x, 0.1, 5));
        Assert.InRange(GammaGammaModel.Dependence(CdNow.Histories()), -0.3, 0.3);
    }

    [Fact]
    public void ExpectedSpend_MorePurchases_MovesFromEverybodysMeanToTheirOwn()
    {
        var model = new GammaGammaModel(6.25, 3.74, 15.44, new(0, 0, null, null));
        Assert.Equal(model.PopulationMean, model.ExpectedSpend(new(0, 0, 10)), 9);
        var spend = new[] { 1, 2, 5, 50, 5000 }.Select(x => model.ExpectedSpend(new(x, 9, 10, 100))).ToList();
        Assert.Equal(spend.Order(), spend);
        Assert.True(spend[0] > model.PopulationMean);
        Assert.Equal(100, spend[^1], 0.1);
        var random = new Random(2);
        Assert.Equal(model.ExpectedSpend(new(5, 9, 10, 100)), Enumerable.Range(0, 20_000).Average(_ => model.SampleAmount(model.SampleMeanSpend(new(5, 9, 10, 100), random), random)), 1.5);
    }

    [Fact]
    public void FitTo_DrawnFromTheModel_FindsTheParametersAgain()
    {
        var random = new Random(4);
        List<PurchaseHistory> rows = [.. Enumerable.Range(0, 4000).Select(i =>
        {
            var (n, rate) = (1 + (i % 9), Gamma.Sample(random, 4, 80));
            return new PurchaseHistory(n, 5, 10, Enumerable.Range(0, n).Average(_ => Gamma.Sample(random, 3, rate)));
        })];
        var model = GammaGammaModel.FitTo(rows, ct: Ct);
        Assert.Equal(3, model.P, 4 * model.Fit.StandardErrors![0]);
        Assert.Equal(4, model.Q, 4 * model.Fit.StandardErrors[1]);
        Assert.Equal(80, model.Gamma, 4 * model.Fit.StandardErrors[2]);
        Assert.Equal(JsonSerializer.Serialize(model), JsonSerializer.Serialize(JsonSerializer.Deserialize<GammaGammaModel>(JsonSerializer.Serialize(model))));
    }

    [Fact]
    public void FitTo_BadData_IsRefusedInWordsOrStaysFinite()
    {
        Assert.Throws<LearningException>(() => GammaGammaModel.FitTo([], ct: Ct));
        Assert.Throws<LearningException>(() => GammaGammaModel.FitTo([.. Enumerable.Repeat(new PurchaseHistory(2, 5, 10, 30), 50)], ct: Ct));
        Assert.Throws<LearningException>(() => GammaGammaModel.FitTo([.. Enumerable.Repeat(new PurchaseHistory(2, 5, 10, double.NaN), 50)], ct: Ct));
        var random = new Random(8);
        var wild = GammaGammaModel.FitTo([.. Enumerable.Range(0, 300).Select(_ => new PurchaseHistory(2, 5, 10, Math.Exp(4 * random.NextDouble() * random.NextDouble() * 6)))], ct: Ct);
        Assert.True(double.IsFinite(wild.PopulationMean) && wild.PopulationMean > 0);
    }
}
