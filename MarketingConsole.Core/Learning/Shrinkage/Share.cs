using MathNet.Numerics;

namespace MarketingConsole.Core.Learning.Shrinkage;

/// <summary>What is known of one share of one customer: a beta distribution.</summary>
/// <param name="Alpha">Above 0.</param>
/// <param name="Beta">Above 0.</param>
public readonly record struct Share(double Alpha, double Beta)
{
    private const double MinShape = 1e-3; // below, all mass sits at an end

    /// <summary>Expected share, 0 to 1.</summary>
    public double Mean => Alpha / (Alpha + Beta);

    /// <returns>Chance that the share is at most <paramref name="x"/>.</returns>
    public double Below(double x) => x <= 0 ? 0 : x >= 1 ? 1 : Alpha < MinShape ? 1 : Beta < MinShape ? 0 : SpecialFunctions.BetaRegularized(Alpha, Beta, x);

    /// <returns>The share that is not exceeded with the given chance (0 to 1), by bisection: sure for every shape.</returns>
    public double Quantile(double chance)
    {
        var (low, high) = (0.0, 1.0);
        for (var i = 0; i < 60; i++)
        {
            var middle = (low + high) / 2;
            (low, high) = Below(middle) < chance ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    /// <param name="level">Chance that the interval holds the share, for example 0.8; half of the rest lies on either side.</param>
    public Interval Interval(double level) => Shrinkage.Interval.Of(level, Quantile);
}

/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public readonly record struct Interval(double Low, double High)
{
    /// <exception cref="LearningException">The level is not between 0 and 1.</exception>
    internal static Interval Of(double level, Func<double, double> quantile) => level is > 0 and < 1
        ? new(quantile((1 - level) / 2), quantile((1 + level) / 2))
        : throw new LearningException("The level of an interval lies between 0 and 1, for example 0.8.");
}
