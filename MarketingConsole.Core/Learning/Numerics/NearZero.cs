namespace MarketingConsole.Core.Learning.Numerics;

/// <summary>Functions that keep their precision where the plain formula cancels. Source: Kahan, in Goldberg, What every computer scientist should know about floating-point arithmetic, 1991, theorem 4.</summary>
internal static class NearZero
{
    /// <summary>ln(1 + x).</summary>
    public static double Log1P(double x)
    {
        var u = 1 + x;
        return u == 1 ? x : double.IsInfinity(u) ? u : Math.Log(u) * x / (u - 1);
    }

    /// <summary>e^x − 1.</summary>
    public static double ExpM1(double x)
    {
        var u = Math.Exp(x);
        return u == 1 ? x : u - 1 == -1 ? -1 : double.IsInfinity(u) ? u : (u - 1) * x / Math.Log(u);
    }

    /// <summary>ln(e^x + e^y) without overflow.</summary>
    public static double LogSumExp(double x, double y)
    {
        var (high, low) = x > y ? (x, y) : (y, x);
        return double.IsNegativeInfinity(low) ? high : high + Log1P(Math.Exp(low - high));
    }
}
