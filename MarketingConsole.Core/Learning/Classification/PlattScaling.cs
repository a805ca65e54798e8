namespace MarketingConsole.Core.Learning.Classification;

/// <summary>Turns a model's log-odds into calibrated probabilities: sigmoid(<see cref="Slope"/> · z + <see cref="Offset"/>), fitted on rows the model has not seen.
/// Source: Platt, Probabilistic outputs for support vector machines, 1999.</summary>
public sealed record PlattScaling(double Slope, double Offset)
{
    /// <summary>Leaves log-odds as they are.</summary>
    public static PlattScaling None { get; } = new(1, 0);

    /// <summary>Fits slope and offset; where higher log-odds would come out as lower probabilities (a model that knows nothing), only the offset is fitted, with slope 0.</summary>
    /// <param name="logOdds">What the model says.</param>
    /// <param name="labels">What came true; both classes must occur.</param>
    public static PlattScaling Fit(IReadOnlyList<double> logOdds, IReadOnlyList<bool> labels)
    {
        var line = LogisticRegression.Fit([.. logOdds.Select(x => new[] { x })], labels, penalty: 1e-6);
        var slope = line.Coefficients[0] / line.Scales[0];
        if (slope > 0)
        {
            return new(slope, line.Intercept - (slope * line.Means[0]));
        }

        var rate = labels.Count(x => x) / (double)labels.Count;
        return new(0, Math.Log(rate / (1 - rate)));
    }

    public double LogOdds(double z) => (Slope * z) + Offset;

    public double Probability(double z) => LogisticRegression.Sigmoid(LogOdds(z));
}
