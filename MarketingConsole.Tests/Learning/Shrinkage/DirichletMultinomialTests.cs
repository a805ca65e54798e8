using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using MarketingConsole.Core.Learning;
using MarketingConsole.Core.Learning.Shrinkage;
using MathNet.Numerics.Distributions;
using BetaBinomial = MarketingConsole.Core.Learning.Shrinkage.BetaBinomial;

namespace MarketingConsole.Tests.Learning.Shrinkage;

public sealed class DirichletMultinomialTests
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private static List<IReadOnlyList<int>> Draw(double[] alpha, int customers, int meanActs, int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, customers).Select(_ => (IReadOnlyList<int>)Multinomial.Sample(random, Dirichlet.Sample(random, alpha), 1 + Poisson.Sample(random, meanActs)))];
    }

    [Theory]
    [InlineData(5, new[] { 0.5, 1.5, 3 })]
    [InlineData(20, new[] { 20, 6, 0.2 })]
    [InlineData(3, new[] { 0.05, 0.3, 0.01 })]
    public void FitTo_DrawnFromTheModel_FindsTheParametersAgain(int acts, double[] alpha)
    {
        var model = DirichletMultinomial.FitTo(Draw(alpha, 20_000, acts, 1), Ct);
        Assert.Null(model.Problem);
        Assert.All(model.Alpha.Zip(alpha), x => Assert.InRange(x.First / x.Second, 0.85, 1.15));
    }

    [Fact]
    public void FitTo_AnyCounts_LeavesNoGradient() => Prop.ForAll(Gen.Choose(0, 10_000).ToArbitrary(), seed =>
    {
        var random = new Random(seed);
        double[] alpha = [.. Enumerable.Range(0, random.Next(2, 6)).Select(_ => 0.1 + (3 * random.NextDouble()))];
        var rows = Draw(alpha, 300, random.Next(2, 20), seed);
        var model = DirichletMultinomial.FitTo(rows, Ct);
        if (model.Problem is not null)
        {
            return true;
        }

        double At(IReadOnlyList<double> a) => rows.Sum(x => LogLikelihood(a, x));
        return Enumerable.Range(0, alpha.Length).All(k =>
        {
            var step = 1e-4 * model.Alpha[k];
            var slope = (At([.. model.Alpha.Select((x, i) => i == k ? x + step : x)]) - At([.. model.Alpha.Select((x, i) => i == k ? x - step : x)])) / (2 * step);
            return Math.Abs(slope * model.Alpha[k]) < 0.01 || model.Alpha[k] <= 1e-4;
        });
    }).QuickCheckThrowOnFailure();

    [Fact]
    public void FitTo_CustomersAllAlike_CapsTheConcentration()
    {
        var model = DirichletMultinomial.FitTo(Enumerable.Repeat<IReadOnlyList<int>>([3, 1], 500), Ct);
        Assert.Contains("no more than chance", model.Problem, StringComparison.Ordinal);
        Assert.Equal(DirichletMultinomial.MaxConcentration, model.Concentration, 6);
        Assert.Equal(0.75, model.Shares([0, 10])[0], 0.002);
    }

    [Fact]
    public void FitTo_EachCustomerInOneCategory_StaysFiniteAndBelievesTheCustomer()
    {
        var model = DirichletMultinomial.FitTo(Enumerable.Range(0, 300).Select(i => (IReadOnlyList<int>)(i % 3 == 0 ? [4, 0] : [0, 4])), Ct);
        Assert.All(model.Alpha, x => Assert.InRange(x, 1e-4, 0.05));
        Assert.InRange(model.Shares([1, 0])[0], 0.95, 1);
        Assert.InRange(model.Share([1, 0], 0).Interval(0.8).Low, 0.8, 1);
    }

    [Fact]
    public void FitTo_FewCustomers_TakesTheCrowdAndSaysSo()
    {
        var model = DirichletMultinomial.FitTo(Enumerable.Repeat<IReadOnlyList<int>>([2, 1, 1], DirichletMultinomial.MinCustomers - 1), Ct);
        Assert.Contains("19 customers", model.Problem, StringComparison.Ordinal);
        Assert.Equal([1.5, 0.75, 0.75], model.Alpha);
    }

    [Fact]
    public void FitTo_CategoryNobodyHas_KeepsATinyWeight()
    {
        var model = DirichletMultinomial.FitTo(Draw([1, 2], 500, 8, 3).Select(x => (IReadOnlyList<int>)[x[0], 0, x[1]]), Ct);
        Assert.Equal(1e-4, model.Alpha[1]);
        Assert.InRange(model.Shares([0, 0, 5])[1], 0, 1e-4);
        Assert.Equal(0, model.Share([5, 0, 5], 1).Interval(0.8).High, 6);
        Assert.True(model.Share([5, 3, 5], 1).Interval(0.95) is { Low: > 0, High: < 1 });
    }

    [Fact]
    public void Shares_MoreData_MovesFromTheCrowdsToTheirOwn()
    {
        var model = new DirichletMultinomial([2, 6, 2], 100, null);
        Assert.Equal(model.Mean, model.Shares([0, 0, 0]));
        Assert.Equal(4.0 / 12, model.Shares([2, 0, 0])[0], 12);
        var own = new[] { 0, 1, 5, 50, 5000 }.Select(x => model.Shares([x, 0, 0])[0]).ToList();
        Assert.Equal(own.Order(), own);
        Assert.Equal(1, own[^1], 0.01);
    }

    [Fact]
    public void Interval_OfAnUndisturbedCustomer_HasTheBetasQuantilesAndNarrowsWithData()
    {
        var model = new DirichletMultinomial([2, 6, 2], 100, null);
        var (none, much) = (model.Share([0, 0, 0], 1).Interval(0.95), model.Share([20, 60, 20], 1).Interval(0.95));
        Assert.Equal(Beta.InvCDF(6, 4, 0.025), none.Low, 1e-6);
        Assert.Equal(Beta.InvCDF(6, 4, 0.975), none.High, 1e-6);
        Assert.True(much.High - much.Low < none.High - none.Low);
        var narrower = model.Share([0, 0, 0], 1).Interval(0.8);
        Assert.True(narrower.Low > none.Low && narrower.High < none.High);
        Assert.Throws<LearningException>(() => model.Share([0, 0, 0], 1).Interval(80));
    }

    [Fact]
    public void Interval_EightyPercent_HoldsEightyPercentOfTrueShares()
    {
        var random = new Random(5);
        double[] alpha = [1, 3];
        var truth = Enumerable.Range(0, 4_000).Select(_ => Dirichlet.Sample(random, alpha)).ToList();
        var rows = truth.Select(x => (IReadOnlyList<int>)Multinomial.Sample(random, x, random.Next(1, 15))).ToList();
        var model = DirichletMultinomial.FitTo(rows, Ct);
        Assert.InRange(rows.Zip(truth).Average(x => model.Share(x.First, 0).Interval(0.8) is var i && i.Low <= x.Second[0] && x.Second[0] <= i.High ? 1.0 : 0), 0.78, 0.82);
    }

    [Fact]
    public void BadInput_SaysWhatIsWrong()
    {
        Assert.Contains("nothing to learn", Assert.Throws<LearningException>(() => DirichletMultinomial.FitTo([[0, 0]], Ct)).Message, StringComparison.Ordinal);
        Assert.Throws<LearningException>(() => DirichletMultinomial.FitTo(new ShareCounts(), Ct));
        Assert.Contains("-1", Assert.Throws<LearningException>(() => DirichletMultinomial.FitTo([[3, -1]], Ct)).Message, StringComparison.Ordinal);
        var model = new DirichletMultinomial([1, 1], 100, null);
        Assert.Throws<LearningException>(() => model.Shares([1]));
        Assert.Throws<LearningException>(() => model.Share([1, -1], 0));
        Assert.Throws<LearningException>(() => BetaBinomial.FitTo([(3, 2)], Ct));
    }

    [Fact]
    public void Json_RoundTrip_KeepsTheModel()
    {
        var model = BetaBinomial.FitTo(Draw([1, 2], 200, 6, 4).Select(x => (x[0], x.Sum())), Ct);
        var back = JsonSerializer.Deserialize<BetaBinomial>(JsonSerializer.Serialize(model, JsonSerializerOptions.Web), JsonSerializerOptions.Web)!;
        Assert.Equal(model.Shares.Alpha, back.Shares.Alpha);
        Assert.Equal(model.Shares.Customers, back.Shares.Customers);
        Assert.Equal(model.Standing(3, 4), back.Standing(3, 4));
    }

    [Fact]
    public void BetaBinomial_Standing_IsHalfWithoutDataAndRisesWithHits()
    {
        var model = new BetaBinomial(new([1, 4], 100, null));
        Assert.Equal(0.5, model.Standing(0, 0), 3);
        Assert.Equal(0.2, model.Mean, 12);
        Assert.InRange(model.Standing(0, 30), 0, 0.2);
        Assert.InRange(model.Standing(30, 30), 0.98, 1);
        var rising = Enumerable.Range(0, 11).Select(x => model.Standing(x, 10)).ToList();
        Assert.Equal(rising.Order(), rising);
    }

    private static double LogLikelihood(IReadOnlyList<double> a, IReadOnlyList<int> n) =>
        MathNet.Numerics.SpecialFunctions.GammaLn(a.Sum()) - MathNet.Numerics.SpecialFunctions.GammaLn(a.Sum() + n.Sum())
        + a.Zip(n, (x, c) => MathNet.Numerics.SpecialFunctions.GammaLn(x + c) - MathNet.Numerics.SpecialFunctions.GammaLn(x)).Sum();
}
