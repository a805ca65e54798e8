namespace MarketingConsole.Core.Learning.Explanation;

/// <summary>Why a model says what it says of one row.</summary>
/// <param name="Base">What it says on average.</param>
/// <param name="Contributions">How far each column moves this row from there; base and contributions sum to the forecast.</param>
public sealed record ShapleyValues(double Base, double[] Contributions)
{
    /// <summary>What the values explain.</summary>
    public double Forecast => Base + Contributions.Sum();

    /// <summary>The columns that matter most for this row, strongest first.</summary>
    public IReadOnlyList<int> Strongest(int count) => [.. Enumerable.Range(0, Contributions.Length).Where(j => Contributions[j] != 0).OrderByDescending(j => Math.Abs(Contributions[j])).Take(count)];
}
