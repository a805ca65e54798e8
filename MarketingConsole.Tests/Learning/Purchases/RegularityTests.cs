using MarketingConsole.Core.Learning.Purchases;
using MathNet.Numerics.Distributions;

namespace MarketingConsole.Tests.Learning.Purchases;

public sealed class RegularityTests
{
    [Theory, InlineData(0.7), InlineData(1), InlineData(3), InlineData(6)]
    public void Of_GammaGaps_FindsTheirShapeWhateverTheRates(double k)
    {
        var random = new Random(1);
        var gaps = Enumerable.Range(0, 20_000).Select(_ => Gamma.Sample(random, 0.8, 0.1) + 0.01).Select(rate => (Gamma.Sample(random, k, k * rate), Gamma.Sample(random, k, k * rate))).ToList();
        Assert.Equal(k, Regularity.Of(gaps), 0.08 * k);
    }

    [Fact]
    public void Of_FewOrEqualGaps_StaysInBounds()
    {
        Assert.Equal(1, Regularity.Of([(1, 2), (3, 1)]));
        Assert.Equal(10, Regularity.Of([.. Enumerable.Repeat((7.0, 7.0), 200)]));
        Assert.Equal(0.5, Regularity.Of([.. Enumerable.Range(0, 200).Select(x => x % 2 == 0 ? (1e-6, 100.0) : (100.0, 1e-6))]));
    }

    [Theory, InlineData(1), InlineData(4)]
    public void Sample_MoreRegular_KeepsTheMeanAndNarrowsTheSpread(double k)
    {
        PurchaseModel model = new NbdModel(20, 20, new(0, 0, null, null)); // customers hardly differ: the spread is that of one customer's buying
        var (random, history) = (new Random(2), new PurchaseHistory(50, 50, 51));
        double[] counts = [.. Enumerable.Range(0, 20_000).Select(_ => (double)model.Sample(history, 10, random, k).Count)];
        var mean = counts.Average();
        Assert.Equal(model.ExpectedPurchases(history, 10), mean, 0.1);
        var within = (mean / k) + (((k * k) - 1) / (6 * k * k)); // of an equilibrium renewal process, for long times (Cox 1962, 4.5)
        var between = 100 * 70 / (71.0 * 71);
        Assert.Equal(within + between, counts.Average(x => Math.Pow(x - mean, 2)), 0.35);
    }

    [Fact]
    public void Sample_CdNow_DiffersBetweenCustomersAsMuchAsTheyThenDid()
    {
        var cutOff = new DateTime(1998, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        var (customers, weeks) = (CdNow.Customers(), (CdNow.End - cutOff).TotalDays / 7);
        var model = PurchaseModelChooser.Choose([.. customers.Select(x => (IReadOnlyList<(DateTime, double)>)x)], cutOff, ct: TestContext.Current.CancellationToken).Model;
        var days = customers.Select(x => x.Where(p => p.At <= cutOff).Select(p => p.At.Date).Distinct().Order().TakeLast(3).ToList()).Where(x => x.Count == 3).ToList();
        var k = Regularity.Of([.. days.Select(x => ((x[1] - x[0]).TotalDays, (x[2] - x[1]).TotalDays))]);
        Assert.InRange(k, 0.85, 1.25); // CDNOW's customers are known to buy at random times: the NBD models were made on them

        double[] actual = [.. customers.Select(x => (double)x.Where(p => p.At > cutOff.AddDays(1).AddTicks(-1)).Select(p => p.At.Date).Distinct().Count())];
        var (random, histories) = (new Random(1), customers.Select(x => PurchaseHistory.Of(x, cutOff)!.Value).ToList());
        var simulated = Enumerable.Range(0, 20).Average(_ => Variance([.. histories.Select(x => (double)model.Sample(x, weeks, random, k).Count)]));
        Assert.InRange(simulated / Variance(actual), 0.8, 1.25);
    }

    private static double Variance(double[] values) => values.Average(x => Math.Pow(x - values.Average(), 2));
}
