using MathNet.Numerics.Distributions;

namespace MarketingConsole.Core.Learning;

/// <param name="Value">First less second.</param>
/// <param name="Low">Lower end of the 95 % interval.</param>
/// <param name="High">Upper end of the 95 % interval.</param>
public sealed record Difference(double Value, double Low, double High)
{
    /// <summary>False when the interval holds 0: chance alone explains the difference.</summary>
    public bool Reliable => Low > 0 || High < 0;
}

/// <summary>Differences between two independent groups with their 95 % intervals.</summary>
public static class DifferenceInterval
{
    private const double Z = 1.959963984540054;

    /// <summary>Difference of two proportions. Newcombe, Statistics in Medicine 17 (1998) 873–890, method 10: Wilson intervals combined.</summary>
    /// <returns>Null when a group is empty.</returns>
    public static Difference? OfProportions(long hits1, long size1, long hits2, long size2)
    {
        if (size1 <= 0 || size2 <= 0)
        {
            return null;
        }

        var (p1, low1, high1) = Wilson(hits1, size1);
        var (p2, low2, high2) = Wilson(hits2, size2);
        var d = p1 - p2;
        return new Difference(d, d - Math.Sqrt(Square(p1 - low1) + Square(high2 - p2)), d + Math.Sqrt(Square(high1 - p1) + Square(p2 - low2)));
    }

    /// <summary>Difference of two means with unequal variances. Welch, Biometrika 34 (1947) 28–35.</summary>
    /// <param name="sum1">Sum of the first group's values.</param>
    /// <param name="squares1">Sum of their squares.</param>
    /// <returns>Null when a group has under two members.</returns>
    public static Difference? OfMeans(double sum1, double squares1, long size1, double sum2, double squares2, long size2)
    {
        if (size1 < 2 || size2 < 2)
        {
            return null;
        }

        var (mean1, error1) = Mean(sum1, squares1, size1);
        var (mean2, error2) = Mean(sum2, squares2, size2);
        var (d, error) = (mean1 - mean2, error1 + error2);
        if (error <= 0)
        {
            return new Difference(d, d, d);
        }

        var freedom = Square(error) / ((Square(error1) / (size1 - 1)) + (Square(error2) / (size2 - 1)));
        var half = StudentT.InvCDF(0, 1, freedom, 0.975) * Math.Sqrt(error);
        return new Difference(d, d - half, d + half);
    }

    /// <summary>95 % interval of a proportion. Wilson, Journal of the American Statistical Association 22 (1927) 209–212.</summary>
    /// <param name="size">Above 0.</param>
    public static (double P, double Low, double High) Wilson(long hits, long size)
    {
        var (p, n) = ((double)hits / size, (double)size);
        var centre = p + (Z * Z / (2 * n));
        var half = Z * Math.Sqrt((p * (1 - p) / n) + (Z * Z / (4 * n * n)));
        var scale = 1 + (Z * Z / n);
        return (p, Math.Max(0, (centre - half) / scale), Math.Min(1, (centre + half) / scale));
    }

    /// <returns>Mean and its squared standard error.</returns>
    private static (double Mean, double Error) Mean(double sum, double squares, long n) => (sum / n, Math.Max(0, (squares - (sum * sum / n)) / (n - 1)) / n);

    private static double Square(double x) => x * x;
}
