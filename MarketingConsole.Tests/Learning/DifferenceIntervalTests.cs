using MarketingConsole.Core.Learning;

namespace MarketingConsole.Tests.Learning;

public sealed class DifferenceIntervalTests
{
    /// <summary>Newcombe (1998), table II, method 10, cases (a), (c) and (h).</summary>
    [Theory]
    [InlineData(56, 70, 48, 80, 0.2, 0.0524, 0.3339)]
    [InlineData(6, 7, 2, 7, 0.5714, 0.0582, 0.8062)]
    [InlineData(10, 10, 0, 10, 1.0, 0.6075, 1.0)]
    public void OfProportions_PublishedCases_SameInterval(int a, int m, int b, int n, double difference, double low, double high)
    {
        var result = DifferenceInterval.OfProportions(a, m, b, n)!;
        Assert.Equal((difference, low, high), (Math.Round(result.Value, 4), Math.Round(result.Low, 4), Math.Round(result.High, 4)));
    }

    [Fact]
    public void Wilson_PublishedExample_Agrees()
    {
        var (_, low, high) = DifferenceInterval.Wilson(81, 263); // Newcombe 1998, table I: 0.2553 to 0.3662
        Assert.Equal((0.2553, 0.3662), (Math.Round(low, 4), Math.Round(high, 4)));
    }

    [Fact]
    public void OfMeans_EqualGroups_HoldsZero()
    {
        var result = DifferenceInterval.OfMeans(100, 1100, 10, 100, 1100, 10)!;
        Assert.Equal(0, result.Value);
        Assert.False(result.Reliable);
        Assert.Null(DifferenceInterval.OfMeans(1, 1, 1, 2, 2, 5));
        Assert.Null(DifferenceInterval.OfProportions(0, 0, 1, 2));
    }
}
