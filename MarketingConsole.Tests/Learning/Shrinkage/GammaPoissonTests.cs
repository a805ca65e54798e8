using System.Text.Json;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Shrinkage;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Tests.Learning.Shrinkage;

public sealed class GammaPoissonTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static List<(double Ratio, ObservedExpected Counts)> Draw(double alpha, double beta, int customers, int seed)
    {
        var random = new Random(seed);
        return
        [
            .. Enumerable.Range(0, customers).Select(_ =>
            {
                var (ratio, expected) = (Gamma.Sample(random, alpha, beta), 0.2 + (6 * random.NextDouble()));
                return (ratio, new ObservedExpected(Poisson.Sample(random, ratio * expected), expected));
            }),
        ];
    }

    [Theory]
    [InlineData(2, 1.5)]
    [InlineData(0.6, 0.5)]
    [InlineData(8, 200)]
    public void FitTo_DrawnFromTheModel_FindsTheParametersAgain(double alpha, double beta)
    {
        var model = GammaPoisson.FitTo([.. Draw(alpha, beta, 20_000, 1).Select(x => x.Counts)], Ct);
        Assert.Null(model.Problem);
        Assert.InRange(model.Mean / (alpha / beta), 0.95, 1.05);
        if (beta < 100)
        {
            Assert.InRange(model.Alpha / alpha, 0.9, 1.1); // with 8 / 200 hardly anything is observed, so only the mean can be told
        }
    }

    [Fact]
    public void Interval_EightyPercent_HoldsEightyPercentOfTrueRatios()
    {
        var rows = Draw(2, 1.5, 5_000, 2);
        var model = GammaPoisson.FitTo([.. rows.Select(x => x.Counts)], Ct);
        Assert.InRange(rows.Average(x => model.Ratio(x.Counts).Interval(0.8) is var i && i.Low <= x.Ratio && x.Ratio <= i.High ? 1.0 : 0), 0.785, 0.815);
    }

    [Fact]
    public void Ratio_MoreData_MovesFromTheCrowdsToTheirOwn()
    {
        var model = new GammaPoisson(4, 2, 100, null);
        Assert.Equal(2, model.Ratio(default).Mean);
        Assert.Equal(8.0 / 3, model.Ratio(new(4, 1)).Mean, 12);
        Assert.Equal(8, model.Ratio(new(8000, 1000)).Mean, 0.05);
        Assert.Equal(0.5, model.Standing(default), 3);
        Assert.True(model.Standing(new(0, 3)) < 0.2 && model.Standing(new(20, 3)) > 0.9);
        Assert.Equal(Gamma.InvCDF(4, 2, 0.1), model.Ratio(default).Interval(0.8).Low, 1e-6);
        Assert.Equal(Gamma.InvCDF(4, 2, 0.9), model.Ratio(default).Interval(0.8).High, 1e-6);
    }

    [Fact]
    public void FitTo_CustomersAllAlike_ShrinksFully()
    {
        var model = GammaPoisson.FitTo([.. Enumerable.Repeat(new ObservedExpected(2, 1), 200)], Ct);
        Assert.Contains("no more than chance", model.Problem, StringComparison.Ordinal);
        Assert.Equal(2, model.Ratio(new(0, 5)).Mean, 0.01);
    }

    [Fact]
    public void FitTo_FewCustomers_TakesTheCrowdAndSaysSo()
    {
        var model = GammaPoisson.FitTo([.. Enumerable.Repeat(new ObservedExpected(3, 2), 5)], Ct);
        Assert.Contains("5 customers", model.Problem, StringComparison.Ordinal);
        Assert.Equal((1, 1.5), (model.Alpha, model.Mean));
    }

    [Fact]
    public void FitTo_OneBuyerAmongMany_StaysFinite()
    {
        var model = GammaPoisson.FitTo([.. Enumerable.Range(0, 400).Select(x => new ObservedExpected(x == 0 ? 50 : 0, 1))], Ct);
        Assert.True(double.IsFinite(model.Alpha) && model.Alpha > 0 && double.IsFinite(model.Beta) && model.Beta > 0);
        Assert.True(model.Ratio(new(0, 1)).Interval(0.8) is { Low: >= 0, High: < 1 });
    }

    [Fact]
    public void BadInput_SaysWhatIsWrong()
    {
        Assert.Throws<LearningException>(() => GammaPoisson.FitTo([], Ct));
        Assert.Contains("nothing happened", Assert.Throws<LearningException>(() => GammaPoisson.FitTo([new(0, 3)], Ct)).Message, StringComparison.Ordinal);
        Assert.Throws<LearningException>(() => GammaPoisson.FitTo([new(double.NaN, 3)], Ct));
        Assert.Throws<LearningException>(() => GammaPoisson.FitTo([new(1, -3)], Ct));
        Assert.Throws<LearningException>(() => new GammaPoisson(1, 1, 1, null).Ratio(new(-1, 1)));
    }

    [Fact]
    public void Json_RoundTrip_KeepsTheModel()
    {
        var model = GammaPoisson.FitTo([.. Draw(2, 1.5, 300, 3).Select(x => x.Counts)], Ct);
        Assert.Equal(model, JsonSerializer.Deserialize<GammaPoisson>(JsonSerializer.Serialize(model, JsonSerializerOptions.Web), JsonSerializerOptions.Web));
    }
}
